"""`saraban rules export`, `check` and `import`: routing as reviewable text."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import sqlalchemy as sa
import typer
from sqlalchemy.orm import Session

from gateway.cli.context import ConfigOption, language, say
from gateway.cli.opened import opened, who
from gateway.cli.registers import OrgOption
from gateway.opening import clock
from ledger import directory, routing, rules
from ledger.directory import OrganisationRow
from ledger.errors import NotFound, Refused
from ledger.history import acting
from ledger.routing import RuleSet

app = typer.Typer(no_args_is_help=True, help="กฎเส้นทางหนังสือ / Routing rules")

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="ไฟล์ YAML หรือ - / YAML file, or -", allow_dash=True)]


@app.command("export")
def export_rules(org: OrgOption = "", config: ConfigOption = None) -> None:
    """พิมพ์กฎเป็น YAML พร้อมคำอธิบายรูปแบบ / Print the rules as YAML, with the format explained.

    ตัวอย่าง / Example:

    saraban rules export > rules.yaml
    """
    with opened(config) as ledger, ledger.database.read() as session:
        try:
            ruleset = rules.load(session, directory.organisation(session, org).id)
        except NotFound:
            if org:
                raise
            ruleset = RuleSet()  # the format is explained before there is an office
    typer.echo(ruleset.to_yaml(), nl=False)


@app.command("check")
def check_rules(file: FileArgument, org: OrgOption = "", config: ConfigOption = None) -> None:
    """ตรวจไฟล์กฎโดยไม่เปลี่ยนแปลงอะไร / Check a rules file; changes nothing.

    ตัวอย่าง / Example:

    saraban rules check rules.yaml
    """
    with opened(config) as ledger, ledger.database.read() as session:
        checked(session, directory.organisation(session, org), read_text(file))
    say("กฎใช้ได้", "The rules are fine.")


@app.command("import")
def import_rules(file: FileArgument, org: OrgOption = "", config: ConfigOption = None) -> None:
    """ใช้กฎจากไฟล์แทนกฎเดิมทั้งหมด / Put the rules of a file in the place of the present ones.

    ตัวอย่าง / Example:

    saraban rules import rules.yaml
    """
    with opened(config) as ledger, acting(ledger.database, who(), "rules changed", clock()) as act:
        owner = directory.organisation(act.session, org)
        ruleset = checked(act.session, owner, read_text(file))
        act.about = f"organisation {owner.id}"
        rules.replace(act, owner.id, ruleset)
    say(f"ใช้กฎ {len(ruleset.rules)} ข้อแล้ว", f"{len(ruleset.rules)} rules are in force.")


def checked(session: Session, owner: OrganisationRow, text: str) -> RuleSet:
    """The rule set in `text`. Errors: `RulesWrong`, `Refused` with everything that cannot be right here."""
    ruleset = routing.parse(text)
    groups = {row.code for row in directory.groups(session, owner.id)}
    organisations = set(session.execute(sa.select(OrganisationRow.code)).scalars())
    faults = routing.check(ruleset, groups, organisations, language())
    if faults:
        raise Refused(reason="\n".join(faults))
    return ruleset


def read_text(file: Path) -> str:
    """A UTF-8 text file, or standard input for "-". Errors: `Refused`."""
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise Refused(reason=f"อ่านไฟล์ {file} ไม่ได้ — cannot read it as UTF-8 text ({type(fault).__name__})") from None
