"""Wrong settings: each names its file and line, or its variable, and says what to do, in Thai and English."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.settings import load
from ledger.errors import SettingsWrong

SMTP_RELAY = '[relay]\nkind = "smtp"\nhost = "mx.example"\n'

NO_BASES = (
    "saraban.example", "ftp://x.example", "https://", "https:///", "https://x.example/saraban", "https://x.example/?",
    "https://x.example#a", "https://x.example?a=b", "https://u:p@x.example", "https://@x.example", "https://x y",
    "https://x.example:99999", "https://x.example:a", "https://-x.example", "https://x..example", "https://[::1",
    "https://สพป .ไทย", "https://x.example\\\\a",
)  # fmt: skip

IN_THE_FILE = [
    (
        '[intake]\nanswer = "verified"',
        "saraban.toml:2: intake.answer: ยังตรวจยืนยันผู้ส่งไม่ได้จนกว่าจะรับหนังสือจากตู้อีเมล (IMAP) ได้ ให้ใช้ known, all หรือ off",
        "saraban.toml:2: intake.answer: senders cannot be verified before mailboxes are read (IMAP):"
        " use known, all or off",
    ),
    (
        '[intake]\nanswer = "some"',
        "saraban.toml:2: intake.answer: ต้องเป็น 'known', 'all' หรือ 'off'",
        "saraban.toml:2: intake.answer: must be 'known', 'all' or 'off'",
    ),
    (
        "[intake]\nanswers_per_hour = 0",
        "saraban.toml:2: intake.answers_per_hour: ต้องไม่น้อยกว่า 1",
        "saraban.toml:2: intake.answers_per_hour: must be at least 1",
    ),
    (
        "[smtp]\nprot = 25",
        "saraban.toml:2: smtp.prot: ไม่มีการตั้งค่านี้ หมายถึง smtp.port หรือไม่",
        "saraban.toml:2: smtp.prot: there is no such setting; did you mean smtp.port?",
    ),
    (
        "# x\n[stmp]\nport = 25",
        "saraban.toml:2: stmp: ไม่มีการตั้งค่านี้ หมายถึง smtp หรือไม่",
        "saraban.toml:2: stmp: there is no such setting; did you mean smtp?",
    ),
    (
        'max_message = "1MiB"',
        "saraban.toml:1: max_message: ไม่มีการตั้งค่านี้ หมายถึง smtp.max_message หรือไม่",
        "saraban.toml:1: max_message: there is no such setting; did you mean smtp.max_message?",
    ),
    (
        "[intake]\nfoo = 1",
        "saraban.toml:2: intake.foo: ไม่มีการตั้งค่านี้",
        "saraban.toml:2: intake.foo: there is no such setting",
    ),
    (
        "[xyz]",
        "saraban.toml:1: xyz: ไม่มีการตั้งค่านี้",
        "saraban.toml:1: xyz: there is no such setting",
    ),
    (
        '[[folders]]\npath = "a"\n\n[[folders]]\npath = "b"\nqiet = "1s"',
        "saraban.toml:6: folders.qiet: ไม่มีการตั้งค่านี้ หมายถึง folders.quiet หรือไม่",
        "saraban.toml:6: folders.qiet: there is no such setting; did you mean folders.quiet?",
    ),
    (
        '[[folders]]\ngroup = "x"',
        "saraban.toml:1: folders.path: ต้องตั้งค่านี้",
        "saraban.toml:1: folders.path: this must be set",
    ),
    (
        '[[folders]]\npath = "a"\n[[folders]]\npath = "a/b"',
        "saraban.toml:1: folders: โฟลเดอร์ที่เฝ้าต้องไม่ซ้ำกันและไม่ซ้อนกัน",
        "saraban.toml:1: folders: watched folders must not be the same or lie in one another",
    ),
    *(
        (
            f'{before}\n[[folders]]\npath = "{path}"',
            "saraban.toml: โฟลเดอร์ที่เฝ้าต้องไม่ใช่โฟลเดอร์ data หรือ relay.path ต้องไม่ซ้อนกันกับโฟลเดอร์เหล่านี้ "
            "และต้องไม่มี key_file หรือ saraban.toml อยู่ข้างใน เพราะไฟล์ที่อยู่ในนั้นจะถูกลงทะเบียนและย้ายออกไป",
            "saraban.toml: a watched folder must not be, hold or lie in the folders data and relay.path, nor hold"
            " key_file or saraban.toml: whatever lies there would be registered and moved away",
        )
        for before, path in (
            ("", "data"),
            ("", "a/../data/closed"),
            ("", "."),
            ("", "outbox"),
            ('data = "/srv/d"', ".."),
            ('data = "/srv/d"', "/srv"),
            ('key_file = "keys/totp.key"', "keys"),
        )
    ),
    (
        'folders = "a"',
        "saraban.toml:1: folders: ต้องเป็นรายการในวงเล็บ [ ]",
        "saraban.toml:1: folders: write a list in brackets [ ]",
    ),
    (
        '[[folders]]\npath = "a"\nregister = "incomming"',
        "saraban.toml:3: folders.register: ต้องเป็น 'incoming', 'outgoing', 'order' หรือ 'certificate'",
        "saraban.toml:3: folders.register: must be 'incoming', 'outgoing', 'order' or 'certificate'",
    ),
    (
        '[intake]\npolicy = "some"',
        "saraban.toml:2: intake.policy: ต้องเป็น 'all', 'known' หรือ 'clerk'",
        "saraban.toml:2: intake.policy: must be 'all', 'known' or 'clerk'",
    ),
    (
        '[smtp]\nport = "mail"',
        "saraban.toml:2: smtp.port: ต้องเป็นจำนวนเต็ม เช่น 25",
        "saraban.toml:2: smtp.port: write a whole number, such as 25",
    ),
    (
        "[smtp]\nport = true",
        "saraban.toml:2: smtp.port: ต้องเป็นจำนวนเต็ม เช่น 25",
        "saraban.toml:2: smtp.port: write a whole number, such as 25",
    ),
    (
        "[smtp]\nport = 70000",
        "saraban.toml:2: smtp.port: ต้องไม่เกิน 65535",
        "saraban.toml:2: smtp.port: must be at most 65535",
    ),
    (
        "[smtp]\nmax_recipients = 0",
        "saraban.toml:2: smtp.max_recipients: ต้องไม่น้อยกว่า 1",
        "saraban.toml:2: smtp.max_recipients: must be at least 1",
    ),
    (
        '[smtp]\nmax_message = "1GiB"',
        'saraban.toml:2: smtp.max_message: ต้องไม่เกิน "100MiB"',
        'saraban.toml:2: smtp.max_message: must be at most "100MiB"',
    ),
    (
        '[smtp]\nmax_message = "35 megabytes"',
        "saraban.toml:2: smtp.max_message: ต้องเขียนจำนวนและหน่วย เช่น 64KiB, 35MiB หรือ 1GiB",
        "saraban.toml:2: smtp.max_message: write a number and a unit, such as 64KiB, 35MiB or 1GiB",
    ),
    (
        "[links]\nlife = 180",
        "saraban.toml:2: links.life: ต้องเขียนจำนวนและหน่วย เช่น 30s, 5m, 2h หรือ 180d",
        "saraban.toml:2: links.life: write a number and a unit, such as 30s, 5m, 2h or 180d",
    ),
    (
        '[links]\nlife = "0s"',
        "saraban.toml:2: links.life: ต้องนานกว่า 0",
        "saraban.toml:2: links.life: must be longer than 0",
    ),
    (
        '[smtp]\nenabled = "perhaps"',
        "saraban.toml:2: smtp.enabled: ต้องเป็น true หรือ false",
        "saraban.toml:2: smtp.enabled: write true or false",
    ),
    (
        '[smtp]\nhost = ""',
        "saraban.toml:2: smtp.host: ต้องไม่ว่าง",
        "saraban.toml:2: smtp.host: must not be empty",
    ),
    (
        "[smtp]\nhost = 127",
        "saraban.toml:2: smtp.host: ต้องเป็นข้อความในเครื่องหมายคำพูด",
        "saraban.toml:2: smtp.host: write a text in quotes",
    ),
    (
        "data = 5",
        "saraban.toml:1: data: ต้องเป็นที่อยู่ของไฟล์หรือโฟลเดอร์",
        "saraban.toml:1: data: write the path of a file or folder",
    ),
    (
        "smtp = 5",
        "saraban.toml:1: smtp: ต้องเป็นหัวข้อ เช่น [smtp] แล้วตั้งค่าใต้หัวข้อ",
        "saraban.toml:1: smtp: this is a table such as [smtp], with settings below it",
    ),
    (
        '\n[smtp]\ntls_key = "key.pem"',
        "saraban.toml:2: smtp: tls_certificate และ tls_key ต้องตั้งคู่กัน หรือไม่ตั้งทั้งสอง",
        "saraban.toml:2: smtp: tls_certificate and tls_key belong together: set both or neither",
    ),
    *(
        (
            f'[http]\nbase_url = "{address}"',
            "saraban.toml:2: http.base_url: ต้องเป็น http:// หรือ https:// ตามด้วยชื่อเครื่องเท่านั้น"
            " เช่น https://saraban.office.example ห้ามมีเส้นทาง ชื่อผู้ใช้ หรือเครื่องหมาย ?",
            "saraban.toml:2: http.base_url: write scheme and host only, such as https://saraban.office.example:"
            " no path, user name or question",
        )
        for address in NO_BASES
    ),
    (
        '[http]\ntrusted_proxies = [\n  "10.0.0.0/8",\n  "proxy"]',
        "saraban.toml:2: http.trusted_proxies: ต้องเป็นที่อยู่หรือเครือข่าย เช่น 10.0.0.0/8",
        "saraban.toml:2: http.trusted_proxies: write an address or a network, such as 10.0.0.0/8",
    ),
    (
        "[http]\nport = 2525",
        "saraban.toml: smtp, lmtp และ http ต้องใช้พอร์ตคนละพอร์ต",
        "saraban.toml: smtp, lmtp and http need a port each",
    ),
    (
        '[mail]\nsender = "a@b\\r\\nBcc: c@d"',
        "saraban.toml:2: mail.sender: ต้องเป็นอีเมลหนึ่งที่อยู่ เช่น saraban@office.example",
        "saraban.toml:2: mail.sender: write one mail address, such as saraban@office.example",
    ),
    (
        '[lmtp]\nmode = "rw-rw----"',
        'saraban.toml:2: lmtp.mode: ต้องเป็นเลขฐานแปดสามหลักในเครื่องหมายคำพูด เช่น "0660"',
        'saraban.toml:2: lmtp.mode: write three octal digits in quotes, such as "0660"',
    ),
    (
        '[relay]\nkind = "smtp"',
        'saraban.toml:1: relay: kind = "smtp" ต้องตั้ง host เป็นชื่อเซิร์ฟเวอร์ที่ส่งต่ออีเมล',
        'saraban.toml:1: relay: kind = "smtp" needs host: the name of the server that takes our mail',
    ),
    (
        SMTP_RELAY + 'username = "u"',
        "saraban.toml:1: relay: username และ password ต้องตั้งคู่กัน หรือไม่ตั้งทั้งสอง",
        "saraban.toml:1: relay: username and password belong together: set both or neither",
    ),
    (
        SMTP_RELAY + 'username = "u"\npassword = "p"\ntls = "opportunistic"',
        'saraban.toml:1: relay: รหัสผ่านจะถูกส่งโดยไม่เข้ารหัส ให้ตั้ง tls = "require" หรือ "implicit"',
        'saraban.toml:1: relay: the password would travel unencrypted: set tls = "require" or "implicit"',
    ),
    (
        '[outbox]\ngive_up = "1m"',
        "saraban.toml:1: outbox: retry_first ต้องไม่เกิน retry_longest และ retry_longest ต้องไม่เกิน give_up",
        "saraban.toml:1: outbox: retry_first must not exceed retry_longest, nor that give_up",
    ),
    (
        "[smtp\nport = 1",
        "saraban.toml:1: ไม่ถูกรูปแบบ TOML: Expected ']' at the end of a table declaration (at line 1, column 6)",
        "saraban.toml:1: this is not TOML: Expected ']' at the end of a table declaration (at line 1, column 6)",
    ),
    (
        SMTP_RELAY + 'password_file = "away"',
        "saraban.toml:4: อ่านไฟล์ {folder}/away ไม่ได้: No such file or directory",
        "saraban.toml:4: {folder}/away cannot be read: No such file or directory",
    ),
]

IN_THE_ENVIRONMENT = [
    (
        {"SARABAN_SMTP_PORT": "25"},
        "SARABAN_SMTP_PORT: ไม่มีการตั้งค่านี้ หมายถึง SARABAN_SMTP__PORT หรือไม่",
        "SARABAN_SMTP_PORT: there is no such setting; did you mean SARABAN_SMTP__PORT?",
    ),
    (
        {"SARABAN_SMTP__PORT": "x"},
        "SARABAN_SMTP__PORT: ต้องเป็นจำนวนเต็ม เช่น 25",
        "SARABAN_SMTP__PORT: write a whole number, such as 25",
    ),
    (
        {"SARABAN_HTTP__TRUSTED_PROXIES": "10.0.0.0/8,x"},
        "SARABAN_HTTP__TRUSTED_PROXIES: ต้องเป็นที่อยู่หรือเครือข่าย เช่น 10.0.0.0/8",
        "SARABAN_HTTP__TRUSTED_PROXIES: write an address or a network, such as 10.0.0.0/8",
    ),
    (
        {"SARABAN_FOLDERS__0__PATH": "x"},
        "SARABAN_FOLDERS__0__PATH: ตั้งโฟลเดอร์ได้เฉพาะในไฟล์ saraban.toml",
        "SARABAN_FOLDERS__0__PATH: folders are set in saraban.toml only",
    ),
]


def faults(path: Path, environ: dict[str, str], language: str) -> list[str]:
    with pytest.raises(SettingsWrong) as wrong:
        load(path, environ)
    return wrong.value.sentence(language).replace(f"{path.parent}/saraban.toml", "saraban.toml").split("\n")[1:]


@pytest.mark.parametrize(("text", "th", "en"), IN_THE_FILE, ids=[en for _, _, en in IN_THE_FILE])
def test_a_wrong_file_is_told_with_its_line(tmp_path: Path, text: str, th: str, en: str) -> None:
    path = tmp_path / "saraban.toml"
    path.write_text(text, "utf-8")
    path.chmod(0o600)
    assert th.format(folder=tmp_path) in faults(path, {}, "th")
    assert en.format(folder=tmp_path) in faults(path, {}, "en")


@pytest.mark.parametrize(("environ", "th", "en"), IN_THE_ENVIRONMENT)
def test_a_wrong_variable_is_told_by_its_name(tmp_path: Path, environ: dict[str, str], th: str, en: str) -> None:
    path = tmp_path / "saraban.toml"
    path.touch()
    assert faults(path, environ, "th") == [th]
    assert faults(path, environ, "en") == [en]


def test_all_faults_are_told_together(tmp_path: Path) -> None:
    path = tmp_path / "saraban.toml"
    path.write_text("langauge = 'th'\n[smtp]\nport = 'x'\n[http]\nport = 'y'\n")
    with pytest.raises(SettingsWrong) as wrong:
        load(path, {"SARABAN_DIGITS": "roman"})
    assert wrong.value.sentence("th").startswith("การตั้งค่าไม่ถูกต้อง 4 แห่ง\n")
    assert len(faults(path, {"SARABAN_DIGITS": "roman"}, "en")) == 4


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    path = tmp_path / "saraban.toml"
    assert faults(path, {}, "en") == ["saraban.toml: is not there: look at its place, or make it with saraban init"]
    assert "ไม่พบไฟล์การตั้งค่านี้" in faults(path, {}, "th")[0]
    path.write_bytes("language = 'ไทย'".encode("tis-620"))
    assert faults(path, {}, "en") == ["saraban.toml: save this file as UTF-8"]
