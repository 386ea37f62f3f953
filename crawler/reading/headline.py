"""The headline: main title, and the lines above (引题) and below (副题) it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from lxml.html import HtmlElement

from crawler.items import Candidate
from crawler.reading.page import Page, candidate, matches, visible_lines
from crawler.reading.text import squeeze

KICKER = ".kicker, .yinti, .yin-ti, .yt, .shoulder, .shoulderTitle, .zw-yt, .pretitle, .pre-title"
SUBTITLE = (
    ".subtitle, .sub-title, .subTitle, .sub_title, .futi, .futitle, .fu-ti, .fubiaoti, .fbt, .zw-ft"
)
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
