"""`saraban directory export` and `import`: offices, groups, people, schools as one file, or as tables."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from gateway.cli.context import ConfigOption, say
from gateway.cli.opened import opened, who
from gateway.cli.rules import FileArgument
from gateway.opening import clock
from ledger import enrol, roster
from ledger.errors import Refused
from ledger.history import acting

app = typer.Typer(no_args_is_help=True, help="ทะเบียนหน่วยงาน กลุ่ม บุคลากร สถานศึกษา / Offices, groups, people, schools")


class Part(StrEnum):
    """What of the directory: the whole as YAML, or one table as CSV."""

    ALL = "all"
    SCHOOLS = "schools"
    PEOPLE = "people"


PartOption = Annotated[
    Part, typer.Option("--part", help="all ทั้งหมด (YAML), schools หรือ people (CSV) / all, schools or people")
]


@app.command("export")
def export_directory(part: PartOption = Part.ALL, config: ConfigOption = None) -> None:
    """พิมพ์ทะเบียนหน่วยงานเป็น YAML หรือ CSV / Print the directory as YAML or CSV.

    ตัวอย่าง / Examples:

    saraban directory export > office.yaml

    saraban directory export --part schools > schools.csv
    """
    with opened(config) as ledger, ledger.database.read() as session:
        present = enrol.give_out(session)
    if part is Part.ALL:
        typer.echo(roster.to_yaml(present), nl=False)
    else:
        typer.echo(roster.schools_csv(present) if part is Part.SCHOOLS else roster.people_csv(present), nl=False)


@app.command("import")
def import_directory(file: FileArgument, part: PartOption = Part.ALL, config: ConfigOption = None) -> None:
    """ปรับทะเบียนหน่วยงานตามไฟล์ ที่ไม่อยู่ในไฟล์จะพักไว้ ไม่ลบ / Bring the directory to what the file says.

    ตัวอย่าง / Examples:

    saraban directory import office.yaml

    saraban directory import schools.csv --part schools
    """
    try:
        content = file.read_bytes()
    except OSError as fault:
        raise Refused(reason=f"อ่านไฟล์ {file} ไม่ได้ — cannot read it ({fault.strerror})") from None
    with opened(config) as ledger, acting(ledger.database, who(), "directory changed", clock()) as act:
        present = enrol.give_out(act.session)
        if part is Part.SCHOOLS:
            wanted = roster.merge_schools(present, content)
        elif part is Part.PEOPLE:
            wanted = roster.merge_people(present, content)
        else:
            wanted = roster.parse(content.decode("utf-8-sig", "replace"))
        tally = enrol.take_in(act, wanted)
    added, changed, rested = (tally[word] for word in ("added", "changed", "rested"))
    say(f"เพิ่ม {added} แก้ไข {changed} พัก {rested} รายการ", f"{added} added, {changed} changed, {rested} put to rest.")
