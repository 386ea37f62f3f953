"""The sinks: nothing of a source page leaves in any format but through here."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from functools import lru_cache
from typing import Any

import nh3

from crawler.items import Attachment, Image, Record

EXTERNAL = "noopener noreferrer nofollow external"
"""The `rel` of links that leave the operator's site."""

# What XML 1.0 has no place for (production Char), DEL, and the C1 controls.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_WEB = re.compile(r"https?://", re.I)

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
    return _FORBIDDEN.sub("", text)


def clean_html(html: str, *, rel: str | None = None) -> str:
    """HTML reduced to text markup, tables, links and images; everything else is taken out.

    Args:
        html: a fragment.
        rel: put on every link; without it links carry none.

    Returns:
        Well-formed HTML without script, style, handlers and comments, in which links and images
        have absolute http, https or mailto addresses or none.
    """
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
    """A copy fit to leave: clean text, sanitised html, no address but http(s) ones.

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
    values: dict[str, Any] = {}
    for field in fields(record):
        value = getattr(record, field.name)
        if isinstance(value, str):
            values[field.name] = clean_text(value)
    if record.html is not None:
        values["html"] = clean_html(record.html)
    values |= {
        "url": web_url(values.get("url")),
        "authors": [clean_text(author) for author in record.authors],
        "duplicates": [clean_text(url) for url in record.duplicates if web_url(url)],
        "images": [
            Image(clean_text(image.url), clean_text(image.caption))
            for image in record.images
            if web_url(image.url)
        ],
        "attachments": [
            Attachment(clean_text(file.name), clean_text(file.url))
            for file in record.attachments
            if web_url(file.url)
        ],
    }
    if record.status == "canceled":
        values |= {"text": None, "html": None, "images": [], "attachments": []}
    return replace(record, **values)
