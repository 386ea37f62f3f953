"""A parsed page: what every reader of fields works on."""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, lru_cache

from lxml.cssselect import CSSSelector
from lxml.html import HtmlElement

from crawler.items import Candidate, Capture, NotAnArticle
from crawler.reading.decode import decode
from crawler.reading.hidden import concealed, hides
from crawler.reading.text import fold_space, unwrap
from crawler.reading.tree import build
from crawler.reading.urls import absolute

_END_TAGS = re.compile(r"</(?:html|body)\b[^<>]*>", re.I)
_MOST_MARKS = 210_000  # tags and references: 10 s and 400 MiB; huge tables have half of that
_MOST_LINKS = 10_000
_WAITING = re.compile(r"(?!.*display\s*:\s*none).*visibility\s*:\s*hidden", re.I | re.S)
_TAIL = 5000  # characters; scripts and comments may stand behind the end tag
# The first start tag, behind XML declaration, doctype and comments.
_ROOT = re.compile(r"(?>\s+|<\?[^>]*>|<!--.*?-->|<!(?!--)[^>]*>)*+<([A-Za-z][\w:.-]*)", re.S)
_OPTIONAL = frozenset(("head", "body", "meta", "title", "link", "script", "style", "base"))
_BOXES = re.compile(r"</?(?:div|table|td|ul|article|section|main)\b", re.I)
_LAST_TAG = re.compile(r"</[a-z][\w:-]*>\s*$")
_JSON_ENDS = ("}", "]", "})", "])", "});", "]);")
_REFERENCE = re.compile(r"&#(?:[xX]0*([0-9a-fA-F]{1,6})|0*(\d{1,7}));?")
# What an XPath can name; other names (`o:p` is Word's) are counted.
_STEP = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*(?:\[\d+\])?")
# Elements whose text no reader sees as part of a page.
UNREAD = frozenset(
    ("script", "style", "noscript", "template", "textarea", "select", "option", "canvas", "dialog")
)

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
    """One response, decoded and parsed. Its tree is not changed any more."""

    url: str
    """As fetched, after redirects."""
    fetched_at: datetime
    """Timezone-aware arrival time."""
    sha256: str
    """Of the body as it came, hex."""
    encoding: str
    root: HtmlElement
    elements: list[HtmlElement]
    """All of them in document order. (lxml makes an element anew whenever none is held.)"""
    named: dict[str, list[HtmlElement]]
    """Elements by tag (`p`), class (`.title`) and id (`#zoom`), in document order."""
    concealed: set[HtmlElement]
    """Those that style sheets hide."""
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
        NotAnArticle: `empty_page` when there is nothing to parse, `too_big` and `too_deep` (see
            tree.build) when reading it would cost too much.
    """
    text, encoding = decode(body, content_type)
    ended = _is_whole(text)
    text = _clean_source(text)
    if not text.strip():
        raise NotAnArticle("empty_page", f"{len(body)} bytes")
    marks = text.count("<") + text.count("&")
    if marks > _MOST_MARKS and (marks := marks - text.count("</")) > _MOST_MARKS:
        raise NotAnArticle("too_big", f"{marks} tags and references")
    root = build(text)
    elements = list(root.iter())
    named = _index(elements)
    page = Page(
        url=url,
        fetched_at=fetched_at,
        sha256=hashlib.sha256(body).hexdigest(),
        encoding=encoding,
        root=root,
        elements=elements,
        named=named,
        concealed=concealed(named),
        base=url,
        source=text,
        ended=ended,
    )
    if (links := len(page.named.get("a", []))) > _MOST_LINKS:
        raise NotAnArticle("too_big", f"{links} links")
    _show_what_scripts_show(page)
    _hide_by_sheets(page)
    # `<base target="_blank">` has no href: then the page's own URL counts.
    for base in page.named.get("base", []):
        if href := absolute(url, base.get("href")):
            page.base = href
            break
    for number, meta in enumerate(page.named.get("meta", []), start=1):
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
    tail = text[-_TAIL:].lower()
    if "</html" in tail:
        return True
    start = _ROOT.match(text)
    if start is None:
        return tail.rstrip().endswith(_JSON_ENDS)
    root = start[1].lower()
    if root not in _OPTIONAL:
        return f"</{root}" in tail
    tags = Counter(map(str.lower, _BOXES.findall(text)))
    return bool(_LAST_TAG.search(tail)) and all(
        count == tags[f"</{tag[1:]}"] for tag, count in tags.items() if tag[1] != "/"
    )


def _clean_source(text: str) -> str:
    """Take out what makes a parser lose content.

    References to control characters (`&#x1F;` costs trafilatura the whole article); references to
    128-159, which browsers read as windows-1252 (HTML standard, 13.2.5.80); end tags of html and
    body, which some pages carry in the middle and which never add anything.
    """
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


def _index(elements: Iterable[HtmlElement]) -> dict[str, list[HtmlElement]]:
    """Elements by tag, class and id. What its own markup hides is marked `hidden` by the way."""
    named: defaultdict[str, list[HtmlElement]] = defaultdict(list)
    for element in elements:
        named[str(element.tag)].append(element)
        for name, value in element.items():
            if name == "class":
                for selector in _classes(value):
                    named[selector].append(element)
            elif name == "id":
                named[f"#{value}"].append(element)
            elif name == "style":
                unseen, by_size = hides(value)
                if unseen and not (by_size and _is_sized_below(element)):
                    element.set("hidden", "")
            elif name == "aria-hidden" and value == "true" and not element.text_content().strip():
                element.set("hidden", "")
    return dict(named)


@lru_cache(maxsize=4096)
def _classes(value: str) -> tuple[str, ...]:
    """The selectors of an element of these classes."""
    return tuple(dict.fromkeys(f".{each}" for each in value.split()))


def _is_sized_below(element: HtmlElement) -> bool:
    """Wrappers take the gaps between their children away by a size of 0, which these set again."""
    return any("font-size" in (child.get("style") or "") for child in element.iterdescendants())


def _show_what_scripts_show(page: Page) -> None:
    """Show what keeps its place, unseen, until a script has loaded: the article, if it is most."""
    boxes = [
        box
        for box in page.named.get("div", [])
        if box.get("hidden") == "" and _WAITING.match(box.get("style") or "")
    ]
    whole = sum(len(body.text_content()) for body in page.named.get("body", [])) if boxes else 0
    for box in boxes:
        if 2 * len(box.text_content()) >= whole:
            del box.attrib["hidden"]


def _hide_by_sheets(page: Page) -> None:
    """Mark what style sheets hide, unless it is much of the page: then a script will show it."""
    if not page.concealed:
        return
    whole = sum(len(body.text_content()) for body in page.named.get("body", []))
    for element in page.concealed:
        if 3 * len(element.text_content()) < whole:
            element.set("hidden", "")


@cache
def css(selector: str) -> CSSSelector:
    """A compiled CSS selector; compiling costs more than a match."""
    return CSSSelector(selector, translator="html")


def select(page: Page, selectors: Iterable[str]) -> Iterator[tuple[str, HtmlElement]]:
    """Matches of several selectors, the first selector's matches first."""
    for selector in selectors:
        for match in matches(page, selector):
            yield selector, match


def matches(page: Page, selector: str) -> list[HtmlElement]:
    """Matches of one selector (or several with commas between), in document order."""
    parts = _parts(selector)
    if not parts:
        return css(selector)(page.root)
    found = [
        page.named[name] if complete else css(part)(page.root)
        for part, name, complete in parts
        # Most selectors name a class or id that the page has not: no match need be tried.
        if name in page.named
    ]
    if len(found) < 2:
        return found[0] if found else []
    wanted = {element for part in found for element in part}
    return [element for element in page.elements if element in wanted]


@cache
def _parts(selector: str) -> tuple[tuple[str, str, bool], ...]:
    """The parts of a selector, each with a name that its matches have, and whether that is all.

    () where a part has no such name.
    """
    parts = []
    for part in map(str.strip, selector.split(",")):
        if re.fullmatch(r"[.#]?[\w-]+", part):
            parts.append((part, part, True))
        elif names := re.findall(r"[.#][\w-]+", re.sub(r"\[[^\]]*\]", "", part)):
            parts.append((part, names[-1], False))
        else:
            return ()
    return tuple(parts)


def is_hidden(node: HtmlElement) -> bool:
    """True when the element's own markup hides it from a reader."""
    return node.get("hidden") is not None


def visible_lines(node: HtmlElement, *, apart: bool = False) -> list[str]:
    """The text that a reader sees in an element, a line for every `<br>`, white space folded.

    `apart`: a space between inline elements that nothing but their style separates.
    """
    pieces = [unwrap(node.text or "")]
    if len(node):
        _add_visible(node, pieces, apart)
    lines = "".join(pieces).split(_BREAK)
    return [folded for line in lines if (folded := fold_space(line))]


_BREAK = "\0"  # no page has it (decode, _clean_source)


def _add_visible(node: HtmlElement, pieces: list[str], apart: bool) -> None:
    """What a reader sees below an element; trees are never deeper than Python's stack."""
    for child in node:
        tag = child.tag
        block = tag in BLOCKS
        if tag == "br":
            pieces.append(_BREAK)
        elif tag not in UNREAD and child.get("hidden") is None:
            if block:
                pieces.append(" ")
            if text := child.text:
                pieces.append(unwrap(text))
            if len(child):
                _add_visible(child, pieces, apart)
        tail = child.tail
        if block or (apart and not tail and child.getnext() is not None):
            pieces.append(" ")
        if tail:
            pieces.append(unwrap(tail))


def visible_text(node: HtmlElement) -> str:
    """The text that a reader sees in an element, on one line."""
    return " ".join(visible_lines(node))


def shows(node: HtmlElement, least: int) -> bool:
    """Whether a reader sees at least so many characters in an element, white space aside."""
    return _visible_size(node, least) >= least


def _visible_size(node: HtmlElement, enough: int) -> int:
    """How many characters a reader sees in an element; counted no further than `enough`."""
    size = len("".join((node.text or "").split()))
    for child in node:
        if size >= enough:
            break
        if child.tag not in UNREAD and child.get("hidden") is None:
            size += _visible_size(child, enough - size)
        if tail := child.tail:
            size += len("".join(tail.split()))
    return size


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
