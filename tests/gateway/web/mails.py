"""Mails for the demo's mailbox."""

from __future__ import annotations

import os
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from tests.gateway.web.office import NOW, OFFICE


def write(
    folder: Path,
    name: str,
    *,
    to: str = "finance@esao.example",
    subject: str = "[รับ 1204/2569] ด่วนมาก: ขอเชิญประชุม",
    text: str = "เรียน กลุ่มบริหารงานการเงิน",
    html: str = "<p>เรียน กลุ่มบริหารงานการเงิน</p>",
    minutes_ago: int = 0,
) -> Path:
    """An .eml file in `folder`, written that many minutes before NOW."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = f"{OFFICE} <saraban@esao.example>"
    mail["To"] = to
    mail["Subject"] = subject
    mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html")
    path = folder / f"{name}.eml"
    path.write_bytes(mail.as_bytes())
    moment = NOW.timestamp() - 60 * minutes_ago
    os.utime(path, (moment, moment))
    return path
