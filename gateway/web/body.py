"""The HTML part of a mail, made harmless: a short allow-list, then a sandbox around it (attack 17)."""

from __future__ import annotations

from collections.abc import Mapping

import nh3
from starlette.responses import HTMLResponse

SANDBOX = "allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"

# The set of 5.1 for a letter's body. The sandbox here and that of the frame both apply, so both must let a link open.
HEADERS = {
    "Content-Security-Policy": f"sandbox {SANDBOX}; default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
    "frame-ancestors 'self'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}

# The same for what strangers wrote: there, no link opens anything.
STRICT = {
    **HEADERS,
    "Content-Security-Policy": "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
    "frame-ancestors 'self'; base-uri 'none'; form-action 'none'",
}

_TEXT = {"a", "b", "blockquote", "br", "code", "div", "em", "h1", "h2", "h3", "hr", "i", "li", "ol", "p", "pre", "span"}
_TABLE = {"table", "tbody", "td", "th", "thead", "tr"}
_STYLES = {
    "background-color", "border", "border-bottom", "border-collapse", "border-left", "border-radius", "border-right",
    "border-top", "color", "display", "font-family", "font-size", "font-weight", "line-height", "margin", "max-width",
    "padding", "padding-left", "padding-right", "text-align", "text-decoration", "vertical-align", "white-space",
    "width",
}  # fmt: skip
_PLACES = {"align", "bgcolor", "border", "cellpadding", "cellspacing", "colspan", "rowspan", "valign", "width"}


def _plain_style(_tag: str, name: str, value: str) -> str | None:
    """A style only when it calls nothing (`url()`) and hides nothing behind escapes; other attributes as they are."""
    return None if name == "style" and ("(" in value or "\\" in value) else value


_CLEANER = nh3.Cleaner(
    tags=_TEXT | _TABLE | {"strong", "u", "ul"},
    clean_content_tags={"script", "style", "title", "head", "svg", "math", "template"},
    attributes={"*": {"style", "lang"}, "a": {"href"}} | dict.fromkeys(_TABLE, _PLACES),
    filter_style_properties=_STYLES,
    attribute_filter=_plain_style,
    set_tag_attribute_values={"a": {"target": "_blank"}},
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel="noopener noreferrer",
)


def harmless(html: str) -> str:
    """`html` without anything that runs, loads, submits or covers the page."""
    return _CLEANER.clean(html)


def framed(html: str, headers: Mapping[str, str] = HEADERS) -> HTMLResponse:
    """A mail's body as the content of its frame."""
    head = '<!doctype html><html><head><meta charset="utf-8"><title></title></head><body style="margin:0">'
    return HTMLResponse(f"{head}{harmless(html)}</body></html>", headers=headers)
