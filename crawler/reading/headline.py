"""The headline: main title, and the lines above (引题) and below (副题) it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from lxml.html import HtmlElement

from crawler.items import Candidate
from crawler.reading.listing import Row
from crawler.reading.metadata import site_name
from crawler.reading.page import (
    BLOCKS,
    Page,
    candidate,
    matches,
    select,
    visible_lines,
    visible_text,
)
from crawler.reading.rules import ArticleRules
from crawler.reading.text import fold_space, squeeze

KICKER = ".kicker, .yinti, .yin-ti, .yt, .shoulder, .shoulderTitle, .zw-yt, .pretitle, .pre-title"
SUBTITLE = (
    ".subtitle, .sub-title, .subTitle, .sub_title, .futi, .futitle, .fu-ti, .fubiaoti, .fbt, .zw-ft"
)
_HEADINGS = "h1, h2, h3, h4, .title, .tit, .bt, .article-title, .articleTitle, .arti_title, #title"
_SITE = re.compile(r"(?:网|网站|门户|政府|频道|首页|平台|在线|博客|论坛|社区)$")
_LINES = ("p", "div", "h2", "h3", "h4")
_LONGEST = 60  # characters of a subtitle
_SUFFIX = re.compile(r"(?:\s*(?:[-_|丨–]|—+|--+|·)+\s*|\s{2,}|\u3000+|[\xa0]+)")
_SITE_WORD = re.compile(
    r"(?:网|网站|门户|政府|在线|频道|新闻|首页|日报|晚报|客户端|平台|厅|局|委|办|部|院|组织工作|"
    r"委员会|办公室|中心|要闻|动态|公告|公示|专栏|通知|[Nn]ews|\.(?:com|cn|net))(?:[(（].*[)）])?$"
)


class Headline(NamedTuple):
    """The title and the lines around it."""

    title: Candidate
    kicker: str = ""
    subtitle: str = ""
    element: HtmlElement | None = None
    """Where a reader sees it; None where only the head or the list says it."""


def read_headline(
    page: Page, element: HtmlElement, origin: str, references: Iterable[str]
) -> Headline | None:
    """Read a visible headline element.

    A headline set in several lines is one title broken for looks, or kicker, title and subtitle.
    `references` (meta tags, the list's title) tell which: a line that equals one is the title.
    """
    lines = visible_lines(element)
    if not lines:
        return None
    parent = element.getparent()
    around = parent if parent is not None else element
    kicker = _neighbour(page, around, KICKER, element)
    subtitle = _neighbour(page, around, SUBTITLE, element)
    main = " ".join(lines)
    if len(lines) > 1:
        wanted = {squeeze(reference) for reference in references}
        # "——" opens a subtitle by custom; what follows a title line is one.
        dash = next((i for i, line in enumerate(lines) if i and line.startswith("—")), None)
        hit = next((i for i, line in enumerate(lines) if squeeze(line) in wanted), None)
        if hit is not None:
            kicker = kicker or " ".join(lines[:hit])
            main = lines[hit]
            subtitle = subtitle or " ".join(lines[hit + 1 :])
        elif dash is not None:
            main = _join(lines[:dash])
            subtitle = subtitle or " ".join(lines[dash:])
        else:
            main = next((r for r in references if squeeze(r) == squeeze(main)), _join(lines))
    if not subtitle and (below := element.getnext()) is not None and below.tag in _LINES:
        lines = visible_lines(below)
        if len(lines) == 1 and len(lines[0]) <= _LONGEST and lines[0].startswith("——"):
            subtitle = lines[0]
    return Headline(candidate(element, main, origin), kicker, subtitle, element)


def _join(lines: list[str]) -> str:
    """Lines of one broken title: no space between Chinese characters."""
    text = lines[0]
    for line in lines[1:]:
        wide = ord(text[-1]) > 0x2E80 and ord(line[0]) > 0x2E80
        text += line if wide else f" {line}"
    return text


def _neighbour(page: Page, around: HtmlElement, selector: str, title: HtmlElement) -> str:
    for match in matches(page, selector):
        below = around is match or around in match.iterancestors()
        if below and match not in (title, *title.iterancestors()):
            return " ".join(visible_lines(match))
    return ""


def without_suffix(title: str, site_names: Iterable[str] = ()) -> str:
    """The text of `<title>` without the site's name behind it.

    >>> without_suffix("关于某事的通知_通知公告_某市人民政府")
    '关于某事的通知'
    """
    names = {squeeze(name) for name in site_names if name}
    parts = list(_SUFFIX.finditer(title))
    while parts:
        cut = parts.pop()
        tail = squeeze(title[cut.end() :])
        if not title[: cut.start()].strip():
            break
        if tail and tail not in names and not _SITE_WORD.search(tail):
            break
        title = title[: cut.start()]
    return title.strip()


def find_headline(
    page: Page,
    rules: ArticleRules,
    metadata: dict[str, list[Candidate]],
    row: Row | None,
) -> Headline | None:
    """The headline of a page, the most telling of its signs first.

    Args:
        page: the page.
        rules: where its platform shows headlines.
        metadata: what the head says (`metadata.read_metadata`).
        row: the list row that led here.
    """
    references = [c.raw for c in metadata.get("title", [])]
    if row and row.title:
        references.append(row.title)
    for selector, element in select(page, rules.title):
        if headline := read_headline(page, element, f"css:{selector}", references):
            return headline
    named = page.root.find(".//title")
    in_title = fold_space(named.text_content()) if named is not None else ""
    # Two spaces may set the site's name apart: they are folded afterwards.
    stem = fold_space(
        without_suffix(
            named.text_content().strip() if named is not None else "",
            [site_name(page), *(c.raw for c in page.meta.get("columnname", []))],
        )
    )
    # A heading that the page's own <title> begins with is the headline.
    for heading in matches(page, _HEADINGS):
        text = squeeze(visible_text(heading))
        if len(text) >= 4 and (
            squeeze(in_title).startswith(text) or text in (squeeze(r) for r in references)
        ):
            return read_headline(page, heading, "heading", [*references, stem])
    for heading in page.named.get("h1", []) + page.named.get("h2", []):
        # Behind the names of site and column; a site's own name is what pages link to it by.
        text = squeeze(visible_text(heading))
        whole = squeeze(in_title)
        telling = len(text) >= 8 and 2 * len(text) > len(whole) and not _SITE.search(text)
        if telling and whole.endswith(text) and heading.find(".//a[@href='/']") is None:
            return read_headline(page, heading, "heading", [*references, stem])
    for reference in metadata.get("title", []):
        return Headline(reference)
    # Old sites name themselves in every <title>, and set headlines as any other text.
    if row and (line := _line(page, squeeze(row.title))) is not None:
        return read_headline(page, line, "line", references)
    if stem and named is not None:
        return Headline(candidate(named, stem, "title"))
    if row and row.title:
        return Headline(Candidate(row.title, "list"))
    return None


def _line(page: Page, text: str) -> HtmlElement | None:
    """The element, no link or head tag, that shows this text (squeezed) and no other."""
    for element in page.root.iter(*BLOCKS - {"title"}, "b", "strong", "font", "span"):
        shown = text and squeeze(element.text or "") == text
        if shown and next(element.iterancestors("a"), None) is None:
            return element
    return None
