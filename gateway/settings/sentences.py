"""What is wrong with a setting, said in Thai and in English, with the nearest right name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from gateway.settings.outline import all_names, dotted, field_of, written
from ledger.errors import Fault

# Where our own validators speak, their English is at the check itself.
_THAI = {
    "duration": "ต้องเขียนจำนวนและหน่วย เช่น 30s, 5m, 2h หรือ 180d",
    "lasting": "ต้องนานกว่า 0",
    "size": "ต้องเขียนจำนวนและหน่วย เช่น 64KiB, 35MiB หรือ 1GiB",
    "octal": 'ต้องเป็นเลขฐานแปดสามหลักในเครื่องหมายคำพูด เช่น "0660"',
    "mailbox": "ต้องเป็นอีเมลหนึ่งที่อยู่ เช่น saraban@office.example",
    "network": "ต้องเป็นที่อยู่หรือเครือข่าย เช่น 10.0.0.0/8",
    "base_url": "ต้องเป็น http:// หรือ https:// ตามด้วยชื่อเครื่องเท่านั้น เช่น https://saraban.office.example "
    "ห้ามมีเส้นทาง ชื่อผู้ใช้ หรือเครื่องหมาย ?",
    "tls_pair": "tls_certificate และ tls_key ต้องตั้งคู่กัน หรือไม่ตั้งทั้งสอง",
    "relay_host": 'kind = "smtp" ต้องตั้ง host เป็นชื่อเซิร์ฟเวอร์ที่ส่งต่ออีเมล',
    "sign_in": "username และ password ต้องตั้งคู่กัน หรือไม่ตั้งทั้งสอง",
    "bare_password": 'รหัสผ่านจะถูกส่งโดยไม่เข้ารหัส ให้ตั้ง tls = "require" หรือ "implicit"',
    "retry_order": "retry_first ต้องไม่เกิน retry_longest และ retry_longest ต้องไม่เกิน give_up",
    "folders_apart": "โฟลเดอร์ที่เฝ้าต้องไม่ซ้ำกันและไม่ซ้อนกัน",
    "folder_ours": "โฟลเดอร์ที่เฝ้าต้องไม่ใช่โฟลเดอร์ data หรือ relay.path ต้องไม่ซ้อนกันกับโฟลเดอร์เหล่านี้ "
    "และต้องไม่มี key_file หรือ saraban.toml อยู่ข้างใน เพราะไฟล์ที่อยู่ในนั้นจะถูกลงทะเบียนและย้ายออกไป",
    "answer_verified": "ยังตรวจยืนยันผู้ส่งไม่ได้จนกว่าจะรับหนังสือจากตู้อีเมล (IMAP) ได้ ให้ใช้ known, all หรือ off",
    "own_ports": "smtp, lmtp และ http ต้องใช้พอร์ตคนละพอร์ต",
}
_BOTH = {
    "missing": ("ต้องตั้งค่านี้", "this must be set"),
    "int": ("ต้องเป็นจำนวนเต็ม เช่น 25", "write a whole number, such as 25"),
    "bool": ("ต้องเป็น true หรือ false", "write true or false"),
    "string_too_short": ("ต้องไม่ว่าง", "must not be empty"),
    "string": ("ต้องเป็นข้อความในเครื่องหมายคำพูด", "write a text in quotes"),
    "path": ("ต้องเป็นที่อยู่ของไฟล์หรือโฟลเดอร์", "write the path of a file or folder"),
    "tuple": ("ต้องเป็นรายการในวงเล็บ [ ]", "write a list in brackets [ ]"),
    "model": ("ต้องเป็นหัวข้อ เช่น [smtp] แล้วตั้งค่าใต้หัวข้อ", "this is a table such as [smtp], with settings below it"),
    "greater_than_equal": ("ต้องไม่น้อยกว่า {ge}", "must be at least {ge}"),
    "less_than_equal": ("ต้องไม่เกิน {le}", "must be at most {le}"),
}


def fault(error: Mapping[str, Any], where: str) -> Fault:
    """One finding of pydantic (`ErrorDetails`) as a sentence; `where` is the file's line, or the variable."""
    name = dotted(error["loc"])
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return misspelt(where, name, all_names())
    if kind in _THAI:
        th, en = _THAI[kind], error["msg"]
    elif kind in ("literal_error", "enum"):
        th, en = f"ต้องเป็น {context['expected']}".replace(" or ", " หรือ "), f"must be {context['expected']}"
    else:
        limits = {sign: written(field_of(name), context[sign]) for sign in ("ge", "le") if sign in context}
        known = next((pair for prefix, pair in _BOTH.items() if kind.startswith(prefix)), ("{msg}", "{msg}"))
        th, en = (text.format(msg=error["msg"], **limits) for text in known)
    return Fault(0, _place(where, name), th, en)


def misspelt(where: str, name: str, known: Iterable[str]) -> Fault:
    """That `name` means nothing at `where`, and which of the `known` names is probably meant."""
    th, en = "ไม่มีการตั้งค่านี้", "there is no such setting"
    for near in filter(partial(_alike, name), difflib.get_close_matches(name, known, 1)):
        th, en = f"{th} หมายถึง {near} หรือไม่", f"{en}; did you mean {near}?"
    return Fault(0, _place(where, name), th, en)


def _alike(name: str, near: str) -> bool:
    """Whether they are alike apart from the table that both are in."""
    table = name.rpartition(".")[0]
    if near == table:
        return False
    own, other = (one.removeprefix(f"{table}.") for one in (name, near))
    return bool(difflib.get_close_matches(own, [other], 1, 0.5))


def misplaced(variable: str) -> Fault:
    """That `variable` sets a folder, which only the file can."""
    return Fault(0, variable, "ตั้งโฟลเดอร์ได้เฉพาะในไฟล์ saraban.toml", "folders are set in saraban.toml only")


def _place(where: str, name: str) -> str:
    return where if where.startswith("SARABAN_") or not name else f"{where}: {name}"
