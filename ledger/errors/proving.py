"""Errors of whoever must prove who they are: sign-ins, invitations, one-time codes (5.1, 5.2)."""

from __future__ import annotations

from ledger.errors.root import Refused, SarabanError, Unavailable


class CodesSilent(Refused):
    """Somebody guessed the one-time code of a secret letter; none is taken or sent `until` a moment (5.2)."""

    th = "มีการใส่รหัสผิดหลายครั้ง ระบบจึงหยุดรับและหยุดส่งรหัสของหนังสือฉบับนี้จนถึง {until} โปรดรอถึงเวลานั้นแล้วขอรหัสใหม่"
    en = (
        "Wrong codes were given several times, so no code of this letter is taken or sent until {until}. "
        "Please wait until then and ask for a new code."
    )


class CodesSpent(Refused):
    """As many codes of a letter were sent as may be in an hour or a day (5.2). `until`: when the next may be."""

    th = "ส่งรหัสของหนังสือฉบับนี้ครบจำนวนครั้งที่กำหนดแล้ว โปรดใช้รหัสในอีเมลฉบับล่าสุด หรือขอรหัสใหม่ได้ตั้งแต่ {until}"
    en = (
        "As many codes as may be were sent for this letter. Please use the one in the latest mail, or ask for a new "
        "one from {until} on."
    )


class KeyWrong(SarabanError):
    """The key of the second factors is another than the one that they were sealed with."""

    th = (
        "กุญแจของการยืนยันสองขั้นตอนไม่ตรงกับข้อมูลในระบบ ให้นำไฟล์กุญแจเดิมกลับมาจากข้อมูลสำรอง"
        " หากหายไปแล้วให้สั่ง saraban admin forget-factors แล้วทุกคนตั้งค่าใหม่"
    )
    en = (
        "The key of the second factors does not fit what they were sealed with. "
        "Bring the old key file back from the backup. If it is lost, run saraban admin forget-factors, "
        "and everybody sets theirs up anew."
    )


class KeyUnusable(SarabanError):
    """The file of that key is missing though it is needed, is no key, or can be read by others."""

    th = "ใช้ไฟล์กุญแจของการยืนยันสองขั้นตอน {path} ไม่ได้: {problem}"
    en = "The key file of the second factors, {path}, cannot be used: {problem_en}"


class SignedOut(SarabanError):
    """Nobody is signed in, or the session has ended."""

    th = "โปรดเข้าสู่ระบบก่อน"
    en = "Please sign in first."


class SignInFailed(SarabanError):
    """Unknown login, wrong password, or something at rest: always the same answer (5.1)."""

    th = "อีเมลหรือรหัสผ่านไม่ถูกต้อง หรือบัญชีนี้ยังใช้งานไม่ได้ โปรดตรวจสอบแล้วลองใหม่ หรือกด “ลืมรหัสผ่าน”"
    en = (
        "The e-mail or the password is wrong, or this account cannot be used now. "
        "Please check and try again, or choose “forgotten password”."
    )


class TooManyAttempts(SarabanError):
    """Too many wrong passwords or codes. `minutes`: how long to wait; nobody is ever locked out for good."""

    permanent = False
    th = "ใส่ข้อมูลผิดหลายครั้งเกินไป โปรดรอประมาณ {minutes} นาทีแล้วลองใหม่"
    en = "Too many wrong attempts. Please wait about {minutes} min and try again."


class SignOutUnwritten(Unavailable):
    """The browser has forgotten the sign-in, but the database could not be told."""

    th = (
        "เบราว์เซอร์นี้ออกจากระบบแล้ว แต่ยังบันทึกการออกจากระบบไม่ได้ การเข้าสู่ระบบครั้งนี้จะสิ้นสุดเองเมื่อไม่ได้ใช้งาน 30 นาที "
        "โปรดแจ้งผู้ดูแลระบบให้ตรวจพื้นที่ว่างของดิสก์"
    )
    en = (
        "This browser has signed out, but that could not be saved: the sign-in ends by itself after 30 minutes without "
        "use. Please tell the administrator to look whether the disk is full."
    )


class PasswordsWait(Unavailable):
    """Too many passwords wait to be checked or kept. Nothing was looked at, and nothing counts as a failure."""

    th = "ขณะนี้มีผู้เข้าสู่ระบบพร้อมกันมาก ระบบจึงยังไม่ได้ตรวจรหัสผ่าน โปรดรอสักครู่แล้วลองใหม่"
    en = "Many people are signing in, so the password has not been checked yet. Please wait a moment and try again."


class NoSuchInvitation(SarabanError):
    """A mailed link or a first code that is unknown, expired or used: always the same answer."""

    th = "ลิงก์หรือรหัสนี้ใช้ไม่ได้ อาจหมดอายุ ถูกใช้ไปแล้ว หรือคัดลอกมาไม่ครบ โปรดขอใหม่จากผู้ดูแลระบบหรือกด “ลืมรหัสผ่าน”"
    en = (
        "This link or code does not work. It may have expired, been used already, or been copied incompletely. "
        "Please ask your administrator for a new one, or choose “forgotten password”."
    )


class ConfirmFirst(SarabanError):
    """A grave action, and the password was not given in the last minutes."""

    th = "รายการนี้สำคัญ โปรดใส่รหัสผ่านอีกครั้งเพื่อยืนยันก่อนทำต่อ"
    en = "This is a grave step. Please give your password once more before you go on."


class SecondFactorRequired(SarabanError):
    """The second factor cannot be removed: it is required of this account."""

    th = "บัญชีนี้ต้องใช้การยืนยันตัวตนสองขั้นตอน จึงยกเลิกไม่ได้"
    en = "This account must sign in with a second factor, so it cannot be removed."
