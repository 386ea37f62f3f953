"""The sinks: nothing of a source page leaves in any format but through here."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from functools import lru_cache
from operator import attrgetter
from typing import Any

import nh3

from crawler.items import Attachment, Image, Record
from crawler.reading.address import is_public_url
from crawler.reading.text import drop_controls
from crawler.reading.urls import host_of

EXTERNAL = "noopener noreferrer nofollow external"
"""The `rel` of links that leave the operator's site."""

# What XML 1.0 has no place for (production Char), DEL, and the C1 controls.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_WEB = re.compile(r"https?://", re.I)
# The fields that are one line of text each.
_LINES = tuple(
    field.name
    for field in fields(Record)
    if field.type in ("str", "str | None") and field.name not in ("text", "html")
)
_lines = attrgetter(*_LINES)
# Paragraphs of text with no attribute anywhere, as most posts are: the sanitiser, which takes 20
# times as long, would give them back as they are.
_RUN = r"[^<>&\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]*+"
_TEXT = rf"{_RUN}(?:&(?:amp|lt|gt);{_RUN})*+"
_PLAIN = re.compile(rf"(?:<p>{_TEXT}(?:(?:<br>|<(strong|b|em|i|u)>{_TEXT}</\1>){_TEXT})*</p>\n?)*")

_TAGS = {
    *("p", "br", "h2", "h3", "h4", "h5", "h6", "strong", "b", "em", "i", "u", "sub", "sup"),
    *("blockquote", "ul", "ol", "li", "a", "img", "figure", "figcaption", "pre", "code"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES = {
    "a": {"href"},
    "img": {"src", "alt"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "*": set[str](),
}
# Whose text is code or hidden, never content.
_DROPPED = {
    *("script", "style", "iframe", "object", "embed", "svg", "math", "template", "noscript"),
    *("noembed", "noframes", "title", "textarea", "select", "xmp", "plaintext"),
}


def clean_text(text: str) -> str:
    """The text without characters that XML 1.0 forbids, C1 controls and DEL."""
    return text if _is_clean(text) else _FORBIDDEN.sub("", text)


def _is_clean(text: str) -> bool:
    """Whether it surely is: no forbidden character is printable, and asking that is fast."""
    return text.isprintable() or text.replace("\n", "").replace("\u3000", "").isprintable()


def clean_line(text: str) -> str:
    """The text on one line, and also without characters that nobody sees: a title may not look
    like another one, nor end a line of a feed, a log or a table.
    """
    return text if text.isprintable() else re.sub(r"\s*[\r\n\t]\s*", " ", drop_controls(text))


def clean_html(html: str, *, rel: str | None = None, home: str | None = None) -> str:
    """HTML reduced to text markup, tables, links and images; everything else is taken out.

    Args:
        html: a fragment.
        rel: put on every link; without it links carry none.
        home: address of the page that it comes from: then addresses inside networks are taken
            out, as by `web_url`. None: that has been done.

    Returns:
        Well-formed HTML without script, style, handlers and comments, in which links and images
        have absolute http, https or mailto addresses or none.
    """
    if _PLAIN.fullmatch(html):
        return html
    cleaner = _cleaner(rel, None if home is None else host_of(home))
    # Twice: the sanitiser takes no surrogates, and it resolves references like &#x1F;
    text = clean_text(html)
    cleaned = cleaner.clean(text)
    return text if cleaned == text else clean_text(cleaned)


@lru_cache
def _cleaner(rel: str | None, home: str | None) -> nh3.Cleaner:
    def address(tag: str, name: str, value: str) -> str | None:
        if name not in ("href", "src") or not _WEB.match(value):
            return value
        return value if is_public_url(value) or _is_at(value, home or "") else None

    return nh3.Cleaner(
        tags=_TAGS,
        clean_content_tags=_DROPPED,
        attributes=_ATTRIBUTES,
        attribute_filter=None if home is None else address,
        url_schemes={"http", "https", "mailto"},
        url_relative="deny",
        link_rel=rel,
    )


def web_url(url: str | None, home: str = "") -> str | None:
    """The URL if a reader's browser may follow it, otherwise None.

    It has to be http or https, and lead to the public internet or to where the post itself stood
    (`home`): that was fetched, so it is public, or the operator allowed it.
    """
    if not url or not _WEB.match(url):
        return None
    return url if is_public_url(url) or _is_at(url, host_of(home)) else None


def _is_at(url: str, host: str) -> bool:
    try:
        return host != "" and host_of(url) == host
    except ValueError:  # a port that is none
        return False


def clean_record(record: Record) -> Record:
    """The record fit to leave: clean text, sanitised html, no address but http(s) ones.

    What a canceled record has lost stays away even if the record still held it.
    """
    if record.reason == "taken_down":
        return Record(
            id=record.id,
            url=None,
            status=record.status,
            version=None,
            seq=record.seq,
            reason=record.reason,
            canceled_at=record.canceled_at,
        )
    home = record.url or ""
    changes: dict[str, Any] = {}
    if record.text and not _is_clean(record.text):
        changes["text"] = clean_text(record.text)
    lines = _lines(record)
    if not "".join(filter(None, lines)).isprintable():
        named = zip(_LINES, lines, strict=True)
        changes |= {name: clean_line(line) for name, line in named if line}
    url = changes.get("url", record.url)
    if (url := web_url(url, home)) != record.url:
        changes["url"] = url
    if record.authors:
        changes["authors"] = [clean_line(author) for author in record.authors]
    if record.duplicates:
        changes["duplicates"] = [clean_line(url) for url in record.duplicates if web_url(url, url)]
    if record.status == "canceled":
        changes |= {"text": None, "html": None, "images": [], "attachments": []}
        return replace(record, **changes)
    if record.html and (html := clean_html(record.html, home=home)) != record.html:
        changes["html"] = html
    if record.images:
        changes["images"] = [
            Image(clean_line(image.url), clean_line(image.caption))
            for image in record.images
            if web_url(image.url, home)
        ]
    if record.attachments:
        changes["attachments"] = [
            Attachment(clean_line(file.name), clean_line(file.url))
            for file in record.attachments
            if web_url(file.url, home)
        ]
    return replace(record, **changes) if changes else record
