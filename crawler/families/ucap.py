"""UCAP 开普, of ministries and many provinces (Hunan, Suzhou, Xinjiang …).

- Article `/{site}/c{channel}/{YYYYMM}/{32 hex | c00_id}.shtml` or `…/c{id}/content.shtml`; title
  in `<ucaptitle>`, date in `<publishtime>`, text in `<ucapcontent>` or `#UCAP-CONTENT`.
- List: the page names its channel in `<meta name="channelid">`, and a script asks JSON of it,
  `/common/search/{id}`, `/searchList/{id}` or `/search/{id}`: title, url and the time in ms and
  as text; `page` counts from 1. What the page itself shows then is an old copy. Where no script
  of the page names the address, the shown list counts, and the API only where it is empty.
- Or the script asks `/{site}/info/getInfoCommon?pagesize=&currpage=&channelid=`, which answers
  `infolist` of title, link and pubtime, and gives no counts.
- Other lists are static: `list.shtml`, `list_2.shtml` …, the numbers in a call of
  `createPageHTML(id, pages, current, name, extension, …)` instead of links.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from crawler.families.base import Family, NextPage
from crawler.reading.json_text import read_json
from crawler.reading.listing import Row
from crawler.reading.page import Page
from crawler.reading.rules import ArticleRules
from crawler.reading.text import fold_space
from crawler.reading.urls import absolute

_MARKS = re.compile(r"<ucap(?:title|content)\b|id=['\"]?UCAP-CONTENT|<publishtime\b|_isAgg=", re.I)
_CHANNEL = re.compile(r"[0-9a-f]{32}$")
_API = re.compile(r"['\"](/(?:common/search|searchList|search)/)")
_INFO = re.compile(r"['\"](/[\w-]+/info/getInfoCommon)\b")
_ANSWER = re.compile(r"/(?:common/search|searchList|search)/[0-9a-f]{32}$|/info/getInfoCommon/?$")
_PAGES = re.compile(
    r"createPageHTML\(\s*['\"][^'\"]*['\"]\s*,\s*(\d{1,9})\s*,\s*(\d{1,9})\s*,"
    r"\s*['\"]([\w-]+)['\"]\s*,\s*['\"](\w+)['\"]"
)
_CONTENT = re.compile(r"/c\d+/content\.s?html?$")
_TAG = re.compile(r"<[^<>]*>")
_PAGE_SIZE = 20  # rows asked of the API


class Ucap(Family):
    """See the module's docstring."""

    name: ClassVar[str] = "ucap"
    marks: ClassVar[tuple[str, ...]] = (
        "ucap",
        "publishtime",
        "_isagg",
        "channelid",
        "createpagehtml",
    )
    rules: ClassVar[ArticleRules] = ArticleRules(
        title=("ucaptitle",),
        info=("publishtime",),
        body=("#UCAP-CONTENT", "ucapcontent"),
    )

    def fingerprint(self, page: Page) -> bool:
        return bool(_channel(page) or _MARKS.search(page.source) or _PAGES.search(page.source))

    def rows(self, page: Page) -> list[Row]:
        if _ANSWER.search(urlsplit(page.url).path):
            return [row for item in _items(_answer(page)) if (row := _row(page, item))]
        if _channel(page) and (_API.search(page.source) or _INFO.search(page.source)):
            return []
        return super().rows(page)

    def next_page(self, page: Page, number: int) -> NextPage | None:
        parts = urlsplit(page.url)
        if _ANSWER.search(parts.path):
            return _next_answer(page, dict(parse_qsl(parts.query)))
        api = _API.search(page.source)
        channel = _channel(page)
        if channel and (info := _INFO.search(page.source)):
            query = {"pagesize": str(_PAGE_SIZE), "currpage": "1", "channelid": channel}
            return NextPage(f"{urljoin(page.url, info[1])}?{urlencode(query)}")
        if channel and (api or not super().rows(page)):
            query = {"_isAgg": "true", "_isJson": "true", "_pageSize": str(_PAGE_SIZE)}
            query |= {"_template": "index", "page": "1"}
            path = f"{api[1] if api else '/common/search/'}{channel}"
            return NextPage(f"{urljoin(page.url, path)}?{urlencode(query)}")
        if (call := _PAGES.search(page.source)) and number < int(call[1]):
            return NextPage(urljoin(page.base, f"{call[3]}_{number + 1}.{call[4]}"))
        return super().next_page(page, number)

    def column_path(self, url: str) -> str:
        # The folder of a content.shtml is the post's own.
        return super().column_path(_CONTENT.sub("/", url))


def _channel(page: Page) -> str:
    """The id of the list's channel, "" where the page names none."""
    named = (c.raw for c in page.meta.get("channelid", []))
    return next((raw for raw in named if _CHANNEL.match(raw)), "")


def _answer(page: Page) -> dict[str, Any]:
    """The part of an answer that holds the results, {} where it is broken."""
    try:
        found: Any = read_json(page.source)
    except ValueError:
        return {}
    while isinstance(found, dict) and not any(
        isinstance(found.get(name), list) for name in ("results", "infolist")
    ):
        found = found.get("data") or found.get("results")
    return found if isinstance(found, dict) else {}


def _items(answer: dict[str, Any]) -> list[dict[str, Any]]:
    items = answer.get("infolist") or answer.get("results") or []
    return [item for item in items if isinstance(item, dict)]


def _row(page: Page, item: dict[str, Any]) -> Row | None:
    """A row of an answer; the date is text or ms since 1970, whichever is there."""
    url = absolute(page.base, str(item.get("url") or item.get("link") or ""))
    title = fold_space(_TAG.sub("", str(item.get("title") or item.get("titleHtml") or "")))
    times = (item.get(name) for name in ("publishedTimeStr", "publishedTime", "pubtime"))
    date = str(next(filter(None, times), ""))
    return Row(url, title, date) if url and title else None


def _next_answer(page: Page, query: dict[str, str]) -> NextPage | None:
    """The address of the API's next page, by the counts that it gives."""
    answer = _answer(page)
    counter = "currpage" if "currpage" in query else "page"
    asked, size, total = query.get(counter, "1"), answer.get("rows"), answer.get("total")
    if not asked.isdecimal():
        return None
    if isinstance(total, int) and isinstance(size, int) and int(asked) * size >= total:
        return None
    query[counter] = str(int(asked) + 1)
    url = f"{page.url.split('?')[0]}?{urlencode(query)}"
    return NextPage(url, guessed=not isinstance(total, int))
