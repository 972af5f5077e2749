"""People, their accounts and their duties in the console: kept by those who may, and never raised by themselves."""

from __future__ import annotations

import re

from ledger import outbox
from ledger.accounts import AccountRow
from ledger.directory import PersonRow
from tests.gateway.web.console.directory_ways import (
    ADMIN,
    CLERKS,
    appoint,
    boxes,
    duties,
    field,
    one,
    person,
    place,
)
from tests.gateway.web.console.house import PASSWORD, Client, House, text_of

# People and accounts


def test_somebody_new_is_invited_and_signs_in_by_the_mailed_link(house: House) -> None:
    visitor, path = house.signed_in("s1.director"), f"{place(house, 's1')}/people/new"
    page = visitor.follow(
        visitor.post(path, {"name": "นางแก้ว มีสุข", "position": "ครู", "mailbox": "kaew@s1.example", "invite": "1"})
    )
    assert "เพิ่มบุคลากรและส่งคำเชิญแล้ว" in page.text
    assert "send" in house.rang
    with house.database.write() as session:
        mail = outbox.claim(session, house.clock(), 10, outbox.Schedule())[-1]
    assert mail.recipient == "kaew@s1.example"
    assert mail.token not in page.text
    assert "เชิญแล้ว" in text_of(visitor.get(place(house, "s1")))
    newcomer = Client(house)
    newcomer.get(f"/join/{mail.token}")
    assert newcomer.post(f"/join/{mail.token}", {"password": PASSWORD + "แก้ว"}).status == 303
    assert newcomer.get("/home").status == 200
    key = one(house, PersonRow, mailbox="kaew@s1.example").id
    assert "ใช้งานได้" in text_of(visitor.get(f"/directory/people/{key}"))


def test_a_director_puts_nobody_into_another_school(house: House) -> None:
    visitor = house.signed_in("s1.director")
    for code in ("s2", "office"):
        assert visitor.post(f"{place(house, code)}/people/new", {"name": "ใคร"}).status == 404
        assert visitor.post(f"{place(house, code)}/invite", {"person": "1"}).status == 404
    for path in (person(house, "s2.plain"), person(house, "office.plain")):
        for action in ("edit", "invite", "account"):
            assert visitor.post(f"{path}/{action}", {"do": "off", "name": "x"}).status == 404, path


def test_a_deputy_does_not_touch_the_director(house: House) -> None:
    visitor = house.signed_in("s1.deputy")
    assert "ผู้ดูแลระบบของสำนักงานเป็นผู้จัดการ" in visitor.get(person(house, "s1.director")).text
    for action in ("edit", "invite", "account"):
        assert visitor.post(f"{person(house, 's1.director')}/{action}", {"do": "off", "name": "x"}).status == 403
    assert visitor.post(f"{person(house, 's1.plain')}/account", {"do": "off"}).status == 303


def test_a_person_is_changed_and_rests(house: House) -> None:
    visitor, path = house.signed_in("s1.director"), person(house, "s1.school_clerk")
    seen = field(visitor.get(f"{path}/edit").text, "seen")
    changed = {"name": "นางธุรการ ใจเย็น", "position": "ธุรการ", "mailbox": "s1.school_clerk@test.example", "seen": seen}
    assert visitor.post(f"{path}/edit", changed).status == 303
    clerk = house.signed_in("s1.school_clerk")
    assert clerk.get("/tray").status != 303
    assert "พ้นจากทุกหน้าที่" in visitor.get(f"{path}/account?do=rest").text
    assert visitor.post(f"{path}/account", {"do": "rest"}).status == 303
    assert clerk.get("/home").status == 303
    assert duties(house, "s1.school_clerk") == set()
    assert "นางธุรการ ใจเย็น" in text_of(visitor.get(place(house, "s1")))
    assert visitor.post(f"{path}/account", {"do": "wake"}).status == 303
    assert visitor.get(f"{path}/account?do=nonsense").status == 404


def test_accounts_are_switched_and_second_factors_required(house: House) -> None:
    visitor, path = house.signed_in(ADMIN), person(house, "office.plain")
    plain = house.signed_in("office.plain")
    visitor.post(f"{path}/account", {"do": "require"})
    assert one(house, AccountRow, login="office.plain@test.example").second_factor
    assert plain.get("/home").headers["Location"].startswith(("/second", "/account", "/sign-in"))
    visitor.post(f"{path}/account", {"do": "optional"})
    visitor.post(f"{path}/account", {"do": "off"})
    assert plain.get("/home").status == 303
    assert "ปิดบัญชีอยู่" in text_of(visitor.get(path))
    visitor.post(f"{path}/account", {"do": "on"})
    visitor.post(f"{path}/account", {"do": "drop"})
    assert visitor.post(f"{path}/account", {"do": "login", "login": "wrong"}).status == 422
    assert visitor.post(f"{path}/account", {"do": "login", "login": "new@test.example"}).status == 303
    visitor.post(f"{path}/account", {"do": "unlink"})
    assert one(house, PersonRow, id=house.people["office.plain"]).account_id is None


def test_the_last_administrator_cannot_be_lost(house: House) -> None:
    visitor, path = house.signed_in(ADMIN), person(house, ADMIN)
    for do in ("off", "rest", "unlink"):
        assert visitor.post(f"{path}/account", {"do": do}).status == 422, do
    page = f"{place(house, 'office')}/duties"
    own = f"{house.people[ADMIN]} administrator"
    assert appoint(visitor, page, [box for box in boxes(visitor, page) if box != own]) == 422
    assert duties(house, ADMIN) == {"administrator"}
    assert visitor.get("/directory").status == 200


def test_many_are_invited_at_once(house: House) -> None:
    visitor = house.signed_in(ADMIN)
    keys = []
    for number in range(3):
        fields = {"name": f"นาย {number}", "mailbox": f"n{number}@s2.example" if number else ""}
        answer = visitor.post(f"{place(house, 's2')}/people/new", fields)
        keys.append(int(answer.headers["Location"].split("?")[0].split("/")[-1]))
    path = f"{place(house, 's2')}/invite"
    assert visitor.post(path).status == 422
    assert visitor.post(path, {"person": keys}).status == 422  # one has no mailbox: nobody is invited
    assert visitor.post(path, {"person": keys[1:]}).status == 303
    with house.database.write() as session:
        sent = {mail.recipient for mail in outbox.claim(session, house.clock(), 10, outbox.Schedule())}
    assert sent == {"n1@s2.example", "n2@s2.example"}


# Duties


def test_only_the_duties_that_the_viewer_gives_have_boxes(house: House) -> None:
    def given(who: str, code: str) -> set[str]:
        page = house.signed_in(who).get(f"{place(house, code)}/duties").text
        return {box.split(" ")[1] for box in re.findall(r'name="duty" value="([^"]+)"', page)}

    assert given(CLERKS, "office") == {"central_clerk", "group_clerk"}
    assert given(CLERKS, "s1") == {"school_clerk"}
    assert given("office.register_officer", "office") == {"register_officer"}
    assert given("s1.deputy", "s1") == {"school_clerk", "register_officer"}
    assert given(ADMIN, "s1") == {"director", "deputy", "school_clerk", "register_officer"}
    assert len(given(ADMIN, "office")) == 8
    assert house.signed_in("office.register_admin").get(f"{place(house, 's1')}/duties").status == 404


def test_a_director_appoints_clerks_and_a_forged_box_gives_nothing(house: House) -> None:
    visitor, path = house.signed_in("s1.director"), f"{place(house, 's1')}/duties"
    plain = house.people["s1.plain"]
    forged = [f"{plain} school_clerk", f"{plain} director", f"{plain} administrator", "9999 school_clerk", "x y"]
    assert appoint(visitor, path, forged) == 303
    assert duties(house, "s1.plain") == {"school_clerk"}
    assert duties(house, "s1.school_clerk") == set()  # F46: also one whom the office appointed
    assert duties(house, "s1.director") == {"director"}


def test_nobody_ticks_themselves_higher(house: House) -> None:
    path = f"{place(house, 'office')}/duties"
    for who, duty in ((CLERKS, "central_clerk"), (ADMIN, "central_clerk")):
        visitor = house.signed_in(who)
        own = f"{house.people[who]} {duty}"
        assert appoint(visitor, path, [*boxes(visitor, path), own]) == 422
        assert duty not in duties(house, who)


def test_an_old_form_appoints_nobody(house: House) -> None:
    visitor, path = house.signed_in("s1.director"), f"{place(house, 's1')}/duties"
    old = field(visitor.get(path).text, "seen")
    assert appoint(visitor, path, [f"{house.people['s1.plain']} school_clerk"]) == 303
    page = visitor.post(path, {"seen": old, "duty": []})
    assert page.status == 422
    assert duties(house, "s1.plain") == {"school_clerk"}


def test_somebody_without_a_mailbox_is_not_half_added(house: House) -> None:
    visitor, path = house.signed_in("s1.director"), f"{place(house, 's1')}/people/new"
    assert visitor.post(path, {"name": "นางแก้ว", "invite": "1"}).status == 422
    with house.database.read() as session:
        assert session.query(PersonRow).filter_by(name="นางแก้ว").count() == 0
