"""The body of an article: the article node, what trafilatura makes of it, and the guards.

trafilatura pulls the main text out of the article node; its verdict is the body unless a guard
overrules it. The text itself is always the node's own, character for character, so nothing that
trafilatura un-escapes, folds or loses inside a kept paragraph reaches a record. Every overruling
is counted under its guard's name:

- `attachment`: a line that is only links to files (dropped on 9 of 9 such lines of one page)
- `table`: a data table, or rows of it
- `image`: pictures, which carry no text
- `short`: a node with so little text that trafilatura has nothing to measure
- `character`: a paragraph kept with characters changed or lost
- `prose`: running text or a heading inside the article node

Where every block of a node stands under a guard the verdict cannot change anything, and
trafilatura is not asked (counted as `clean`); a test compares both ways over all pages.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import nh3
import trafilatura
from lxml import etree
from lxml.html import HtmlElement

from crawler.items import Attachment, Image
from crawler.reading.blocks import Block, to_html, to_text
from crawler.reading.text import squeeze

# It reports pages that it finds nothing on; the guards decide and count those.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)

_SHORT = 200  # characters below which a node is a notice that trafilatura cannot judge
_LINK_RUN = 3  # consecutive lines that are only links: a related list, not a sentence

_TAGS = {
    *("p", "br", "h2", "h3", "h4", "h5", "h6", "strong", "em", "u", "sub", "sup"),
    *("blockquote", "ul", "ol", "li", "a", "img", "figure", "figcaption"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES = {
    "a": {"href"},
    "img": {"src", "alt"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}


@dataclass(slots=True)
class Body:
    """What an article says: blocks in reading order, and the views made of them."""

    blocks: list[Block]
    guards: Counter[str] = field(default_factory=Counter)

    @property
    def text(self) -> str:
        return to_text(self.blocks)

    @property
    def html(self) -> str:
        return sanitise(to_html(self.blocks))

    @property
    def images(self) -> list[Image]:
        return list(dict.fromkeys(b.image for b in self.blocks if b.image))

    @property
    def attachments(self) -> list[Attachment]:
        return list({f.url: f for b in self.blocks for f in b.files}.values())

    @property
    def is_empty(self) -> bool:
        return not any(b.text or b.image or b.files for b in self.blocks)


def sanitise(html: str) -> str:
    """HTML of an allow-list of tags and attributes; links and images by http(s) only."""
    return nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags={"script", "style", "iframe", "object", "template", "noscript"},
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https"},
        link_rel=None,
    )


def read_body(
    node: HtmlElement,
    blocks: Sequence[Block],
    dropped: Collection[HtmlElement] = (),
    *,
    trusted: bool = True,
    always_ask: bool = False,
) -> Body:
    """Decide which lines of an article node are its body.

    Args:
        node: the article node, or the page's `<body>` where none was found.
        blocks: its lines, without those that are furniture by their wording.
        dropped: elements inside it that are no content (share bars, the headline).
        trusted: the node is known to be the article; False for the whole page, of which only
            what trafilatura keeps (and tables, pictures and files among it) is taken.
        always_ask: ask trafilatura even where its verdict cannot matter; for the test that
            compares both ways.
    """
    length = sum(len(squeeze(b.text)) for b in blocks)
    protected = _guards(blocks, short=trusted and length < _SHORT, trusted=trusted)
    if all(protected) and not always_ask:
        return Body(list(blocks), Counter(clean=1))
    verdict = _Verdict(node, dropped)
    guards: Counter[str] = Counter()
    kept: list[bool] = []
    for block, guard in zip(blocks, protected, strict=True):
        keep = block.text != "" and verdict.keeps(block)
        if keep and verdict.changed(block):
            guards["character"] += 1
        if not keep and guard:
            keep = True
            guards[guard] += 1
        kept.append(keep)
    if not trusted:
        # What only a guard keeps counts between the first and last line that trafilatura kept.
        sure = [i for i, block in enumerate(blocks) if block.text and verdict.keeps(block)]
        first, last = (sure[0], sure[-1]) if sure else (0, -1)
        kept = [keep and first <= i <= last for i, keep in enumerate(kept)]
    return Body([b for b, keep in zip(blocks, kept, strict=True) if keep], guards)


def _guards(blocks: Sequence[Block], *, short: bool, trusted: bool) -> list[str]:
    """The guard that each block stands under, "" for those that trafilatura decides on."""
    guards: list[str] = []
    run = 0
    for block in blocks:
        size = len(squeeze(block.text))
        mostly_links = size > 0 and block.links > 0.6 * size
        run = run + 1 if mostly_links and not block.files else 0
        if block.image or (block.files and not block.text):
            guard = "image"  # or a film
        elif block.kind == "table":
            guard = "table"
        elif block.files and mostly_links:
            guard = "attachment"
        elif not trusted:
            guard = ""
        elif short and not mostly_links:
            guard = "short"
        elif run < _LINK_RUN:
            guard = "prose"
        else:
            # A list of links: the lines before this one belong to it.
            guard = ""
            for i in range(1, _LINK_RUN):
                guards[-i] = ""
        guards.append(guard)
    return guards


class _Verdict:
    """What trafilatura keeps of a node, asked once."""

    def __init__(self, node: HtmlElement, dropped: Collection[HtmlElement]) -> None:
        source = etree.tostring(node, encoding="unicode", method="html", with_tail=False)
        for element in dropped:
            piece = etree.tostring(element, encoding="unicode", method="html", with_tail=False)
            source = source.replace(piece, "")
        document = trafilatura.bare_extraction(
            f"<html><body>{source}</body></html>",
            fast=True,
            include_comments=False,
            include_tables=True,
        )
        self._text = squeeze(getattr(document, "text", None) or "")
        self._grams = {self._text[i : i + 4] for i in range(len(self._text) - 3)}

    def keeps(self, block: Block) -> bool:
        text = squeeze(block.text)
        return text in self._text or self._similar(text) >= 0.8

    def changed(self, block: Block) -> bool:
        return block.kind != "table" and squeeze(block.text) not in self._text

    def _similar(self, text: str) -> float:
        grams = [text[i : i + 4] for i in range(len(text) - 3)]
        return sum(gram in self._grams for gram in grams) / len(grams) if grams else 0.0
