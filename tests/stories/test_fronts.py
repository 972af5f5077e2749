"""A house behind a proxy, exactly as the README sets it up, with no other setting than the public address.

A clerk signs in from elsewhere, brings a scan of 20,000 KB and sees the list change by itself; a letter is acknowledged
by the link in its mail. The address that stays as evidence is theirs, whatever a header of theirs says, and whoever
guesses passwords at one address keeps nobody at another from signing in.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from tests.stories.conftest import MakeHouse
from tests.stories.fronts import NAME, Answer, Front, Outsider, trusting
from tests.stories.house import House, eventually
from tests.stories.post import letter, outgoing, post

CLERK, SCHOOL, GUESSER = "127.9.9.9", "127.8.8.8", "127.7.7.7"
FILE = 20_000 * 1024
LINE = {
    "letter_number": "ศธ 04001/1",
    "letter_date": "1 ม.ค. 2569",
    "sender": "สพฐ.",
    "recipient": "ผอ.",
    "subject": "สแกน",
}

proof = pytest.mark.proof


@pytest.fixture(params=["nginx", pytest.param("caddy", marks=proof), pytest.param("apache", marks=proof)])
def front(request: pytest.FixtureRequest, make_house: MakeHouse, tmp_path: Path) -> Iterator[tuple[Front, House]]:
    """The proxy and the house behind it."""
    house = make_house()
    with Front(request.param, tmp_path / "front", house.http_port) as made:
        house.settings["SARABAN_HTTP__BASE_URL"] = made.url
        yield made, house.start()


def signed_in(front: Front, house: House, address: str = CLERK) -> Outsider:
    """The registry's clerk, who has come by the proxy."""
    clerk = Outsider(front, address)
    assert clerk.ask("GET", "/sign-in").status == 200
    answer = sign_in(clerk, "registry1@area4.example", (house.folder / "guests.txt").read_text("utf-8").strip())
    assert (answer.status, answer.place) == (303, "/home"), answer.text
    return clerk


def sign_in(visitor: Outsider, login: str, password: str) -> Answer:
    return visitor.post("/sign-in", {"login": login, "password": password})


def newest(house: House, column: str, table: str) -> str:
    """What the newest row says there."""
    return str(house.ask(f"SELECT {column} FROM {table} ORDER BY id DESC LIMIT 1")[0][0])


@pytest.mark.story
def test_a_proxy_as_the_readme_has_it(front: tuple[Front, House]) -> None:
    proxy, house = front
    clerk = signed_in(proxy, house)
    assert "__Host-sid" in clerk.cookies
    assert newest(house, "network", "sign_ins") == "127.9.9.0/24"

    # A scan comes in, and is what it was.
    content = b"%PDF-1.4\n" + os.urandom(FILE - 15) + b"%%EOF\n"
    seal = clerk.ask("GET", "/registers/incoming/new").hidden("seal")
    made = clerk.upload("/registers/incoming/new", {"seal": seal, **LINE}, {"scan.pdf": content})
    assert made.status == 303, made.text
    entry = made.place.partition("?")[0]
    assert sha256(clerk.ask("GET", f"{entry}/files/1").body).digest() == sha256(content).digest()

    # What is open hears of what is new while it is open.
    connection, stream = clerk.open("GET", "/live", Accept="text/event-stream")
    assert stream.readline() == b"retry: 5000\n"
    post(house, letter("หนังสือใหม่"))
    assert any(said.startswith(b"data: ") for said in iter(stream.readline, b""))
    connection.close()

    # A link in a mail leads through the proxy.
    link = eventually(lambda: [sent.link for sent in outgoing(house) if sent.link], "a notice")[0]
    assert link.startswith(f"{proxy.url}/r/")
    school = Outsider(proxy, SCHOOL)
    path = link.removeprefix(proxy.url)
    nonce = school.ask("GET", path).hidden("nonce")
    assert school.post(path, {"name": "นายมานะ อดทน", "nonce": nonce}).status == 303
    assert json.loads(newest(house, "evidence", "receipts"))["network"] == "127.8.8.0/24"
    assert "web.proxy" not in house.log


@pytest.mark.story
def test_guessing_from_one_address_locks_nobody_out_at_another(front: tuple[Front, House]) -> None:
    proxy, house = front
    guesser = Outsider(proxy, GUESSER)
    tried = [sign_in(guesser, f"guess{number}@area4.example", "wrong").status for number in range(21)]
    assert tried == [422] * 20 + [429]
    signed_in(proxy, house)
    assert sign_in(guesser, "registry1@area4.example", "wrong").status == 429


@pytest.mark.story
def test_the_proxy_speaks_http_2_and_sends_everybody_to_https(front: tuple[Front, House]) -> None:
    proxy, _ = front
    context = trusting(proxy)
    context.set_alpn_protocols(["h2", "http/1.1"])
    bare = socket.create_connection(("127.0.0.1", proxy.port), 60)
    with context.wrap_socket(bare, server_hostname=NAME) as secured:
        assert secured.selected_alpn_protocol() == "h2"
    if proxy.program == "nginx":
        with socket.create_connection(("127.0.0.1", proxy.plain), 60) as plain:
            plain.sendall(f"GET /home?a=b HTTP/1.1\r\nHost: {NAME}\r\nConnection: close\r\n\r\n".encode())
            said = b"".join(iter(lambda: plain.recv(65536), b""))
        assert b"301 Moved" in said
        assert f"Location: https://{NAME}/home?a=b".encode() in said


@pytest.mark.story
@proof
def test_five_of_the_largest_files_come_through(front: tuple[Front, House]) -> None:
    proxy, house = front
    clerk = signed_in(proxy, house)
    files = {f"scan{number}.pdf": b"%PDF-1.4\n" + os.urandom(FILE - 15) + b"%%EOF\n" for number in range(5)}
    seal = clerk.ask("GET", "/registers/incoming/new").hidden("seal")
    made = clerk.upload("/registers/incoming/new", {"seal": seal, **LINE}, files)
    assert made.status == 303, made.text
