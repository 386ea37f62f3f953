"""Where on its page an article is: its node, its lines, its headline, and what stands around them.

A node that the family or a publishing system names is taken as it is; elsewhere the article is the
region of the page that reads like one, looked for below the headline first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from crawler.items import Candidate
from crawler.reading.blocks import Block, read_blocks
from crawler.reading.boilerplate import asides, is_control_link, is_reader
from crawler.reading.byline import shown_bylines
from crawler.reading.dates import find_dates
from crawler.reading.headline import Headline
from crawler.reading.infoline import is_info_line, merge, names_outlet, read_credits
from crawler.reading.labels import read_info_line
from crawler.reading.marked import read_info
from crawler.reading.node import known_node
from crawler.reading.page import BLOCKS, Page, candidate, select, visible_text
from crawler.reading.region import find_region, heading_above, is_info
from crawler.reading.rules import TOOLS, ArticleRules
from crawler.reading.text import squeeze

_CLAUSE = re.compile(r"[，。！？]")
_LINE = 6  # characters of a headline
_SUFFIX = ("-", "_", "|", "–", "—")
_TOOL = 200  # characters
_HEADLINE = 80  # characters
_TOUCHING = re.compile(r"[\w：:，。；]")
_HOLDERS = BLOCKS | {"span", "em", "font", "small", "time"}
_NEAR = 60  # elements between headline and text that may hold the info line
# What the info line says and skins repeat above the text.
SAID = ("date", "source", "author", "editor", "title")


@dataclass(slots=True)
class Place:
    """The article's place on its page."""

    node: HtmlElement
    trusted: bool
    """False: nothing reads like an article, so trafilatura judges the whole page."""
    blocks: list[Block]
    headline: Headline | None
    """Also found by looking above the text, where nothing else shows it."""
    behind: list[HtmlElement]
    """What follows the article closely: source and editor may stand there."""
    dropped: set[HtmlElement]
    info: dict[str, list[Candidate]]


def find_place(page: Page, rules: ArticleRules, headline: Headline | None) -> Place:
    """Find the article of a page.

    Args:
        page: the page.
        rules: where its platform keeps things.
        headline: what is known of it; a page may show it only above the text.
    """
    known = [match for _, match in select(page, rules.info)]
    dropped = _tools(page, rules)
    node = next((e for _, e in select(page, rules.body) if _holds_content(e)), None)
    if node is None:
        node = known_node(page)
    if node is None:
        return _by_reading(page, headline, known, dropped)
    return _at_node(page, headline, known, dropped, node)


def _tools(page: Page, rules: ArticleRules) -> set[HtmlElement]:
    """What is dropped from any node: tools of the page, and what the rules name."""
    dropped = {match for _, match in select(page, (*rules.drop, *rules.attachments))}
    dropped.update(
        link
        for link in page.named.get("a", [])
        # It may hold an icon.
        if len(link) <= 1 and is_control_link(link.text_content() if len(link) else link.text)
    )
    # Some skins call what holds the whole article a tool, too.
    tools = (match for _, match in select(page, TOOLS))
    dropped.update(tool for tool in tools if len(squeeze(tool.text_content())) <= _TOOL)
    return dropped


def _at_node(
    page: Page,
    headline: Headline | None,
    known: list[HtmlElement],
    dropped: set[HtmlElement],
    node: HtmlElement,
) -> Place:
    """The place of an article whose node is named, `known` being its info line."""
    title = headline.element if headline else None
    if title is None and (title := _titled(page, node)) is not None:
        headline = Headline(candidate(title, visible_text(title), "line"), element=title)
    around = list(_between(page, title, node))
    info = merge(read_info(known), read_info(around), shown_bylines(around))
    used = {c.xpath for found in info.values() for c in found}
    dropped |= {
        element
        for element in (*known, *(e for e in around if candidate(e, "", "").xpath in used))
        if node in element.iterancestors()
    }
    if title is not None and node in title.iterancestors():
        dropped.add(title)
    dropped -= {node, *node.iterancestors()}
    blocks = read_blocks(node, page.base, dropped)
    return Place(node, True, blocks, headline, list(_behind(node)), dropped, info)


def _by_reading(
    page: Page, headline: Headline | None, known: list[HtmlElement], dropped: set[HtmlElement]
) -> Place:
    """The place of an article that is found by how it reads."""
    title = headline.element if headline else None
    whole = page.root.find("body")
    whole = whole if whole is not None else page.root
    aside = asides(page)
    region = None
    if title is not None:
        # Side columns need not be read at all, unless they are what holds the headline.
        dropped |= aside
        dropped -= {title, *title.iterancestors()}
        # Nor does what is above the headline, if the article is below it.
        blocks = read_blocks(whole, page.base, dropped.union(_above(title)))
        region = find_region(blocks, aside, _index_of(blocks, headline), title, below=True)
    dropped.discard(whole)
    if region is None:
        blocks = read_blocks(whole, page.base, dropped)
        headline = _shown_headline(page, blocks, headline)
        title = headline.element if headline else None
        region = find_region(blocks, aside, _index_of(blocks, headline), title)
    if region is None:
        info = merge(read_info(known), read_info(_between(page, title, whole)))
        return Place(whole, False, blocks, headline, [], dropped, info)
    first = blocks.index(region.blocks[0])
    unseen = headline is None or headline.element is None
    if unseen and (line := _announced(blocks[:first], region.blocks)):
        headline = Headline(candidate(line.element, line.text, "above"), element=line.element)
        title = line.element
    if headline is None and (line := heading_above(blocks[:first], region.blocks)):
        headline = Headline(candidate(line.element, line.text, "above"), element=line.element)
        title = line.element
    # The nearest line is believed first: what stands far above may speak of other posts.
    above = [block.element for block in reversed(blocks[max(0, first - _NEAR) : first])]
    if title is not None:
        around = list(_between(page, title, region.blocks[0].element))
        above = around or [element for element in above if element is not title]
    # What stands above an info line is no text either.
    told = max((i for i, block in enumerate(region.blocks[:4]) if is_info(block.text)), default=0)
    passed = region.blocks[:told]
    bylines = merge(
        shown_bylines([*above, *(block.element for block in passed)]),
        {"author": read_credits((block.element, block.text) for block in passed)},
    )
    above += [block.element for block in region.blocks[:4] if _may_inform(block)]
    # Called an info line and dated: no text, however it is put.
    lines = [b for i, b in enumerate(region.blocks) if i >= 4 or not _is_dated_line(b)]
    info = merge(read_info(known), read_info(dict.fromkeys(above)), bylines)
    end = first + len(region.blocks)
    behind = [block.element for block in blocks[end : end + 8]]
    return Place(region.node, True, lines or region.blocks, headline, behind, dropped, info)


def _above(title: HtmlElement) -> Iterator[HtmlElement]:
    """All that stands before an element."""
    for element in (title, *title.iterancestors()):
        yield from element.itersiblings(preceding=True)


def _announced(above: Sequence[Block], blocks: Sequence[Block]) -> Block | None:
    """The line above the text that the text's first line repeats, where `<title>` is of no help.

    It may have more: who wrote it, or a category.
    """
    first = next((block.bare for block in blocks[:2] if block.text), "")
    if not 6 <= len(first) <= _HEADLINE:
        return None
    for block in reversed(above[-12:]):
        text = block.bare
        if text.endswith(first) and len(text) <= _HEADLINE and 2 * block.links <= len(text):
            return block
    return None


def _may_inform(block: Block) -> bool:
    """Whether a line at the top of the text is an info line, or dated as posts are.

    A date alone is not enough (关于2024年8月5日停水的通知): there must be a label, an address or
    an outlet in the line, or a time of day that stands apart from the words around it.
    """
    text = block.text
    if is_reader(text):
        return False
    if len(text) > _HEADLINE or is_info(text):
        return is_info(text)
    if _is_dated_line(block):
        return True
    said = any(name in SAID for name, _, _ in read_info_line(text)) or "://" in text
    for start, end, date in find_dates(text):
        around = f" {text}"[start] + f"{text} "[len(text[:end].rstrip())]
        clocked = ":" in date and not _TOUCHING.search(around)
        return said or (
            (clocked or names_outlet(f"{text[:start]} {text[end:]}")) and "。" not in text
        )
    return False


def _is_dated_line(block: Block) -> bool:
    """Whether a short line with a date is called what info lines are called."""
    text = block.text
    return (
        0 < len(text) <= _HEADLINE
        and not _CLAUSE.search(text)
        and is_info_line(block.element)
        and any(find_dates(text))
    )


def _shown_headline(
    page: Page, blocks: Sequence[Block], headline: Headline | None
) -> Headline | None:
    """The line of the page that its `<title>` begins with, where no heading was found."""
    if headline is not None and headline.element is not None:
        return headline
    named = squeeze(page.root.findtext(".//title") or "")
    for block in blocks:
        text = block.bare
        shown = block.element.tag != "title" and 2 * block.links <= len(text)
        if shown and len(text) >= 6 and named.startswith(text):
            return Headline(candidate(block.element, block.text, "line"), element=block.element)
    return headline


def _titled(page: Page, node: HtmlElement) -> HtmlElement | None:
    """The line above an article's node that `<title>` shows before the name of the site."""
    named = squeeze(page.root.findtext(".//title") or "")
    for element in page.elements:
        if element is node:
            break
        text = squeeze(element.text or "") if element.tag in BLOCKS else ""
        shown = len(text) >= _LINE and named.startswith(text) and element.tag != "title"
        if (
            shown
            and named[len(text) : len(text) + 1] in _SUFFIX
            and not element.xpath("ancestor::a")
        ):
            return element
    return None


def _holds_content(node: HtmlElement) -> bool:
    return any(text.strip() for text in node.itertext()) or node.find(".//img") is not None


def _index_of(blocks: Sequence[Block], headline: Headline | None) -> int | None:
    """The index of the headline's last line among the lines of a page."""
    if headline is None:
        return None
    if headline.element is not None:
        inside = {headline.element, *headline.element.iterdescendants()}
        places = [i for i, block in enumerate(blocks) if block.element in inside]
        if places:
            return places[-1]
    wanted = squeeze(headline.title.raw)
    return next((i for i, block in enumerate(blocks) if block.bare == wanted), None)


def _behind(node: HtmlElement) -> Iterator[HtmlElement]:
    """The next few small elements after an article node."""
    holder: HtmlElement | None = node
    count = 0
    for _ in range(2):
        if holder is None:
            return
        for sibling in holder.itersiblings():
            if isinstance(sibling.tag, str) and len(squeeze(sibling.text_content())) <= 120:
                yield sibling
                count += 1
            if count >= 6:
                return
        holder = holder.getparent()


def _between(page: Page, title: HtmlElement | None, node: HtmlElement) -> Iterator[HtmlElement]:
    """Small blocks between headline and text, or at the top of a node that holds both."""
    inside = title is not None and node in title.iterancestors()
    started = title is None
    skip: set[HtmlElement] = set()
    count = 0
    for element in page.elements:
        if element is title:
            started = True
            skip.update(element.iterdescendants())
            continue
        if element is node and not inside:
            return
        if not started or element.tag not in _HOLDERS or element in skip:
            continue
        text = squeeze(element.text_content())
        if not text or len(text) > 300 or element.getparent() in skip:
            continue
        if len(text) > 60 and "。" in text:
            if any(child.tag in BLOCKS for child in element):
                continue  # a note on rights may stand beside the info line
            return  # the text has begun
        skip.update(element.iterdescendants())
        yield element
        count += 1
        if count > (12 if inside else _NEAR):
            return
