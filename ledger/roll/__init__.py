"""The roll: the directory, as somebody at the console changes it (F40 to F46).

Each function asks for its right, is bound to what the viewer reaches (`reach`), and keeps what must hold: faults are
those of a directory file, nobody raises themselves, and an administrator always remains.
"""

from __future__ import annotations

from ledger.roll.accounts import change_login, drop_second, invite, require_second, rest_account, unlink
from ledger.roll.duties import appoint
from ledger.roll.groups import add_group, change_group, rest_group
from ledger.roll.organisations import add_organisation, change_organisation, rest_organisation
from ledger.roll.people import add_person, change_person, rest_person
from ledger.roll.school_groups import add_school_group, change_school_group, remove_school_group

__all__ = [
    "add_group",
    "add_organisation",
    "add_person",
    "add_school_group",
    "appoint",
    "change_group",
    "change_login",
    "change_organisation",
    "change_person",
    "change_school_group",
    "drop_second",
    "invite",
    "remove_school_group",
    "require_second",
    "rest_account",
    "rest_group",
    "rest_organisation",
    "rest_person",
    "unlink",
]
