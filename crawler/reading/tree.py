"""Text to a tree that is never deeper than its readers can walk, and never cut.

libxml2 stops at 256 open elements, drops the rest of the page and says so only in its error log;
adding attributes to one element costs the square of their number. A page that is beyond either
is built by hand: what is nested too deep becomes a sibling, so that all text stays, in order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from crawler.items import NotAnArticle
from crawler.reading.hidden import HIDING
from crawler.reading.text import drop_controls

# One class for all elements, where lxml.html would ask Python for each.
_ELEMENTS = etree.ElementDefaultClassLookup(element=HtmlElement)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*>", re.I)
_DEEPEST = 200
_WIDEST = 200  # attributes of one element; no page of text has more
_COSTLY = 25_000  # so many attributes of one element cost a second
_APART = b" \t\n\r\f\"'/"  # what stands between attributes
_CHUNK = 1 << 15  # characters
# libxml2 looks for the element of an end tag among all open ones: a second or two of that.
_STEPS = 400_000_000


def build(text: str) -> HtmlElement:
    """The tree of a page, comments and processing instructions left out.

    A tree built by hand has no source lines.

    Raises:
        NotAnArticle: `empty_page` when there is no element in it, `too_deep` when so many tags
            are nested that reading them would take minutes.
    """
    # lxml refuses text that names an encoding; it is decoded already.
    text = _DECLARATION.sub("", text, count=1)
    try:
        encoded = text.encode("utf-8", "replace")
        if not _may_be_wide(encoded) or not _is_wide(text):
            parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
            parser.set_element_class_lookup(_ELEMENTS)
            try:
                root = document_fromstring(encoded, parser=parser)
            except etree.ParserError:
                if not _is_cut(parser):
                    raise
            else:
                if not _is_cut(parser):
                    return root
        return _flat(text)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise NotAnArticle("empty_page", str(error)) from error


def _is_cut(parser: HTMLParser) -> bool:
    return any(entry.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for entry in parser.error_log)


class _Depth:
    """Parser target: how deep and how wide a page is."""

    def __init__(self) -> None:
        self.depth = 0
        self.widest = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self.depth += 1
        self.widest = max(self.widest, len(attributes))

    def end(self, tag: str) -> None:
        self.depth -= 1

    def close(self) -> None:
        return None


class _Flat(_Depth):
    """Parser target: a tree of at most `_DEEPEST` levels."""

    def __init__(self) -> None:
        super().__init__()
        self._html = HTMLParser()
        self._open: list[HtmlElement] = []
        self._last: HtmlElement | None = None  # closed, and nothing but its tail since
        self.root: HtmlElement | None = None
        self._hidden = 0  # depth of the hidden element, nested too deep, that is passed over
        self._text: list[str] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        super().start(tag, attributes)
        if self._hidden:
            return
        self._flush()
        if self.depth > _DEEPEST:
            if "hidden" in attributes or HIDING.search(attributes.get("style", "")):
                self._hidden = self.depth
                return
            self._pop()
        self._push(tag, attributes)

    def end(self, tag: str) -> None:
        super().end(tag)
        if self._hidden:
            if self.depth < self._hidden:
                self._hidden = 0
            return
        self._flush()
        self._pop()
        if self.depth >= _DEEPEST:
            # What follows belongs to the outer element, in a line of its own.
            self._push("div", {})

    def data(self, text: str) -> None:
        if not self._hidden:
            self._text.append(text)

    def close(self) -> None:
        self._flush()

    def _push(self, tag: str, attributes: Mapping[str, str]) -> None:
        try:
            element = self._html.makeelement(tag)
        except ValueError:  # a name that no element can have: <p"class=...>
            element = self._html.makeelement("span")
        for name, value in islice(attributes.items(), _WIDEST):
            try:
                element.set(name, drop_controls(value))
            except ValueError:  # likewise
                continue
        if self._open:
            self._open[-1].append(element)
        else:
            self.root = element
        self._open.append(element)
        self._last = None

    def _pop(self) -> None:
        self._last = self._open.pop()

    def _flush(self) -> None:
        text = drop_controls("".join(self._text))
        self._text = []
        if not text or not self._open:
            return
        if self._last is not None:
            self._last.tail = (self._last.tail or "") + text
        else:
            self._open[-1].text = (self._open[-1].text or "") + text


def _may_be_wide(page: bytes) -> bool:
    """Whether there is enough white space, quotes and slashes to keep so many attributes apart."""
    if len(page) - len(page.translate(None, _APART)) < _COSTLY:
        return False
    quoted = (page.count(b'"') + page.count(b"'")) // 2
    return len(page.split()) + page.count(b"/") + quoted >= _COSTLY


def _is_wide(text: str) -> bool:
    """Whether a tree would take too long: an element of very many attributes, or a deep page."""
    depth = _Depth()
    return any(depth.widest > _WIDEST or depth.depth > 4 * _DEEPEST for _ in _feed(text, depth))


def _flat(text: str) -> HtmlElement:
    deepest = _STEPS // (1 + text.count("</"))
    flat = _Flat()
    for _ in _feed(text, flat):
        if flat.depth > deepest:
            raise NotAnArticle("too_deep", f"{flat.depth} elements in one another")
    if flat.root is None:
        raise etree.ParserError("Document is empty")
    return flat.root


def _feed(text: str, target: _Depth) -> Iterator[None]:
    """Parse for a target, in chunks, because nothing stops libxml2 within one."""
    # The stubs know full targets only.
    parser = etree.HTMLParser(huge_tree=True, target=target)  # type: ignore[call-overload]
    for i in range(0, len(text), _CHUNK):
        parser.feed(text[i : i + _CHUNK])
        yield
    parser.close()
