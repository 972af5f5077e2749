"""A letter is acknowledged.

A notice lies in the finance group's mailbox. Its scanner follows the link, its mail program previews it, and nothing is
acknowledged by that. A clerk opens the page, types her name and presses the button; she presses it again, and her
colleague does so too: the first one stands. She forwards the letter to a person, who gets a link of his own. A school
acknowledges a circular, and the letter takes the next number of the school's own register.
"""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.stories.house import House, eventually
from tests.stories.post import Sent, letter, outgoing, paper, post
from tests.stories.visitor import Visitor

pytestmark = pytest.mark.story

FINANCE = "finance@area4.example"
EVIDENCE = re.compile(r"\d{8}-[0-9A-F]{8}")


def notice(house: House, subject: str) -> Sent:
    """The finance group's notice of a new letter."""
    post(house, letter(subject))
    return eventually(lambda: [sent for sent in outgoing(house, FINANCE) if subject in sent.subject], "a notice")[0]


def delivery(house: House, letter_id: int | str = 1, position: int = 0) -> dict[str, Any]:
    """What `letter show` tells of one addressee."""
    told: dict[str, Any] = house.row("letter", "show", str(letter_id))["deliveries"][position]
    return told


def test_only_a_deliberate_act_acknowledges_and_only_the_first_counts(house: House) -> None:
    machine = Visitor(notice(house, "ขอเบิกจ่ายค่าตอบแทน").link)
    assert machine.ask("HEAD").status == 200
    assert delivery(house)["opened_at"] is None
    page = machine.ask()
    for refused in (
        machine.ask("POST", form={}),
        machine.ask("POST", form={"nonce": page.nonce}),
        machine.ask("POST", form={"nonce": page.nonce, "name": " .- "}),
        machine.ask("POST", form={"name": "เครื่อง"}),
        machine.ask("POST", form={"name": "เครื่อง", "nonce": page.nonce[:-1]}),
        machine.ask("PUT", form={"name": "เครื่อง", "nonce": page.nonce}),
    ):
        assert refused.status in (405, 422)
    seen = delivery(house)
    assert seen["opened_at"]
    assert seen["acknowledged_at"] is None

    clerk = Visitor(machine.link)
    done = clerk.acknowledge("นางนงลักษณ์ สุขเกษม")
    assert "นางนงลักษณ์ สุขเกษม" in done.text
    first = delivery(house)
    assert first["acknowledged_by"] == "นางนงลักษณ์ สุขเกษม"
    again = Visitor(machine.link).press({"name": "นายคนอื่น", "nonce": page.nonce})
    assert "นางนงลักษณ์ สุขเกษม" in again.text
    assert "นายคนอื่น" not in again.text
    assert delivery(house) == first
    assert house.count("receipts") == 1
    house.sound()


def test_of_two_who_press_at_the_same_moment_one_acknowledges(house: House) -> None:
    link = notice(house, "ขออนุมัติจัดซื้อจัดจ้าง").link
    names = [f"เจ้าหน้าที่คนที่ {n}" for n in range(6)]
    with ThreadPoolExecutor(len(names)) as crowd:
        pages = list(crowd.map(lambda name: Visitor(link).acknowledge(name), names))
    winner = delivery(house)["acknowledged_by"]
    assert winner in names
    assert all(winner in page.text for page in pages)
    assert len({number for page in pages for number in EVIDENCE.findall(page.text)}) == 1
    assert house.count("receipts") == 1


def test_a_letter_is_forwarded_to_a_person_who_acknowledges_it_too(house: House) -> None:
    link = notice(house, "ใบเสร็จรับเงินค่าสาธารณูปโภค").link
    head = Visitor(link)
    form = {"name": "นายพิเชษฐ์ รักเรียน", "note": "โปรดดำเนินการภายในวันศุกร์"}
    target = next(value for label, value in head.ask().targets.items() if "สุรชัย" in label)
    nonce = head.ask().nonce
    for _ in range(2):  # an impatient double click
        assert head.press({**form, "target": target, "nonce": nonce}, "/forward").status == 200
    passed = eventually(lambda: outgoing(house, "finance-1@area4.example"), "the mail to the person")
    assert len(passed) == 1
    assert form["note"] in passed[0].text
    assert passed[0].token != link.rpartition("/")[2]

    person = Visitor(passed[0].link)
    page = person.acknowledge("นายสุรชัย กันทะวงศ์")
    assert form["name"] in page.text
    assert form["note"] in page.text
    assert [step["acknowledged_by"] for step in house.row("letter", "show", "1")["deliveries"]] == [
        None,
        "นายสุรชัย กันทะวงศ์",
    ]


def test_a_school_acknowledges_a_circular_and_numbers_it_in_its_own_register(house: House, tmp_path: Path) -> None:
    file = tmp_path / "หนังสือเวียน.pdf"
    file.write_bytes(paper("เวียน"))
    sent = house.row("send", file, "--to", "small", "--subject", "แจ้งปฏิทินการรับนักเรียน", "--circular")
    eventually(lambda: len(outgoing(house)) == sent["deliveries"] == 14, "the circular")
    mail = outgoing(house)[0]
    page = Visitor(mail.link).acknowledge("นางครูธุรการ")
    shown = house.row("letter", "show", sent["text"])
    (got,) = [each for each in shown["deliveries"] if each["acknowledged_at"]]
    assert got["acknowledged_by"] == "นางครูธุรการ"
    school = house.ask(f"SELECT code FROM organisations WHERE name = '{got['to']}'")[0][0]
    (entry,) = house.rows("register", "list", "incoming", "--org", school)
    assert entry["number"] == 1
    assert entry["text"] in page.text
    assert entry["letter_number"] == sent["text"]


def test_a_sent_letter_names_where_it_is_looked_at(house: House, tmp_path: Path) -> None:
    file = tmp_path / "หนังสือ.pdf"
    file.write_bytes(paper("ปฏิทิน"))
    notice(house, "ขอเบิกจ่ายค่าตอบแทน")
    told = house.run("send", file, "--to", "small", "--subject", "แจ้งปฏิทิน").strip()
    assert "แจ้งปฏิทิน" in house.run("letter", "show", told.rpartition("saraban letter show ")[2].partition("\n")[0])
