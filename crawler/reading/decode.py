"""Bytes to text: what the page really is, not what it says it is.

Government pages send `ISO-8859-1` headers over UTF-8, say gb2312 and mean GB18030, or say GBK and
send UTF-8. A strict decode is better evidence than any label.
"""

from __future__ import annotations

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_META_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]+)""", re.I)
_HEADER_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9_.:-]+)""", re.I)
_GB_LABELS = re.compile(r"^(?:gb[_-]?2312|gbk|gb[_-]?18030|x-gbk|cp936|chinese|euc-cn)", re.I)
_SINGLE_BYTE = re.compile(r"^(?:iso-?8859|latin|windows-125|cp125|us-ascii|ascii)", re.I)


def decode(body: bytes, content_type: str = "") -> tuple[str, str]:
    """Decode a page.

    Args:
        body: the response body, decompressed.
        content_type: the Content-Type header, "" where there is none.

    Returns:
        The text and the Python name of the encoding that was used. Never fails: bytes that fit
        no candidate become U+FFFD in the candidate that loses fewest.
    """
    for bom, encoding in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(encoding, "replace"), encoding
    declared = _declared(body, content_type)
    # Multi-byte UTF-8 does not come about by accident, so it needs no label.
    for encoding in dict.fromkeys(["utf-8", *declared, "gb18030"]):
        if _SINGLE_BYTE.match(encoding) and _looks_chinese(body):
            continue
        try:
            return body.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    best = min(
        dict.fromkeys([*declared, "utf-8", "gb18030"]),
        key=lambda encoding: body.decode(encoding, "replace").count("\ufffd"),
    )
    return body.decode(best, "replace"), best


def _declared(body: bytes, content_type: str) -> list[str]:
    """The encodings that header and meta name, in that order, if Python knows them."""
    labels = [m[1] for m in [_HEADER_CHARSET.search(content_type)] if m]
    labels += [m[1].decode("ascii") for m in [_META_CHARSET.search(body[:4096])] if m]
    known = []
    for label in labels:
        # Every GB label means its superset: real pages use characters beyond the old tables.
        name = "gb18030" if _GB_LABELS.match(label) else label.lower()
        try:
            info = codecs.lookup(name)
        except LookupError:
            continue
        # UTF-16 without a BOM is a mislabel (the meta tag itself was readable as ASCII).
        if info._is_text_encoding and not info.name.startswith(("utf-16", "utf-32")):
            known.append(info.name)
    return known


def _looks_chinese(body: bytes) -> bool:
    """True when the bytes make sense as GB18030: mostly characters of the GB2312 plane."""
    text = body[:200_000].decode("gb18030", "ignore")
    foreign = [c for c in text if ord(c) > 0x7F]
    common = sum("\u4e00" <= c <= "\u9fff" or "\u3000" <= c <= "\u303f" for c in foreign)
    return len(foreign) > 0 and common / len(foreign) > 0.8
