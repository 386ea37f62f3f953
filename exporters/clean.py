"""The sinks: nothing of a source page leaves in any format but through here."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from functools import lru_cache
from operator import attrgetter
from typing import Any

import nh3

from crawler.items import Attachment, Image, Record

EXTERNAL = "noopener noreferrer nofollow external"
"""The `rel` of links that leave the operator's site."""

# What XML 1.0 has no place for (production Char), DEL, and the C1 controls.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_WEB = re.compile(r"https?://", re.I)
_FIELDS = tuple(field.name for field in fields(Record) if field.name != "html")
_values = attrgetter(*_FIELDS)
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


def clean_html(html: str, *, rel: str | None = None) -> str:
    """HTML reduced to text markup, tables, links and images; everything else is taken out.

    Args:
        html: a fragment.
        rel: put on every link; without it links carry none.

    Returns:
        Well-formed HTML without script, style, handlers and comments, in which links and images
        have absolute http, https or mailto addresses or none.
    """
    if _PLAIN.fullmatch(html):
        return html
    # Twice: the sanitiser takes no surrogates, and it resolves references like &#x1F;
    return clean_text(_cleaner(rel).clean(clean_text(html)))


@lru_cache
def _cleaner(rel: str | None) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=_TAGS,
        clean_content_tags=_DROPPED,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        url_relative="deny",
        link_rel=rel,
    )


def web_url(url: str | None) -> str | None:
    """The URL if a reader may follow it (http or https), otherwise None."""
    return url if url and _WEB.match(url) else None


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
    changes: dict[str, Any] = {}
    texts = {
        name: value
        for name, value in zip(_FIELDS, _values(record), strict=True)
        if isinstance(value, str)
    }
    if not _is_clean("".join(texts.values())):
        changes |= {name: clean_text(value) for name, value in texts.items()}
    url = changes.get("url", record.url)
    if web_url(url) != record.url:
        changes["url"] = web_url(url)
    if record.authors:
        changes["authors"] = [clean_text(author) for author in record.authors]
    if record.duplicates:
        changes["duplicates"] = [clean_text(url) for url in record.duplicates if web_url(url)]
    if record.status == "canceled":
        changes |= {"text": None, "html": None, "images": [], "attachments": []}
        return replace(record, **changes)
    if record.html and (html := clean_html(record.html)) != record.html:
        changes["html"] = html
    if record.images:
        changes["images"] = [
            Image(clean_text(image.url), clean_text(image.caption))
            for image in record.images
            if web_url(image.url)
        ]
    if record.attachments:
        changes["attachments"] = [
            Attachment(clean_text(file.name), clean_text(file.url))
            for file in record.attachments
            if web_url(file.url)
        ]
    return replace(record, **changes) if changes else record
