"""Rules and routing: named rules in order, written in YAML, say where a letter goes, and why.

Pure: no database, no file, no clock. `parse` reads a rule set and names every fault with its line, `check`
finds what cannot be right in this office, `route` decides, and its steps tell `saraban explain` why.
"""

from __future__ import annotations

from ledger.routing.check import check
from ledger.routing.facts import Facts
from ledger.routing.parse import parse
from ledger.routing.route import Routing, Trial, route
from ledger.routing.rules import REGISTRY, REGISTRY_RULE, Condition, Rule, RuleSet

__all__ = [
    "REGISTRY",
    "REGISTRY_RULE",
    "Condition",
    "Facts",
    "Routing",
    "Rule",
    "RuleSet",
    "Trial",
    "check",
    "parse",
    "route",
]
