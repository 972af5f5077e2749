"""What the office knows: directory, registers, letters, rules, queue, history. I/O only to its database and originals.

The words of the house, one meaning each, in code, pages, mails and logs:

Organisation  หน่วยงาน         the area office, a school, or an outside sender; the first two keep registers
Group         กลุ่ม            a work group of the office, with a mailbox
Person, Duty  บุคลากร, หน้าที่   somebody of an organisation; what they may do there
School group  กลุ่มสถานศึกษา     a named set of schools to send to
Intake        รายการนำเข้า      one arrival: original bytes, channel, source, digest; ends in exactly one outcome
Reading       –               what an intake says: kind, sender, number, date, subject, documents, defects
Outcome       ผล              registered, joined (a copy), receipt, bounce, auto-reply, held, refused
Register      ทะเบียน          one numbered book: organisation × kind × B.E. year
Entry         รายการทะเบียน     one numbered line of a register; voided at most, never deleted, never renumbered
Letter        หนังสือ           correspondence passing through us
Delivery      ส่งถึง            one letter on its way to one holder; deliveries form the chain of custody
Receipt       ลงทะเบียนรับ      the holder's deliberate acknowledgement of a delivery, with its evidence
Rule, Route   กฎ, เส้นทาง       a condition with a name, and where it leads; the reason stays on the entry
Notice        –               a mail that we write from a template
Tray          ถาดรอลงทะเบียน    held intakes that wait for a clerk's decision
History       ประวัติ           the chained record of every change

Verbs: take, settle, read, route, enter, hold, join, send, give up; a person acknowledges, forwards, returns, recalls,
amends, voids. Mapped classes end in `Row` and stay inside this package and the console's pages.
"""
