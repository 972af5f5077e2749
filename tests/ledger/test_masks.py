"""Links of ours in every spelling that mail programs give them, and what only looks like one."""

from __future__ import annotations

import time
from base64 import b64encode
from urllib.parse import quote

import pytest

from ledger.letters import token_hash
from ledger.masks import GUESSES, MARK, MOST, Mask, hashed

TOKEN = "wL3-q_7Rk2ZyT0aVbN8cXd5eFgH1iJ4mKoPsQuWxY9z"  # a token of letters, digits and both odd signs
LINK = f"https://saraban.office.example/r/{TOKEN}"
WHOLE = quote(LINK, safe="")
V2 = LINK.replace("-", "-2D").replace("_", "-5F").replace(":", "-3A").replace("/", "_")

SHAPES = {
    "plain": (LINK, MARK),
    "in brackets": (f"<{LINK}>", f"<{MARK}>"),
    "before Thai without a space": (f"เปิด {LINK}เพื่อรับ", f"เปิด {MARK}เพื่อรับ"),
    "at the end of a sentence": (f"ดู {LINK}. ขอบคุณ", f"ดู {MARK}. ขอบคุณ"),
    "with what stands behind it": (f"{LINK}/files/1?lang=en#way", MARK),
    "host in capitals": (LINK.replace("https://saraban.office", "HTTPS://SARABAN.OFFICE"), MARK),
    "punycode, another port": (f"http://xn--12co.example:8080/r/{TOKEN}", MARK),
    "an invitation": (LINK.replace("/r/", "/join/"), MARK),
    "without a host": (f"/r/{TOKEN} x", f"{MARK} x"),
    "percent-encoded": (WHOLE, MARK),
    "percent-encoded twice": (quote(WHOLE, safe=""), MARK),
    "percent-encoded in small letters": (WHOLE.replace("%2F", "%2f"), MARK),
    "one letter percent-encoded": (LINK.replace("q_7", "%71_7"), MARK),
    "every letter percent-encoded": (f"http://a.example/r/{''.join(f'%{ord(one):02x}' for one in TOKEN)}", MARK),
    "every letter percent-encoded three times": (f"/r/{''.join(f'%2525{ord(one):02X}' for one in TOKEN)}", MARK),
    "the path percent-encoded": (LINK.replace("/r/", "/%72/"), MARK),
    "an invitation, its path percent-encoded": (LINK.replace("/r/", "/j%6Fin/"), MARK),
    "every letter referred to": (f"/&#114;/{''.join(f'&#{ord(one)};' for one in TOKEN)}", MARK),
    "every letter referred to, escaped": (f"/r/{''.join(f'&amp;amp;#x{ord(one):X};' for one in TOKEN)}", MARK),
    "every letter quoted-printable": (f"/r/{''.join(f'={ord(one):02X}' for one in TOKEN)}", MARK),
    "every letter as JSON may": ("".join(f"\\u{ord(one):04x}" for one in f"/r/{TOKEN}"), MARK),
    "odd signs percent-encoded": (LINK.replace("_", "%5F").replace("w-", "w%2D"), MARK),
    "quoted, cut in the token": (f"> {LINK[:60]}\n> {LINK[60:]}\n> ต่อ", f"> {MARK}\n> ต่อ"),
    "quoted three times": (f">>> {LINK[:50]}\n>>> {LINK[50:70]}\n>>> {LINK[70:]}", f">>> {MARK}"),
    "quoted with initials": (f"SC> {LINK[:50]}\r\nSC> {LINK[50:]}", f"SC> {MARK}"),
    "cut before the token": (f"| {LINK[:33]}\n| {LINK[33:]}", f"| {MARK}"),
    "flowed": (f"{LINK[:55]} \n{LINK[55:]} x", f"{MARK} x"),
    "soft break left in": (f"{LINK[:55]}=\n{LINK[55:]}", MARK),
    "quoted-printable left in": (LINK.replace("_", "=5F").replace("/r/", "=2Fr=2F"), MARK),
    "decimal references": (LINK.replace("/", "&#47;"), MARK),
    "hexadecimal references": (LINK.replace("/", "&#x2F;").replace("_", "&#95;"), MARK),
    "named references": (LINK.replace("/", "&sol;").replace("_", "&lowbar;"), MARK),
    "in escaped brackets": (f"&lt;{LINK}&gt;", f"&lt;{MARK}&gt;"),
    "wbr": (f"{LINK[:45]}<wbr>{LINK[45:60]}<wbr />{LINK[60:]}", MARK),
    "spans": (f'{LINK[:45]}</span><span style="color:red">{LINK[45:]}</span>', f"{MARK}</span>"),
    "quoted HTML": (f"&gt; {LINK[:55]}<br>\n&gt; {LINK[55:]}", f"&gt; {MARK}"),
    "unseen characters": (f"{LINK[:45]}\u200b{LINK[45:50]}&shy;{LINK[50:]}", MARK),
    "many unseen characters": ("\u200b\u200b\u200b\u200b".join(f"/r/{TOKEN}"), MARK),
    "href": (f'<a href="{LINK}">เปิด</a>', f'<a href="{MARK}">เปิด</a>'),
    "Markdown": (f"[เปิด]({LINK})", f"[เปิด]({MARK})"),
    "Markdown escapes": (LINK.replace("_", "\\_"), MARK),
    "emphasis": (f"*{LINK}*", f"*{MARK}*"),
    "JSON": (LINK.replace("/", "\\/"), MARK),
    "Safe Links": (
        f"https://apc01.safelinks.protection.outlook.com/?url={WHOLE}&amp;data=05%7C02&amp;reserved=0",
        MARK,
    ),
    "URL Defense 3": (f"https://urldefense.com/v3/__{LINK}__;!!Kc3!Q$", MARK),
    "URL Defense 2": (f"https://urldefense.proofpoint.com/v2/url?u={V2}&d=DwMFaQ&c=x", MARK),
    "Google": (f"https://www.google.com/url?q={LINK}&source=gmail&ust=1764", MARK),
    "a scanner's base64": (f"https://x.protection.example/?d=e&u={b64encode(LINK.encode()).decode()}&i=N", MARK),
    "the name of a saved page": (f"saraban.office.example_r_{TOKEN}.html", f"saraban.office.example{MARK}.html"),
}


@pytest.mark.parametrize(("written", "shown"), SHAPES.values(), ids=SHAPES)
def test_a_link_is_masked_however_it_is_written(written: str, shown: str) -> None:
    mask = Mask({token_hash(TOKEN)})
    assert mask.text(written) == shown
    assert mask.links == {token_hash(TOKEN)}
    assert mask.text(shown) == shown


@pytest.mark.parametrize("written", [written for written, _ in SHAPES.values()], ids=SHAPES)
def test_a_link_of_somebody_else_is_asked_for_and_stays_however_it_is_written(written: str) -> None:
    for mask in Mask(), Mask({hashed("another")}):
        assert (mask.text(written), mask.shapes(written), mask.links) == (written, written, set())
        assert token_hash(TOKEN) in mask.doubtful


@pytest.mark.parametrize(
    "text",
    [
        "https://forms.office.com/r/AbCdEfGhIj\nสมชาย\nสมหญิง",
        "https://forms.office.com/r/AbCdEfGhIj\nSomchai\nJaidee\nTeacher\nBangkok",
        "https://www.reddit.com/r/thailand/comments/1abcde/a_long_title_of_somebody_else_about_schools/",
        "https://docs.google.com/document/d/1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms/edit",
        f"https://click.news.example/r/{TOKEN}{TOKEN}",
        f"https://saraban.office.example/r/{TOKEN[:42]}",
        "ศธ 04022/ว345 ลงวันที่ 1 ธ.ค. 2569 r/join/ /r/ //r//",
        "",
    ],
)
def test_what_is_no_link_of_ours_stays(text: str) -> None:
    mask = Mask()
    assert (mask.text(text), mask.links) == (text, set())


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"รหัสคือ {TOKEN} ครับ", f"รหัสคือ {MARK} ครับ"),
        (f"_{TOKEN}_", f"_{MARK}_"),
        (f"page_{TOKEN}.pdf", f"page_{MARK}.pdf"),
        (f"{TOKEN}-scan", f"{MARK}-scan"),
        (f"{LINK}See", f"{MARK}See"),
        (f"xx{LINK}yyyy", f"xx{MARK}yyyy"),
        (f"/r/{TOKEN}{TOKEN}", MARK * 2),
        (f"{'x' * 99}{TOKEN}{'y' * 99}", f"{'x' * 99}{MARK}{'y' * 99}"),
        (f"saraban_r_{TOKEN}copy.html", f"saraban{MARK}copy.html"),
        (f"{'> ' * 21}{LINK[:55]}\n{'> ' * 21}{LINK[55:]}", f"{'> ' * 21}{MARK}"),
        (f"{'>' * 99}{LINK[:55]}\n{'>' * 99}{LINK[55:]}", f"{'>' * 99}{MARK}"),
        (f"{'&gt; ' * 25}{LINK[:55]}\n{'&gt; ' * 25}{LINK[55:]}", f"{'&gt; ' * 25}{MARK}"),
        (f"Somchai> {LINK[:55]}\r\nSomchai> {LINK[55:]}", f"Somchai> {MARK}"),
        (f"สมชาย> {LINK[:45]}\nสมชาย> {LINK[45:60]}\nสมชาย> {LINK[60:]}", f"สมชาย> {MARK}"),
        (f"นาย ก. > {LINK[:55]}\nนาย ก. > {LINK[55:]}", f"นาย ก. > {MARK}"),
        (f"{LINK[:55]}\n\xa0{LINK[55:]}", MARK),
        (f"{LINK[:55]} {LINK[55:]}", MARK),
        (f"{LINK[:55]}\u2028{LINK[55:]}", MARK),
        (f"{LINK[:55]}\u200e{LINK[55:60]}\u034f{LINK[60:]}", MARK),
        (f"{LINK[:55]}</td></tr>\n<tr class='x'>\n<td>&nbsp;{LINK[55:]}", MARK),
    ],
)
def test_what_is_doubtful_is_masked_when_the_ledger_knows_it(text: str, shown: str) -> None:
    unasked = Mask()
    assert unasked.text(text) == text
    assert token_hash(TOKEN) in unasked.doubtful
    asked = Mask({token_hash(TOKEN)})
    assert (asked.text(text), asked.links) == (shown, {token_hash(TOKEN)})


def test_a_wrapped_run_without_digits_is_asked_for_first() -> None:
    token = "abcDEFghiJKLmnoPQRstuVWXyzaBCDefgHIJklmNOPq"
    text = f"https://x.example/r/{token[:20]}\n{token[20:]}"
    mask = Mask()
    assert (mask.text(text), mask.doubtful) == (text, {hashed(token)})
    assert Mask({hashed(token)}).text(text) == MARK


def test_nobody_hides_a_token_behind_many_runs_that_are_none() -> None:
    decoys = " ".join(f"{number:043d}" for number in range(MOST))
    assert TOKEN not in Mask().text(f"{decoys} {TOKEN}")


def test_what_is_beyond_all_that_is_asked_for_stays_masked_when_some_of_it_is_known() -> None:
    decoys = "".join(f"http://a.example/r/{number:043d}\n" for number in range(MOST - 1))
    other = f"http://a.example/r/{TOKEN[::-1]}"
    for known in frozenset[str](), {hashed(TOKEN)}:
        assert TOKEN[::-1] not in Mask(known).text(f"{LINK}\n{decoys}{other}")


def test_data_that_has_many_long_runs_stays_as_it_is() -> None:
    data = " ".join(f"{number:064x}" for number in range(GUESSES))
    mask = Mask()
    assert mask.text(data) == data
    assert len(mask.doubtful) <= MOST + GUESSES


def test_several_links_in_one_text_are_each_masked() -> None:
    other = TOKEN[::-1]
    mask = Mask({hashed(TOKEN), hashed(other)})
    assert mask.text(f"{LINK} และ {LINK.replace(TOKEN, other)}") == f"{MARK} และ {MARK}"
    assert mask.links == {hashed(TOKEN), hashed(other)}


PIECES = (
    "/r/", "/r/<x/r/>", "/<b><b><b>", "/r/\n> ", "A", "aHR0c", "_r_", " ", "&#000", "/r/\n", "a: ", "/r/&gt;", "%25",
    "=\n", "/r/" + " " * 79 + "\n", f"/r/{TOKEN[:42]}\n", f"{TOKEN} ", LINK + "\n", "http" + "h" * 400 + "/r/", "_",
    "\u200b", "<", "\\/", "/r/A ", "/r/ ", "/r/\nA", "/r/A&", "/r/&amp;", "/r/%25", "\nx", "a" * 299 + " ",
    "/r/" + "A " * 42,
)  # fmt: skip


@pytest.mark.parametrize("piece", PIECES, ids=range(len(PIECES)))
def test_no_text_makes_it_slow(piece: str) -> None:
    hostile = (piece * (2048 // len(piece) + 1))[:2048]
    begun = time.process_time()
    Mask().shapes(hostile)
    assert time.process_time() - begun < 0.05  # the bound of the issue for 2 kB


def test_a_million_letters_of_paths_do_not_take_the_time_of_a_reading() -> None:
    begun = time.process_time()
    Mask().shapes("/r/A " * 200_000)
    assert time.process_time() - begun < 2  # a reading has ten seconds for all
