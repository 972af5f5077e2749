"""The demo's own folder: its settings, its office and rules in the ledger, and free ports."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from gateway import lock
from gateway.demo import guests, office, papers
from gateway.opening import clock, open_ledger
from gateway.settings import Settings, changing, load
from ledger import directory, durable, enrol, rules
from ledger.errors import AlreadyRunning, NotFound
from ledger.history import acting

SMTP_PORT, HTTP_PORT = 2525, 8080
DROP, OUTBOX, PAPER = "incoming", "outbox", "หนังสือ.pdf"

_SETTINGS = """\
# การตั้งค่าของระบบตัวอย่าง / settings of the demo. ทุกการตั้งค่า / every setting: saraban init
data = "data"

[smtp]
port = {smtp}

[http]
port = {http}
# ทุกคนในระบบตัวอย่างมาจากเครื่องเดียว / everybody in the demo comes from one machine
visits_per_minute = 600
visits_per_hour = 6000

[console]
# ทดลองใช้ได้โดยไม่ต้องมีแอปในโทรศัพท์ / to be tried without an app on a telephone
second_factor = "off"

[relay]
kind = "maildrop"
path = "outbox"

[[folders]]
path = "incoming"
"""


def prepare(folder: Path, smtp_port: int | None, http_port: int | None) -> Settings:
    """Make the folder, or go on with what is there, and find ports that are free.

    Arguments: a port that is given is used; otherwise the one of last time, the usual one, or any that is free. Of
    settings that are there, nothing but the ports is changed. Errors: `SettingsWrong` when they were edited into
    something wrong; `AlreadyRunning`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "saraban.toml"
    if not file.exists():
        ports = {"smtp": smtp_port or _free(SMTP_PORT), "http": http_port or _free(HTTP_PORT)}
        durable.write(file, _SETTINGS.format(**ports).encode())
    before = load(file, os.environ)
    if lock.is_held(before.data):  # its ports are not free, and its settings say where it is
        raise AlreadyRunning(folder=before.data)
    ports = {"smtp": smtp_port or _free(before.smtp.port), "http": http_port or _free(before.http.port)}
    now = {"smtp": before.smtp.port, "http": before.http.port}
    changing.change(file, {(door, "port"): port for door, port in ports.items() if port != now[door]})
    (folder / DROP).mkdir(exist_ok=True)
    (folder / OUTBOX).mkdir(exist_ok=True)
    if not (folder / PAPER).exists():  # a letter to drop and to send, for whoever has none at hand
        durable.write(folder / PAPER, papers.pdf("ขอเชิญประชุม", ("A letter to try the demo with",)))
    return load(file, os.environ)


def furnish(settings: Settings) -> bool:
    """Put office and rules into an empty ledger. Whether it was empty."""
    ledger, fresh = open_ledger(settings), False
    try:
        with acting(ledger.database, "saraban demo", "furnished", clock()) as act:
            try:
                directory.organisation(act.session, office.CODE)
            except NotFound:
                enrol.take_in(act, office.office())
                rules.replace(act, directory.organisation(act.session, office.CODE).id, office.rules())
                fresh = True
        if fresh:
            guests.welcome(ledger, settings.data.parent)
        return fresh
    finally:
        ledger.close()


def _free(port: int) -> int:
    """`port` if nobody has it, else any that is free."""
    for wanted in (port, 0):
        try:
            with socket.create_server(("127.0.0.1", wanted)) as found:
                return int(found.getsockname()[1])
        except OSError:
            continue
    return port
