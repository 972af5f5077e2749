"""The directory as one readable YAML file, its schools and people as CSV. Pure: no database, no file.

`parse` and `to_yaml` read and write the whole; `schools_csv`, `people_csv` write tables that a spreadsheet opens
safely; `merge_schools`, `merge_people` put such a table into a roster. Every fault is named with its line.
"""

from __future__ import annotations

from ledger.roster.parts import Group, Organisation, Person, RegisterStart, Roster, SchoolGroup
from ledger.roster.sheet import merge_people, merge_schools, people_csv, schools_csv
from ledger.roster.text import parse, to_yaml

__all__ = [
    "Group",
    "Organisation",
    "Person",
    "RegisterStart",
    "Roster",
    "SchoolGroup",
    "merge_people",
    "merge_schools",
    "parse",
    "people_csv",
    "schools_csv",
    "to_yaml",
]
