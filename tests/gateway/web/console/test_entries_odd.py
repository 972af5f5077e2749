"""Lines that somebody may not see, ids that there are not, and values that nobody types (I8, P-32)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from ledger.values import Secrecy
from tests.gateway.web.console.house import Client, House, text_of
from tests.gateway.web.console.house import house as opened
from tests.gateway.web.console.lines import FULL, PDF, line, register

CHANGED = {"letter_number": "1", "sender": "ก", "recipient": "ข", "subject": "ขอเลื่อนประชุม", "secrecy": "ordinary"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened(tmp_path_factory.mktemp("odd")) as made:
        yield made


@pytest.fixture(scope="module")
def clerk(house: House) -> Client:
    return house.signed_in("office.plain")


def test_a_secret_line_is_closed_to_who_may_not_read_it(house: House) -> None:
    key = register(house, "office.director", files=("ลับ.pdf",), subject="สอบวินัยนายเอ", secrecy=Secrecy.SECRET)
    stranger, admin = house.signed_in("office.plain"), house.signed_in("office.register_admin")
    for visitor in (stranger, admin):
        for path in ("", "/slip", "/files/1", "/amend", "/void"):
            answer = visitor.get(f"/entries/{key}{path}")
            assert answer.status == 403
            assert "สอบวินัย" not in answer.text
        for path in ("/amend", "/void", "/files/1/remove"):
            assert visitor.post(f"/entries/{key}{path}", {**CHANGED, "reason": "x", "seen": "x"}).status == 403
        assert visitor.upload(f"/entries/{key}/files", {}, [("ก.pdf", PDF)]).status == 403
    assert "สอบวินัยนายเอ" in text_of(house.signed_in("office.central_clerk").get(f"/entries/{key}"))


def test_what_is_not_yours_is_as_what_is_not_there(house: House, clerk: Client) -> None:
    key = register(house, "s1.plain", files=("ก.pdf",))
    for path in ("", "/slip", "/files/1", "/amend", "/void"):
        theirs, nowhere = (clerk.get(f"/entries/{one}{path}") for one in (key, 99_999))
        assert theirs.status == nowhere.status == 404
        assert re.sub(rf"\b{key}\b", "99999", text_of(theirs)) == text_of(nowhere)
    for path in ("/amend", "/void", "/files/1/remove", "/files"):
        fields = {**CHANGED, "reason": "x", "seen": "x"}
        assert [clerk.post(f"/entries/{one}{path}", fields).status for one in (key, 99_999)] in ([404, 404], [422, 404])
    assert line(house, key).subject == FULL.subject


@pytest.mark.parametrize(
    "key", ["0", "00", str(2**63 - 1), str(2**63), "9" * 200, "-1", "1.5", "x", "%00", "1%00", "๑"]
)
def test_no_id_breaks_a_page(clerk: Client, key: str) -> None:
    for path in ("", "/slip", "/files/1", "/files/0", f"/files/{key}", "/amend", "/void", "/send"):
        assert clerk.get(f"/entries/{key}{path}").status == 404
    for path in ("/amend", "/void", "/files/1/remove"):
        assert clerk.post(f"/entries/{key}{path}", {"seen": "x"}).status in (404, 405)


@pytest.mark.parametrize("value", ["\x00", "\u202eกลับ", "ก" * 10_000, "\ud800", "<script>", "\n\n", "{{7*7}}", "' --"])
@pytest.mark.parametrize("field", ["subject", "letter_date", "group_id", "urgency", "secrecy", "seen", "reason"])
def test_no_value_breaks_a_form(house: House, clerk: Client, field: str, value: str) -> None:
    key = register(house, "office.plain")
    text = value.encode("utf-8", "surrogatepass")
    answer = clerk.post(f"/entries/{key}/amend", {**CHANGED, "seen": "x", field: text})
    assert answer.status in (400, 409, 422, 303)
    assert "<script>" not in answer.text.partition("<main")[2].partition("</main")[0]
    assert "\u202e" not in answer.text
