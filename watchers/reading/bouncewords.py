"""The words by which mail systems say that a mail did not arrive, or not yet, in the languages that reach an office."""

from __future__ import annotations

import re

FAILURE = re.compile(
    r"""
    (?:\bnot|n['’]t|\bunable\ to|\bcannot|\bfail(?:ed|ure)?\ (?:in|to)|\bimpossible\ to|\bno\ longer)
        \s(?:[\w'’]+\s){0,4}?(?:deliver|reach|relay|transmi|be\ sent|been\ sent|send|accept|receiv|valid)
    | \bun-?deliver | \bnon-?deliver | \bdeliver\w*\s(?:[\w'’]+\s){0,4}?(?:fail|problem|error|delay|reject)
    | \b(?:fail|delay|error|problem)\w*\s(?:\S+\s){0,3}?deliver
    | \b(?:mail|message)\s(?:\w+\s){0,3}?(?:fail|return|reject|refus|bounce|delay|discard|block)
    | \b(?:following|these|this|one\ or\ more)\s(?:[\w-]+\s){0,2}?(?:address|recipient|user)[^.]{0,80}?
        (?:fail|error|problem|delay|not|unknown|reject|affected)
    | \b(?:unknown|no\ such|invalid|non-?existent|not\ a\ valid|no\ valid|illegal)
        \s(?:\w+\s){0,2}?(?:user|recipient|mailbox|address|account|host|domain)
    | \b(?:user|recipient|mailbox|address|account|host|domain)(?:\sname)?\s(?:is\s|was\s|has\s|does\s)?(?:been\s)?
        (?:unknown|not\b|full|exceed|disabled|suspended|inactive|unavailable|rejected|doesn)
    | \bquota\ exceeded | \bover\s?quota | \btranscript\ of\ (?:the\ )?(?:session|attempts) | \bsmtp\ error
    | \bsaid:\s*[45][0-9]{2} | ^<{3}\s*[45][0-9]{2}\b | \b[45][0-9]{2}[- ]\#?[45]\.[0-9]{1,3}\.[0-9]
    | ไม่สามารถ(?:นำ|จัด)?ส่ง(?:อีเมล|เมล|ข้อความ|จดหมาย|ถึง|ไป) | (?:อีเมล|เมล|ข้อความ|ส่ง)[^\n]{0,60}(?:ล้มเหลว|ตีกลับ)
    | (?:ไม่ได้รับการ|ไม่ถูก)(?:นำ|จัด)?ส่ง | (?:นำส่ง|ส่ง(?:อีเมล|เมล|ข้อความ))ไม่(?:สำเร็จ|ถึง|ได้) | ไม่พบ(?:ที่อยู่|ผู้รับ)
    | 配信(?:でき|不能|に失敗) | 送信でき | 退信 | 无法(?:投递|送达|发送) | 未能?(?:送达|投递) | 無法(?:投遞|傳送|送達)
    | 반송 | (?:전송|배달).{0,4}(?:실패|못) | \bunzustellbar | \bnicht\ (?:\w+\ ){0,3}zu(?:ge)?st
    | \bnon\ (?:remis|distribu) | \bn['’]a\ pas\ pu | \bno\ se\ (?:ha\ )?pud?[oi]?\w*\ entreg | \bentrega\b.{0,30}\bfall
    | \bnão\ (?:\w+\ ){0,3}entreg | \bmancat[oa]\ (?:recapito|consegna) | \bnon\ (?:\w+\ ){0,3}recapit
    | \bonbestelbaar | \bniedostarcz | \bnie\ (?:\w+\ ){0,3}dostarcz | \bне\s?(?:\w+\ ){0,3}доставл
    """,
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
SUBJECT = re.compile(
    r"""
    failure\ notice | failed\ mail | mail(?:ing)?\ (?:system\ )?(?:error|failure) | bounced?\b | message\ status
    | delivery\ (?:status\ )?(?:notification|report) | return(?:ed|ing)?\ (?:mail|to\ sender|message)
    | warning:?\ (?:could\ not|message|mail) | ^ไม่สามารถ(?:นำ)?ส่งได้ | ^ส่งไม่(?:สำเร็จ|ได้)
    | problem\w*\ (?:with|in)\ (?:mail|deliver)
    """,
    re.IGNORECASE | re.VERBOSE,
)
WAITING = re.compile(
    r"""
    \bdelayed\b | \(delay\) | \bdelivery\ delay | \bwarning\ (?:message\ )?only | \bnot\ yet\ been | \bstill\ being
    | \bwill\ (?:be\ re|re-?|continue\ |keep\ |be\ )?(?:try|tried|retri|attempt) | \battempts\ will\ continue
    | \bneed\ (?:not|to)\ resend | \bdeferred\b | (?:อีเมล|เมล|ข้อความ)[^\n]{0,30}ล่าช้า | จะ(?:พยายาม|ลอง)ส่ง(?:ใหม่|อีก)
    """,
    re.IGNORECASE | re.VERBOSE,
)
GIVEN_UP = re.compile(r"\bgiv(?:en|ing) up|\bpermanent (?:\w+ )?(?:error|failure)|\bwill not be re", re.IGNORECASE)
EXPIRED = re.compile(
    r"retry time(?:out)? exceeded|delivery time expired|has expired|too long in (?:the )?queue", re.IGNORECASE
)
# Here begins the copy of the mail that was sent.
COPY = re.compile(
    r"""
    ^(?>[\ \t>|]*)(?:
      (?:return-path|received|dkim-signature|message-id|x-[\w-]+|delivered-to):[\ \t]
    | (?>[-=_*|\#.\ ]*)(?:
        .{0,40}\bcopy\ of\ (?:the|your)\b.{0,40}\b(?:message|mail)\b.{0,60}
      | .{0,40}\b(?:original|returned|unsent|undelivered)\ (?:message|mail)(?!\ was|\ could)\b.{0,60}
      | .{0,40}\bmessage\ (?:header|text)s?\b.{0,60}
      )[-=_*|\#:.\ ]*$
    )
    """,
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
