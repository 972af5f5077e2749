"""Which files are kept but not served, and the sentence that says why (attack 19)."""

from __future__ import annotations

from watchers.reading import sniff
from watchers.reading.filename import extension

PROGRAM = "ไฟล์นี้เป็นโปรแกรมหรือชุดคำสั่งที่เครื่องคอมพิวเตอร์เรียกใช้ได้ ระบบเก็บไว้แต่ไม่เปิดให้ดาวน์โหลด โปรดขอไฟล์เอกสารจากผู้ส่ง"
ACTIVE = "ไฟล์นี้เป็นหน้าเว็บซึ่งอาจมีคำสั่งแฝงอยู่ ระบบเก็บไว้แต่ไม่เปิดให้ดาวน์โหลด โปรดขอไฟล์เอกสารจากผู้ส่ง"
MACRO = "ไฟล์นี้มีมาโครซึ่งอาจเป็นคำสั่งอันตราย ระบบเก็บไว้แต่ไม่เปิดให้ดาวน์โหลด โปรดขอไฟล์ที่ไม่มีมาโครจากผู้ส่ง"
OTHER = "เนื้อไฟล์จริงเป็นชนิด {real} ไม่ตรงกับนามสกุล .{extension} ระบบเก็บไว้แต่ไม่เปิดให้ดาวน์โหลด โปรดตรวจสอบกับผู้ส่ง"

_PROGRAM_NAMES = """
    acm ade adp app appref-ms appx asp bas bat chm cmd com cpl crt dll dmg drv exe fxp gadget hlp hta inf ins iso
    isp jar jnlp js jse ksh lnk mad maf mda mdb mde mht mhtml msc msi msix msp mst ocx one pcd pif prg ps1 ps2 psc1
    psm1 py pyc rb reg scf scr sct sh shb shs sys url vb vbe vbs vhd vhdx ws wsc wsf wsh xbap xll
"""
_PROGRAMS = frozenset(_PROGRAM_NAMES.split())
_ACTIVE = frozenset({"htm", "html", "shtml", "xhtml", "xht", "svg", "svgz", "swf"})
_MACROS = frozenset({"docm", "dotm", "xlsm", "xltm", "xlam", "xlsb", "pptm", "potm", "ppsm", "ppam", "sldm"})

_OFFICE = "application/vnd.openxmlformats-officedocument."
_WORD = frozenset({"application/msword", "text/rtf", _OFFICE + "wordprocessingml.document", sniff.OLE})
_EXCEL = frozenset({"application/vnd.ms-excel", _OFFICE + "spreadsheetml.sheet", sniff.OLE})
_SLIDES = frozenset({"application/vnd.ms-powerpoint", _OFFICE + "presentationml.presentation", sniff.OLE})
_PICTURES = frozenset(f"image/{kind}" for kind in ("jpeg", "png", "gif", "webp", "bmp", "tiff", "heic"))
_EXPECTED = {
    "pdf": frozenset({sniff.PDF}),
    **dict.fromkeys(("doc", "docx", "rtf"), _WORD),
    **dict.fromkeys(("xls", "xlsx"), _EXCEL),
    **dict.fromkeys(("ppt", "pptx"), _SLIDES),
    **dict.fromkeys(("jpg", "jpeg", "png", "gif", "webp", "bmp", "tif", "tiff", "heic"), _PICTURES),
}
_HARMLESS = frozenset({"", "text/plain", "text/xml"})  # nothing starts it, whatever it is called


def reason(name: str, declared: str, sniffed: str) -> str:
    """Why a file is withheld, in Thai; "" when it may be served."""
    suffix = extension(name)
    if suffix in _PROGRAMS or sniffed in (sniff.PROGRAM, sniff.SCRIPT):
        return PROGRAM
    if suffix in _ACTIVE or sniffed in (sniff.HTML, sniff.SVG) or declared in (sniff.HTML, sniff.SVG):
        return ACTIVE
    if suffix in _MACROS or sniffed == sniff.MACRO:
        return MACRO
    expected = _EXPECTED.get(suffix)
    if expected and sniffed not in expected and sniffed not in _HARMLESS:
        return OTHER.format(real=sniffed, extension=suffix)
    return ""
