"""An office begins.

Somebody installs it on an empty machine and starts it. The terminal tells a code and an address, or, where none is, the
log tells the file in which only the owner of the data finds the code. There the first administrator makes an account,
sets up a second factor as the checklist wants it of administrators, and stands before an empty desk. The code is dead
then, and the next start prints none. On an address that others could listen to, nobody is asked for a password before
it is encrypted.
"""

from __future__ import annotations

import os
import re
import stat
import urllib.error
import urllib.request
from functools import partial

import pyotp
import pytest
from playwright.sync_api import Browser, expect

from gateway import first_code
from tests.gateway.web.browser import visitor
from tests.stories.conftest import MakeHouse
from tests.stories.house import House, eventually

pytestmark = pytest.mark.story

PASSWORD = "seven quiet otters juggle umbrellas"
CODE = re.compile(r"(http\S+/begin) ด้วยรหัส ([A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4})")


def install(make_house: MakeHouse, **settings: str) -> House:
    """An empty machine with a settings file, as `saraban init` leaves it."""
    house = make_house(SARABAN_SMTP__ENABLED="false", SARABAN_HTTP__PORT="0", **settings)
    (house.folder / "saraban.toml").touch(0o600)
    return house


def the_code(house: House) -> tuple[str, str]:
    """The address and the code from the file that the owner of the data folder alone may read."""
    file = house.data / first_code.FILE
    eventually(lambda: file.exists(), "the file")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    found = CODE.search(file.read_text("utf-8"))
    assert found
    return found[1], found[2]


def test_the_first_administrator_begins_with_what_the_terminal_tells(make_house: MakeHouse, browser: Browser) -> None:
    house = install(make_house).start(verb="run")
    address, code = the_code(house)
    assert f"รหัสอยู่ในไฟล์ {house.data / first_code.FILE}" in house.log
    assert code not in house.log
    assert address == house.announced["http"] + "/begin"
    with visitor(browser) as page:
        page.goto(house.announced["http"])
        expect(page).to_have_url(address)
        page.get_by_label("รหัสจากเครื่องเซิร์ฟเวอร์").fill(code)
        page.get_by_label("ชื่อ-นามสกุล").fill("นางสมศรี ใจดี")
        page.get_by_label("ชื่อสำนักงาน").fill("สพป.ตัวอย่าง เขต 9")
        page.get_by_label("อีเมล").fill("somsri@office.example")
        page.locator("#password").fill(PASSWORD)
        page.get_by_role("button", name="สร้างบัญชีและเริ่มใช้งาน").click()
        expect(page.get_by_text("บัญชีนี้ต้องใช้การยืนยันสองขั้นตอน")).to_be_visible()
        secret = page.locator(".secret code").inner_text().replace(" ", "")
        page.get_by_label("รหัสจากแอป").fill(pyotp.TOTP(secret).now())
        page.get_by_role("button", name="เปิดใช้การยืนยันสองขั้นตอน").click()
        page.get_by_role("link", name="เก็บรหัสแล้ว ทำต่อ").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("วันนี้")
        expect(page.get_by_text("สพป.ตัวอย่าง เขต 9").first).to_be_visible()
    eventually(lambda: not (house.data / first_code.FILE).exists(), "a code that was used is gone")
    house.sound()
    house.stop()
    house.start(verb="run")
    house.stop()
    assert house.log.count("รหัสอยู่ในไฟล์") == 1
    assert not (house.data / first_code.FILE).exists()


def told_of_it(house: House, times: int) -> bool:
    """Whether the log has named the file so often."""
    return house.log.count("รหัสอยู่ในไฟล์") == times


def test_another_start_prints_another_code_until_somebody_begins(make_house: MakeHouse) -> None:
    house = install(make_house)
    codes = set()
    for times in (1, 2):
        house.start(verb="run")
        eventually(partial(told_of_it, house, times), "the file")
        codes.add(the_code(house))
        house.stop()
    assert len(codes) == 2
    assert not CODE.search(house.log)
    assert house.count("invitations WHERE used_at IS NULL AND julianday(expires_at) - julianday(made_at) > 0.9") == 1


def test_where_others_could_listen_it_tells_what_to_set(make_house: MakeHouse) -> None:
    house = install(make_house, SARABAN_HTTP__BASE_URL="http://saraban.office.example").start(verb="run")
    eventually(lambda: "ให้ตั้ง http.base_url เป็น https://" in house.log, "what to set")
    assert not (house.data / first_code.FILE).exists()
    house.stop()


def test_at_a_terminal_the_code_stands_there_and_in_no_file(make_house: MakeHouse) -> None:
    house = install(make_house).start(verb="run")
    the_code(house)  # as a service it lay in one, and is void with the next
    house.stop()
    ours, theirs = os.openpty()
    process = house.begin(verb="run", stderr=theirs)
    os.close(theirs)
    said = b""
    while not CODE.search(said.decode(errors="ignore")):
        said += os.read(ours, 4096)
    process.terminate()
    assert house.wait() == 0
    os.close(ours)
    assert not (house.data / first_code.FILE).exists()


def test_the_demo_has_guests_and_needs_no_code(house: House) -> None:
    with urllib.request.urlopen(f"{house.announced['http']}/sign-in") as page:
        assert "รหัสผ่าน" in page.read().decode()
    assert not CODE.search(house.log)
