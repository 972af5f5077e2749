"""Where letters go, and the reason that stays with them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.routing import REGISTRY_RULE, Condition, Facts, Rule, RuleSet, check, parse, route
from ledger.routing.conditions import KINDS
from ledger.values import Address, Channel, Document, Intake, Reading, Secrecy, Urgency

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
AT = datetime(2026, 11, 23, tzinfo=UTC)


def one_rule(condition: str, unless: str = "") -> RuleSet:
    return parse(f"rules: [{{name: กฎ, when: {{{condition}{unless}}}, then: {{route: finance}}}}]")


def hits(condition: str, facts: Facts) -> bool:
    return route(one_rule(condition), facts).groups == ("finance",)


@pytest.mark.parametrize(
    ("condition", "facts"),
    [
        ("sender: plan@obec.example", Facts(sender="Plan@OBEC.example")),
        ("sender: '@obec.example'", Facts(sender="a@obec.example")),
        ("sender: obec.example", Facts(sender="a@obec.example")),
        ("sender: '*.go.example'", Facts(sender="a@finance.moe.go.example")),
        ("recipient: saraban@x.example", Facts(recipients=("b@y.example", "saraban+ict@x.example"))),
        ("recipient: +finance", Facts(recipients=("saraban+Finance@x.example",))),
        ("folder: สแกน/การเงิน", Facts(folder="/srv/สแกน/การเงิน/")),
        ("folder: 'D:\\scan\\in'", Facts(folder="d:/scan/in")),
        ("subject: เบิกจ่าย", Facts(subject="ขอให้เร่งรัดการเบิกจ่ายเงิน")),
        ("subject: ปี ๒๕๖๙", Facts(subject="งบประมาณปี 2569")),
        ("subject: Smart OBEC", Facts(subject="ระบบ SMART\nobec")),
        ("text: น้ำท่วม", Facts(text="เหตุน\u0e4d\u0e49\u0e32ท่วม")),
        ("text: '/จำนวน\\s*\\d+\\s*บาท/'", Facts(text="จำนวน ๕๐๐ บาท")),
        ("letter_number: ศธ 04001/ว", Facts(letter_number="ศธ ๐๔๐๐๑/ ว ๑๒")),
        ("letter_number: '/^$/'", Facts()),
        ("attachment: ใบเสร็จ", Facts(attachments=(("ก.pdf", ""), ("ใบเสร็จ.pdf", "")))),
        (
            "attachment_type: xlsx",
            Facts(attachments=(("ก", SHEET),)),
        ),
        ("attachment_type: image/*", Facts(attachments=(("ก.jpg", "image/jpeg"),))),
        ("urgency: [ด่วนมาก, most_urgent]", Facts(urgency=Urgency.MOST_URGENT)),
        ("secrecy: ลับ", Facts(secrecy=Secrecy.SECRET)),
        ("sender_organisation: obec", Facts(sender_organisation="obec")),
        ("not: {subject: ยกเลิก}", Facts(subject="ประชุม")),
    ],
)
def test_a_condition_holds_for_the_letter_that_people_mean(condition: str, facts: Facts) -> None:
    assert hits(condition, facts)


@pytest.mark.parametrize(
    ("condition", "facts"),
    [
        ("sender: plan@obec.example", Facts(sender="other-plan@obec.example")),
        ("sender: '@obec.example'", Facts(sender="a@obec.example.evil.example")),
        ("sender: '*.go.example'", Facts(sender="a@go.example")),
        ("sender: '*.go.example'", Facts(sender="a@xgo.example")),
        ("recipient: saraban+ict@x.example", Facts(recipients=("saraban@x.example",))),
        ("folder: in", Facts(folder="/srv/main")),
        ("folder: in", Facts()),
        ("attachment: ใบเสร็จ", Facts(subject="ใบเสร็จ")),
        ("attachment_type: pdf", Facts(attachments=(("ก.pdf", "image/png"),))),
        ("urgency: ด่วน", Facts(urgency=Urgency.VERY_URGENT)),
        ("sender_organisation: obec", Facts()),
        ("subject: ประชุม, text: กำหนดการ", Facts(subject="ประชุม")),
        ("not: {subject: ยกเลิก, sender: '@x.example'}", Facts(sender="a@x.example")),
    ],
)
def test_a_condition_does_not_hold_for_another_letter(condition: str, facts: Facts) -> None:
    assert not hits(condition, facts)


ORDERED = parse(
    """
rules:
  - name: เร่ง
    when: {subject: น้ำท่วม}
    then: {urgency: ด่วนมาก, secrecy: ลับ}
  - name: การเงิน
    when: {subject: เงิน}
    then: {route: [finance, registry], stop: false}
  - name: ตรวจสอบ
    when: {subject: ตรวจสอบ}
    then: {route: [audit, finance]}
  - name: หลัง
    when: {subject: ตรวจสอบ}
    then: {route: ict}
  - name: พัก
    when: {subject: ร้องเรียน}
    then: {hold: โปรดตรวจก่อน, stop: false}
  - name: ไม่รับ
    when: {subject: โฆษณา}
    then: {refuse: ไม่ใช่หนังสือราชการ}
"""
)


def test_a_rule_that_routes_is_the_last_one_unless_it_says_otherwise() -> None:
    routing = route(ORDERED, Facts(subject="ตรวจสอบเงิน"))
    assert routing.groups == ("finance", "audit")
    assert routing.registry
    assert routing.matched == ("การเงิน", "ตรวจสอบ")
    assert routing.reason == "ตรงกับกฎ “การเงิน” และ “ตรวจสอบ”"
    assert [trial.rule for trial in routing.steps] == ["เร่ง", "การเงิน", "ตรวจสอบ"]


def test_urgency_and_secrecy_are_only_raised() -> None:
    raised = route(ORDERED, Facts(subject="น้ำท่วม", urgency=Urgency.URGENT))
    kept = route(ORDERED, Facts(subject="น้ำท่วม", urgency=Urgency.MOST_URGENT, secrecy=Secrecy.VERY_SECRET))
    assert (raised.urgency, raised.secrecy) == (Urgency.VERY_URGENT, Secrecy.SECRET)
    assert (kept.urgency, kept.secrecy) == (Urgency.MOST_URGENT, Secrecy.VERY_SECRET)


def test_a_letter_that_no_rule_routes_goes_to_the_central_registry() -> None:
    routing = route(ORDERED, Facts(subject="น้ำท่วม"))
    assert routing.registry
    assert not routing.groups
    assert routing.matched == ("เร่ง", REGISTRY_RULE)
    assert routing.steps[-1].sentence() == "ตรงกับกฎ “ทะเบียนกลาง”"


def test_a_folder_of_a_group_routes_there_unless_a_rule_decides() -> None:
    plain = route(ORDERED, Facts(subject="อื่น", organisation_group="policy"))
    ruled = route(ORDERED, Facts(subject="ตรวจสอบ", organisation_group="policy"))
    assert (plain.groups, plain.registry) == (("policy",), False)
    assert "โฟลเดอร์" in plain.reason
    assert ruled.groups == ("audit", "finance")


def test_hold_and_refuse_come_with_their_reason_and_the_first_word_counts() -> None:
    held = route(ORDERED, Facts(subject="ร้องเรียน โฆษณา", organisation_group="policy"))
    refused = route(ORDERED, Facts(subject="โฆษณา"))
    assert (held.hold, held.refuse, held.groups, held.registry) == ("โปรดตรวจก่อน", "", (), False)
    assert refused.refuse == "ไม่ใช่หนังสือราชการ"
    assert refused.reason == "ตรงกับกฎ “ไม่รับ” จึงไม่รับ: ไม่ใช่หนังสือราชการ"


def test_explaining_names_the_first_condition_that_failed_and_what_was_seen() -> None:
    rules = one_rule("sender: '@obec.example', subject: [เบิกจ่าย, การเงิน]", ", not: {text: ยกเลิก}")
    wrong = route(rules, Facts(sender="a@obec.example", subject="ขอเชิญประชุม")).steps[0]
    barred = route(rules, Facts(sender="a@obec.example", subject="การเงิน", text="ยกเลิกเรื่องเดิม")).steps[0]
    assert (wrong.condition, wrong.wanted, wrong.seen) == ("subject", ("เบิกจ่าย", "การเงิน"), "ขอเชิญประชุม")
    assert wrong.sentence() == "ไม่ตรงกฎ “กฎ”: เรื่องต้องตรงกับ “เบิกจ่าย” หรือ “การเงิน” แต่พบ “ขอเชิญประชุม”"
    assert barred.condition == "not.text"


def test_the_reason_never_repeats_what_a_secret_letter_says() -> None:
    routing = route(ORDERED, Facts(subject="ตรวจสอบ ชื่อคนที่เป็นความลับ", secrecy=Secrecy.SECRET))
    assert "ชื่อคน" not in routing.reason


def test_only_the_beginning_of_a_huge_letter_is_looked_at() -> None:
    near, far = "ก" * 80_000 + "ประชุม", "ก" * 90_000 + "ประชุม"  # three bytes a letter, 256 KiB in all
    for wanted in ("text: ประชุม", "text: /ประชุม/"):
        assert hits(wanted, Facts(text=near))
        assert not hits(wanted, Facts(text=far))
    many = Facts(attachments=tuple((f"{'ก' * 250}{number}", "") for number in range(2_000)))
    assert hits("attachment: /ก1$/", many)
    assert not hits("attachment: /ก1999$/", many)


def test_facts_come_from_what_arrived() -> None:
    document = Document("ก.pdf", "ก.pdf", "application/octet-stream", "application/pdf", b"", 0, "")
    reading = Reading(
        senders=(Address("a@b.example"),), recipients=(Address("c@d.example"),), subject="เรื่อง", documents=(document,)
    )
    mail = Intake(Channel.SMTP, "smtp", b"", AT, sender="envelope@b.example", recipients=("saraban@d.example",))
    scan = Intake(Channel.FOLDER, "/in", b"", AT, name="ก.pdf", group="finance")
    facts = Facts.of(mail, reading, "school")
    assert (facts.sender, facts.recipients, facts.folder) == ("a@b.example", ("saraban@d.example",), "")
    assert (facts.attachments, facts.sender_organisation) == ((("ก.pdf", "application/pdf"),), "school")
    assert Facts.of(mail, Reading()).sender == "envelope@b.example"
    assert (Facts.of(scan, reading).folder, Facts.of(scan, reading).organisation_group) == ("/in", "finance")


def test_check_names_unknown_codes_twins_and_rules_that_never_match() -> None:
    rules = parse(
        """
rules:
  - {name: กว้าง, when: {sender: '*.go.example', subject: [เงิน, บัญชี]}, then: {route: finance}}
  - {name: แคบ, when: {sender: '@moe.go.example', subject: งานเงินเดือน, text: ก}, then: {route: person}}
  - {name: กว้าง, when: {sender_organisation: obek}, then: {route: registry}}
  - {name: เหลือ, when: {subject: เงิน}, then: {route: finance}}
"""
    )
    thai = check(rules, {"finance", "personnel"}, {"obec"})
    english = check(rules, {"finance", "personnel"}, {"obec"}, "en")
    assert [line.split(":")[0] for line in english] == ["Line 4", "Line 4", "Line 5", "Line 5"]
    assert any("“personnel”" in line for line in thai)
    assert any("It never matches: “กว้าง”" in line for line in english)
    assert check(ORDERED, {"finance", "audit", "ict"}, set()) == [
        "บรรทัด 12: หลัง: ใช้ไม่ได้เลย เพราะกฎ “ตรวจสอบ” ที่อยู่ก่อนตรงและหยุดก่อนเสมอ ให้ย้ายขึ้นหรือลบ"
    ]


WORDS = st.text(st.sampled_from("กขงิ่ำ๑1/@*+.\\[( aA\n\u200b\ud800"), min_size=1, max_size=12)
FACTS = st.builds(
    Facts,
    sender=WORDS | st.text(),
    recipients=st.lists(WORDS, max_size=3).map(tuple),
    folder=WORDS,
    organisation_group=st.sampled_from(["", "finance"]),
    subject=st.text(),
    text=WORDS | st.text(),
    letter_number=WORDS,
    attachments=st.lists(st.tuples(st.text(), WORDS), max_size=3).map(tuple),
    urgency=st.sampled_from(Urgency),
    secrecy=st.sampled_from(Secrecy),
)


@st.composite
def rule_sets(draw: st.DrawFn) -> RuleSet:
    """Rule sets of values that are usable, drawn from anything."""
    rules = []
    for number in range(draw(st.integers(0, 4))):
        wanted = draw(st.dictionaries(st.sampled_from(sorted(KINDS)), st.lists(WORDS, min_size=1, max_size=2)))
        conditions = tuple(Condition(key, usable) for key, values in wanted.items() if (usable := _usable(key, values)))
        rules.append(Rule(f"กฎ {number}", conditions, groups=draw(st.sampled_from([(), ("a",), ("b", "a")]))))
    return RuleSet(tuple(rules))


def _usable(key: str, values: list[str]) -> tuple[str, ...]:
    def works(value: str) -> bool:
        try:
            KINDS[key].test(value)
        except ValueError:
            return False
        return True

    return tuple(filter(works, values))


@given(rule_sets(), FACTS)
def test_every_letter_has_a_way_and_a_reason(rules: RuleSet, facts: Facts) -> None:
    routing = route(rules, facts)
    assert routing.groups or routing.registry
    assert routing.reason
    assert all(trial.sentence() for trial in routing.steps)
    assert routing == route(rules, facts)


@given(rule_sets(), FACTS)
def test_what_is_called_unreachable_is_never_reached(rules: RuleSet, facts: Facts) -> None:
    covered = [
        below.name
        for place, below in enumerate(rules.rules)
        if any(above.stops and above.covers(below) for above in rules.rules[:place])
    ]
    assert not set(covered) & set(route(rules, facts).matched)
