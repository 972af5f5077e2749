"""What `saraban check` tries before a daemon starts: folders, ports, certificates, the relay. Nothing is changed."""

from __future__ import annotations

import os
import shutil
import socket
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import sqlalchemy as sa

from gateway import couriers, keys, lock, wiring
from gateway.health import hatch
from gateway.health.troubles import IMPORT, UNADDRESSED
from gateway.ports import opening, place
from gateway.settings import Settings
from gateway.settings.sources import open_to_others
from gateway.settings.units import gigabytes, is_loopback
from gateway.settings.ways_in import LmtpSettings
from gateway.settings.ways_out import RelaySettings
from gateway.web.peer import Peers
from ledger import directory, private
from ledger.database import FILE, Database, verdict
from ledger.errors import PortTaken, SarabanError
from mailers.connection import Broken
from mailers.connection import connect as reach
from watchers.smtp import socketfile

Verdict = Literal["good", "warning", "wrong"]
_MARKS: dict[Verdict, str] = {"good": "✓", "warning": "!", "wrong": "✗"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was tried."""

    verdict: Verdict
    name: str
    th: str
    en: str

    @property
    def mark(self) -> str:
        """A sign to see it by."""
        return _MARKS[self.verdict]

    def sentence(self, language: str) -> str:
        """What was found, in "th" or "en"."""
        return self.en if language == "en" else self.th


def examine(settings: Settings, *, connect: bool = False) -> Iterator[Finding]:
    """Try everything that `settings` name; the relay only with `connect`."""
    yield Finding("good", "sqlite", verdict(), verdict())
    yield from (Finding("warning", "settings", older.sentence("th"), older.sentence("en")) for older in settings.older)
    yield _data(settings.data)
    yield from _ledger(settings)
    yield from _space(settings)
    for folder in settings.folders:
        yield _folder("folders", folder.path, made_by_us=not folder.share)
    told = hatch.ask(settings.data) or {}
    yield from _ports(settings, told)
    yield from _certificate(settings)
    yield from _links(settings)
    noticed = told.get("remarks", [])  # by the running daemon
    yield from (Finding("warning", remark["key"], remark["th"], remark["en"]) for remark in noticed)
    yield from _way_out(settings.relay)
    if connect and settings.relay.kind == "smtp":
        yield _relay(settings)


def _data(folder: Path) -> Finding:
    if (fault := private.fault(folder)) is not None:
        return Finding("wrong", "data", fault.sentence("th"), fault.sentence("en"))
    return _folder("data", folder)


def _ledger(settings: Settings) -> Iterator[Finding]:
    """Of a ledger that is there: whether its second factors will open, and whether anybody gets mail."""
    if private.fault(settings.data) is not None:
        return
    if not (settings.data / FILE).exists():
        yield from _unaddressed(settings, {})
        return
    database = Database(settings.data)
    try:
        yield from _key(settings, database)
        with database.read() as session:
            yield from _unaddressed(settings, directory.receiving(session))
    except sa.exc.OperationalError:
        return  # a ledger of another schema, which the start brings up to date or refuses
    finally:
        database.close()


def _unaddressed(settings: Settings, addresses: Mapping[str, int]) -> Iterator[Finding]:
    if not addresses and (settings.smtp.enabled or settings.lmtp.enabled):
        th, en = (f"{what} {mend}" for what, mend in zip(UNADDRESSED, IMPORT, strict=True))
        yield Finding("warning", "directory", th, en)


def _key(settings: Settings, database: Database) -> Iterator[Finding]:
    try:
        keys.must_fit(settings, database)
    except SarabanError as fault:
        yield Finding("wrong", "key_file", fault.sentence("th"), fault.sentence("en"))
    except OSError as error:
        reason = f"{error.filename}: {error.strerror}"
        yield Finding("wrong", "key_file", f"อ่านไฟล์กุญแจไม่ได้ {reason}", f"the key file cannot be read: {reason}")
    else:
        where = str(keys.totp_file(settings))
        yield Finding("good", "key_file", where, where)


def _folder(name: str, path: Path, *, made_by_us: bool = True) -> Finding:
    standing = next(folder for folder in (path, *path.parents) if folder.exists())
    if not made_by_us and standing != path:
        return Finding("wrong", name, f"ไม่พบโฟลเดอร์เครือข่าย {path}", f"the network folder {path} is not there")
    if not standing.is_dir():
        return Finding("wrong", name, f"{standing} ไม่ใช่โฟลเดอร์", f"{standing} is not a folder")
    if not os.access(standing, os.R_OK | os.W_OK | os.X_OK):
        return Finding("wrong", name, f"เขียนใน {standing} ไม่ได้ ให้แก้สิทธิ์", f"{standing} is not writable for us")
    return Finding("good", name, str(path), str(path))


def _space(settings: Settings) -> Iterator[Finding]:
    standing = next(folder for folder in (settings.data, *settings.data.parents) if folder.exists())
    least, free = settings.intake.refuse_below_free, shutil.disk_usage(standing).free
    if free < least:
        th = f"เหลือพื้นที่ {gigabytes(free)} น้อยกว่า {gigabytes(least)} ที่ตั้งไว้ จะไม่รับอีเมล โฟลเดอร์และการลงทะเบียนด้วยตนเองยังใช้ได้"
        en = f"{gigabytes(free)} are free, less than {gigabytes(least)} as set: no mail would be taken"
        en += "; folders and forms still work"
        yield Finding("wrong", "intake.refuse_below_free", th, en)


def _ports(settings: Settings, told: dict[str, Any]) -> Iterator[Finding]:
    ours = lock.is_held(settings.data)
    taken = {address for door in told.get("doors", []) for address in door["addresses"]}
    for name, door in (("smtp", settings.smtp), ("lmtp", settings.lmtp), ("http", settings.http)):
        if not door.enabled:
            continue
        if isinstance(door, LmtpSettings) and door.path is not None:
            own = str(door.path) in taken or (ours and not taken)
            yield from _socket_file(door, door.path, settings.data, ours=own)
        else:
            yield _port(name, door.host, door.port, taken, ours=ours and not taken)


def _socket_file(door: LmtpSettings, path: Path, data: Path, *, ours: bool) -> Iterator[Finding]:
    if not path.parent.is_dir():
        th, en = f"ไม่พบโฟลเดอร์ {path.parent} ให้สร้างก่อน", f"{path.parent} is not there: make it"
        yield Finding("wrong", "lmtp.path", th, en)
        return
    yield _folder("lmtp.path", path.parent)
    if path.is_relative_to(data) and (door.group or door.permissions & 0o066):
        th = f"{path} อยู่ใน {data} ซึ่งผู้ใช้อื่นเข้าไม่ได้ เซิร์ฟเวอร์อีเมลจึงส่งมาไม่ถึง ให้ตั้ง lmtp.path ไว้นอกโฟลเดอร์นี้"
        en = f"{path} lies in {data}, where no mail server gets in: set lmtp.path to a place outside"
        yield Finding("wrong", "lmtp.path", th, en)
    if not ours and (taken := socketfile.fault(path)) is not None:  # our own door need not hear from us
        yield Finding("wrong", "lmtp.path", taken.sentence("th"), taken.sentence("en"))
    try:
        socketfile.group_of(door.group, path.parent)
    except SarabanError as error:
        yield Finding("wrong", "lmtp.group", error.sentence("th"), error.sentence("en"))
    if door.permissions & stat.S_IWOTH and all(folder.stat().st_mode & stat.S_IXOTH for folder in path.parents):
        th = f"ผู้ใช้ทุกคนของเครื่องนี้ส่งหนังสือทาง {path} ได้ (mode {door.mode}) ให้ใช้ 0660 และตั้ง lmtp.group"
        en = f"everybody on this machine may deliver by {path} (mode {door.mode}): use 0660 and set lmtp.group"
        yield Finding("warning", "lmtp.mode", th, en)


def _port(name: str, host: str, port: int, taken: set[str], *, ours: bool) -> Finding:
    """Arguments: `taken`, what the running daemon says is its own; `ours`, whether one runs that says nothing."""
    where = place(host, port)
    own = Finding("good", name, f"{where} ใช้โดยระบบที่กำลังทำงาน", f"{where} is used by the running system")
    if where in taken:  # asked first: a port that only root may open would be told as forbidden
        return own
    try:
        with opening(name, host, port):
            _try_port(host, port)
    except SarabanError as error:
        if isinstance(error, PortTaken) and ours:
            return own
        return Finding("wrong", name, error.sentence("th"), error.sentence("en"))
    except OSError as error:
        reason = error.strerror or str(error)
        return Finding("wrong", name, f"เปิด {where} ไม่ได้: {reason}", f"{where} cannot be opened: {reason}")
    return Finding("good", name, f"{where} ว่าง", f"{where} is free")


def _try_port(host: str, port: int) -> None:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(address)


def _certificate(settings: Settings) -> Iterator[Finding]:
    key = settings.smtp.tls_key
    if key is None:
        if not is_loopback(settings.smtp.host):
            th = "เปิดรับจากเครือข่ายโดยไม่เข้ารหัส ให้ตั้ง tls_certificate และ tls_key"
            yield Finding("warning", "smtp", th, "open to the network without TLS: set tls_certificate and tls_key")
        return
    try:
        wiring.tls_context(settings)
    except OSError as error:  # ssl.SSLError is one
        yield Finding("wrong", "smtp.tls_key", f"อ่านใบรับรองไม่ได้: {error}", f"the certificate is unusable: {error}")
    else:
        yield _private("smtp.tls_key", key)


def _private(name: str, path: Path) -> Finding:
    if open_to_others(path):
        th = f"ผู้ใช้อื่นของเครื่องอ่าน {path} ได้ ให้สั่ง chmod 600 {path}"
        return Finding("wrong", name, th, f"others on this machine can read {path}: run chmod 600 {path}")
    return Finding("good", name, str(path), str(path))


def _links(settings: Settings) -> Iterator[Finding]:
    url = urlsplit(settings.http.url)
    if settings.http.enabled and url.scheme == "http" and not is_loopback(url.hostname or ""):
        th = f"{settings.http.url} ไม่เข้ารหัส จึงเข้าสู่ระบบไม่ได้ ให้ใช้พร็อกซีที่มี TLS แล้วตั้ง base_url เป็น https://…"
        en = f"{settings.http.url} is not encrypted, so nobody can sign in: put a TLS proxy in front, set base_url to https://…"
        yield Finding("warning", "http.base_url", th, en)
    elif settings.relay.kind == "smtp" and is_loopback(url.hostname or ""):
        th = f"ลิงก์ในอีเมลจะเปิดได้เฉพาะเครื่องนี้ ({settings.http.url}) ให้ตั้ง base_url"
        en = f"links in mails would work on this machine only ({settings.http.url}): set base_url"
        yield Finding("warning", "http.base_url", th, en)
    if settings.http.enabled:
        yield from _believed(settings)
        if url.scheme == "https":
            yield from _proxies(settings)


def _believed(settings: Settings) -> Iterator[Finding]:
    """Whoever is trusted says who asks, so it must be few, and they must stand in front."""
    http = settings.http
    for everybody in (str(network) for network in http.trusted_proxies if network.prefixlen == 0):
        th = f"trusted_proxies มี {everybody} คือทุกที่อยู่ ใครก็อ้างที่อยู่ของผู้อื่นได้ ให้ตั้งเฉพาะที่อยู่ของพร็อกซี"
        en = f"trusted_proxies has {everybody}, which is everybody: anyone may claim any address; name the proxy alone"
        yield Finding("warning", "http.trusted_proxies", th, en)
    if http.trusted_proxies and not http.base_url:
        th = "ตั้ง trusted_proxies แล้วแต่ยังไม่ได้ตั้ง base_url ลิงก์ที่ส่งออกจึงไม่ผ่านพร็อกซี ให้ตั้ง base_url เป็นที่อยู่ของพร็อกซี"
        en = "trusted_proxies is set, but base_url is not, so links miss the proxy: set base_url to its address"
        yield Finding("warning", "http.trusted_proxies", th, en)


def _proxies(settings: Settings) -> Iterator[Finding]:
    """HTTPS ends at a proxy; one that is not trusted makes one address of all visitors, and one limit."""
    http = settings.http
    here, peers = is_loopback(http.host), Peers(map(str, http.trusted_proxies))
    if http.trusted_proxies and (not here or any(map(peers.trusts, ("127.0.0.1", "::1")))):
        return
    wanted = '["127.0.0.1", "::1"]' if here else '["10.0.0.5"]'
    th = f"ไม่เชื่อที่อยู่ที่พร็อกซีบอก ผู้ใช้ทุกคนจึงนับเป็นที่อยู่เดียว ให้ตั้งที่อยู่ของพร็อกซี เช่น trusted_proxies = {wanted}"
    en = f"no proxy is believed, so all visitors count as one address: name the proxy, as in trusted_proxies = {wanted}"
    yield Finding("warning", "http.trusted_proxies", th, en)


def _way_out(relay: RelaySettings) -> Iterator[Finding]:
    if relay.kind == "maildrop":
        yield _folder("relay.path", relay.path)
        th = "อีเมลจะถูกเขียนเป็นไฟล์เท่านั้น ไม่ส่งจริง เมื่อพร้อมให้ตั้ง kind เป็น smtp"
        yield Finding("warning", "relay.kind", th, "mails are only written to files: set kind to smtp to send them")
    elif not relay.encrypted:
        th = f"tls เป็น {relay.tls} จดหมายอาจออกโดยไม่เข้ารหัส ให้ใช้ require"
        yield Finding("warning", "relay.tls", th, f"tls is {relay.tls}: mails may travel unencrypted; use require")


def _relay(settings: Settings) -> Finding:
    where = f"{settings.relay.host}:{settings.relay.port}"
    try:
        reach(couriers.relay_settings(settings)).close()
    except Broken as broken:
        return Finding("wrong", "relay", str(broken), str(broken))
    return Finding("good", "relay", f"เชื่อมต่อ {where} ได้", f"{where} takes our mail")
