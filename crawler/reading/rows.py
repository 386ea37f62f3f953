"""One row of a list: its title and its date, as skins print them."""

from __future__ import annotations

import re
from itertools import islice

from lxml.html import HtmlElement

from crawler.reading.dates import find_dates
from crawler.reading.page import visible_text
from crawler.reading.text import drop_controls, fold_space

_DATE_ONLY = re.compile(
    r"^[\s\[【（(]*(?:\d{2,4}\s*[-/.年]\s*)?\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?"
    r"(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?[\s\]】）)]*$|^(?:今天|昨天|前天)(?:\s*\d{1,2}:\d{2})?$|"
    r"^\d+(?:分钟|小时|天)前$"
)
# A calendar leaf: the day large, year and month small, above or below it.
_LEAF = re.compile(
    r"^(?:(?P<day>\d{1,2})日?\s*(?:[/|]\s*)?(?P<month>20\d\d\s*[-/.年]\s*\d{1,2})月?"
    r"|(?P<month2>20\d\d\s*[-/.年]\s*\d{1,2})月?\s+(?P<day2>\d{1,2})日?"
    r"|(?P<year>20\d\d)年?\s+(?P<rest>\d{1,2}\s*[-/.月]\s*\d{1,2})日?"
    r"|(?P<rest2>\d{1,2}\s*[-/.月]\s*\d{1,2})日?\s*(?P<year2>20\d\d)年?"
    r"|(?P<day3>\d{1,2})\s*(?P<name>[A-Z][a-z]{2,8})\.?,?\s*(?P<year3>20\d\d))$"
)
_YEARLESS = re.compile(
    r"(?<![\d.-])(?:1[0-2]|0?[1-9])\s*[-/.月]\s*(?:3[01]|[12]\d|0?[1-9])日?(?![\d.])"
)
_BULLET = re.compile(r"^[\s·•●○◆◇■□▪▶►>»→★☆※]+")
# 动易 puts all that it knows of a post there: 文章标题：… 作者：… 更新时间：…
_TITLE_FIELD = re.compile(
    r"\s*(?:文章|信息|新闻)?标\s*题\s*[:：]\s*([^\r\n]+?)\s*(?:[\r\n]|\s(?:作\s*者|更新|发布|点击|时间)|$)"
)
_TITLE_MARK = re.compile(
    r"(?:^|[-_\s])(?:\w{0,4}title|tit|tt|bt|biaoti|name|subject|headline)(?:$|[-_\s])", re.I
)
_PUBLICATION = re.compile(r"(?:发布|公开|上网|刊登|公布)(?:日期|时间)")
_ORDINAL = re.compile(r"\d{1,3}[.、]?$")
_CUT = re.compile(r"(?:…|\.{3,})$")
_LITTLE = 30  # elements in a date at most
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


def title_of(link: HtmlElement) -> str:
    """The link's text without what skins put into the anchor beside it: dates, excerpts, counts."""
    within = _titled(link)
    dates = {
        element
        for element in within.iterdescendants()
        if isinstance(element.tag, str) and _DATE_ONLY.match(_little(element) or "-")
    }
    if (ordinal := _ordinal(within)) is not None:
        dates.add(ordinal)
    if not dates:
        text = visible_text(within)
    else:
        parts = [within.text or ""]
        for element in within.iterdescendants():
            if element not in dates and not any(a in dates for a in element.iterancestors()):
                parts.append(element.text or "")
            parts.append(element.tail or "")
        text = fold_space("".join(parts))
    text = _BULLET.sub("", text)
    full = _BULLET.sub("", _said_title(link))
    stem = _CUT.sub("", text)
    if full and (not text or len(full) >= len(stem)):
        return full
    if not text:
        return fold_space(" ".join(picture.get("alt") or "" for picture in link.iter("img")))
    return text


def _ordinal(within: HtmlElement) -> HtmlElement | None:
    """The row's number, where it stands before the title in an element of its own."""
    if len(within) < 2 or (within.text or "").strip() or (within[0].tail or "").strip():
        return None
    numbered = isinstance(within[0].tag, str) and _ORDINAL.match(visible_text(within[0]))
    return within[0] if numbered else None


def is_cut(title: str) -> bool:
    """Whether a skin has cut a title."""
    return bool(_CUT.search(title))


def _said_title(link: HtmlElement) -> str:
    """The title attribute, or what it calls the title among other fields."""
    said = link.get("title") or ""
    if match := _TITLE_FIELD.match(said):
        said = match[1]
    return fold_space(drop_controls(said))


def _titled(link: HtmlElement) -> HtmlElement:
    """The part of a card or table row that holds its title: a heading, what is marked as title,
    the longest cell of a row, else the first line of several.
    """
    heading = next(link.iter(*_HEADINGS), None)
    if heading is not None and visible_text(heading):
        return heading
    if not len(link):
        return link
    for element in link.iterdescendants():
        marked = isinstance(element.tag, str) and _TITLE_MARK.search(element.get("class") or "")
        if marked and visible_text(element):
            return element
    if link.tag == "tr":
        cells = [cell for cell in link.iter("td", "th") if not is_date(visible_text(cell))]
        return max(cells, key=lambda cell: len(visible_text(cell)), default=link)
    if (link.text or "").strip():
        return link
    lines = list(link.iter("div", "p", "li", "dt", "dd"))
    told = (
        part
        for part in lines
        if not len(part) and len(text := visible_text(part)) > 3 and not is_date(text)
    )
    return next(told, link) if len(lines) > 1 else link


def is_date(text: str) -> bool:
    return bool(_DATE_ONLY.match(text) or _LEAF.match(text))


def date_of(row: HtmlElement, link: HtmlElement) -> str:
    if row.tag == "tr" and (date := _published(row)):
        return date
    if date := date_element(row):
        return date
    return _printed(visible_text(row).replace(visible_text(link), " ") if row is not link else "")


def _published(row: HtmlElement) -> str:
    """The date in the column of a table that is headed as the one of publication."""
    table = next(row.iterancestors("table"), None)
    head = next(table.iter("tr"), None) if table is not None else None
    if head is None or head is row:
        return ""
    for name, cell in zip(
        head.iterchildren("td", "th"), row.iterchildren("td", "th"), strict=False
    ):
        if _PUBLICATION.match(visible_text(name)) and _DATE_ONLY.match(visible_text(cell)):
            return visible_text(cell)
    return ""


def _little(element: HtmlElement) -> str:
    """What an element shows, "" where it has more parts than a date has: of elements in one another
    each shows what all below it do.
    """
    many = next(islice(element.iterdescendants(), _LITTLE, None), None) is not None
    return "" if many else visible_text(element)


def date_element(row: HtmlElement) -> str:
    """The date that stands in an element of its own, "" where none does."""
    for element in row.iterdescendants():
        if not isinstance(element.tag, str):
            continue
        text = _little(element) or "-"
        if len(text) > 40:
            continue
        if _DATE_ONLY.match(text):
            return text.strip("[]【】（）() ")
        if leaf := _LEAF.match(fold_space(text.replace("\n", " "))):
            return _leaf_date(leaf)
    return ""


def _leaf_date(leaf: re.Match[str]) -> str:
    """A calendar leaf's date in one order, year first."""
    if leaf["name"]:
        return f"{leaf['day3']} {leaf['name']} {leaf['year3']}"
    if leaf["month"] or leaf["month2"]:
        parts = (leaf["month"] or leaf["month2"], leaf["day"] or leaf["day2"])
    else:
        parts = (leaf["year"] or leaf["year2"], leaf["rest"] or leaf["rest2"])
    return re.sub(r"\s*[/.年月]\s*", "-", "-".join(parts))


def date_beside(row: HtmlElement, urls_below: dict[HtmlElement, set[str]], *, forward: bool) -> str:
    """The date between a row and its neighbour."""
    parts = [row.tail or ""] if forward else []
    for other in row.itersiblings(preceding=not forward):
        if not forward:
            parts.insert(0, other.tail or "")
        if urls_below.get(other):
            break
        if isinstance(other.tag, str):
            parts.insert(len(parts) if forward else 0, f" {visible_text(other)} ")
        if forward:
            parts.append(other.tail or "")
    text = fold_space("".join(parts))
    return text.strip("[]【】（）() ") if _DATE_ONLY.match(text) else _printed(text)


def _printed(text: str) -> str:
    for _, _, raw in find_dates(text):
        return raw
    match = _YEARLESS.search(text)
    return match[0] if match else ""
