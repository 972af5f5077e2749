"""Why a door cannot be opened where the settings want it."""

from __future__ import annotations

from ledger.errors.root import SarabanError


class GroupUnknown(SarabanError):
    """The machine has no group of that name."""

    th = "เครื่องนี้ไม่มีกลุ่มผู้ใช้ {group} ให้แก้ lmtp.group หรือให้ผู้ดูแลเครื่องสั่ง groupadd {group}"
    en = "This machine has no group {group}: correct lmtp.group, or let an administrator run groupadd {group}"


class GroupNotOurs(SarabanError):
    """Only a member may give a file to a group. `we`: the user that we run as; `command`: what lets the group in."""

    th = "{we} ไม่ได้อยู่ในกลุ่ม {group} จึงเปิดช่องรับ LMTP ให้กลุ่มนี้ไม่ได้ ให้ผู้ดูแลเครื่องสั่ง {command} แล้วเริ่มระบบใหม่"
    en = "{we} is no member of {group}, which the LMTP socket is for: run {command} and start again"


class SocketTaken(SarabanError):
    """Another program listens on the socket file."""

    permanent = False
    th = "มีโปรแกรมอื่นเปิดรับที่ {path} อยู่แล้ว ให้หยุดโปรแกรมนั้นก่อน หรือตั้ง lmtp.path เป็นที่อื่น"
    en = "Another program listens on {path}. Stop it first, or set lmtp.path to another place."


class SocketBlocked(SarabanError):
    """Something that is no socket lies where the socket file should be; it was left as it is."""

    th = "{path} ไม่ใช่ socket จึงไม่เขียนทับ ให้ย้ายออกไปก่อน หรือตั้ง lmtp.path เป็นที่อื่น"
    en = "{path} is no socket and was left as it is. Move it away, or set lmtp.path to another place."


class PortTaken(SarabanError):
    """Another program listens there. `where`: host:port; `name`: the section of the settings."""

    permanent = False
    th = "พอร์ต {where} มีโปรแกรมอื่นใช้อยู่ ให้หยุดโปรแกรมนั้นก่อน หรือเปลี่ยน {name}.port"
    en = "Another program uses the port {where}. Stop it first, or change {name}.port."


class PortForbidden(SarabanError):
    """Ports below 1024 need a right that we have not."""

    th = "ระบบไม่มีสิทธิ์เปิดพอร์ต {where} พอร์ตต่ำกว่า 1024 ต้องได้สิทธิ์ CAP_NET_BIND_SERVICE หรือเปลี่ยน {name}.port"
    en = "We may not open {where}: a port below 1024 needs CAP_NET_BIND_SERVICE, or change {name}.port."


class AddressNotHere(SarabanError):
    """The machine has no such address, or not yet."""

    permanent = False
    th = "เครื่องนี้ไม่มีที่อยู่ {host} จึงเปิด {where} ไม่ได้ ให้แก้ {name}.host หรือรอให้เครือข่ายพร้อม"
    en = "This machine has no address {host} to open {where} on: correct {name}.host, or wait for the network."
