"""The settings file that `saraban init` writes: every setting, its meaning, its default; from the definitions."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.settings.outline import fields, tables, written
from gateway.settings.ways_in import Section

_HEAD = """\
# การตั้งค่า Saraban Gateway ทุกบรรทัดที่ขึ้นต้นด้วย #ชื่อ = คือค่าเริ่มต้น ลบ # ออกแล้วแก้เมื่อต้องการเปลี่ยน
# Settings of Saraban Gateway. A line such as #port = 2525 shows a default: remove the # to change it.
# ที่อยู่ไฟล์นับจากโฟลเดอร์ของไฟล์นี้ ตัวแปรระบบใช้แทนได้ เช่น SARABAN_SMTP__PORT
# Paths count from this file's folder. Variables such as SARABAN_SMTP__PORT take precedence.
"""


def sample() -> str:
    """A complete, commented settings file in Thai and English."""
    return "\n".join([_HEAD, *(line for table, section in tables() for line in _table(table, section))])


def _table(table: str, section: type[Section]) -> Iterator[str]:
    yield from _comment(section.__doc__)
    if table:
        yield "#[[folders]]" if table == "folders" else f"[{table}]"
    for name, field in fields(section).items():
        default = field.examples[0] if field.examples else field.default
        yield from _comment(field.description)
        yield f"#{name} = {written(field, default)}"
        yield ""


def _comment(both: str | None) -> Iterator[str]:
    return (f"# {text}" for text in (both or "").split(" / ", 1))
