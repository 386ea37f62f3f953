"""A list page: its rows and its next page, found by structure.

A list is a run of like elements with one link each, most of them with a date. Rows that lead to
other hosts or to files stand in it like all others; what to do with them is the crawl's decision.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from crawler.reading.dates import find_dates
from crawler.reading.page import Page, is_hidden, visible_text
from crawler.reading.text import drop_controls, fold_space
from crawler.reading.urls import absolute, host_of


@dataclass(slots=True, frozen=True)
class Row:
    """One row of a list."""

    url: str
    """Absolute."""
    title: str
    """Full title: the title attribute where the link text is cut."""
    date_raw: str = ""
    """The date as printed, maybe without a year; "" where the row shows none."""


_ROW_TAGS = frozenset(("li", "tr", "dd", "dl"))
_DATE_ONLY = re.compile(
    r"^[\s\[【（(]*(?:\d{2,4}\s*[-/.年]\s*)?\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?"
    r"(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?[\s\]】）)]*$|^(?:今天|昨天|前天)(?:\s*\d{1,2}:\d{2})?$|"
    r"^\d+(?:分钟|小时|天)前$"
)
_YEARLESS = re.compile(
    r"(?<![\d.-])(?:1[0-2]|0?[1-9])\s*[-/.月]\s*(?:3[01]|[12]\d|0?[1-9])日?(?![\d.])"
)
_BULLET = re.compile(r"^[\s·•●○◆◇■□▪▶►>»→★☆※]+")
_CUT = re.compile(r"(?:…|\.{3,})$")
_NEXT = re.compile(r"^(?:下一?页|后一?页|下一頁|[>›»]|Next)\s*[>›»]*$", re.I)


def read_rows(page: Page, is_article: Callable[[str], bool] | None = None) -> list[Row]:
    """The rows of the page's main list, in page order; [] where there is none.

    Args:
        page: the list page.
        is_article: whether a URL can be an article of this platform; groups of links without one
            are no list. None: every link may be.
    """
    links = _links(page)
    urls_below: defaultdict[HtmlElement, set[str]] = defaultdict(set)
    for link, url in links:
        for ancestor in link.iterancestors():
            urls_below[ancestor].add(url)
    groups: defaultdict[HtmlElement, dict[HtmlElement, tuple[HtmlElement, str]]] = defaultdict(dict)
    for link, url in links:
        row = _row_of(link, urls_below)
        container = row.getparent()
        if container is not None:
            # The longest text wins where a row links its picture, too.
            known = groups[container].get(row)
            if known is None or len(_title(link)) > len(_title(known[0])):
                groups[container][row] = (link, url)
    lists: defaultdict[tuple[object, ...], list[tuple[float, list[Row]]]] = defaultdict(list)
    for container, members in groups.items():
        rows = [_read_row(row, link, url) for row, (link, url) in members.items()]
        articles = sum(is_article is None or is_article(row.url) for row in rows)
        if articles == 0:
            continue
        dated = sum(bool(row.date_raw) for row in rows)
        long_titles = sum(len(row.title) >= 8 for row in rows)
        score = 3.0 * dated + articles + long_titles
        # Skins break one list into several <ul> of five rows: brothers belong together.
        brothers = (container.getparent(), container.tag, container.get("class"))
        lists[brothers].append((score, rows))
    if not lists:
        return []
    best = max(lists.values(), key=lambda pieces: sum(score for score, _ in pieces))
    return list({row.url: row for _, rows in best for row in rows}.values())


def next_page(page: Page, number: int) -> str | None:
    """The URL behind the page's own link to page `number` + 1, None where it has none."""
    numbered = None
    for link in page.root.iter("a"):
        url = absolute(page.base, link.get("href"))
        if url is None or host_of(url) != host_of(page.url) or url == page.url:
            continue
        text = fold_space(link.text_content())
        if "next" in (link.get("class") or "").lower().split() or link.get("rel") == "next":
            return url
        if _NEXT.match(text):
            return url
        if text == str(number + 1) and _folder(url) == _folder(page.url):
            numbered = url
    return numbered


def has_paging(page: Page) -> bool:
    """True when the page shows links to other pages of its list."""
    return any(
        fold_space(link.text_content()) in ("上一页", "下一页", "尾页", "末页", "首页", "1", "2")
        and _folder(absolute(page.base, link.get("href")) or "") == _folder(page.url)
        and "index" in (link.get("href") or "")
        for link in page.root.iter("a")
    )


def _folder(url: str) -> str:
    return urlsplit(url).path.rpartition("/")[0]


def _links(page: Page) -> list[tuple[HtmlElement, str]]:
    """Visible links with a text, absolute and http(s)."""
    found = []
    for link in page.root.iter("a"):
        url = absolute(page.base, link.get("href"))
        if url is None or url.split("#")[0] == page.url:
            continue
        # Links hidden from people are traps for robots.
        if any(is_hidden(element) for element in (link, *link.iterancestors())):
            continue
        if _title(link):
            found.append((link, url.split("#")[0]))
    return found


def _row_of(link: HtmlElement, urls_below: dict[HtmlElement, set[str]]) -> HtmlElement:
    """The outermost element that holds this link's address and no other."""
    row = link
    for ancestor in link.iterancestors():
        if len(urls_below[ancestor]) > 1 or ancestor.tag in ("ul", "ol", "tbody", "table", "body"):
            break
        row = ancestor
        if ancestor.tag in _ROW_TAGS:
            break
    return row


def _title(link: HtmlElement) -> str:
    """The link's text without dates that skins put inside the anchor."""
    dates = {
        element
        for element in link.iterdescendants()
        if isinstance(element.tag, str) and _DATE_ONLY.match(visible_text(element) or "-")
    }
    if not dates:
        text = visible_text(link)
    else:
        parts = [link.text or ""]
        for element in link.iterdescendants():
            if element not in dates and not any(a in dates for a in element.iterancestors()):
                parts.append(element.text or "")
            parts.append(element.tail or "")
        text = fold_space("".join(parts))
    text = _BULLET.sub("", text)
    full = _BULLET.sub("", fold_space(drop_controls(link.get("title") or "")))
    stem = _CUT.sub("", text)
    if full and (not text or len(full) >= len(stem)):
        return full
    return text


def _read_row(row: HtmlElement, link: HtmlElement, url: str) -> Row:
    title = _title(link)
    for element in row.iterdescendants():
        if isinstance(element.tag, str) and _DATE_ONLY.match(text := visible_text(element) or "-"):
            return Row(url, title, text.strip("[]【】（）() "))
    around = visible_text(row).replace(visible_text(link), " ") if row is not link else ""
    for _, _, raw in find_dates(around):
        return Row(url, title, raw)
    if match := _YEARLESS.search(around):
        return Row(url, title, match[0])
    return Row(url, title)
