"""Words that people choose for passwords, written down for this house; spelled alike in every case and layout."""

from __future__ import annotations

import unicodedata

from ledger.keyboards import other_layout

_ENGLISH = """
aaron abcdef access account adam admin administrator alex amazing amphoe andrew android angel anime anna anthony
apple april army arsenal asdf asia august autumn baby backup badboy ball banana bangkok baseball basketball
batman beautiful beer benz best bird birthday black blink blue boat book boss boyfriend bright brother buddha
buddy butterfly camera candy captain cat chang change changeme charlie cheese chelsea cherry chiangmai chicken
chocolate christmas class coffee college computer cookie cool correspondence country cream dad daddy daniel dark
data david december default demo desktop devil diamond director doctor dog dolphin doraemon dragon dream eagle
earth easy education elephant email emperor england english enter everton example facebook family father
february fight finance fire fish flower football forever forget forgotten france freedom friday friend friends
game gateway george ginger girl girlfriend gmail god gold golf good google government grand great green guest
guitar hacker handsome happy harry hatyai heart heaven hello help hero holiday home honda honey hotmail house
hunter iloveyou internet iphone isuzu jack james january japan jasmine jennifer jesus john jordan joseph july
june junior justice keyboard khonkaen killer king kitten kitty korat korea korn krungthai laptop legend lemon
letmein letter library life lion little live liverpool login london lotto love lovely lover lucky magic mail
main manchester mango march marine mario mark market master matthew mercedes michael microsoft minecraft
ministry mobile mom monday money monkey monster moon mother mountain movie muaythai music mustang myself naruto
network newlife nicole night ninja nokia nothing november number october office officer official okay online
orange padthai panda pass passcode passphrase passport passwd password patrick peace pepper person phone phuket
picture pikachu pizza please pokemon police porsche power prince princess private qwer qwerty rabbit rainbow
ranger red register registry remember robert rock root rose sabai sabaidee samsung samurai saraban saturday
sawasdee school scooter secret security september server shadow siam silver simple singapore singha sister smile
snoopy soccer somchai somsak songkhla songkran spider spiderman spring star starwars student suankularb summer
sunday sunflower sunshine super superman support supreme suzuki sweet sweetheart swordfish system taekwondo
teacher team temp temple temporary test tester testing thai thailand thomas thursday tiger tigger toyota
training trustno tuesday ubon udon unknown user username vietnam volleyball water weather website wednesday
welcome whatever white william windows winner winter wizard wolf wonderful work world yahoo yamaha yellow
yourself youtube zombie
"""

_THAI = """
กขค กรกฎาคม กระทรวง กรุงเทพ กรุงไทย กลุ่ม กองทัพ กันยายน การศึกษา การเงิน กาแฟ กำแพง กีฬา กุมภาพันธ์ ขนมจีน ขวัญ
ขอนแก่น ขอบคุณ ข้าราชการ ข้าวผัด ข้าวเหนียว คณิตศาสตร์ คนไทย ครอบครัว ครู ความรัก ความลับ ความสุข คอมพิวเตอร์
คิดถึง คุณครู คุณพ่อ คุณแม่ งานสารบรรณ จดหมาย จังหวัด จันทร์ ชลบุรี ชาติ ชาติไทย ชีวิต ช้าง ช้างไทย ดอกไม้ ดาว
ดีใจ ตำบล ตำรวจ ตุลาคม ต้นไม้ ต้มยำ ทดสอบ ทหาร ทะเบียน ทะเล ที่รัก ทุเรียน ธันวาคม ธุรการ นครปฐม นครราชสีมา
นักเรียน นาง นางสาว นาย นายก น้องชาย น้องสาว น้ำ น้ำใจ บัญชี บุคลากร บุรีรัมย์ บ้าน บ้านเรา ปฏิบัติ ประชาธิปไตย
ประถม ประถมศึกษา ประเทศ ประเทศไทย ปลอดภัย ปีใหม่ ผู้ดูแล ผู้ดูแลระบบ ผู้อำนวยการ ผู้ใช้ พระพุทธ พฤศจิกายน
พฤษภาคม พฤหัส พุทธ พ่อ พ่อแม่ ฟุตบอล ภาษาไทย ภูเก็ต มกราคม มหาวิทยาลัย มะม่วง มัธยม มัธยมศึกษา มิถุนายน
มีความสุข มีนาคม ยินดี ยินดีต้อนรับ รหัส รหัสผ่าน รัก รักครอบครัว รักคุณ รักนะ รักพ่อ รักเธอ รักแม่ ราชการ
ราชบุรี ร้อยเอ็ด ลงทะเบียน ลับ ลับมาก ลิเวอร์พูล ลูก ลูกรัก วัด วันจันทร์ วันศุกร์ วันหยุด วันอังคาร วันอาทิตย์
วันเกิด วันเสาร์ วิชาการ วิทยา วิทยาลัย วิทยาศาสตร์ ศึกษา ศึกษาธิการ ศุกร์ สงกรานต์ สงขลา สถานศึกษา สนุก สบายดี
สพป สพม สมชาย สมศรี สมศักดิ์ สมหญิง สวย สวยงาม สวัสดี สวัสดีครับ สวัสดีค่ะ สารบรรณ สำนักงาน สำนักงานเขต สิงหาคม
สุขภาพ สุขสันต์ สุขใจ สุราษฎร์ สุรินทร์ หนังสือ หนังสือราชการ หนูน้อย หน่วยงาน หมา หมู หมูกระทะ หวย หัวใจ อนุบาล
อร่อย ออนไลน์ อังคาร อาทิตย์ อำเภอ อินเทอร์เน็ต อีเมล อุดร อุดรธานี อุบล อุบลราชธานี เกษียณ เขตพื้นที่ เข้าระบบ
เงิน เงินเดือน เจ้าหน้าที่ เชียงราย เชียงใหม่ เด็กดี เด็กน้อย เธอ เปลี่ยนรหัส เพื่อน เพื่อนรัก เมษายน เมืองไทย
เรารัก เรียน เลขที่ เลย เวลา เสาร์ เสือ แมว แมวน้อย แม่ โชคดี โทรศัพท์ โรงเรียน โลก ใจดี ไทย ไทยแลนด์ ไม่บอก
ไม่รู้
"""


def folded(text: str) -> str:
    """`text` as words are compared: NFKC, small letters, SARA AM as one letter again."""
    return unicodedata.normalize("NFKC", text).casefold().replace("\u0e4d\u0e32", "\u0e33")


def both_layouts(words: set[str]) -> frozenset[str]:
    """The words folded, and what their keys write under the other layout; without what is too short to tell."""
    typed = {folded(form) for word in words for form in (word, other_layout(word))}
    return frozenset(word for word in typed if len(word) >= 3)


COMMON = both_layouts(set(_ENGLISH.split()) | set(_THAI.split()))
