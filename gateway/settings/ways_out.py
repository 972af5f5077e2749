"""The settings of every way out: the relay, how our mail looks, repeats, links, and the log."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, model_validator
from pydantic_core import PydanticCustomError

from gateway.settings.units import Duration, Mailbox, Place, PlaceOrNone, Port, Whole, is_loopback
from gateway.settings.ways_in import Section

_SECOND = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)


class RelaySettings(Section):
    """การส่งอีเมลออก / Mail going out"""

    kind: Literal["maildrop", "smtp"] = Field(
        default="maildrop",
        description="smtp ส่งผ่านเซิร์ฟเวอร์ maildrop เขียนเป็นไฟล์ .eml ไม่ส่งจริง"
        " / smtp sends through a server; maildrop writes .eml files and sends nothing",
    )
    path: Place = Field(default=Path("outbox"), description="โฟลเดอร์ของ maildrop / folder of the maildrop")
    host: str = Field(default="", description="เซิร์ฟเวอร์ที่ส่งต่อ / server that takes our mail")
    port: Port = Field(default=25, ge=1, description="พอร์ตของเซิร์ฟเวอร์นั้น / its port")
    tls: Literal["require", "opportunistic", "none", "implicit"] = Field(
        default="require",
        description="require ต้องเข้ารหัสและตรวจใบรับรอง implicit เข้ารหัสตั้งแต่ต้น (พอร์ต 465) opportunistic ถ้ามี none ไม่ใช้"
        " / require and verify; implicit from the first byte (port 465); opportunistic if offered; none",
    )
    ca_file: PlaceOrNone = Field(
        default=None, description="ใบรับรองของผู้ออกที่เชื่อ เว้นว่างคือของระบบ / trusted authorities (PEM); empty: the system's"
    )
    username: str = Field(default="", description="ชื่อผู้ใช้ของเซิร์ฟเวอร์ เว้นว่างคือไม่ลงชื่อเข้าใช้ / user name; empty: no sign-in")
    password: SecretStr = Field(
        default=SecretStr(""),
        description="รหัสผ่าน ควรเก็บในไฟล์แยกแล้วตั้ง password_file / password; better kept in a file named by password_file",
    )
    connections: Whole = Field(
        default=4, ge=1, le=5, description="จำนวนการเชื่อมต่อพร้อมกัน / connections at once to the server"
    )
    connect_timeout: Duration = Field(default=30 * _SECOND, description="เวลารอการเชื่อมต่อ / wait for a connection")
    greeting_timeout: Duration = Field(
        default=5 * _MINUTE, description="เวลารอคำทักทายและ EHLO / wait for greeting and EHLO"
    )
    command_timeout: Duration = Field(default=5 * _MINUTE, description="เวลารอ MAIL และ RCPT / wait for MAIL and RCPT")
    data_timeout: Duration = Field(default=2 * _MINUTE, description="เวลารอ DATA / wait for DATA")
    block_timeout: Duration = Field(
        default=3 * _MINUTE, description="เวลาส่งเนื้อหาหนึ่งช่วง / wait for one block of content"
    )
    final_timeout: Duration = Field(
        default=10 * _MINUTE, description="เวลารอคำตอบหลังส่งครบ / wait for the answer after the final dot"
    )
    quit_timeout: Duration = Field(default=5 * _SECOND, description="เวลารอ QUIT / wait for QUIT")

    @property
    def encrypted(self) -> bool:
        """Whether a mail can leave in no other way than encrypted and verified, or stays on this machine."""
        return self.tls in ("require", "implicit") or is_loopback(self.host)

    @model_validator(mode="after")
    def _complete(self) -> RelaySettings:
        if self.kind == "smtp" and not self.host:
            raise PydanticCustomError(
                "relay_host", 'kind = "smtp" needs host: the name of the server that takes our mail'
            )
        if bool(self.username) != bool(self.password.get_secret_value()):
            raise PydanticCustomError("sign_in", "username and password belong together: set both or neither")
        if self.username and not self.encrypted:
            raise PydanticCustomError(
                "bare_password", 'the password would travel unencrypted: set tls = "require" or "implicit"'
            )
        return self


class MailSettings(Section):
    """อีเมลที่ระบบเขียน / Mail that we write"""

    sender: Mailbox = Field(
        default="",
        description="ที่อยู่ผู้ส่ง (From) เว้นว่างคืออีเมลกลางของหน่วยงาน / From; empty: the organisation's central address",
    )


class OutboxSettings(Section):
    """การส่งซ้ำ / Trying again"""

    retry_first: Duration = Field(default=5 * _MINUTE, description="เวลารอก่อนส่งซ้ำครั้งแรก / wait before the first repeat")
    retry_longest: Duration = Field(
        default=4000 * _SECOND, description="เวลารอสูงสุดระหว่างครั้ง / longest wait between repeats"
    )
    give_up: Duration = Field(default=5 * _DAY, description="เลิกส่งหลังจาก / give up after")
    batch: Whole = Field(default=500, ge=1, le=10_000, description="จำนวนอีเมลที่หยิบต่อรอบ / mails claimed in one round")

    @model_validator(mode="after")
    def _in_order(self) -> OutboxSettings:
        if not self.retry_first <= self.retry_longest <= self.give_up:
            raise PydanticCustomError("retry_order", "retry_first must not exceed retry_longest, nor that give_up")
        return self


class LinkSettings(Section):
    """ลิงก์ลงทะเบียนรับ / Receipt links"""

    life: Duration = Field(default=180 * _DAY, description="อายุของลิงก์ / how long a link works")
    secret_life: Duration = Field(default=30 * _DAY, description="อายุของลิงก์หนังสือลับ / the same for a secret letter")


class LogSettings(Section):
    """บันทึกการทำงาน / Log"""

    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info",
        description="ระดับต่ำสุดที่บันทึก: debug, info, warning, error / least level that is logged: the same words",
    )
    format: Literal["text", "json"] = Field(
        default="text", description="รูปแบบ: text หรือ json / form of a line: text or json"
    )
