"""Pages that are no article: every one gets a typed reason, none is ever stored."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import islice

from lxml.html import HtmlElement

from crawler.items import Candidate, NotAnArticle
from crawler.reading.blocks import Block
from crawler.reading.body import Body
from crawler.reading.listing import Placed, every_row, find_rows, read_rows
from crawler.reading.page import Page, shows, visible_text
from crawler.reading.text import squeeze
from crawler.reading.urls import absolute, is_file

_ERROR_TITLE = re.compile(
    r"^(?:404|403|500|502|503)\b|页面不存在|网页不存在|页面(?:没有|未)找到|找不到(?:页面|该页|网页)|"
    r"无法找到|(?:系统|网站)?(?:升级)?维护(?:中|公告)?$|页面出错|出错了|访问出错|系统错误|内容不存在|文章不存在|信息不存在|已(?:被)?删除|"
    r"Not\s*Found|Page not found|Error",
    re.I,
)
_ERROR_TEXT = re.compile(
    r"(?:您|你)?(?:所)?(?:访问|查看|浏览|请求)的(?:页面|网页|内容|信息|文章|栏目|资源)"
    r"(?:已?不存在|已(?:被)?删除|找不到|未找到|没有找到|不见了|暂时无法)|"
    r"(?:页面|网页|文章|信息|内容)(?:不存在|已(?:被)?删除|未找到|没有找到)(?:或|，|,|。|！|$)|"
    r"(?:页面|网页|内容|信息|文章)已?被?(?:移动|移除)(?:或者?|、)?(?:已?被?删除)?|"
    r"404\s*(?:Not Found|错误|页面)|系统(?:维护|升级)中|(?:系统|网站|服务器)(?:正在)?(?:升级)?维护"
)
_SEARCH = re.compile(r"^(?:搜索|检索|查询|站内搜索)(?:结果)?(?:$|[-_|－—\s])|(?:搜索|检索)结果")
_LOGIN = re.compile(
    r"(?:请|需要?|您?还?(?:没有|未))先?(?:进行)?登[录陆](?:后|之后)?(?:才能|再|方可|查看|访问)?|"
    r"用户登[录陆]|统一身份认证|登[录陆]后(?:查看|阅读|访问)|扫码登[录陆]"
)
_CHALLENGE = re.compile(
    r"__jsl_clearance|acw_sc__v2|_\$jsvmprt|wzws_sessionid|C3VK|安全验证|滑动验证|人机验证|"
    r"访问验证|请完成验证|Just a moment\.\.\.|cf-challenge|正在.{0,5}检[测查].{0,6}浏览器"
)
# What home pages call themselves.
_HOME = re.compile(r"(?:人民政府|门户|政府网|官网|网站|首页|委员会|在线|网)$")
_REFRESH = re.compile(r"url\s*=\s*['\"]?([^'\";]+)", re.I)
_JUMP = re.compile(
    r"""\blocation(?:\.href)?\s*=(?!=)|\blocation\.(?:replace|assign)\s*\(|"""
    r"""\bopen\s*\([^()]*['"]_self['"]"""
)
_SENTENCE = re.compile(r"[。！？]")
# Below this, a marker decides; an article that quotes one is longer.
_SMALL = 300
# And below this, nothing is said: the shortest notices have twice as much around them.
_NOTHING = 80
# So many dated links are a list, and so many of any kind.
_LIST = 3
_MANY = 5
# Where only articles are dated, if they are.
_OF_ARTICLES = ("json-ld:", "meta:article:published_time", "meta:pubdate")
_PARAGRAPH = 100  # characters of sentences
_CARD = 3  # lines between rows


def refuse_error_page(page: Page) -> None:
    """Raise NotAnArticle for pages that say themselves that they are none.

    Raises:
        NotAnArticle: `challenge`, `soft_404`, `login_wall` or `redirect_page`.
    """
    title = (page.root.findtext(".//title") or "").strip()
    # What these pages show is small; the words may stand in any article.
    small = _shows_less(page, _SMALL)
    if small and (match := _CHALLENGE.search(page.source)):
        raise NotAnArticle("challenge", match[0])
    if match := _ERROR_TITLE.search(title):
        # 关于“页面不存在”问题的通报 is an article's title: the words must be most of it.
        if 2 * len(match[0]) >= len(squeeze(title)) and _shows_less(page, 3 * _SMALL):
            raise NotAnArticle("soft_404", title)
    elif small and _jumps_away(page):
        raise NotAnArticle("redirect_page", "meta refresh or location script")


def _shown(page: Page) -> str:
    """All that a reader sees of the page, without white space."""
    body = page.root.find("body")
    return squeeze(visible_text(body)) if body is not None else ""


def _shows_less(page: Page, size: int) -> bool:
    body = page.root.find("body")
    return body is None or not shows(body, size)


def refuse_without_article(
    page: Page, body: Body, title: str, dates: Sequence[Candidate], *, shown: bool
) -> None:
    """Raise NotAnArticle when what was read is no article.

    Args:
        page: the page.
        body: what was taken for its body.
        title: its headline, "" where none was found.
        dates: what dates it as a post (info line, head, URL, list).
        shown: whether the headline stands on the page, and not only in its head.

    Raises:
        NotAnArticle: `soft_404`, `login_wall`, `no_title`, `empty_body`, `list_page` or
            `no_article`.
    """
    text = squeeze(body.text)
    if len(text) < _SMALL:
        if match := _ERROR_TEXT.search(body.text) or _ERROR_TITLE.search(title):
            raise NotAnArticle("soft_404", match[0])
        around = _shown(page) if len(text) < 80 else ""
        if len(text) < 80 and (match := _ERROR_TEXT.search(around)):
            raise NotAnArticle("soft_404", match[0])
        if match := _LOGIN.search(body.text) or (len(text) < 20 and _LOGIN.search(around)) or None:
            raise NotAnArticle("login_wall", match[0])
    if not title:
        raise NotAnArticle("no_title")
    if body.is_empty:
        raise NotAnArticle("empty_body", title)
    if _SEARCH.search(title):
        raise NotAnArticle("list_page", title)
    brief = len(text) < 3 * _SMALL
    if brief and not shown and _HOME.search(title) and len(read_rows(page)) >= _MANY:
        raise NotAnArticle("list_page", f"{title}: a home page")
    if (rows := _listed(page, body, dates)) >= _LIST:
        raise NotAnArticle("list_page", f"{rows} rows")
    # An article without a date has at least a headline that is shown, and something to say.
    bare = not (_SENTENCE.search(text) or body.attachments)
    if len(text) < _SMALL and (bare or not shown) and not _is_dated(page, dates):
        raise NotAnArticle("no_article", title)


def _is_dated(page: Page, dates: Sequence[Candidate]) -> bool:
    """Whether anything but the rows of a list dates the page."""
    if not dates or not all(date.xpath for date in dates):
        return bool(dates)
    placed = find_rows(page)
    if len(placed) < _MANY:
        return True
    tree = page.root.getroottree()
    places = tuple(f"{tree.getpath(one.element)}/" for one in placed)
    shown = {one.row.date_raw for one in placed}
    beside = len(shown & {date.raw for date in dates}) >= _LIST
    return not all(
        f"{date.xpath}/".startswith(places) or (beside and date.raw in shown) for date in dates
    )


def _listed(page: Page, body: Body, dates: Sequence[Candidate]) -> int:
    """How many rows of lists are lines of the body, or head lines of it (titles above excerpts);
    0 where they are no third of it.
    """
    lines = [block for block in body.blocks if block.text]
    if not lines:
        return 0
    # An info line has one date, a list one a row. (So has what readers answer below a text.)
    shown = [date for date in dates if date.origin.startswith("info")]
    told = sum(len(b.bare) for b in lines if not b.links and _SENTENCE.search(b.text))
    listed = len({date.raw for date in shown}) >= _LIST and told < _SMALL
    if listed and not _is_dated(page, shown):
        return len(find_rows(page))
    headed = any(date.origin.startswith(_OF_ARTICLES) for date in dates)
    if (headed and told >= _SMALL) or not _may_list(lines):
        return 0
    # Attachments are no rows, unless each has its date as posts have.
    placed = [one for one in every_row(page) if one.row.date_raw or not is_file(one.row.url)]
    found = _rows_of(page, lines, placed)
    if 3 * len(found) < len(lines) and not _are_even(lines, found):
        return 0
    if _told_before(lines, found) >= _SMALL:
        return 0  # an article, and the rows below it
    labelled = [date for date in dates if date.origin.startswith("info:")]
    once = len({date.raw for date in labelled}) == 1
    if found and once and told >= _PARAGRAPH and _is_dated(page, labelled):
        return 0  # a short post, and the rows of those who answer
    # Excerpts below the rows are sentences, too: then the rows have to be many.
    if len(found) >= _MANY and _of_main(page, found):
        return len(found)
    said = _SENTENCE.search("".join(b.text for b in lines if not b.links))
    return 0 if said else sum(bool(one.row.date_raw) for one in found)


def _are_even(lines: Sequence[Block], found: Sequence[Placed]) -> bool:
    """Whether no stretch of the body is without a row: cards have several lines each."""
    places = {one.element for one in found}
    gap = 0
    for line in lines:
        within = not places.isdisjoint((line.element, *line.element.iterancestors()))
        gap = 0 if within else gap + 1
        if gap > _CARD:
            return False
    return True


def _told_before(lines: Sequence[Block], found: Sequence[Placed]) -> int:
    """How many characters of sentences stand above the first row."""
    places = {one.element for one in found}
    told = 0
    for line in lines:
        if not places.isdisjoint((line.element, *line.element.iterancestors())):
            break
        told += len(line.bare) if not line.links and _SENTENCE.search(line.text) else 0
    return told


def _of_main(page: Page, found: Sequence[Placed]) -> bool:
    main = {one.link for one in find_rows(page)}
    return any(one.link in main for one in found)


def _may_list(lines: Sequence[Block]) -> bool:
    """Whether so many links stand among the lines of a body as a list would have."""
    first, last = lines[0].element, lines[-1].element
    above = {first, *first.iterancestors()}
    whole = next((e for e in (last, *last.iterancestors()) if e in above), first)
    led = (e for e in whole.iter() if e.tag == "a" or e.get("onclick") or e.get("data-href"))
    enough = max(_LIST, len(lines) // 3)
    return len(list(islice(led, enough))) == enough


def _rows_of(page: Page, lines: Sequence[Block], placed: Sequence[Placed]) -> list[Placed]:
    """The rows that stand in a line, or have a line between them and the next row."""
    texts: defaultdict[HtmlElement, str] = defaultdict(str)
    for line in lines:
        texts[line.element] += line.bare
    rows = {one.link: one for one in placed}
    found: list[Placed] = []
    followed: list[Placed] = []
    waiting: Placed | None = None
    for element in page.root.iter():
        if one := rows.get(element):
            within = (e for e in (element, *element.iterancestors()) if e in texts)
            text = squeeze(visible_text(element))
            waiting = None if any(text in texts[holder] for holder in within) else one
            found += [] if waiting else [one]
        elif waiting and element in texts:
            followed.append(waiting)
            waiting = None
    # Once or twice it is what stands above the body.
    return found + followed if len(followed) >= _LIST else found


def _jumps_away(page: Page) -> bool:
    """Whether a page that shows little only sends its reader on.

    Scripts also do so for the few who come by phone: they count where nothing is shown, or where
    what is shown says so.
    """
    shown = _shown(page)
    for meta in page.named.get("meta", []):
        if (meta.get("http-equiv") or "").lower() == "refresh":
            target = _REFRESH.search(meta.get("content") or "")
            if target and absolute(page.base, target[1]) not in (None, page.url):
                return True
    empty = len(shown) < _NOTHING and page.root.find(".//img") is None
    return (empty or "跳转" in shown) and any(
        _JUMP.search(script.text or "") for script in page.root.iter("script")
    )
