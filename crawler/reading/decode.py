"""Bytes to text: what the page really is, not what it says it is.

Government pages send `ISO-8859-1` headers over UTF-8, say gb2312 and mean GB18030, or say GBK and
send UTF-8. The bytes are better evidence than any label.
"""

from __future__ import annotations

import codecs
import re

_UTF16 = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_HEADER_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]+)""", re.I)
_META_CHARSET = re.compile(rb"""<meta[^>]{0,400}?charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]+)""", re.I)
_XML_ENCODING = re.compile(
    rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9_.:-]+)""", re.I
)
# What stands in comments and scripts declares nothing.
_UNSAID = re.compile(rb"<!--.*?(?:-->|$)|<script\b.*?(?:</script|$)", re.I | re.S)
_HEAD = 65_536  # bytes; long scripts may stand before the meta tag

_GB_LABELS = re.compile(r"(?:x-)?(?:gb[_-]?\d+|gbk|cp936|ms936|windows-936|chinese|euc-cn)", re.I)
# Labels that mean more than their standard (WHATWG Encoding Standard).
_MEANT = {
    "big5": "big5hkscs",
    "cp950": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
}
# The encodings of web pages, among all the codecs that Python knows.
_WEB = re.compile(
    r"utf-8|gb18030|big5hkscs|cp(?:866|874|932|949|125\d)|iso8859-\d+|koi8-[ru]|euc_jp"
)
# What servers send of their own accord.
_DEFAULTS = frozenset(("cp1252", "iso8859-15"))

_UTF8_CHARACTER = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_GB2312_CHARACTER = re.compile(rb"[\xa1-\xf7][\xa1-\xfe]")
_ASCII = bytes(range(128))
_CONTROLS = bytes(c for c in (*range(32), 127) if c not in b"\t\n\r")
_SAMPLE = 20_000  # bytes
_MOST = 0.8


def decode(body: bytes, content_type: str = "") -> tuple[str, str]:
    """Decode a page.

    Args:
        body: the response body, decompressed.
        content_type: the Content-Type header, "" where there is none.

    Returns:
        The text, without control characters, and the Python name of the encoding that was used.
        Never fails: bytes that fit no candidate become U+FFFD in the candidate that loses fewest.
    """
    for bom, encoding in _UTF16:
        if body.startswith(bom):
            text = body[len(bom) :].decode(encoding, "replace")
            return text.translate(dict.fromkeys(_CONTROLS)), encoding
    # In every other encoding of the web these bytes stand for themselves alone.
    body = body.translate(None, _CONTROLS)
    # A template's UTF-8 BOM may stand before a page in another encoding.
    body = body.removeprefix(codecs.BOM_UTF8)
    # Multi-byte UTF-8 does not come about by accident, so it needs no label, and broken bytes
    # among it are broken in any encoding.
    try:
        return body.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        start = next(re.finditer(rb"[^\x00-\x7f]", body)).start()
        sample = body[start : start + _SAMPLE]
        if _share(_UTF8_CHARACTER, sample) > _MOST:
            return body.decode("utf-8", "replace"), "utf-8"
    declared = _declared(body, content_type)
    if _share(_GB2312_CHARACTER, sample) > _MOST:
        declared = [encoding for encoding in declared if encoding not in _DEFAULTS]
    candidates = dict.fromkeys([*declared, "gb18030"])
    for encoding in candidates:
        try:
            return body.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    texts = {encoding: body.decode(encoding, "replace") for encoding in candidates}
    best = min(texts, key=lambda encoding: texts[encoding].count("\ufffd"))
    return texts[best], best


def _share(character: re.Pattern[bytes], sample: bytes) -> float:
    """The part of the bytes beyond ASCII that are characters of an encoding."""
    return sum(map(len, character.findall(sample))) / len(sample.translate(None, _ASCII))


def _declared(body: bytes, content_type: str) -> list[str]:
    """The encodings that header, XML declaration and meta tags name, if web pages use them."""
    labels = _HEADER_CHARSET.findall(content_type)
    labels += [label.decode("ascii") for label in _XML_ENCODING.findall(body[:400])]
    head = _UNSAID.sub(b"", body[:_HEAD])
    labels += [label.decode("ascii") for label in _META_CHARSET.findall(head)]
    known = []
    for label in labels:
        # Every GB label means its superset: real pages use characters beyond the old tables.
        name = "gb18030" if _GB_LABELS.match(label) else label.lower()
        try:
            name = codecs.lookup(name).name
        except LookupError:
            continue
        name = _MEANT.get(name, name)
        # UTF-16 without a BOM is a mislabel (the meta tag itself was readable as ASCII).
        if _WEB.fullmatch(name):
            known.append(name)
    return known
