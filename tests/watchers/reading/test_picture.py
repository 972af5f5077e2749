"""Pictures of pages: what is drawn, and that no file hangs, crashes or fills the daemon (attacks 5, 20)."""

from __future__ import annotations

import threading
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from io import BytesIO

import pytest
from fpdf import FPDF
from PIL import Image, ImageStat

from ledger.errors import Unavailable
from tests.watchers.reading.hostile_files import CATALOG, HOSTILE, PAGES, one_page, pdf, picture, stream
from watchers.reading import painter as painting
from watchers.reading.copies import Copy
from watchers.reading.painter import Painter
from watchers.reading.sheets import Sheet

SCANS = ("BMP", "GIF", "JPEG", "PNG", "TIFF", "WEBP")


@pytest.fixture(scope="module")
def painter() -> Iterator[Painter]:
    one = Painter(cpu_seconds=2)
    yield one
    one.close()


def sheets(painter: Painter, content: bytes) -> tuple[Sheet, ...]:
    return painter.sheets(sha256(content).hexdigest(), lambda: content)


def draw(painter: Painter, content: bytes, page: int = 1) -> Image.Image | None:
    drawn = painter.draw(sha256(content).hexdigest(), lambda: content, page)
    return Image.open(BytesIO(drawn), formats=["PNG"]).convert("L") if drawn is not None else None


def a_letter(pages: int = 2) -> bytes:
    """A PDF with a black square above on the left of each page."""
    document = FPDF()
    for _ in range(pages):
        document.add_page()
        document.set_fill_color(0)
        document.rect(0, 0, 50, 50, "F")
    return bytes(document.output())


def is_marked(drawn: Image.Image | None) -> bool:
    """Whether the picture has its black corner, and is white elsewhere."""
    assert drawn is not None
    width, height = drawn.size
    corner, middle = drawn.getpixel((width // 20, height // 20)), drawn.getpixel((width // 2, height // 2))
    return corner < 40 and middle > 215  # type: ignore[operator]


def test_every_page_of_a_pdf_has_its_picture(painter: Painter) -> None:
    content = a_letter(3)
    assert sheets(painter, content) == (Sheet(1240, 1754),) * 3
    assert all(is_marked(draw(painter, content, page)) for page in (1, 2, 3))
    assert draw(painter, content, 4) is None
    assert draw(painter, content, 0) is None


@pytest.mark.parametrize("kind", SCANS)
def test_a_scan_is_drawn_whatever_its_kind(painter: Painter, kind: str) -> None:
    content = picture(kind)
    assert sheets(painter, content) == (Sheet(1240, 930),)
    assert is_marked(draw(painter, content))


def test_a_scan_of_many_pages_is_drawn_page_by_page(painter: Painter) -> None:
    pages = [Image.open(BytesIO(picture("PNG", (200 + n, 300)))) for n in range(3)]
    target = BytesIO()
    pages[0].save(target, "TIFF", save_all=True, append_images=pages[1:])
    assert len(sheets(painter, target.getvalue())) == 3
    drawn = draw(painter, target.getvalue(), 3)
    assert is_marked(drawn)
    assert drawn is not None
    assert drawn.width == 202


def test_a_photo_stands_upright_and_clear_parts_are_white(painter: Painter) -> None:
    turned = Image.Exif()
    turned[0x0112] = 6
    photo = picture("JPEG", (400, 200), exif=turned)
    assert sheets(painter, photo) == (Sheet(877, 1754),)
    drawn = draw(painter, photo)
    assert drawn is not None
    assert drawn.size == (200, 400)
    clear = BytesIO()
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(clear, "PNG")
    white = draw(painter, clear.getvalue())
    assert white is not None
    assert white.getextrema() == (255, 255)


def test_a_fax_turns_grey_when_it_is_made_smaller(painter: Painter) -> None:
    fax = Image.new("1", (4000, 4000), 1)
    fax.paste(0, (0, 0, 4000, 4000))
    for row in range(0, 4000, 8):
        fax.paste(1, (0, row, 4000, row + 4))
    target = BytesIO()
    fax.save(target, "TIFF", compression="group4")
    drawn = draw(painter, target.getvalue())
    assert drawn is not None
    assert 60 < ImageStat.Stat(drawn).mean[0] < 200


def test_a_large_photo_becomes_a_picture_of_bearable_size(painter: Painter) -> None:
    target = BytesIO()
    Image.effect_noise((2400, 3200), 90).convert("RGB").save(target, "JPEG")
    content = target.getvalue()
    drawn = painter.draw(sha256(content).hexdigest(), lambda: content, 1)
    assert drawn is not None
    assert len(drawn) < 3 << 20
    assert Image.open(BytesIO(drawn)).size == (1240, 1653)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_ends_in_no_picture_and_the_next_is_drawn(painter: Painter, name: str) -> None:
    content = HOSTILE[name]
    assert len(sheets(painter, content)) <= 200
    drawn = draw(painter, content)
    assert drawn is None or drawn.width <= 1240
    assert drawn is None or drawn.height <= 1754
    assert is_marked(draw(painter, a_letter(1)))


def test_a_file_that_cost_two_children_is_not_tried_again() -> None:
    endless, asked = HOSTILE["a form that draws itself"], []
    painter = Painter(processes=1)

    def content() -> bytes:
        asked.append(1)
        return endless

    assert [painter.draw("endless", content, page) for page in (1, 1, 1, 1)] == [None] * 4
    assert len(asked) == 2
    assert painter.sheets("endless", content) == ()
    painter.close()


def test_a_file_that_cannot_be_drawn_is_handed_out_all_the_same() -> None:
    slow = one_page(b"0 0 m " + b"9 9 500 800 0 0 c " * 300_000 + b"S")
    painter = Painter(processes=1, wall_seconds=0.05)
    assert [draw(painter, slow) for _ in range(2)] == [None, None]
    painter._wall_seconds = 12
    assert painter.copy(slow, "แบบแปลน.pdf") == Copy(slow, ())
    painter.close()


def test_a_file_is_counted_once_and_not_even_opened_then() -> None:
    painter, letter = Painter(processes=1), a_letter()
    assert len(painter.sheets("known", lambda: letter)) == 2
    assert len(painter.sheets("known", lambda: pytest.fail("asked again"))) == 2
    painter.close()


def test_a_file_is_looked_through_once_whether_its_copy_is_the_same_or_another_or_none() -> None:
    token = "wL3-q_7Rk2ZyT0aVbN8cXd5eFgH1iJ4mKoPsQuWxY9z"
    link, known = f"https://saraban.office.example/r/{token}", {sha256(token.encode()).hexdigest()}
    printed = FPDF()
    printed.add_page()
    printed.set_font("Helvetica")
    printed.multi_cell(60, text=link, wrapmode="CHAR")
    files = {"same.txt": b"A letter", "other.txt": link.encode(), "none.pdf": bytes(printed.output())}
    painter = Painter(processes=1)
    first = [painter.copy(content, name, known) for name, content in files.items()]
    painter.close()  # nobody is asked any more
    assert [painter.copy(content, name, known) for name, content in files.items()] == first
    assert [copy and copy.content == content for copy, content in zip(first, files.values(), strict=True)] == [
        True, False, None,
    ]  # fmt: skip
    with pytest.raises(Unavailable):
        painter.copy(files["other.txt"], "other.txt", known | {"another that is ours by now"})


def test_copies_that_are_kept_take_only_so_much_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(painting, "_KEPT", 1000)
    monkeypatch.setattr(painting, "_ALL_KEPT", 2500)
    painter = Painter()
    for number, size in enumerate((900, 900, 1001, 900)):
        painter._remember(number, Copy(b"x" * size, ()))
    assert list(painter._copies) == [1, 3]
    painter.close()


def test_a_page_that_takes_too_long_ends_after_its_time() -> None:
    slow = one_page(b"0 0 m " + b"9 9 500 800 0 0 c " * 300_000 + b"S")
    painter = Painter(processes=1, wall_seconds=0.05)
    assert painter.draw("slow", lambda: slow, 1) is None
    assert painter._failures == {"slow": 1}
    painter.close()


def test_many_threads_share_the_children_and_too_many_are_turned_away() -> None:
    painter, letter = Painter(processes=2, waiting=4), a_letter()
    with ThreadPoolExecutor(4) as threads:
        drawn = list(threads.map(lambda page: painter.draw("x", lambda: letter, page), [1, 2] * 6))
    assert all(drawn)
    begun, go = threading.Semaphore(0), threading.Event()

    def waits() -> bytes:
        begun.release()
        go.wait(30)
        return letter

    with ThreadPoolExecutor(4) as threads:
        waiting = [threads.submit(painter.draw, f"w{n}", waits, 1) for n in range(4)]
        for _ in range(2):
            begun.acquire()
        while painter._room._value:  # the other two are on their way to the queue
            threading.Event().wait(0.01)
        with pytest.raises(Unavailable):
            painter.draw("one too many", lambda: letter, 1)
        go.set()
        assert all(one.result(60) for one in waiting)
    painter.close()


def test_nothing_starts_before_it_is_needed_and_nothing_draws_after_the_end() -> None:
    painter = Painter()
    assert list(painter._idle.queue) == [None, None]
    painter.close()
    with pytest.raises(Unavailable):
        painter.draw("x", a_letter, 1)


def test_a_page_says_nothing_to_anybody_outside(painter: Painter) -> None:
    """Links, launches and scripts of a PDF are not even looked at: only what is painted is."""
    action = b"<</S/URI/URI(http://127.0.0.1:9/)>>"
    page = (
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/AA<</O %b>>"
        b"/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 200 200]/A %b>>]>>"
    ) % (action, action)
    opening = b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>"
    assert opening != CATALOG
    drawn = draw(painter, pdf(opening, PAGES, page, stream(b"0 150 50 50 re f")))
    assert is_marked(drawn)


def test_a_file_without_a_link_is_looked_into_once_however_many_fetch_it() -> None:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.txt", "ไม่มีลิงก์")
    painter = Painter()
    first = painter.copy(packed.getvalue(), "x.zip")
    painter.close()
    assert first == Copy(packed.getvalue(), ())
    assert painter.copy(packed.getvalue(), "x.zip") == first
    with pytest.raises(Unavailable):
        painter.copy(packed.getvalue() + b" ", "x.zip")
