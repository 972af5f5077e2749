"""The whole of the settings: one frozen value, made of one section for each table of the file."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from itertools import permutations
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from pydantic import Field, PrivateAttr, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from gateway.settings.units import Place, PlaceOrNone
from gateway.settings.ways_in import (
    ConsoleSettings,
    FolderSettings,
    HttpSettings,
    IntakeSettings,
    LmtpSettings,
    ReadingSettings,
    Section,
    SmtpSettings,
)
from gateway.settings.ways_out import LinkSettings, LogSettings, MailSettings, OutboxSettings, RelaySettings
from ledger.errors import Fault


class Settings(Section):
    """ทั่วไป / General"""

    data: Place = Field(
        default=Path("data"), description="โฟลเดอร์ของฐานข้อมูลและหนังสือต้นฉบับ / folder of the database and the originals"
    )
    key_file: PlaceOrNone = Field(
        default=None,
        description="ไฟล์กุญแจของการยืนยันสองขั้นตอน ไม่ตั้งคือ totp.key ใน data"
        " / key file of the second factors, else totp.key in data",
    )
    language: Literal["th", "en"] = Field(default="th", description="ภาษา th ไทย en อังกฤษ / language: th or en")
    digits: Literal["arabic", "thai"] = Field(
        default="arabic", description="ตัวเลข arabic 1234 thai ๑๒๓๔ / numerals: arabic or thai"
    )
    smtp: SmtpSettings = SmtpSettings()
    lmtp: LmtpSettings = LmtpSettings()
    folders: tuple[FolderSettings, ...] = ()
    http: HttpSettings = HttpSettings()
    console: ConsoleSettings = ConsoleSettings()
    intake: IntakeSettings = IntakeSettings()
    reading: ReadingSettings = ReadingSettings()
    relay: RelaySettings = RelaySettings()
    mail: MailSettings = MailSettings()
    outbox: OutboxSettings = OutboxSettings()
    links: LinkSettings = LinkSettings()
    log: LogSettings = LogSettings()

    _origins: Mapping[str, str] = PrivateAttr(default_factory=dict)
    _older: tuple[Fault, ...] = PrivateAttr(default=())

    @property
    def origins(self) -> Mapping[str, str]:
        """Where each value comes from: "smtp.port" -> "default", "saraban.toml:12" or "SARABAN_SMTP__PORT"."""
        return self._origins

    @property
    def older(self) -> tuple[Fault, ...]:
        """What was written as in an older file, and how it is written now."""
        return self._older

    def with_older(self, told: Iterable[Fault]) -> Settings:
        """The same settings that know what was written in an older way."""
        known = self.model_copy()
        known._older = tuple(told)
        return known

    def with_origins(self, origins: Mapping[str, str]) -> Settings:
        """The same settings that know where they come from."""
        known = self.model_copy()
        known._origins = MappingProxyType(dict(origins))
        return known

    @field_validator("folders")
    @classmethod
    def _apart(cls, folders: tuple[FolderSettings, ...]) -> tuple[FolderSettings, ...]:
        for one, other in permutations(folders, 2):
            if one.path.is_relative_to(other.path):
                raise PydanticCustomError("folders_apart", "watched folders must not be the same or lie in one another")
        return folders

    @model_validator(mode="after")
    def _none_of_ours(self, info: ValidationInfo) -> Settings:
        """By their names alone: a share that does not answer must not hold up the start."""
        ours = [self.data, *([self.relay.path] if self.relay.kind == "maildrop" else [])]
        held = [*ours, self.key_file, (info.context or {}).get("folder")]
        for watched in (Path(os.path.abspath(folder.path)) for folder in self.folders):
            inside = any(watched.is_relative_to(os.path.abspath(one)) for one in ours)
            if inside or any(Path(os.path.abspath(one)).is_relative_to(watched) for one in held if one is not None):
                raise PydanticCustomError(
                    "folder_ours",
                    "a watched folder must not be, hold or lie in the folders data and relay.path, nor hold key_file"
                    " or saraban.toml: whatever lies there would be registered and moved away",
                )
        return self

    @model_validator(mode="after")
    def _own_ports(self) -> Settings:
        doors = (self.smtp, self.lmtp, self.http)
        taken = [(door.host, door.port) for door in doors if door.enabled and door.port]
        if len(taken) != len(set(taken)):
            raise PydanticCustomError("own_ports", "smtp, lmtp and http need a port each")
        return self
