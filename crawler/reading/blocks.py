"""An element as a list of blocks: paragraphs, headings, list items, tables, images.

A line is a block element or what `<br>` ends; inline elements join with nothing between them
(Word splits one number over several spans); a data table is one block, cells by tab, while a
table that only lays out the page is walked through.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from html import escape
from itertools import groupby
from typing import Literal

from lxml.html import HtmlElement

from crawler.items import Attachment, Image
from crawler.reading.page import BLOCKS, UNREAD, visible_text
from crawler.reading.text import drop_controls, squeeze
from crawler.reading.urls import absolute, file_name, is_file

Kind = Literal["p", "h2", "h3", "h4", "h5", "h6", "li", "blockquote", "table", "figure"]


@dataclass(slots=True)
class Block:
    """One line of the body."""

    kind: Kind
    element: HtmlElement
    """The block element that holds it: `sourceline` and XPath lead back to the page."""
    text: str = ""
    """White space folded; a table's cells by tab and rows by newline; "" for an image."""
    html: str = ""
    """Inner HTML of the line (whole rows for a table), escaped, absolute URLs."""
    links: int = 0
    """How many characters of the text are links."""
    files: list[Attachment] = field(default_factory=list)
    image: Image | None = None
    listing: HtmlElement | None = None
    """The `<ul>` or `<ol>` of a list item."""
    bare: str = field(init=False)
    """The text without white space, for comparing and measuring."""

    def __post_init__(self) -> None:
        self.bare = squeeze(self.text)


_SPACE = r"\s\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_WORD_OR_SPACE = re.compile(f"[{_SPACE}]+|[^{_SPACE}]+")
_WIDE = re.compile(
    "[\u2e80-\u303f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef]"
)
_INLINE = {"b": "strong", "strong": "strong", "i": "em", "em": "em", "u": "u"} | {
    tag: tag for tag in ("sub", "sup")
}
_KINDS: dict[str, Kind] = {
    **{"h1": "h2", "h2": "h2", "h3": "h3", "h4": "h4", "h5": "h5", "h6": "h6"},
    **{"li": "li", "blockquote": "blockquote"},
}
_PASSED = UNREAD | {"button", "input", "iframe", "object", "embed", "svg", "math", "map"}
_GENERIC_NAME = re.compile(
    r"^(?:点击|点此|请|立即)?(?:附件|下载|查看|浏览|原文|全文|附件下载|点击下载|下载附件|点击查看|"
    r"文件下载|此处|这里|打开)?[\s\d一二三四五六七八九十：:.（）()]*$"
)
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{2,5}$")
_ICON = re.compile(
    r"(?:file_?type_?images|/icons?[_/]|icon[_-]|/ico_|\.ico$|emoji|emoticon|/smiley|blank\.|spacer|"
    r"1x1|pixel\.)",
    re.I,
)
_PLACEHOLDER = re.compile(
    r"(?:^data:|loading|placeholder|lazy|blank|spacer|grey\.gif|default\.)", re.I
)
_LAZY = ("data-original", "data-src", "data-lazy-src", "data-url", "original", "data-echo", "_src")


def read_blocks(node: HtmlElement, base: str, dropped: Collection[HtmlElement] = ()) -> list[Block]:
    """The blocks of an element in reading order.

    Args:
        node: the element; it is not changed.
        base: what relative URLs are joined to.
        dropped: elements below `node` that are passed over with all they hold.
    """
    walker = _Walker(node, base, dropped)
    walker.take(node)
    walker.flush()
    return walker.blocks


class _Walker:
    """Collects the inline content of the current line and cuts it into blocks."""

    def __init__(self, node: HtmlElement, base: str, dropped: Collection[HtmlElement]) -> None:
        self.base = base
        self.dropped = dropped
        self.blocks: list[Block] = []
        self._holder = node  # the innermost open block element
        self._kind: Kind = "p"
        self._item: HtmlElement | None = None  # the open list item, where that makes the kind
        self._preformatted = int(node.tag == "pre")  # open ones among them
        self._inline: list[tuple[HtmlElement, str, str]] = []  # element, opening, closing tag
        self._links = 0  # open ones
        self._reset()

    def _reset(self) -> None:
        self._text: list[str] = []
        self._html: list[str] = []
        self._written: list[tuple[HtmlElement, str, str]] = []  # inline tags open in _html
        self._space = ""
        self._linked = 0
        self._files: list[Attachment] = []
        self._images: list[Block] = []

    def take(self, element: HtmlElement) -> None:
        """Take in an element; trees are never deeper than Python's stack."""
        tag = element.tag
        if tag in BLOCKS:
            if tag == "table" and is_data_table(element):
                self.add_table(element)
            else:
                self._take_block(element)
        elif tag == "br":
            self.flush()
        elif tag == "img":
            self.add_image(element)
        elif tag in ("video", "audio"):
            self.add_media(element)
        else:
            self._take_inline(element)

    def _take_below(self, node: HtmlElement) -> None:
        dropped = self.dropped
        for element in node:
            tag = element.tag
            if tag in _PASSED or element in dropped or element.get("hidden") is not None:
                if tag in BLOCKS:
                    self.flush()
            else:
                self.take(element)
            if tail := element.tail:
                self.add_text(tail)

    def _take_block(self, element: HtmlElement) -> None:
        self.flush()
        tag = element.tag
        outside = self._holder, self._kind, self._item
        self._holder = element
        if kind := _KINDS.get(str(tag)):
            # A heading in a list item keeps its kind.
            self._kind, self._item = kind, element if kind == "li" else None
        self._preformatted += tag == "pre"
        if text := element.text:
            self.add_text(text)
        if len(element):
            self._take_below(element)
        self.flush()
        self._preformatted -= tag == "pre"
        self._holder, self._kind, self._item = outside

    def _take_inline(self, element: HtmlElement) -> None:
        tag = element.tag
        opened = None
        if tag == "a":
            self._links += 1
            url = absolute(self.base, element.get("href"))
            if url:
                opened = (element, f'<a href="{escape(url)}">', "</a>")
                if is_attachment(element, url):
                    self._files.append(Attachment(attachment_name(element, url), url))
        elif name := _INLINE.get(str(tag)):
            opened = (element, f"<{name}>", f"</{name}>")
        if opened:
            self._inline.append(opened)
        if text := element.text:
            self.add_text(text)
        if len(element):
            self._take_below(element)
        if opened:
            self._inline.pop()
        self._links -= tag == "a"

    def add_text(self, text: str) -> None:
        if self._preformatted and "\n" in text:
            first, *others = text.split("\n")
            self.add_text(first)
            for line in others:
                self.flush()
                self.add_text(line)
            return
        bare = text.strip()
        if not bare:
            if self._text:  # at the beginning of a line there is none
                self._space += text
        elif bare.isprintable():
            # No white space but ASCII's, no control or invisible character.
            if "  " in bare:
                bare = " ".join(bare.split())
            if bare == text:
                self._add(bare, len(bare) - bare.count(" "))
            else:
                self._space += text[: len(text) - len(text.lstrip())]
                self._add(bare, len(bare) - bare.count(" "))
                self._space = text[len(text.rstrip()) :]
        else:
            for word in _WORD_OR_SPACE.findall(drop_controls(text)):
                if word.isspace():
                    self._space += word
                else:
                    self._add(word, len(word))

    def _add(self, text: str, size: int) -> None:
        """Add text without white space around it; `size`: its characters without any."""
        if self._text and self._space:
            space = self._folded_space(text)
            self._text.append(space)
            self._html.append(space)
        self._space = ""
        if self._inline or self._written:
            self._sync_tags()
        self._text.append(text)
        self._html.append(escape(text, quote=False))
        if self._links:
            self._linked += size

    def _folded_space(self, word: str) -> str:
        if "\u3000" in self._space:
            return "\u3000"
        # A source line broken between two wide characters is no space to a Chinese reader.
        if "\n" in self._space and not self._space.strip(" \t\r\n"):
            last = self._text[-1][-1:]
            if _WIDE.match(last) and _WIDE.match(word):
                return ""
        return " "

    def _sync_tags(self) -> None:
        """Close and open inline tags so that what is written next stands in the right ones."""
        wanted = self._inline
        if not wanted and not self._written:
            return
        shared = 0
        for have, want in zip(self._written, wanted, strict=False):
            # `<b>a</b><b>b</b>` is one bold run, but every link stays its own.
            if have[0] is not want[0] and (have[1] != want[1] or have[2] == "</a>"):
                break
            shared += 1
        for _, _, closing in reversed(self._written[shared:]):
            self._html.append(closing)
        self._html.extend(opening for _, opening, _ in wanted[shared:])
        self._written = list(wanted)

    def add_image(self, element: HtmlElement) -> None:
        image = read_image(element, self.base)
        if image is not None:
            # Behind the line it stands in: a picture inside a sentence must not cut it.
            self._images.append(Block("figure", element, image=image, html=_figure(image)))

    def add_media(self, element: HtmlElement) -> None:
        """A film or a recording: its still as a picture, and the file to open."""
        self.flush()
        sources = [element.get("src"), *(e.get("src") for e in element.iter("source"))]
        url = next(filter(None, (absolute(self.base, source) for source in sources)), None)
        still = absolute(self.base, element.get("poster"))
        if still:
            image = Image(still)
            self.blocks.append(Block("figure", element, image=image, html=_figure(image)))
        if url:
            name = (element.get("title") or "").strip() or (
                "视频" if element.tag == "video" else "音频"
            )
            html = f'<a href="{escape(url)}">{escape(name, quote=False)}</a>'
            self.blocks.append(Block("p", element, html=html, files=[Attachment(name, url)]))

    def add_table(self, table: HtmlElement) -> None:
        self.flush()
        rows, markup = [], []
        files: list[Attachment] = []
        images: list[Block] = []
        links = 0
        for row in table.iter("tr"):
            cells, cell_markup = [], []
            for cell in row.iterchildren("td", "th"):
                inner = read_blocks(cell, self.base, self.dropped)
                cells.append(" ".join(block.text for block in inner if block.text))
                spans = "".join(
                    f' {span}="{value}"'
                    for span in ("colspan", "rowspan")
                    if (value := cell.get(span) or "").isdigit()
                )
                content = "<br>".join(block.html for block in inner if block.text)
                name = "th" if cell.tag == "th" else "td"
                cell_markup.append(f"<{name}{spans}>{content}</{name}>")
                links += sum(block.links for block in inner)
                files += [file for block in inner for file in block.files]
                images += [block for block in inner if block.image]
            if any(cells):
                rows.append("\t".join(cells))
                markup.append("<tr>" + "".join(cell_markup) + "</tr>")
        if rows:
            self.blocks.append(
                Block("table", table, "\n".join(rows), "".join(markup), links=links, files=files)
            )
        self.blocks += images

    def flush(self) -> None:
        """End the current line."""
        if not self._text and not self._images:
            self._space = ""
            if self._files:
                self._files = []
            return
        for _, _, closing in reversed(self._written):
            self._html.append(closing)
        if self._text:
            self.blocks.append(
                Block(
                    self._kind,
                    self._holder if self._item is None else self._item,
                    "".join(self._text),
                    "".join(self._html),
                    links=self._linked,
                    files=self._files,
                    listing=self._item.getparent() if self._item is not None else None,
                )
            )
        self.blocks += self._images
        self._reset()


def is_data_table(table: HtmlElement) -> bool:
    """True for a table of data: at least two cells side by side, none of them holding a page."""
    inner = next(table.iterdescendants("table"), None)
    if inner is not None or table.get("role") == "presentation":
        return False
    widest = total = largest = 0
    for row in table.iter("tr"):
        cells = list(row.iterchildren("td", "th"))
        widest = max(widest, len(cells))
        for cell in cells:
            text = cell.text_content() if len(cell) else cell.text or ""
            size = len(squeeze(text))
            total += size
            if size > 300 and len(list(cell.iter("p"))) > 3:
                return False
            # Sentences: a long list of names is data.
            if size > largest and text.count("。") > 2:
                largest = size
    return widest > 1 and not (largest > 200 and largest > 0.6 * total)


def is_attachment(link: HtmlElement, url: str) -> bool:
    """True for a link to a document: by the platform's mark or by what the URL ends in."""
    return "nfw-cms-attachment" in (link.get("class") or "").split() or is_file(url)


def attachment_name(link: HtmlElement, url: str) -> str:
    """The name a reader should see: the real file name where the platform tells it.

    NFCMS keeps it in `alt` while the text says 附件; others in `title` or `download`.
    """
    text = visible_text(link)
    alt = drop_controls(link.get("alt") or "").strip()
    if alt:
        return alt
    if text and not _GENERIC_NAME.match(text):
        return text
    for name in ("title", "download", "textvalue"):
        value = drop_controls(link.get(name) or "").strip()
        if value and not _GENERIC_NAME.match(value):
            return value
    return text or file_name(url) or url


def read_image(element: HtmlElement, base: str) -> Image | None:
    """An image of the content, None for icons, spacers and what has no http(s) address."""
    source = element.get("src") or ""
    if not source or _PLACEHOLDER.search(source):
        source = next((value for name in _LAZY if (value := element.get(name))), source)
    url = absolute(base, source)
    if url is None or _ICON.search(url):
        return None
    sizes = [re.match(r"\s*(\d{1,9})", element.get(name) or "") for name in ("width", "height")]
    if any(size and int(size[1]) <= 32 for size in sizes):
        return None
    caption = drop_controls(element.get("alt") or "").strip()
    if _EXTENSION.search(caption) or not re.search(r"[\u4e00-\u9fff]", caption):
        caption = ""
    return Image(url, caption)


def _figure(image: Image) -> str:
    alt = escape(image.caption)
    caption = f"<figcaption>{escape(image.caption, quote=False)}</figcaption>" if alt else ""
    return f'<img src="{escape(image.url)}" alt="{alt}">{caption}'


def to_text(blocks: list[Block]) -> str:
    """Paragraphs joined by newline."""
    return "\n".join(block.text for block in blocks if block.text)


def to_html(blocks: list[Block]) -> str:
    """The blocks as HTML; list items of one list are joined, lines of one item too."""
    parts = []
    for listing, run in groupby(blocks, key=lambda block: block.listing):
        if listing is None:
            parts += [f"<{block.kind}>{block.html}</{block.kind}>" for block in run]
            continue
        name = "ol" if listing.tag == "ol" else "ul"
        items = [
            "<li>" + "<br>".join(block.html for block in lines) + "</li>"
            for _, lines in groupby(run, key=lambda block: block.element)
        ]
        parts.append(f"<{name}>{''.join(items)}</{name}>")
    return "\n".join(parts)
