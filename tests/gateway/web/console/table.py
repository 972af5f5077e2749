"""What the permission table C3 opens, written down apart from the code: rights by duty, and a right for each route."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ledger.access import Right

OFFICE = {
    "administrator", "register_admin", "register_officer", "correspondence_admin", "central_clerk", "group_clerk",
    "director", "deputy", "plain",
}  # fmt: skip
SCHOOL = {"register_officer", "school_clerk", "director", "deputy", "plain"}
HEADS = {"director", "deputy"}
EVERYBODY = {"office": OFFICE, "school": SCHOOL}

TABLE: dict[Right, dict[str, set[str]]] = {
    Right.OPEN: EVERYBODY,
    Right.OWN: EVERYBODY,
    Right.READ: EVERYBODY,
    Right.REGISTER: EVERYBODY,
    Right.SEND: EVERYBODY,
    Right.TRAY: {"office": {"central_clerk", "register_admin"}, "school": {"school_clerk", *HEADS}},
    Right.CONFIGURE: {"office": {"register_admin", "register_officer"}, "school": {"register_officer", *HEADS}},
    Right.OFFICERS: {"office": {"register_admin", "register_officer"}, "school": HEADS},
    Right.OVERRULE: {"office": {"register_admin"}, "school": HEADS},
    Right.APPOINT: {
        "office": {"administrator", "correspondence_admin", "register_admin", "register_officer"},
        "school": HEADS,
    },
    Right.CLERKS: {"office": {"correspondence_admin"}, "school": HEADS},
    Right.SCHOOL_GROUPS: {"office": {"correspondence_admin"}, "school": set()},
    Right.PEOPLE: {"office": {"administrator"}, "school": HEADS},
    Right.DIRECTORY: {"office": {"administrator"}, "school": set()},
}


@dataclass(frozen=True)
class Route:
    """One route: its method, what it needs, what its path names, and what a harmless request to it brings."""

    method: str
    path: str
    right: Right
    about: str = ""  # what `{id}` names: "entry", "intake", "person" …; "": nothing
    held_by: Right | None = None  # what is needed besides, for a thing that somebody else made
    only: str = ""  # whom alone the thing obeys: its "makers" or its "holders"
    fields: dict[str, Any] = field(default_factory=dict)
    across: frozenset[str] = frozenset()  # duties of the office that reach the things of others as well


def _routes(*listed: Route) -> dict[str, Route]:
    return {f"{route.method} {route.path}": route for route in listed}


_FILE = "/entries/{id:int}/files/{position:int}"
_HELD_FILE = "/tray/{id:int}/files/{position:int}"
_PLACE, _PERSON = "/directory/organisations/{id:int}", "/directory/people/{id:int}"
_KEEPING = frozenset({"administrator"})
_APPOINTING = _KEEPING | {"correspondence_admin"}  # who also appoints the clerks of schools
ROUTES = _routes(
    Route("GET", "/sign-in", Right.OPEN),
    Route("POST", "/sign-in", Right.OPEN),
    Route("POST", "/sign-out", Right.OWN),
    Route("GET", "/second", Right.OWN),
    Route("POST", "/second", Right.OWN),
    Route("GET", "/confirm", Right.OWN),
    Route("POST", "/confirm", Right.OWN),
    Route("GET", "/begin", Right.OPEN),
    Route("POST", "/begin", Right.OPEN),
    Route("GET", "/join/{token}", Right.OPEN),
    Route("POST", "/join/{token}", Right.OPEN),
    Route("GET", "/forgot", Right.OPEN),
    Route("POST", "/forgot", Right.OPEN),
    Route("GET", "/account", Right.OWN),
    Route("GET", "/account/password", Right.OWN),
    Route("POST", "/account/password", Right.OWN),
    Route("GET", "/account/second", Right.OWN),
    Route("POST", "/account/second", Right.OWN),
    Route("GET", "/account/second/codes", Right.OWN),
    Route("POST", "/account/second/codes", Right.OWN),
    Route("GET", "/account/second/remove", Right.OWN),
    Route("POST", "/account/second/remove", Right.OWN),
    Route("POST", "/account/sign-ins/end", Right.OWN),
    Route("POST", "/account/sign-ins/end-others", Right.OWN),
    Route("POST", "/account/act-for", Right.OWN),
    Route("GET", "/settings/registers", Right.CONFIGURE),
    Route("POST", "/settings/registers", Right.CONFIGURE),
    Route("GET", "/home", Right.READ),
    Route("GET", "/registers/{kind}", Right.READ),
    Route("GET", "/registers/{kind}/new", Right.REGISTER),
    Route("POST", "/registers/{kind}/new", Right.REGISTER),
    Route("GET", "/registers/{kind}/reserve", Right.REGISTER),
    Route("POST", "/registers/{kind}/reserve", Right.REGISTER),
    Route("GET", "/entries/{id:int}", Right.READ, "entry"),
    Route("GET", "/entries/{id:int}/slip", Right.READ, "entry"),
    Route("GET", _FILE, Right.READ, "entry"),
    Route("POST", "/entries/{id:int}/files", Right.REGISTER, "entry"),
    Route("POST", f"{_FILE}/remove", Right.REGISTER, "entry", Right.OVERRULE),
    Route("GET", "/entries/{id:int}/amend", Right.REGISTER, "entry", Right.OVERRULE),
    Route("POST", "/entries/{id:int}/amend", Right.REGISTER, "entry", Right.OVERRULE),
    Route("GET", "/entries/{id:int}/void", Right.REGISTER, "entry", Right.OVERRULE),
    Route("POST", "/entries/{id:int}/void", Right.REGISTER, "entry", Right.OVERRULE),
    Route("POST", "/drafts", Right.OWN),
    Route("GET", "/read-day", Right.OWN),
    Route("GET", "/live", Right.READ),
    Route("GET", "/search", Right.READ),
    Route("GET", "/registers/{kind}/export", Right.READ),
    Route("POST", "/registers/{kind}/export", Right.READ),
    Route("GET", "/entries/{id:int}/send", Right.SEND, "entry", only="makers"),
    Route("POST", "/entries/{id:int}/send", Right.SEND, "entry", only="makers"),
    Route("GET", "/waiting", Right.READ),
    Route("GET", "/deliveries/{id:int}", Right.READ, "delivery"),
    Route("GET", "/deliveries/{id:int}/files/{position:int}", Right.READ, "delivery"),
    Route("POST", "/deliveries/{id:int}/acknowledge", Right.READ, "delivery", only="holders"),
    Route("POST", "/deliveries/{id:int}/forward", Right.READ, "delivery", only="holders"),
    Route("POST", "/deliveries/{id:int}/link", Right.SEND, "sent", Right.TRAY),
    Route("GET", "/undelivered", Right.READ),
    Route("POST", "/undelivered/retry", Right.READ, fields={"mail": "all"}),
    Route("GET", "/registers/certificate/many", Right.REGISTER),
    Route("POST", "/registers/certificate/many", Right.REGISTER),
    Route("GET", "/registers/order/with-certificates", Right.REGISTER),
    Route("POST", "/registers/order/with-certificates", Right.REGISTER),
    Route("GET", "/registers/certificate/many/{key}", Right.READ, "range"),
    Route("POST", "/registers/certificate/many/{key}/file", Right.READ, "range", fields={"form": "csv"}),
    Route("GET", "/exports/{key}", Right.READ, "export"),
    Route("GET", "/exports/{key}/state", Right.READ, "export"),
    Route("GET", "/exports/{key}/file", Right.READ, "export"),
    Route("GET", "/tray", Right.TRAY),
    Route("POST", "/tray/refuse", Right.TRAY),
    Route("GET", "/tray/{id:int}", Right.TRAY, "intake"),
    Route("GET", "/tray/{id:int}/body", Right.TRAY, "intake"),
    Route("GET", "/tray/{id:int}/original", Right.TRAY, "intake"),
    Route("GET", _HELD_FILE, Right.TRAY, "intake"),
    Route("GET", f"{_HELD_FILE}/page/{{page:int}}.png", Right.TRAY, "intake"),
    Route("POST", "/tray/{id:int}/register", Right.TRAY, "intake"),
    Route("POST", "/tray/{id:int}/join", Right.TRAY, "intake"),
    Route("POST", "/tray/{id:int}/refuse", Right.TRAY, "intake"),
    Route("GET", "/entries/{id:int}/mail", Right.READ, "mailed"),
    Route("GET", "/entries/{id:int}/mail/body", Right.READ, "mailed"),
    Route("GET", "/entries/{id:int}/mail/original", Right.READ, "mailed"),
    Route("GET", f"{_FILE}/view", Right.READ, "mailed"),
    Route("GET", f"{_FILE}/page/{{page:int}}.png", Right.READ, "mailed"),
    Route("GET", "/directory", Right.APPOINT),
    Route("GET", "/directory/organisations", Right.APPOINT),
    Route("GET", _PLACE, Right.APPOINT, "place", across=_APPOINTING),
    Route("GET", f"{_PLACE}/duties", Right.APPOINT, "place", across=_APPOINTING),
    Route("POST", f"{_PLACE}/duties", Right.APPOINT, "place", across=_APPOINTING),
    Route("GET", "/directory/organisations/new", Right.DIRECTORY),
    Route("POST", "/directory/organisations/new", Right.DIRECTORY),
    Route("GET", f"{_PLACE}/edit", Right.DIRECTORY, "place", across=_KEEPING),
    Route("POST", f"{_PLACE}/edit", Right.DIRECTORY, "place", across=_KEEPING),
    Route("GET", f"{_PLACE}/rest", Right.DIRECTORY, "place", across=_KEEPING),
    Route("POST", f"{_PLACE}/rest", Right.DIRECTORY, "place", across=_KEEPING, fields={"do": "wake"}),
    Route("GET", f"{_PLACE}/groups/new", Right.DIRECTORY, "place", across=_KEEPING),
    Route("POST", f"{_PLACE}/groups/new", Right.DIRECTORY, "place", across=_KEEPING),
    Route("GET", "/directory/groups/{id:int}", Right.DIRECTORY, "group"),
    Route("POST", "/directory/groups/{id:int}", Right.DIRECTORY, "group"),
    Route("POST", "/directory/groups/{id:int}/rest", Right.DIRECTORY, "group"),
    Route("GET", f"{_PLACE}/people/new", Right.PEOPLE, "place", across=_KEEPING),
    Route("POST", f"{_PLACE}/people/new", Right.PEOPLE, "place", across=_KEEPING),
    Route("GET", f"{_PLACE}/invite", Right.PEOPLE, "place", across=_KEEPING),
    Route("POST", f"{_PLACE}/invite", Right.PEOPLE, "place", across=_KEEPING),
    Route("GET", _PERSON, Right.PEOPLE, "person", across=_KEEPING),
    Route("GET", f"{_PERSON}/edit", Right.PEOPLE, "person", across=_KEEPING),
    Route("POST", f"{_PERSON}/edit", Right.PEOPLE, "person", across=_KEEPING),
    Route("POST", f"{_PERSON}/invite", Right.PEOPLE, "person", across=_KEEPING),
    Route("GET", f"{_PERSON}/account", Right.PEOPLE, "person", across=_KEEPING),
    Route("POST", f"{_PERSON}/account", Right.PEOPLE, "person", across=_KEEPING, fields={"do": "login"}),
    Route("GET", "/directory/import/schools", Right.DIRECTORY),
    Route("POST", "/directory/import/schools", Right.DIRECTORY),
    Route("POST", "/directory/import/schools/apply", Right.DIRECTORY),
    Route("GET", "/directory/export/schools", Right.DIRECTORY),
    Route("GET", "/directory/import/people", Right.DIRECTORY),
    Route("POST", "/directory/import/people", Right.DIRECTORY),
    Route("POST", "/directory/import/people/apply", Right.DIRECTORY),
    Route("GET", "/directory/export/people", Right.DIRECTORY),
    Route("GET", "/directory/school-groups", Right.SCHOOL_GROUPS),
    Route("GET", "/directory/school-groups/report", Right.SCHOOL_GROUPS),
    Route("GET", "/directory/school-groups/new", Right.SCHOOL_GROUPS),
    Route("POST", "/directory/school-groups/new", Right.SCHOOL_GROUPS),
    Route("GET", "/directory/school-groups/{id:int}", Right.SCHOOL_GROUPS, "school group"),
    Route("POST", "/directory/school-groups/{id:int}", Right.SCHOOL_GROUPS, "school group"),
    Route("GET", "/directory/school-groups/{id:int}/remove", Right.SCHOOL_GROUPS, "school group"),
    Route("POST", "/directory/school-groups/{id:int}/remove", Right.SCHOOL_GROUPS, "school group"),
)
