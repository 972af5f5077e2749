"""What a posted form may be, and what its fields become."""

from __future__ import annotations

from unicodedata import category, normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.web.forms import clean, digits, one_line
from tests.gateway.web.office import ORDINARY
from tests.gateway.web.site import Site

FORM = "application/x-www-form-urlencoded"


def test_a_form_from_another_site_is_refused(web: Site) -> None:
    nonce = web.get(f"/r/{ORDINARY}").nonce()
    fields = {"name": "นาย ก", "nonce": nonce}
    assert web.post(f"/r/{ORDINARY}", fields, Sec_Fetch_Site="cross-site").status == 403
    assert web.desk.asked == []
    for said in ("same-origin", "none"):
        assert web.post(f"/r/{ORDINARY}", fields, Sec_Fetch_Site=said, Origin="null").status == 303


def test_a_link_in_a_web_mail_may_be_opened_from_another_site(web: Site) -> None:
    assert web.get(f"/r/{ORDINARY}", Sec_Fetch_Site="cross-site").status == 200


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("name=x", "text/plain", 415),
        ('{"name":"x"}', "application/json", 415),
        ("name=x", "multipart/form-data; boundary=x", 415),
        ("name=" + "x" * 70_000, FORM, 413),
        ("&".join(f"f{n}=1" for n in range(101)), FORM, 400),
        ("name=%FF%FE", FORM, 400),
        ("", FORM, 422),
        ("name=x&name=y", FORM + "; charset=utf-8", 422),
    ],
)
def test_a_form_is_bounded_in_kind_size_and_number_of_fields(web: Site, body: str, kind: str, status: int) -> None:
    assert web.ask("POST", f"/r/{ORDINARY}", body, Content_Type=kind).status == status
    assert web.desk.asked == []


def test_clean_text_has_no_controls_and_no_marks_that_hide_or_turn() -> None:
    assert clean(" ก\x00\x1b\u202e\u200bข\r\nค\rง\tจ\ud800 ") == "กข\nค\nง จ"
    assert clean("ก\u0e4d\u0e32") == "ก\u0e4d\u0e32"
    assert clean("e\u0301") == "\u00e9"
    assert one_line(" ก  ข\n\nค ") == "ก ข ค"


@given(st.text() | st.text(st.sampled_from("กเ\u0e4d\u0e32\u0e48\u0301\u200b\u202e\n\r\t\x00 ")))
def test_cleaning_looks_at_each_kind_of_character_as_at_each_character(text: str) -> None:
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    seen = "".join(c for c in plain if c == "\n" or category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp"))
    assert clean(text) == normalize("NFC", seen).strip()


def test_digits_are_read_in_any_script() -> None:
    assert digits("๔๘๒ 913-x²") == "482913"
