"""An office's registers with a line of every kind, so that each page has something to show."""

from __future__ import annotations

from ledger.directory import DutyRow, SchoolGroupMemberRow, SchoolGroupRow
from tests.gateway.web.console.house import Client, House
from tests.gateway.web.console.offers import hold, mail, pdf

LONG = (
    "ขอเชิญประชุมเชิงปฏิบัติการพัฒนาศักยภาพผู้บริหารสถานศึกษาและครูผู้รับผิดชอบงานประกันคุณภาพภายในสถานศึกษา ตามโครงการขับเคลื่อน"
    "นโยบายการศึกษาสู่การปฏิบัติ ประจำปีงบประมาณ พ.ศ. 2570 รุ่นที่ 2 ณ ห้องประชุมสำนักงานเขตพื้นที่การศึกษา"
)
PDF = b"%PDF-1.4\n%%EOF\n"
LETTER = {"letter_date": "14 ส.ค. 2569", "sender": "สพฐ.", "recipient": "สพป.ตัวอย่าง เขต 4", "subject": "เรื่อง"}
WHO = "office.central_clerk"


def line(client: Client, register: str = "incoming", files: int = 0, **content: str) -> int:
    """A line, written through the form of its register. Returns its id."""
    number = {"letter_number": "ศธ 04001/ว1187"} if register == "incoming" else {}
    attached = [(f"หนังสือนำส่ง_{one}.pdf", PDF) for one in range(files)]
    answer = client.upload(f"/registers/{register}/new", {**LETTER, **number, **content}, attached)
    assert answer.status == 303, answer.text
    return int(answer.headers["Location"].partition("/entries/")[2].partition("?")[0])


def all_duties(house: House, who: str = WHO) -> None:
    """Give one person everything that an office's people do."""
    with house.act() as act:
        for duty in ("administrator", "register_admin", "register_officer", "correspondence_admin"):
            act.add(DutyRow, person_id=house.people[who], duty=duty)
        group = act.add(SchoolGroupRow, organisation_id=house.places["office"], code="small", name="โรงเรียนขนาดเล็ก")
        act.add(SchoolGroupMemberRow, school_group_id=group, organisation_id=house.places["s1"])


def furnish(house: House, who: str = WHO) -> Client:
    """Ordinary, long, secret, void, held, sent and received lines, certificates of an order, and what waits."""
    client = house.signed_in(who)
    line(client, files=3, subject=LONG, urgency="most_urgent", remark="เอกสารกระดาษ", action="เพื่อทราบ")
    line(client, files=1, subject="สอบข้อเท็จจริง", secrecy="secret", urgency="urgent")
    void = line(client, subject="ลงทะเบียนซ้ำ")
    client.get(f"/entries/{void}/void")
    assert client.post(f"/entries/{void}/void", {"reason": "ซ้ำกับเลขก่อน", "seen": _seen(client, void)}).status == 303
    line(client, "order", files=1, subject="แต่งตั้งคณะกรรมการ")
    line(client, "certificate", subject="รางวัลเหรียญทอง", recipient="เด็กชายธนกร ใจดี")
    for register, count in (("outgoing", "1"), ("order", "2")):
        held = {"reserved_for": "กลุ่มบริหารงานบุคคล", "reserved_until": "30 ธ.ค. 2569", "count": count}
        assert client.post(f"/registers/{register}/reserve", held).status == 303
    sent = line(client, "outgoing", files=1, subject=LONG, circular="1")
    line(client, "outgoing", subject="ยังไม่ได้ส่ง")
    to = {"group": "policy", "reach": "schools", "schools": ["s1", "s2"], "summary": "สรุปเรื่อง", "urgency": "urgent"}
    assert client.post(f"/entries/{sent}/send", to).status == 303
    hold(house, mail(html="<p>เรียน ผู้อำนวยการ</p>", files={"หนังสือเชิญ.pdf": pdf()}))
    hold(house, mail("ขอส่งรายงาน", files={"รายงาน.pdf": pdf()}), policy="all")
    return client


def _seen(client: Client, entry: int) -> str:
    page = client.get(f"/entries/{entry}/void").text
    return page.partition('name="seen" value="')[2].partition('"')[0]
