"""The settings of every way in: mail, folders, the web, and how an intake is judged and read."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from gateway.settings.addresses import origin
from gateway.settings.units import (
    KIB,
    MIB,
    Duration,
    Listed,
    Network,
    Octal,
    Place,
    PlaceOrNone,
    Port,
    Size,
    Whole,
    is_loopback,
)
from ledger.values import RegisterKind

Policy = Literal["all", "known", "clerk"]

_SECOND = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)
_THIS_MACHINE = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))


class Section(BaseModel):
    """One table of the settings file: frozen, and strict about its names."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class SmtpSettings(Section):
    """รับหนังสือทางอีเมล (SMTP) / Letters by mail (SMTP)"""

    enabled: bool = Field(default=True, description="เปิดรับอีเมลทาง SMTP / take mail by SMTP")
    host: str = Field(default="127.0.0.1", min_length=1, description="ที่อยู่ที่เปิดรับ / address to listen on")
    port: Port = Field(default=2525, description="พอร์ตที่เปิดรับ 0 คือพอร์ตใดก็ได้ที่ว่าง / port, 0 takes any free one")
    hostname: str = Field(
        default="", description="ชื่อเครื่องที่แจ้งคู่สนทนา เว้นว่างคือชื่อของเครื่องนี้ / name in greetings; empty: this machine's"
    )
    tls_certificate: PlaceOrNone = Field(
        default=None, description="ไฟล์ใบรับรองสำหรับ STARTTLS (PEM) / certificate chain for STARTTLS (PEM)"
    )
    tls_key: PlaceOrNone = Field(
        default=None, description="ไฟล์กุญแจของใบรับรอง (PEM) ต้องตั้งสิทธิ์ 600 / its private key (PEM), mode 600"
    )
    max_message: Size = Field(
        default=35 * MIB, ge=KIB, le=100 * MIB, description="ขนาดหนังสือสูงสุดต่อฉบับ / largest message taken"
    )
    max_recipients: Whole = Field(
        default=100, ge=1, le=1000, description="จำนวนผู้รับสูงสุดต่อฉบับ / most recipients of one message"
    )
    max_connections: Whole = Field(
        default=300, ge=1, le=1000, description="จำนวนการเชื่อมต่อพร้อมกันสูงสุด / most connections at once"
    )
    max_connections_per_address: Whole = Field(
        default=20, ge=1, le=50, description="จำนวนการเชื่อมต่อพร้อมกันสูงสุดต่อหนึ่งที่อยู่ / most of them from one address"
    )
    letters_per_session: Whole = Field(
        default=100, ge=1, description="จำนวนหนังสือสูงสุดต่อการเชื่อมต่อ / most letters in one connection"
    )
    connections_per_minute: Whole = Field(
        default=60,
        ge=0,
        description="การเชื่อมต่อใหม่ต่อนาทีต่อที่อยู่ 0 คือไม่จำกัด / new connections per minute from one address; 0: no limit",
    )
    letters_per_minute: Whole = Field(
        default=100,
        ge=0,
        description="หนังสือต่อนาทีต่อที่อยู่ 0 คือไม่จำกัด / letters per minute from one address; 0: no limit",
    )
    exempt: Annotated[tuple[Network, ...], Listed] = Field(
        default=_THIS_MACHINE,
        description="ที่อยู่ที่ไม่ใช้ขีดจำกัดต่อที่อยู่ เช่น เซิร์ฟเวอร์อีเมลของหน่วยงาน"
        " / without these limits per address: this machine, the office's own mail servers",
    )
    max_line: Size = Field(default=64 * KIB, ge=1000, description="ความยาวสูงสุดของหนึ่งบรรทัด / longest line of a message")
    command_timeout: Duration = Field(
        default=5 * _MINUTE, description="เวลารอคำสั่งถัดไป / how long to wait for the next command"
    )
    data_grace: Duration = Field(
        default=5 * _MINUTE,
        description="เวลาที่เริ่มนับความเร็วขั้นต่ำของการส่งเนื้อหา / content may be slow for this long",
    )
    data_window: Duration = Field(
        default=_MINUTE, description="ช่วงเวลาที่ใช้วัดความเร็วขั้นต่ำ / then it is measured over this time"
    )
    data_rate: Size = Field(
        default=KIB, ge=1, description="ความเร็วขั้นต่ำต่อวินาทีหลังจากนั้น / and must reach this size per second"
    )
    session_timeout: Duration = Field(
        default=timedelta(hours=2), description="เวลาสูงสุดของหนึ่งการเชื่อมต่อ / longest life of one connection"
    )

    @model_validator(mode="after")
    def _certificate_with_key(self) -> SmtpSettings:
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise PydanticCustomError("tls_pair", "tls_certificate and tls_key belong together: set both or neither")
        return self


class LmtpSettings(Section):
    """รับหนังสือจากเซิร์ฟเวอร์อีเมล (LMTP) ขีดจำกัดใช้ของ [smtp] / Letters from a mail server (LMTP); limits as in [smtp]"""

    enabled: bool = Field(default=False, description="เปิดรับอีเมลทาง LMTP / take mail by LMTP")
    host: str = Field(default="127.0.0.1", min_length=1, description="ที่อยู่ที่เปิดรับ / address to listen on")
    port: Port = Field(default=2424, description="พอร์ตที่เปิดรับ 0 คือพอร์ตใดก็ได้ที่ว่าง / port, 0 takes any free one")
    path: PlaceOrNone = Field(
        default=None, description="ใช้ Unix socket นี้แทนพอร์ต / listen on this Unix socket instead of the port"
    )
    group: str = Field(
        default="",
        description="กลุ่มผู้ใช้ (ชื่อหรือเลข) ที่เปิด socket ได้ด้วย เช่น postfix เว้นว่างคือกลุ่มของระบบนี้"
        " / group (name or number) that may use the socket, such as postfix; empty: our own",
    )
    mode: Octal = Field(default="0660", description="สิทธิ์ของ socket เป็นเลขฐานแปด / permissions of the socket, octal")

    @property
    def permissions(self) -> int:
        """`mode` as a number."""
        return int(self.mode, 8)


class FolderSettings(Section):
    """โฟลเดอร์ที่เฝ้ารับไฟล์ ตั้งได้หลายโฟลเดอร์ / Watched folders; repeat this part for each"""

    path: Place = Field(
        examples=["incoming"], description="โฟลเดอร์ที่เจ้าหน้าที่วางไฟล์ / the folder into which files are dropped"
    )
    organisation: str = Field(
        default="", description="รหัสหน่วยงานเจ้าของทะเบียน เว้นว่างคือสำนักงาน / code of its organisation; empty: the office"
    )
    register_kind: RegisterKind = Field(
        default=RegisterKind.INCOMING,
        alias="register",
        description="ทะเบียนที่ลง incoming รับ outgoing ส่ง order คำสั่ง certificate เกียรติบัตร"
        " / its register: incoming, outgoing, order or certificate",
    )
    group: str = Field(
        default="", description="รหัสกลุ่มที่รับเรื่องจากโฟลเดอร์นี้ เว้นว่างคือตามกฎ / code of the group; empty: by rule"
    )
    policy: Policy = Field(
        default="all",
        description="ลงทะเบียน all ทุกเรื่อง known เฉพาะผู้ส่งที่รู้จัก clerk ให้เจ้าหน้าที่ตัดสินก่อน"
        " / register all, those of known senders, or what a clerk decides",
    )
    share: bool = Field(
        default=False,
        description="เป็นโฟลเดอร์บนเครือข่าย ตรวจทุก 30 วินาทีแทน 10 วินาที / on a network share: look every 30 s, not 10 s",
    )
    quiet: Duration = Field(
        default=10 * _SECOND,
        description="ไฟล์ต้องนิ่งนานเท่านี้จึงรับ หากไม่ขาดท้ายไฟล์"
        " / a file is taken when still for this long, unless its end is missing",
    )
    quiet_whole: Duration = Field(
        default=_SECOND,
        description="เวลานิ่งเมื่อโครงสร้างไฟล์ครบถ้วนแล้ว / the same, when its own structure shows that it is whole",
    )
    patience: Duration = Field(
        default=10 * _MINUTE,
        description="ไฟล์ที่นิ่งแต่ขาดท้ายไฟล์รอนานเท่านี้ แล้วจึงย้ายไป failed นับใหม่เมื่อเริ่มระบบใหม่"
        " / a still file whose end is missing waits this long, then moves to failed; counted anew after a start",
    )


def _proxy_here(base_url: str, listening: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Who only this machine can reach and is found by https has a proxy on this machine in front."""
    return _THIS_MACHINE if base_url.startswith("https://") and is_loopback(listening) else ()


class HttpSettings(Section):
    """หน้าเว็บและลิงก์ลงทะเบียนรับ / Pages and receipt links"""

    enabled: bool = Field(default=True, description="เปิดหน้าเว็บ / serve pages")
    host: str = Field(default="127.0.0.1", min_length=1, description="ที่อยู่ที่เปิดรับ / address to listen on")
    port: Port = Field(default=8080, description="พอร์ตที่เปิดรับ 0 คือพอร์ตใดก็ได้ที่ว่าง / port, 0 takes any free one")
    base_url: str = Field(
        default="", description="ที่อยู่เว็บที่ใส่ในลิงก์ เว้นว่างคือ http://host:port / address in links; empty: http://host:port"
    )
    trusted_proxies: Annotated[tuple[Network, ...], Listed] = Field(
        default_factory=lambda known: _proxy_here(known.get("base_url", ""), known.get("host", "")),
        examples=[()],
        description="พร็อกซีที่เชื่อ X-Forwarded-For ได้ เช่น 10.0.0.0/8"
        " หากไม่ตั้ง: พร็อกซีบนเครื่องนี้ เมื่อ base_url เป็น https และ host เป็นเครื่องนี้"
        " / proxies whose X-Forwarded-For is believed; when not set: one on this machine, where base_url is https and"
        " host is this machine",
    )

    visits_per_minute: Whole = Field(
        default=30,
        ge=1,
        description="จำนวนครั้งต่อนาทีที่หนึ่งที่อยู่เปิดลิงก์เดียวกันได้ และลองลิงก์ที่ใช้ไม่ได้"
        " / requests per minute for one link from one address, and for links that do not work",
    )
    visits_per_hour: Whole = Field(
        default=300,
        ge=1,
        description="จำนวนครั้งต่อชั่วโมงที่หนึ่งที่อยู่ลองลิงก์ที่ใช้ไม่ได้ / the same per hour, for links that do not work",
    )
    visits_per_address: Whole = Field(
        default=600,
        ge=1,
        description="จำนวนครั้งต่อนาทีที่หนึ่งที่อยู่เปิดลิงก์ได้รวมทุกลิงก์ เช่น ทั้งโรงเรียน"
        " / requests per minute for all links together from one address, such as a school's",
    )
    presses_per_minute: Whole = Field(
        default=10, ge=1, description="จำนวนครั้งต่อนาทีที่กดปุ่มในหนึ่งลิงก์ได้ / button presses per minute on one link"
    )

    @field_validator("base_url")
    @classmethod
    def _plain_address(cls, written: str) -> str:
        try:
            return written and origin(written)
        except ValueError:
            raise PydanticCustomError(
                "base_url",
                "write scheme and host only, such as https://saraban.office.example: no path, user name or question",
            ) from None

    @property
    def url(self) -> str:
        """What links begin with, without a slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.base_url or f"http://{host}:{self.port}"


class ConsoleSettings(Section):
    """หน้าทะเบียนในเบราว์เซอร์ / The registers in the browser"""

    second_factor: Literal["off", "administrators", "secret_readers", "everybody"] = Field(
        default="secret_readers",
        description="ใครต้องยืนยันสองขั้นตอน off ไม่บังคับ administrators ผู้ดูแลระบบ secret_readers ผู้ดูแลระบบและผู้อ่านหนังสือลับ"
        " everybody ทุกคน / who must sign in with a second factor: nobody, administrators, they and readers of secret"
        " letters, everybody",
    )


class IntakeSettings(Section):
    """การรับเรื่อง / Taking letters in"""

    policy: Policy = Field(
        default="all",
        description="ให้เลขทะเบียนอีเมล all ทุกฉบับ known เฉพาะผู้ส่งที่รู้จัก clerk ให้เจ้าหน้าที่ตัดสินก่อน"
        " / number all mail, that of known senders, or what a clerk decides",
    )
    answer: Literal["known", "all", "off"] = Field(
        default="known",
        description="แจ้งเลขทะเบียนรับแก่ผู้ส่ง known เฉพาะผู้ที่อยู่ในทะเบียนหน่วยงานและบุคลากร all ทุกคน off ไม่แจ้ง"
        " โดยแจ้งผู้ส่งแต่ละรายไม่เกินหนึ่งฉบับใน 24 ชั่วโมง"
        " / tell senders the number: those whom the directory knows, all, or nobody; each sender once in 24 hours",
    )
    answers_per_hour: Whole = Field(
        default=100,
        ge=1,
        description="แจ้งเลขแก่ผู้ส่งรวมไม่เกินกี่ฉบับต่อชั่วโมง เกินกว่านี้ไม่แจ้ง แต่ยังลงทะเบียน"
        " / tell so many senders in an hour at most; beyond that letters are numbered without an answer",
    )
    refuse_below_free: Size = Field(
        default=1024 * MIB,
        description="ไม่รับอีเมลเมื่อพื้นที่ว่างน้อยกว่านี้ โฟลเดอร์และการลงทะเบียนด้วยตนเองยังใช้ได้"
        " / take no mail while less disk is free; folders and forms still work",
    )

    @field_validator("answer", mode="before")
    @classmethod
    def _not_yet(cls, written: object) -> object:
        if written == "verified":
            raise PydanticCustomError(
                "answer_verified",
                "senders cannot be verified before mailboxes are read (IMAP): use known, all or off",
            )
        return written


class ReadingSettings(Section):
    """ขีดจำกัดในการอ่านหนังสือหนึ่งฉบับ / Limits for reading one letter"""

    processes: Whole = Field(default=2, ge=1, le=32, description="จำนวนโพรเซสที่อ่านพร้อมกัน / reading processes")
    cpu: Duration = Field(default=10 * _SECOND, description="เวลาประมวลผลสูงสุด / most processor time")
    wall: Duration = Field(default=20 * _SECOND, description="เวลาจริงสูงสุด / most real time")
    memory: Size = Field(default=512 * MIB, ge=64 * MIB, description="หน่วยความจำสูงสุด / most memory")
