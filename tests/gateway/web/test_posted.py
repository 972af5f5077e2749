"""Forms that come in pieces: what they say does not depend on where they were cut, and no bound can be passed."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.web.multipart import Multipart
from gateway.web.posted import FIRST_FIELD, Bounds, Reader, TooLarge, TooManyFiles, TooMuchText, Urlencoded

BOUNDS = Bounds(text=20_000, fields=20, files=2, file_bytes=50_000)
KIND = "multipart/form-data; boundary=edge"
NAMES = st.sampled_from(["seal", "subject", "เรื่อง", "d.names"])
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
CUTS = st.lists(st.integers(1, 40), max_size=30)

Fields = Sequence[tuple[str, str]]


def multipart(fields: Fields, files: Sequence[tuple[str, str, bytes]] = ()) -> bytes:
    parts = [b'Content-Disposition: form-data; name="%b"\r\n\r\n%b' % (n.encode(), v.encode()) for n, v in fields]
    head = b'Content-Disposition: form-data; name="%b"; filename="%b"\r\nContent-Type: application/pdf\r\n\r\n%b'
    parts += [head % (field.encode(), name.encode(), content) for field, name, content in files]
    return b"".join(b"--edge\r\n%b\r\n" % part for part in parts) + b"--edge--\r\n"


def fed(reader: Reader, body: bytes, cuts: Sequence[int] = ()) -> Reader:
    """The body in pieces of these lengths, then the rest."""
    try:
        for length in cuts:
            reader.feed(body[:length])
            body = body[length:]
        reader.feed(body)
        reader.finish()
    except BaseException:
        reader.close()
        raise
    return reader


@given(st.lists(st.tuples(NAMES, TEXTS), min_size=1, max_size=8), CUTS)
def test_fields_are_read_alike_however_they_are_cut(fields: Fields, cuts: Sequence[int]) -> None:
    plain = fed(Urlencoded(BOUNDS), urlencode(fields).encode(), cuts)
    assert plain.texts == fields
    parts = fed(Multipart(KIND, BOUNDS), multipart(fields), cuts)
    assert (parts.texts, parts.first()) == (fields, fields[0])


@given(st.binary(max_size=300), CUTS)
def test_files_are_kept_byte_for_byte(content: bytes, cuts: Sequence[int]) -> None:
    body = multipart([("seal", "x")], [("files", "หนังสือ.pdf", content), ("files", "", b"")])
    reader = fed(Multipart(KIND, BOUNDS), body, cuts)
    name, file = reader.files[0]
    assert (name, file.filename, file.content_type, file.size) == (
        "files", "หนังสือ.pdf", "application/pdf", len(content),
    )  # fmt: skip
    assert file.file.read() == content
    reader.close()
    assert file.file.closed


@given(st.binary(max_size=400) | st.binary(max_size=400).map(lambda some: b"--edge\r\n" + some), CUTS)
def test_what_is_no_form_is_a_value_error(body: bytes, cuts: Sequence[int]) -> None:
    for reader in (Urlencoded(BOUNDS), Multipart(KIND, BOUNDS)):
        try:
            fed(reader, body, cuts)
        except ValueError:
            continue
        assert len(reader.texts) + len(reader.files) <= len(body)
        reader.close()


def test_the_first_field_is_known_before_the_second_is_there() -> None:
    plain, parts = Urlencoded(BOUNDS), Multipart(KIND, BOUNDS)
    plain.feed(b"seal=%E0%B8%81")
    assert plain.first() is None
    plain.feed(b"&")
    assert plain.first() == ("seal", "ก")
    body = multipart([("seal", "ก"), ("x", "y")])
    parts.feed(body[:60])
    assert parts.first() is None
    parts.feed(body[60 : body.index(b'name="x"')])
    assert parts.first() == ("seal", "ก")


def test_a_first_field_that_is_none_is_told_at_once() -> None:
    long = "x" * FIRST_FIELD
    for reader, body in (
        (Urlencoded(BOUNDS), long.encode()),
        (Multipart(KIND, BOUNDS), multipart([("seal", long)])[:FIRST_FIELD]),
        (Multipart(KIND, BOUNDS), multipart([], [("seal", "a.pdf", b"x" * 9)])[:-12]),
    ):
        reader.feed(body)
        assert reader.first() == ("", "")
        reader.close()


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (multipart([("a", "x" * 10_000), ("b", "x" * 10_000)]), TooMuchText),
        (multipart([("a" * 10_000, "x")] * 2), ValueError),  # no head is so long
        (multipart([(f"{n}{'a' * 1500}", "x") for n in range(14)]), TooMuchText),
        (multipart([], [("a", "b" * 3000, b"")] * 2 + [("a", "b", b"x" * 69_000)]), TooLarge),
        (multipart([], [("a", "b", b"x")] * 3), TooManyFiles),
        (multipart([("a", "x")] * 21), ValueError),
        (multipart([("a", "x")])[:-4], ValueError),
        (b"--edge\r\nContent-Disposition: form-data\r\n\r\nx\r\n--edge--\r\n", ValueError),
        (b"", ValueError),
    ],
)  # fmt: skip
def test_no_bound_of_a_form_with_files_is_passed(body: bytes, fault: type[Exception]) -> None:
    with pytest.raises(fault):
        fed(Multipart(KIND, BOUNDS), body)


@pytest.mark.parametrize(
    ("body", "fault"), [(b"a=" + b"x" * 20_000, TooMuchText), (b"a=&" * 21, ValueError), (b"a=%FF", ValueError)]
)
def test_no_bound_of_a_plain_form_is_passed(body: bytes, fault: type[Exception]) -> None:
    with pytest.raises(fault):
        fed(Urlencoded(BOUNDS), body)


@pytest.mark.parametrize("kind", ["multipart/form-data", f"multipart/form-data; boundary={'x' * 300}"])
def test_a_form_with_files_needs_a_boundary(kind: str) -> None:
    with pytest.raises(ValueError, match="boundary"):
        Multipart(kind, BOUNDS)


@pytest.mark.parametrize("body", [b"--edge\nx", b"--edxx\r\n", b"--edge\r\nA\x00: b\r\n\r\n"])
def test_what_strangers_send_fills_no_log(body: bytes, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ValueError, match=r"."):
        fed(Multipart(KIND, BOUNDS), body)
    assert caplog.records == []
