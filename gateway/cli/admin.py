"""`saraban admin`: the code by which the first administrator begins, and the way out when a key is lost."""

from __future__ import annotations

import typer

from gateway import first_code
from gateway.cli.context import ConfigOption, say
from gateway.cli.opened import opened, who
from gateway.opening import clock
from ledger import accounts
from ledger.door import Door
from ledger.history import acting

app = typer.Typer(no_args_is_help=True, help="ผู้ดูแลระบบ / Administrators")


@app.command("code")
def code(config: ConfigOption = None) -> None:
    """พิมพ์รหัสครั้งเดียวสำหรับผู้ดูแลระบบคนแรก / Print the one-time code for the first administrator.

    ใช้ที่หน้า /begin ภายใน 24 ชั่วโมง / Use it on the page /begin within 24 hours.

    ตัวอย่าง / Example:

    saraban admin code
    """
    with opened(config) as ledger, acting(ledger.database, who(), "first code", clock()) as act:
        printed = Door(ledger.database, clock).invitations.first_code(act)
    first_code.forget(ledger.settings.data)
    say(
        f"รหัส {printed} ใช้ได้ครั้งเดียวภายใน 24 ชั่วโมง ที่ {ledger.settings.http.url}/begin",
        f"Code {printed} works once, within 24 hours, at {ledger.settings.http.url}/begin",
    )


@app.command("forget-factors")
def forget_factors(config: ConfigOption = None) -> None:
    """ลบการยืนยันสองขั้นตอนของทุกบัญชี เมื่อไฟล์กุญแจหาย / Drop everybody's second factor, when its key file is lost.

    แต่ละคนต้องตั้งค่าใหม่เมื่อเข้าสู่ระบบครั้งถัดไป / Each person sets up a new one at the next sign-in.

    ตัวอย่าง / Example:

    saraban admin forget-factors
    """
    with opened(config) as ledger, acting(ledger.database, who(), "second factors dropped", clock()) as act:
        count = accounts.drop_seconds(act)
    say(
        f"ลบการยืนยันสองขั้นตอนของ {count} บัญชีแล้ว แต่ละคนต้องตั้งค่าใหม่เมื่อเข้าสู่ระบบครั้งถัดไป",
        f"The second factors of {count} accounts were dropped. Each is set up anew at the next sign-in.",
    )
