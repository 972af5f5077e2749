"""A notice of ours quoted as other mail programs do it: replies, forwards, shares, and what scanners rewrite.

Built by hand after what such programs send; every word in them is made up here.
"""

from __future__ import annotations

import textwrap
from base64 import b64encode
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from html import escape
from urllib.parse import quote

from tests.stories.clients import SENDER


@dataclass(frozen=True)
class Notice:
    """A mail of ours as its recipient has it."""

    raw: bytes
    text: str
    html: str
    link: str
    sender: str
    subject: str

    @property
    def token(self) -> str:
        return self.link.rpartition("/")[2]

    def with_link(self, written: str) -> str:
        """The text, its link as another program writes it."""
        return self.text.replace(self.link, written)

    def html_with(self, written: str) -> str:
        """The HTML, its links as another program writes them, and once more as words."""
        return self.html.replace(escape(self.link), written) + f"<p>{written}</p>"


def _mail(
    notice: Notice, text: str = "", html: str = "", subject: str = "Re: {}", to: str = "", **options: str
) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = f"เจ้าหน้าที่ <{SENDER}>", notice.sender
    mail["Subject"] = subject.format(notice.subject)
    if text or not html:
        mail.set_content(text or " ", cte=options.get("cte"))
    if html and text:
        mail.add_alternative(html, subtype="html", cte=options.get("cte"))
    elif html:
        mail.set_content(html, subtype="html", cte=options.get("cte"))
    if parameters := options.get("parameters"):
        for parameter in parameters.split(";"):
            name, _, value = parameter.partition("=")
            (mail if not mail.is_multipart() else next(mail.iter_parts())).set_param(name, value)
    return mail


def _quoted(text: str, mark: str = "> ") -> str:
    return "".join(f"{mark}{line}\n" for line in text.splitlines())


def _wrapped(text: str, width: int = 76) -> str:
    """Long lines cut hard, words or not."""
    return "\n".join(piece for line in text.splitlines() for piece in textwrap.wrap(line, width) or [""])


def _outlook_head(notice: Notice) -> str:
    return (
        '<div style="border:none;border-top:solid #E1E1E1 1.0pt"><p class="MsoNormal"><b>From:</b> '
        f"{escape(notice.sender)}<br><b>Sent:</b> Friday, November 27, 2026 10:30 AM<br><b>To:</b> การเงิน<br>"
        f"<b>Subject:</b> {escape(notice.subject)}</p></div>"
    )


def _safe(link: str) -> str:
    wrapped = quote(link, safe="")
    return (
        f"https://apc01.safelinks.protection.outlook.com/?url={wrapped}&data=05%7C02%7Cx%40obec.example%7C8&reserved=0"
    )


def _defended(link: str) -> str:
    written = link.replace("-", "-2D").replace("_", "-5F").replace(":", "-3A").replace("/", "_")
    return f"https://urldefense.proofpoint.com/v2/url?u={written}&d=DwMFAg&c=abc&r=def&m=ghi&s=jkl&e="


def _cut_by_wbr(link: str) -> str:
    return "<wbr>".join(link[at : at + 24] for at in range(0, len(link), 24))


def shapes(notice: Notice) -> dict[str, EmailMessage]:
    """Each shape by the program that makes it."""
    link, text = notice.link, notice.text
    around = '<div class="gmail_quote"><div dir="ltr" class="gmail_attr">On Fri, 27 Nov 2026 wrote:<br></div>'
    block = "<blockquote class='gmail_quote' style='margin:0 0 0 .8ex'>{}</blockquote></div>"
    safe, scanned = escape(_safe(link)), b64encode(link.encode()).decode()
    return {
        "Outlook, reply": _mail(notice, html=f"<p>รับทราบ</p>{_outlook_head(notice)}{notice.html_with(escape(link))}"),
        "Outlook, reply with Safe Links": _mail(
            notice,
            notice.with_link(f"{_safe(link)}"),
            _outlook_head(notice) + notice.html_with(safe).replace("<a ", f'<a originalsrc="{escape(link)}" '),
        ),
        "Outlook, text alone": _mail(
            notice, f"-----Original Message-----\nFrom: x\nSent: y\n\n{notice.with_link(f'เปิด<{link}>')}", cte="base64"
        ),
        "Outlook, text wrapped": _mail(notice, _wrapped(notice.with_link(f"เปิด <{link}>")), cte="8bit"),
        "Outlook, forward": _mail(notice, "", _outlook_head(notice) + notice.html, "FW: {}"),
        "Outlook on the web": _mail(
            notice, "", f'<div id="appendonsend"></div><hr>{notice.html_with(safe)}', cte="quoted-printable"
        ),
        "Exchange, URL Defense 3": _mail(notice, notice.with_link(f"https://urldefense.com/v3/__{link}__;!!Kc3!Q$")),
        "Exchange, URL Defense 2": _mail(notice, "", notice.html_with(escape(_defended(link)))),
        "a scanner that writes base64": _mail(
            notice, notice.with_link(f"https://eu.protection.example/?d=area4.example&u={scanned}&i=NjE&t=x")
        ),
        "a scanner that writes the link into its path": _mail(
            notice, notice.with_link(f"https://secure-web.example/1aB-x/{quote(link, safe='')}")
        ),
        "a scanner around a scanner": _mail(notice, notice.with_link(_safe(_safe(link)))),
        "Gmail, reply": _mail(
            notice, f"รับทราบ\n\nเมื่อ ศ. 27 พ.ย. 2569 เขียนว่า:\n\n{_quoted(_wrapped(text))}",
            f"<div>รับทราบ</div>{around}{block.format(notice.html_with(_cut_by_wbr(link)))}",
        ),
        "Gmail, forward": _mail(
            notice,
            f"---------- Forwarded message ---------\nFrom: <{notice.sender}>\n\n{_wrapped(text, 60)}",
            around + notice.html_with(f"https://www.google.com/url?q={escape(link)}&amp;source=gmail&amp;ust=1764"),
            "Fwd: {}",
        ),
        "Gmail, many replies deep": _mail(notice, _quoted(_wrapped(text, 50), ">>> "), cte="quoted-printable"),
        "Apple Mail, reply": _mail(
            notice,
            _quoted("\n".join(f"{line} " if len(line) > 60 else line for line in _wrapped(text, 70).splitlines())),
            parameters="format=flowed;delsp=yes",
        ),
        "Apple Mail, forward": _mail(
            notice, f"Begin forwarded message:\n\n{_quoted(text)}",
            f'<blockquote type="cite">{notice.html_with(escape(link))}</blockquote>', "Fwd: {}",
        ),
        "iPhone": _mail(notice, f"รับทราบ\n\nส่งจาก iPhone ของฉัน\n\n{_quoted(text, '﹥ ')}{_quoted(text)}"),
        "Thunderbird, reply": _mail(
            notice, f"On 27/11/2026 10:30, x wrote:\n{_quoted(_wrapped(text, 72))}",
            f'<div class="moz-cite-prefix">On 27/11/2026</div><blockquote type="cite">{notice.html_with(escape(link))}',
        ),
        "Thunderbird, forward inline": _mail(notice, f"-------- Forwarded Message\n\n{text}", subject="Fwd: {}"),
        "Thunderbird, forward attached": _attached(notice, "message/rfc822", "ส่งต่อ.eml"),
        "a web mail that attaches the mail as a file": _attached(notice, "application/octet-stream", "message.eml"),
        "a text file": _attached(notice, "text/plain", "แจ้ง.txt"),
        "LINE, share of a link": _mail(notice, f"สารบรรณ\n{link}", subject="จาก LINE"),
        "LINE, export of a chat": _attached(notice, "text/plain", "[LINE]สารบรรณ.txt", f"10:30\tครู\t{link}\n"),
        "a link shortener's page": _mail(notice, f"{link}?fbclid=IwAR0aBcD#way", subject="ลิงก์ {}"),
        "a link in the subject": _mail(notice, "ดูเรื่อง", subject=f"Fwd: {link}"),
        "a saved page": _attached(notice, "application/pdf", f"area4.example_r_{notice.token}.pdf", "%PDF-1.4 %%EOF"),
        "a page printed into a PDF": _attached(
            notice, "application/pdf", "หน้ารับ.pdf", f"%PDF-1.4\n<< /S /URI /URI ({link}) >>\n%%EOF"
        ),
        "HTML references": _mail(notice, "", notice.html_with(link.replace("/", "&#x2F;").replace("-", "&#45;"))),
        "HTML escaped twice": _mail(notice, escape(notice.html_with(escape(link)))),
        "quoted-printable pasted as text": _mail(notice, text.replace(link, f"{link[:50]}=\n{link[50:]}")),
        "Markdown": _mail(notice, f"[เปิด]({link}) หรือ <{link.replace('_', chr(92) + '_')}>"),
        "JSON of a chat program": _mail(notice, f'{{"text":"{link.replace("/", chr(92) + "/")}"}}'),
        "a list's digest": _digest(notice),
        "a token alone": _mail(notice, f"รหัสรับหนังสือคือ {notice.token} ครับ"),
    }  # fmt: skip


def _attached(notice: Notice, kind: str, name: str, content: str = "") -> EmailMessage:
    mail = _mail(notice, "ดังแนบ", subject=f"{name.partition('.')[0][:20]} {{}}")
    attached = content.encode() or (notice.text.encode() if kind == "text/plain" else notice.raw)
    if kind == "message/rfc822":
        inside = EmailMessage(policy=SMTP)
        inside["Subject"] = notice.subject
        inside.set_content(notice.text)
        mail.add_attachment(inside, filename=name)
    else:
        mail.add_attachment(attached, *kind.split("/"), filename=name)
    return mail


def _digest(notice: Notice) -> EmailMessage:
    """Several mails in one, as lists send them."""
    mail = _mail(notice, "Today's Topics", subject="digest {}")
    for _ in range(2):
        inside = EmailMessage(policy=SMTP)
        inside["Subject"] = f"Re: {notice.subject}"
        inside.set_content(_quoted(notice.text))
        mail.add_attachment(inside)
    return mail
