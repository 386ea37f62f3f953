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
- `prose`: text of the article node that is no link (trafilatura drops repeated
  paragraphs, headings above a list and numbered points)

So it decides about lines of links and the headings beside them: what skins leave in an article
node is mostly that. A node without such lines is clean: the verdict cannot change anything, and
trafilatura is not asked (counted as `clean`); a test compares both ways over all pages.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby

import nh3
from lxml import etree
from lxml.html import HtmlElement

from crawler.items import Attachment, Image
from crawler.reading.blocks import Block, to_html, to_text
from crawler.reading.dates import find_dates
from crawler.reading.text import squeeze

# It reports pages that it finds nothing on; the guards decide and count those.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)

_SHORT = 200  # characters below which a node is a notice that trafilatura cannot judge
_LINK_RUN = 3  # consecutive lines that are only links: a related list, not a sentence
_HEADING = 15  # characters below which a line that is no sentence may be the head of a box
_SENTENCE = re.compile(r"[。！？；…，：!?,:]")

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


@dataclass
class Body:
    """What an article says: blocks in reading order, and the views made of them."""

    blocks: list[Block]
    guards: Counter[str] = field(default_factory=Counter)

    @cached_property
    def text(self) -> str:
        return to_text(self.blocks)

    @cached_property
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
    length = sum(len(b.bare) for b in blocks)
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
    linked = [_is_linked(block) for block in blocks]
    boxes = _boxes(blocks, linked)
    guards: list[str] = []
    for i, block in enumerate(blocks):
        if block.image or (block.files and not block.text):
            guard = "image"  # or a film
        elif block.kind == "table":
            guard = "table"
        elif block.files and linked[i]:
            guard = "attachment"
        elif not trusted or i in boxes:
            guard = ""
        elif short and not linked[i]:
            guard = "short"
        else:
            guard = "prose"
        guards.append(guard)
    return guards


def _is_linked(block: Block) -> bool:
    size = len(block.bare)
    return size > 0 and block.links > 0.6 * size


def _boxes(blocks: Sequence[Block], linked: Sequence[bool]) -> set[int]:
    """Lines that may be a box of links: such lines, and what may be its heading beside them.

    One or two links between a notice's paragraphs, or above its signature, are the notice's own.
    """
    boxes: set[int] = set()
    start = 0
    begun = False  # some text stands above
    for is_link, run in groupby(linked):
        end = start + len(list(run))
        if is_link:
            few = end - start < _LINK_RUN
            if not (few and begun and _goes_on(blocks[end : end + 2])):
                boxes.update(range(start, end))
                beside = (i for i in (start - 1, end) if 0 <= i < len(blocks))
                boxes.update(i for i in beside if _may_be_heading(blocks[i]))
        begun = begun or _goes_on(blocks[start:end])
        start = end
    return boxes


def _goes_on(blocks: Sequence[Block]) -> bool:
    """Whether lines hold some of a text: a sentence, or the date of a signature."""
    return any(
        block.text
        and not _is_linked(block)
        and (not _may_be_heading(block) or any(find_dates(block.text)))
        for block in blocks
    )


def _may_be_heading(block: Block) -> bool:
    """Whether a line may be what a box of links is called: a few words, no sentence."""
    return len(block.bare) < _HEADING and not _SENTENCE.search(block.text)


class _Verdict:
    """What trafilatura keeps of a node, asked once."""

    def __init__(self, node: HtmlElement, dropped: Collection[HtmlElement]) -> None:
        import trafilatura  # takes as long as a command's whole start; few pages need it

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

    @cached_property
    def _grams(self) -> set[str]:
        return {self._text[i : i + 4] for i in range(len(self._text) - 3)}

    def keeps(self, block: Block) -> bool:
        text = block.bare
        return text in self._text or self._similar(text) >= 0.8

    def changed(self, block: Block) -> bool:
        return block.kind != "table" and block.bare not in self._text

    def _similar(self, text: str) -> float:
        grams = [text[i : i + 4] for i in range(len(text) - 3)]
        return sum(gram in self._grams for gram in grams) / len(grams) if grams else 0.0
