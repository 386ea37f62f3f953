"""A list page: its rows and its next page, found by structure.

A list is a run of like elements with one post each, most of them with a date. Rows that lead to
other hosts or to files stand in it like all others; what to do with them is the crawl's decision.

Of several runs on a page the one with most dated rows counts; rows of the page's own column (below
its path, or with its number in their address), the run under a heading of the column's name and
the one beside the paging count threefold. Hot lists, navigation, footers and boxes with a link to
more elsewhere, told by their marks, their heading or that link, hardly count; where there is
nothing else the page is no list.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import islice
from urllib.parse import parse_qsl, urlsplit

from lxml.html import HtmlElement

from crawler.reading.boilerplate import SIDE_NAMES
from crawler.reading.links import address, is_led, said
from crawler.reading.page import Page, is_hidden, visible_text
from crawler.reading.paging import PAGING, find_pager, is_pager, same_list
from crawler.reading.rows import date_beside, date_element, date_of, is_cut, is_date, title_of
from crawler.reading.text import squeeze
from crawler.reading.urls import absolute, column_path, host_of, is_column


@dataclass(slots=True, frozen=True)
class Row:
    """One row of a list."""

    url: str
    """Absolute."""
    title: str
    """Full title: the title attribute where the link text is cut."""
    date_raw: str = ""
    """The date as printed, maybe without a year; "" where the row shows none."""


@dataclass(slots=True, frozen=True)
class Placed:
    """A row, and where it stands."""

    row: Row
    link: HtmlElement
    element: HtmlElement
    """What holds the row; its date may stand beside it."""


_TABLE = frozenset(("table", "tbody", "tr", "td"))
_LINES = ("li", "tr", "dd", "dt", "p", "div")
_ENTRIES = ("li", "tr", "article")  # may have several lines
_PARTS = frozenset(("li", "dt", "dd"))
_BRACKETED = re.compile(r"^[\[【〔(（].{1,8}[\]】〕)）]$")
_LONG = 8  # characters: what is shorter names a column rather than a post

# Words that lead to no post wherever they stand: headers of tables, tools of boxes.
_NO_TITLE = re.compile(
    r"^[\[【(（<>«»]*(?:标\s*题|名\s*称|日\s*期|时\s*间|序号|文号|索引号|发布(?:时间|日期)|发文(?:日期|机关)|"
    r"第?\s*[A-Z]?\d{1,3}\s*版[:：].*|(?:[返网]?回?|网站|设为)首页|更多|more|(?:继续)?查?看?阅?读?(?:详细|详情|全文|更多)|read\s*more|"
    r"继续阅读|关闭|打印|(?:加入)?收藏(?:本站|本页)?|返回|下载)[\]】)）<>«»+.…→\s]*$",
    re.I,
)
_ASIDE = re.compile(
    rf"(?:^|[-_\s])(?:{SIDE_NAMES}|navi|submenu|bottom|header|flink|links?|slide|slider|focus|"
    r"swiper|picnews)\d*(?:$|[-_\s])",
    re.I,
)
_ASIDE_HEADING = re.compile(
    r"热门|热点|热文|推荐|排行|点击|图片新闻|图文|相关|友情链接|链接|网站导航|网站地图|专题|猜你|"
    r"大家都在|最新(?:文章|更新)|栏目导航|网站群"
)
_EMPTY = re.compile(
    r"暂无(?:相关)?(?:数据|内容|信息|记录|文章|新闻)|(?:暂时)?没有(?:找到)?(?:任何|相关|符合条件的)+(?:信息|数据|内容|记录|文章)"
)
_GOES_ON = re.compile(
    r"[\[【(（]?(?:继续阅读|阅读(?:全文|更多)|查看(?:全文|详情)|read\s*more)", re.I
)
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_FEW = 3  # rows below a lead
_MORE = re.compile(r"^[\[(<>《》【+\s]*(?:查看)?(?:更\s*多|more)[\])>》】+.…»\s]*$", re.I)
_MORE_TAIL = re.compile(r"[\[(<>【+]*(?:查看)?(?:更多|more)[\])>】+.…»]*$", re.I)
_SEARCH = re.compile(r"(?:^|[&?])(?:q|wd|kw|query|keywords?|search\w*)=", re.I)


def read_rows(page: Page, is_article: Callable[[str], bool] | None = None) -> list[Row]:
    """The rows of the page's main list, in page order; [] where there is none.

    Args:
        page: the list page.
        is_article: whether a URL has the form of this platform's articles; groups of links
            without one count less, and nothing unless they are dated. None: every link may be.
    """
    return [placed.row for placed in find_rows(page, is_article)]


def every_row(page: Page) -> list[Placed]:
    """The rows of all lists of a page, also of those beside the main one."""
    groups, urls_below = _groups(page)
    return [one for members in groups.values() for one in _read_rows(members, urls_below)]


_Groups = dict[HtmlElement, dict[HtmlElement, tuple[HtmlElement, str]]]
"""Container -> row -> its link and where that leads."""


def _groups(page: Page) -> tuple[_Groups, dict[HtmlElement, set[str]]]:
    """The runs of rows of a page; and which addresses lie below each of its elements."""
    links = _links(page)
    urls_below: defaultdict[HtmlElement, set[str]] = defaultdict(set)
    for link, url in links:
        for ancestor in (link, *link.iterancestors()):
            urls_below[ancestor].add(url)
    groups: _Groups = defaultdict(dict)
    known_wholes: dict[HtmlElement, bool] = {}
    for link, url in links:
        row = _row_of(link, urls_below, known_wholes)
        container = row.getparent()
        if container is not None:
            known = groups[container].get(row)
            if known is None or _rank(link) > _rank(known[0]):
                groups[container][row] = (link, url)
    return groups, urls_below


def _is_home(page: Page, pieces: Sequence[_Piece]) -> bool:
    """Whether a page is that of the whole site, which shows lists of several columns."""
    if column_path(page.url) or not is_column(page.url) or find_pager(page) is not None:
        return False
    columns = {
        column_path(piece.rows[0].row.url)
        for piece in pieces
        if sum(bool(one.row.date_raw) for one in piece.rows) >= _FEW
    }
    return len(columns) > 1


def _form(piece: _Piece) -> tuple[object, ...]:
    """How the box of a run of rows is marked up."""
    holder = piece.rows[0].element.getparent()
    above = [] if holder is None else [holder, *islice(holder.iterancestors(), 1)]
    dated = bool(piece.rows[0].row.date_raw)
    return dated, *((element.tag, element.get("class")) for element in above)


def _rank(link: HtmlElement) -> tuple[bool, bool, int]:
    """Which of a row's links is its title: the heading, else the longest; never 继续阅读 …"""
    title = title_of(link)
    headed = any(e.tag in _HEADINGS for e in islice(link.iterancestors(), 2))
    return headed and not is_cut(title), not _GOES_ON.match(title), len(title)


def find_rows(page: Page, is_article: Callable[[str], bool] | None = None) -> list[Placed]:
    """The rows of `read_rows` with their places on the page."""
    groups, urls_below = _groups(page)
    judge = _Judge(page, groups, urls_below, is_article)
    lists: defaultdict[tuple[object, ...], list[_Piece]] = defaultdict(list)
    for container, members in groups.items():
        if piece := judge.weigh(container, _read_rows(members, urls_below)):
            # Skins break one list into several <ul> of five rows: brothers belong together.
            names = (container.get("class") or "").split()[:1]
            kind = re.sub(r"\d+$", "", names[0]) if names else ""
            lists[container.getparent(), container.tag, kind].append(piece)
    best = max(
        map(_without_tabs, lists.values()), key=lambda p: sum(x.score for x in p), default=[]
    )
    if best and judge.own and all(piece.at_home == 1 for piece in best):
        # A column of columns shows a box of each.
        form, chosen = _form(best[0]), set(map(id, best))
        best = [
            piece
            for pieces in lists.values()
            for piece in pieces
            if id(piece) in chosen
            or (piece.at_home == 1 and not piece.aside and _form(piece) == form)
        ]
    if best and not any(piece.at_home for piece in best):
        if all(piece.aside for piece in best):
            return []
        if not any(piece.named for piece in best) and _says_empty(page):
            return []
        if _is_home(page, [piece for pieces in lists.values() for piece in pieces]):
            return []
    found: dict[str, Placed] = {}
    listed = [one for piece in best for one in piece.rows]
    for placed in [*_leads(groups, listed), *listed]:
        url = placed.row.url
        if url not in found or (placed.row.date_raw and not found[url].row.date_raw):
            found[url] = placed
    return list(found.values())


def is_telling(row: Row) -> bool:
    """Whether a row is one of posts. Short names without a date are those of a page's columns."""
    return bool(row.date_raw) or (len(row.title) >= _LONG and not _names_column(row.url))


def _names_column(url: str) -> bool:
    """Whether an address is that of a column: a folder named by a short word."""
    return is_column(url) and not re.search(r"\d{3}|-", urlsplit(url).path.rstrip("/")[-40:])


@dataclass(slots=True)
class _Piece:
    """A run of rows."""

    rows: list[Placed]
    score: float
    at_home: float
    """Share of rows under the page's own column."""
    aside: bool
    """It is told to be none of this page's column."""
    named: bool
    """Its heading is the name of this page's column."""


class _Judge:
    """What a page says of its own column, and so of every run of rows."""

    def __init__(
        self,
        page: Page,
        groups: _Groups,
        urls_below: dict[HtmlElement, set[str]],
        is_article: Callable[[str], bool] | None,
    ) -> None:
        self.page = page
        self.urls_below = urls_below
        self.is_article = is_article
        self.own = column_path(page.url)
        self.numbers = _numbers(page.url)
        self.columns = _columns(page)
        self.named = {squeeze(said(a)): a.get("href") for a in page.root.iter("a") if a.get("href")}
        self.pager = _pager_box(page, [c for c, rows in groups.items() if len(rows) >= _FEW])

    def weigh(self, container: HtmlElement, placed: list[Placed]) -> _Piece | None:
        """A run of rows with its weight; None where they are no posts of this platform."""
        rows = [one.row for one in placed]
        at_home = [self._is_own(row.url) for row in rows]
        score = sum(map(self._weight, rows, at_home))
        if self.is_article is not None and not any(self.is_article(row.url) for row in rows):
            if 2 * sum(bool(row.date_raw) for row in rows) < len(rows):
                return None
            score /= 3
        box = _Box.around(container, self.urls_below, self.page)
        named = box.heading in self.columns
        of_others = box.more and not (self.own and _under(box.more, self.own))
        aside = _is_aside(container) or (
            not named and bool(of_others or self._heads_aside(box.heading))
        )
        if named:
            score *= 3
        elif self._is_elsewhere(absolute(self.page.base, self.named.get(box.heading))):
            score /= 3
        if self.pager is not None and self.pager in container.iterancestors():
            score *= 3
        if aside:
            score /= 10
        return _Piece(placed, score, sum(at_home) / len(rows), aside, named)

    def _heads_aside(self, heading: str) -> bool:
        """Whether a heading is one of boxes beside the list, and none that the list may have."""
        match = _ASIDE_HEADING.search(heading)
        return match is not None and not any(match[0] in column for column in self.columns)

    def _weight(self, row: Row, at_home: bool) -> float:
        if row.date_raw:
            weight = 6.0
        elif host_of(row.url) != host_of(self.page.url) or _names_column(row.url):
            return 0.05
        else:
            weight = 1.0 if len(row.title) >= _LONG else 0.1
        return 3 * weight if at_home else weight

    def _is_own(self, url: str) -> bool:
        """Whether a post's address lies under this column, or has the column's number."""
        if self.own and _under(url, self.own):
            return True
        return host_of(url) == host_of(self.page.url) and not self.numbers.isdisjoint(_numbers(url))

    def _is_elsewhere(self, url: str | None) -> bool:
        """Whether an address is none of this list, nor of a column above or below its own."""
        if url is None or url == self.page.url or same_list(self.page.url, url):
            return False
        return not (self.own and (_under(url, self.own) or _under(self.page.url, column_path(url))))


def _numbers(url: str) -> set[str]:
    """What in an address may be a column's number: 1229 in /col/col1229/ and art_1229_8.html,
    cid=5.
    """
    parts = urlsplit(url)
    years = {str(year) for year in range(1990, 2100)}
    found = set(re.findall(r"(?<!\d)\d{3,}(?!\d)", f"{parts.path} {parts.query}"))
    named = {
        f"{name}={value}"
        for name, value in parse_qsl(parts.query)
        if any(map(str.isdecimal, value)) and not is_pager(name)
    }
    return found - years | named


def _pager_box(page: Page, containers: Sequence[HtmlElement]) -> HtmlElement | None:
    """The smallest element that holds links to the list's other pages and a run of rows."""
    pager = find_pager(page)
    if pager is None:
        return None
    above = {ancestor for container in containers for ancestor in container.iterancestors()}
    return next((e for e in pager.iterancestors() if e in above), None)


def _says_empty(page: Page) -> bool:
    """Whether the page says that its list has nothing; scripts only keep the words ready."""
    return bool(_EMPTY.search(page.source)) and bool(_EMPTY.search(visible_text(page.root)))


def _leads(
    groups: _Groups,
    listed: Sequence[Placed],
) -> list[Placed]:
    """A post that a skin shows with an excerpt above its list: a heading in the same box, its
    address like those below.
    """
    if len(listed) < _FEW:
        return []
    first = listed[0].element
    shapes = {_shape(one.row.url) for one in listed}
    box = list(islice(first.iterancestors(), 1, 3))
    found = []
    for members in groups.values():
        for row, (link, url) in members.items():
            headed = any(e.tag in _HEADINGS for e in (*islice(link.iterancestors(), 2), *link))
            near = any(e in box for e in islice(row.iterancestors(), 3))
            if headed and near and len(members) == 1 and _shape(url) in shapes:
                found.append(Placed(Row(url, title_of(link), date_element(row)), link, row))
    return found[:1]


def _shape(url: str) -> str:
    """An address without its numbers."""
    return re.sub(r"\d+", "0", url)


@dataclass(slots=True, frozen=True)
class _Box:
    """What stands around a run of rows and nothing else."""

    heading: str = ""
    """Without white space, and without the link to more."""
    more: str = ""
    """Where the box says that there are more rows: it is an excerpt of the list there."""

    @classmethod
    def around(
        cls, container: HtmlElement, urls_below: dict[HtmlElement, set[str]], page: Page
    ) -> _Box:
        rows = urls_below[container]
        heading = more = ""
        for element in islice((container, *container.iterancestors()), 4):
            if element.tag in ("body", "html") or len(urls_below[element]) > len(rows) + 2:
                break
            more = more or _more_of(element, rows, page)
            above = element.getprevious()
            while above is not None and not heading:
                text = squeeze(visible_text(above)) if isinstance(above.tag, str) else ""
                if len(text) > 20 or not _may_head(above, urls_below.get(above, set())):
                    break
                if PAGING.match(text):
                    break
                heading = _MORE_TAIL.sub("", text)
                more = more or _more_of(above, rows, page, heading)
                above = above.getprevious()
        return cls(heading, more)


def _may_head(element: HtmlElement, urls: set[str]) -> bool:
    """Whether an element may be the heading of what follows; headings may lead to their column."""
    return not urls or (
        len(urls) == 1
        and element.tag not in ("li", "ul", "ol", "p", "tr", "table")
        and (element.tag in _HEADINGS or _names_column(next(iter(urls))))
    )


def _more_of(element: HtmlElement, rows: set[str], page: Page, heading: str = "") -> str:
    """Where an element's link to all rows of another list leads, "" where it has none."""
    for link in element.iter("a"):
        text = said(link)
        if not _MORE.match(text) and (not heading or squeeze(text) != heading):
            continue
        url = address(link, page.base)
        if url and url not in rows and url != page.url and not same_list(page.url, url):
            return url
    return ""


def _columns(page: Page) -> set[str]:
    """What the page may call its own column: parts of its title, and what its head names."""
    said = [c.raw for c in page.meta.get("columnname", [])]
    said += re.split(r"[-_|—–－·>»\s]+", page.root.findtext(".//title") or "")
    return {squeeze(name) for name in said if len(squeeze(name)) > 1}


def _without_tabs(pieces: list[_Piece]) -> list[_Piece]:
    """Brothers without those of other columns, where one is clearly this column's."""
    if any(piece.at_home > 0.5 for piece in pieces):
        return [piece for piece in pieces if piece.at_home]
    return pieces


def _links(page: Page) -> list[tuple[HtmlElement, str]]:
    """Visible links that may lead to a post, with their absolute http(s) URL."""
    logins = {
        form
        for field in page.root.iter("input")
        if (field.get("type") or "").lower() == "password"
        for form in field.iterancestors("form")
    }
    found = []
    for link in page.root.iter():
        if link.tag != "a" and (not is_led(link) or link.find(".//a") is not None):
            continue
        url = address(link, page.base)
        if url is None or url.split("#")[0] == page.url or _is_no_post(url, page.url):
            continue
        # Links hidden from people are traps for robots.
        if any(_is_concealed(element, page.concealed) for element in (link, *link.iterancestors())):
            continue
        title = title_of(link)
        if logins and any(form in logins for form in link.iterancestors("form")):
            continue
        named = title and not (
            PAGING.match(title) or _NO_TITLE.match(title) or is_date(visible_text(link))
        )
        if named and next(link.iterancestors("th", "thead"), None) is None:
            found.append((link, url.split("#")[0]))
    labels = _labels(found)
    return [(link, url) for link, url in found if link not in labels]


def _is_no_post(url: str, here: str) -> bool:
    """Whether a link can only be one of the page's frame: to the home page, or to a search."""
    parts = urlsplit(url)
    home = not parts.query and parts.path in ("", "/") and host_of(url) == host_of(here)
    return home or bool(_SEARCH.search(parts.query))


def _labels(links: list[tuple[HtmlElement, str]]) -> set[HtmlElement]:
    """Links to the column that stand in a post's row, in brackets or in other rows, too: [市县]
    before its title.
    """
    rows: defaultdict[HtmlElement, list[tuple[HtmlElement, str]]] = defaultdict(list)
    for link, url in links:
        for tags in (_LINES, _ENTRIES):
            block = next(link.iterancestors(*tags), None)
            if block is not None and (link, url) not in rows[block]:
                rows[block].append((link, url))
    named = Counter(url for _, url in links)
    labels = set()
    for block, members in rows.items():
        titles = {link: title_of(link) for link, _ in members}
        longest = max(len(title) for title in titles.values())
        once = {url for link, url in members if len(titles[link]) == longest}
        for link, url in members:
            title = titles[link]
            wrapped = _before(link)[-1:] + title + (link.tail or "").lstrip()[:1]
            few = len(members) <= 3 or block.tag == "article"
            bracketed = _BRACKETED.match(title) or _BRACKETED.match(wrapped)
            common = len(title) < _LONG and (named[url] > _FEW or is_column(url))
            common = common and url not in once
            if (bracketed or common) and len(title) < longest and few:
                labels.add(link)
    return labels


def _before(link: HtmlElement) -> str:
    previous, parent = link.getprevious(), link.getparent()
    text = previous.tail if previous is not None else parent.text if parent is not None else ""
    return (text or "").rstrip()


def _is_concealed(element: HtmlElement, concealed: Collection[HtmlElement]) -> bool:
    return is_hidden(element) or element in concealed


def _row_of(
    link: HtmlElement, urls_below: dict[HtmlElement, set[str]], known: dict[HtmlElement, bool]
) -> HtmlElement:
    """The outermost element that holds this link's address and no other.

    A list of one row ends at its <li>; the tables in tables of the 2000s are climbed.
    """
    row = link
    for ancestor in link.iterancestors():
        if len(urls_below[ancestor]) > 1 or ancestor.tag in ("ul", "ol", "dl", "body", "form"):
            break
        if row.tag in _TABLE and ancestor.tag not in _TABLE:
            break
        row = ancestor
        if ancestor.tag in _PARTS:
            break
    # <ul><li>title</li><li>date</li></ul>: the whole <ul> is the row.
    whole = row.getparent()
    if row.tag in _PARTS and whole is not None and _is_one_row(whole, urls_below, known):
        return whole
    return row


def _is_one_row(
    whole: HtmlElement, urls_below: dict[HtmlElement, set[str]], known: dict[HtmlElement, bool]
) -> bool:
    """Whether a list of several parts has one link in all; answers are kept in `known`."""
    if whole not in known:
        linked = (child for child in whole if next(child.iter("a"), None) is not None)
        known[whole] = (
            len(urls_below[whole]) == 1 and len(whole) > 1 and len(list(islice(linked, 2))) == 1
        )
    return known[whole]


def _under(url: str, column: str) -> bool:
    return f"{column_path(url)}/".startswith(f"{column}/")


def _is_aside(container: HtmlElement) -> bool:
    """Whether marks tell a group of links from a page's main list."""
    for element in (container, *container.iterancestors()):
        if element.tag in ("nav", "footer", "aside", "header"):
            return True
        marks = f"{element.get('class') or ''} {element.get('id') or ''}"
        if element.tag not in ("body", "html") and _ASIDE.search(marks):
            return True
    return False


def _read_rows(
    members: dict[HtmlElement, tuple[HtmlElement, str]],
    urls_below: dict[HtmlElement, set[str]],
) -> list[Placed]:
    """The rows of one group; dates stand in the row, behind it or before it."""
    inside = {row: date_of(row, link) for row, (link, _) in members.items()}
    dates = inside
    if not any(inside.values()):
        behind = {row: date_beside(row, urls_below, forward=True) for row in members}
        before = {row: date_beside(row, urls_below, forward=False) for row in members}
        dates = max(behind, before, key=lambda found: Counter(map(bool, found.values()))[True])
    return [
        Placed(Row(url, title_of(link), dates[row]), link, row)
        for row, (link, url) in members.items()
    ]
