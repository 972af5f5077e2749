"""Thai by default, English on demand, and no text without its English."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from jinja2 import Environment
from jinja2.ext import extract_from_ast

from gateway.web.language import CATALOGUES, Catalogue, choose
from tests.gateway.web.office import HIDDEN, ORDINARY
from tests.gateway.web.site import TEMPLATES, Site

ROOT = Path(__file__).parents[3]
# Written into the register, or the Thai half of a sentence that brings its English along.
NOT_SAID = {"เอกสารกระดาษ", "รายการทะเบียน", "ไฟล์ลำดับที่", "[ลับ]", "แรก", "ปัจจุบัน"}


def used() -> set[str]:
    """Every Thai text of the templates."""
    environment, found = Environment(autoescape=True), set()
    for template in (TEMPLATES / "web").rglob("*.html"):
        for _, _, message in extract_from_ast(environment.parse(template.read_text()), ("_",)):
            text = message[0] if isinstance(message, tuple) else message
            if text is not None:
                found.add(text)
    return found


def english() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in (TEMPLATES / CATALOGUES).glob("*.po"):
        with path.open("rb") as file:
            for line in read_po(file, abort_invalid=True):
                if line.id:
                    assert found.setdefault(str(line.id), str(line.string)) == line.string, line.id
    return found


def thai_texts(*places: str) -> set[str]:
    """Every Thai string constant of these Python files that is no docstring."""
    found: set[str] = set()
    for path in (one for place in places for one in ROOT.glob(place)):
        tree = ast.parse(path.read_text("utf-8"))
        told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
        found |= {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told | inside
        }
    return {text for text in found if any("\u0e00" <= c <= "\u0e7f" for c in text)}


def sentences_behind_names() -> set[str]:
    """Sentences in f-strings behind a colon: what they are about stands before it and is nobody's to translate."""
    source = "".join(path.read_text("utf-8") for path in ROOT.glob("gateway/web/console/*.py"))
    return set(re.findall(r'f"\{[^"]*\}: ([\u0e00-\u0e7f][^"{}]*)"', source))


def test_every_text_has_its_english() -> None:
    texts = used()
    assert len(texts) > 100
    assert texts - set(english()) == set()
    assert all(english().values())


def test_every_sentence_of_the_consoles_code_has_its_english() -> None:
    assert thai_texts("gateway/web/console/*.py") - set(english()) - NOT_SAID == set()
    acts = thai_texts("ledger/content.py", "ledger/registering.py", "ledger/amending.py")
    assert acts - set(english()) - NOT_SAID == set()


def test_no_english_is_left_over() -> None:
    said = thai_texts("gateway/**/*.py", "ledger/**/*.py", "watchers/**/*.py") | sentences_behind_names()
    assert set(english()) - used() - said == set()
    assert sentences_behind_names() - set(english()) == set()


def test_a_text_and_its_english_name_the_same_values() -> None:
    def names(text: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    assert [thai for thai, text in english().items() if names(thai) != names(text)] == []


def test_no_template_says_a_thai_text_without_the_catalogue() -> None:
    outside, texts = {}, sorted(used() | {"ไทย", "ว"}, key=len, reverse=True)
    for template in (TEMPLATES / "web").rglob("*.html"):
        source = template.read_text()
        for text in texts:
            source = source.replace(f'"{text}"', "").replace(f"'{text}'", "")
        if thai := [c for c in source if "\u0e00" <= c <= "\u0e7f"]:
            outside[template.name] = "".join(thai)
    assert outside == {}


@pytest.mark.parametrize(
    ("asked", "accepted", "language"),
    [
        (None, "", "th"),
        (None, "en-US,en;q=0.9", "en"),
        (None, "en-US,en;q=0.9,th;q=0.8", "en"),
        (None, "th-TH,th;q=0.9,en;q=0.8", "th"),
        (None, "de,fr;q=0.5", "th"),
        (None, "en;q=0", "th"),
        (None, "en;q=x, th ; q = 0.1", "th"),
        ("en", "th", "en"),
        ("th", "en", "th"),
        ("xx", "en", "en"),
    ],
)
def test_the_address_decides_then_the_browser_then_thai(asked: str | None, accepted: str, language: str) -> None:
    assert choose(asked, accepted) == language


def test_braces_in_a_letters_own_words_are_left_alone() -> None:
    say = Catalogue(TEMPLATES).speaker("en")
    assert say("{0.__class__} {x}") == "{0.__class__} {x}"
    assert say("จาก") == "From"
    assert say("โดย {name}", name="{evil}") == "by {evil}"


def test_a_chosen_language_stays_through_the_form(web: Site) -> None:
    page = web.get(f"/r/{ORDINARY}?lang=en")
    assert '<html lang="en">' in page.text
    assert f'action="/r/{ORDINARY}?lang=en"' in page.text
    answer = web.post(f"/r/{ORDINARY}?lang=en", {"name": "Somsri", "nonce": page.nonce()})
    assert answer.headers["Location"] == f"/r/{ORDINARY}?lang=en"
    assert "Evidence number" in web.get(answer.headers["Location"]).text


def test_locked_and_missing_pages_speak_english_too(web: Site) -> None:
    assert "A code is needed" in web.get(f"/r/{HIDDEN}?lang=en").text
    assert "This link does not work" in web.get(f"/r/{'x' * 43}", Accept_Language="en").text
