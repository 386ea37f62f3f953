"""What makes an exported file harmful: looked for in every file of every format."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from crawler.reading.address import is_public_url

ELEMENTS = frozenset(
    ("script", "iframe", "object", "embed", "svg", "math", "base", "applet", "frame", "form")
)
ADDRESSES = (
    "href",
    "src",
    "action",
    "formaction",
    "srcset",
    "poster",
    "data",
    "background",
    "ping",
)
# Characters that no output may carry: C0, DEL, C1, bidi controls, surrogates, tags.
CHARACTERS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff\U000e0000-\U000e007f]"
)
LOADED = ("img", "audio", "video", "source", "track", "input")
FORMULAS = tuple("=+-@\t\r＝＋－＠")


def harms(folder: Path, home: str) -> list[str]:
    """All that is harmful in the files below a folder, a line each.

    `home`: URL of the site that the posts come from, which may lie inside.
    """
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            found.append(f"{path}: a symbolic link")
        elif path.is_file():
            body = path.read_bytes()
            name = str(path.relative_to(folder))
            found += [f"{name}: {problem}" for problem in _file(path.suffix, body)]
    return [problem for problem in found if f"inside: '{home}" not in problem]


def _file(suffix: str, body: bytes) -> Iterator[str]:
    text = body.decode("utf-8")  # strictly
    if match := CHARACTERS.search(text):
        yield f"character {match[0]!r} in {text[max(match.start() - 30, 0) : match.end() + 30]!r}"
    if suffix in (".html", ".htm"):
        yield from markup(text)
    elif suffix in (".xml", ".rss", ".atom"):
        yield from _xml(body)
    elif suffix in (".json", ".jsonl"):
        for line in text.splitlines() if suffix == ".jsonl" else [text]:
            yield from _values(json.loads(line))
    elif suffix == ".csv":
        for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True):
            for cell in row:
                yield from (f"formula {cell[:40]!r}" for _ in range(cell.startswith(FORMULAS)))
    elif suffix == ".md" and (
        match := re.search(r"(?<!\\)<(?:script|img|svg|iframe|a )[^>]*", text)
    ):
        yield f"markup {match[0]!r}"


def _xml(body: bytes) -> Iterator[str]:
    root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    if root.getroottree().docinfo.doctype:
        yield "a document type"
    for element in root.iter(etree.Element):
        for value in (element.text or "", *element.attrib.values()):
            if element.tag.endswith("}script"):
                yield "a script"
            if "<" in value and re.search(r"(?:encoded|description|content|summary)$", element.tag):
                yield from markup(value)


def _values(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, entry in value.items():
            if name in ("html", "content_html") and entry:
                yield from markup(entry)
            elif name in ("url", "src", "external_url") and entry:
                yield from _address(str(entry), loaded=False)
            else:
                yield from _values(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from _values(entry)


def markup(text: str) -> Iterator[str]:
    """What is harmful in a page or a fragment of HTML."""
    for element in lxml_html.fromstring(
        f"<div>{text}</div>" if "<html" not in text else text
    ).iter():
        if not isinstance(element.tag, str):
            continue
        # The site's own search page has a form without an address, and a script in a file.
        own = (element.tag == "form" and not element.get("action")) or (
            element.tag == "script"
            and re.fullmatch(r"[\w./-]+", element.get("src", ":"))
            and not element.text
        )
        if element.tag in ELEMENTS and not own:
            yield f"<{element.tag}>"
        if element.tag == "meta" and (element.get("http-equiv") or "").lower() == "refresh":
            yield "a refresh"
        if re.search(r"url\s*\(|@import|expression", element.text or "") and element.tag == "style":
            yield "a style that loads"
        for name, value in element.attrib.items():
            if name.startswith("on") or name in ("style", "srcdoc", "xlink:href"):
                yield f"attribute {name}={value!r}"
            elif name in ADDRESSES:
                yield from _address(value, loaded=element.tag in LOADED)


def _address(value: str, *, loaded: bool) -> Iterator[str]:
    plain = "".join(c for c in value if unicodedata.category(c) not in ("Cc", "Zs")).lower()
    if re.match(r"[a-z][a-z0-9+.-]*:", plain):
        if not plain.startswith(("http://", "https://", "mailto:", "urn:")):
            yield f"address {value[:60]!r}"
        elif plain.startswith("http") and not is_public_url(plain):
            yield f"inside: {value[:60]!r}"
    elif plain.startswith("//"):
        yield f"address {value[:60]!r}"
