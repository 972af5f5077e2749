"""The invented office of the demo and its rules, as they travel in the wheel. All its addresses end in .example."""

from __future__ import annotations

from pathlib import Path

from ledger import roster, routing
from ledger.roster import Roster
from ledger.routing import RuleSet

FOLDER = Path(__file__).parents[2] / "templates" / "demo"
CODE = "area4"  # the area office
MAILBOX = "saraban@area4.example"  # its central address (R3)


def office() -> Roster:
    """One area office with nine groups, 40 schools in seven school groups, people, duties, outside senders."""
    return roster.parse((FOLDER / "office.yaml").read_text(encoding="utf-8"))


def rules() -> RuleSet:
    """The office's rules."""
    return routing.parse((FOLDER / "rules.yaml").read_text(encoding="utf-8"))
