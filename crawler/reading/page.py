"""A parsed page: what every reader of fields works on."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import cast

from lxml import etree
from lxml.cssselect import CSSSelector
from lxml.html import HtmlElement

from crawler.items import Candidate, Capture, NotAnArticle
from crawler.reading.decode import decode
from crawler.reading.text import fold_space, unwrap
from crawler.reading.tree import HIDING, build
from crawler.reading.urls import absolute

_END_TAGS = re.compile(r"</(?:html|body)\b[^<>]*>", re.I)
_TAIL = 5000  # characters; scripts and comments may stand behind the end tag
# The first start tag, behind XML declaration, doctype and comments.
_ROOT = re.compile(r"(?>\s+|<\?[^>]*>|<!--.*?-->|<![^>]*>)*+<([A-Za-z][\w:.-]*)", re.S)
_OPTIONAL = frozenset(("head", "body", "meta", "title", "link", "script", "style", "base"))
_BOXES = re.compile(r"</?(?:div|table|td|ul|article|section|main)\b")
_LAST_TAG = re.compile(r"</[a-z][\w:-]*>\s*$")
_JSON_ENDS = ("}", "]", "})", "])", "});", "]);")
_REFERENCE = re.compile(r"&#(?:[xX]0*([0-9a-fA-F]{1,6})|0*(\d{1,7}));?")
_RAW_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# What an XPath can name; other names (`o:p` is Word's) are counted.
_STEP = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*(?:\[\d+\])?")
# Elements whose text no reader sees as part of a page.
UNREAD = frozenset(("script", "style", "noscript", "template", "textarea", "select", "option"))

# Elements that begin a new line; all others are inline and join with nothing between them.
BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "title",
        "tr",
        "ucapcontent",
        "ul",
    ]
)


@dataclass(slots=True)
class Page:
    """One response, decoded and parsed."""

    url: str
    """As fetched, after redirects."""
    fetched_at: datetime
    """Timezone-aware arrival time."""
    sha256: str
    """Of the body as it came, hex."""
    encoding: str
    root: HtmlElement
    base: str
    """What relative links are joined to: `<base href>` if there is one, else `url`."""
    meta: dict[str, list[Candidate]] = field(default_factory=dict)
    """Meta tags by lower-case name or property, in page order, empty ones left out."""
    source: str = ""
    """The decoded page."""
    ended: bool = True
    """It came to its end: that of its HTML, of its XML's root, or of its JSON."""
    capture: Capture | None = None
    """The response, where it is to be archived."""


def parse(body: bytes, url: str, fetched_at: datetime, content_type: str = "") -> Page:
    """Parse a response body.

    Raises:
        NotAnArticle: `empty_page` when there is nothing to parse, `too_deep` (see tree.build).
    """
    text, encoding = decode(body, content_type)
    ended = _is_whole(text)
    text = _clean_source(text)
    if not text.strip():
        raise NotAnArticle("empty_page", f"{len(body)} bytes")
    page = Page(
        url=url,
        fetched_at=fetched_at,
        sha256=hashlib.sha256(body).hexdigest(),
        encoding=encoding,
        root=build(text),
        base=url,
        source=text,
        ended=ended,
    )
    # `<base target="_blank">` has no href: then the page's own URL counts.
    for base in page.root.iter("base"):
        if href := absolute(url, base.get("href")):
            page.base = href
            break
    for number, meta in enumerate(page.root.iter("meta"), start=1):
        name = (meta.get("name") or meta.get("property") or meta.get("itemprop") or "").lower()
        content = fold_space(meta.get("content") or "")
        if name and content:
            # By number: the path of the n-th of many siblings costs n steps.
            place = f"(//meta)[{number}]"
            page.meta.setdefault(name, []).append(
                Candidate(content, f"meta:{name}", meta.sourceline, place)
            )
    return page


def _is_whole(text: str) -> bool:
    """Whether nothing can be missing at the end: the first element is closed, or JSON is.

    Who leaves out `<html>` may leave out its end, too: then no other element may be open.
    """
    start = _ROOT.match(text)
    if start is None:
        return text.rstrip().endswith(_JSON_ENDS)
    tail = text[-_TAIL:].lower()
    root = start[1].lower()
    if "</html" in tail:
        return True
    if root not in _OPTIONAL:
        return f"</{root}" in tail
    tags = Counter(_BOXES.findall(text.lower()))
    return bool(_LAST_TAG.search(tail)) and all(
        count == tags[f"</{tag[1:]}"] for tag, count in tags.items() if tag[1] != "/"
    )


def _clean_source(text: str) -> str:
    """Take out what makes a parser lose content.

    Control characters and references to them (`&#x1F;` costs trafilatura the whole article);
    references to 128-159, which browsers read as windows-1252 (HTML standard, 13.2.5.80); end tags
    of html and body, which some pages carry in the middle and which never add anything.
    """
    text = _RAW_CONTROLS.sub("", text)
    if "&#" in text:
        text = _REFERENCE.sub(_reference, text)
    return _END_TAGS.sub("", text)


def _reference(match: re.Match[str]) -> str:
    code = int(match[1], 16) if match[1] else int(match[2])
    if (code < 32 and code not in (9, 10, 13)) or code == 127 or 0xD800 <= code < 0xE000:
        return ""
    if 128 <= code < 160:
        return bytes([code]).decode("cp1252", "ignore")
    return match[0]


@cache
def css(selector: str) -> CSSSelector:
    """A compiled CSS selector; compiling costs more than a match."""
    return CSSSelector(selector, translator="html")


def select(node: HtmlElement, selectors: Iterable[str]) -> Iterator[tuple[str, HtmlElement]]:
    """Matches of several selectors, the first selector's matches first."""
    selectors = tuple(selectors)
    # One look at all names costs as much as a few matches.
    there = _names(node) if len(selectors) > 3 else None
    for selector in selectors:
        # Most selectors name a class or id that the page has not: then a match need not be tried.
        if there is not None and _wanted(selector) and there.isdisjoint(_wanted(selector)):
            continue
        for match in css(selector)(node):
            yield selector, match


def _names(node: HtmlElement) -> set[str]:
    """All classes and ids below a node."""
    values = cast("list[str]", node.xpath("descendant-or-self::*/@class|descendant-or-self::*/@id"))
    return {name for value in values for name in value.split()}


@cache
def _wanted(selector: str) -> frozenset[str]:
    """Names of which one must be there for a selector to match; empty where that is unknown."""
    wanted = [re.findall(r"[.#]([\w-]+)", part) for part in selector.split(",")]
    return frozenset(names[-1] for names in wanted) if all(wanted) else frozenset()


def is_hidden(node: HtmlElement) -> bool:
    """True when the element's own markup hides it from a reader."""
    return (
        node.get("hidden") is not None
        or (node.get("aria-hidden") == "true" and not node.text_content().strip())
        or bool(HIDING.search(node.get("style") or ""))
    )


def visible_lines(node: HtmlElement, *, apart: bool = False) -> list[str]:
    """The text that a reader sees in an element, a line for every `<br>`, white space folded.

    `apart`: a space between inline elements that nothing but their style separates.
    """
    lines: list[list[str]] = [[unwrap(node.text or "")]]
    # An explicit walk: pages nest deeper than Python's stack.
    walk = etree.iterwalk(node, events=("start", "end"))
    for event, element in walk:
        if element is node:
            continue
        if event == "end":
            touching = apart and not element.tail and element.getnext() is not None
            if element.tag in BLOCKS or touching:
                lines[-1].append(" ")
            lines[-1].append(unwrap(element.tail or ""))
        elif element.tag == "br":
            lines.append([])
        elif not isinstance(element.tag, str) or element.tag in UNREAD or is_hidden(element):
            walk.skip_subtree()
        else:
            if element.tag in BLOCKS:
                lines[-1].append(" ")
            lines[-1].append(unwrap(element.text or ""))
    return [folded for line in lines if (folded := fold_space("".join(line)))]


def visible_text(node: HtmlElement) -> str:
    """The text that a reader sees in an element, on one line."""
    return " ".join(visible_lines(node))


def candidate(node: HtmlElement, raw: str, origin: str) -> Candidate:
    """A candidate read from an element, with its place on the page."""
    return Candidate(raw=raw, origin=origin, line=node.sourceline, xpath=_path(node))


def _path(node: HtmlElement) -> str:
    path = node.getroottree().getpath(node)
    steps = path.split("/")[1:]
    if all(map(_STEP.fullmatch, steps)):
        return path
    elements = [node, *node.iterancestors()][::-1]
    for i, element in enumerate(elements):
        if not _STEP.fullmatch(steps[i]):
            before = sum(
                isinstance(other.tag, str) for other in element.itersiblings(preceding=True)
            )
            steps[i] = f"*[{before + 1}]"
    return "/" + "/".join(steps)
