"""gkmlpt (政府信息公开平台), the disclosure platform beside Guangdong's NFCMS sites.

- List `/gkmlpt/index#{column}`: a shell without rows. Its script sets `window._CONFIG` with
  `SID: '…'`; the rows are `/gkmlpt/api/all/{column}?page=N&sid=SID`, column 0 being all.
- Answer: `{"classify": {"post_count": …}, "articles": [{"title", "url", "post_url",
  "display_publish_time", …}]}`, 100 a page; times are unix seconds. Pages 0 and 1 are the same.
- Page 2 may be a 404 although `post_count` promises it: every page after the first is a guess.
- Articles `/gkmlpt/content/{N/10^6}/{N/10^3}/post_{N}.html`, mobile twin `mpost_{N}`. An entry may
  jump elsewhere: to the site's own column, to another host, to a file.
- An article may stand in a script only, `_CONFIG = {…, DETAIL: {"title", "content", …}}`, with
  the fields that the API gives of it and its text as escaped HTML.
- The same N under a column of the site is another URL: whether it is the same post is decided by
  content, not here.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from html import escape
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

from crawler.families.base import Family, NextPage
from crawler.reading.json_text import read_json
from crawler.reading.listing import Row
from crawler.reading.page import Page, parse, select
from crawler.reading.rules import ArticleRules
from crawler.reading.text import fold_space
from crawler.reading.urls import absolute, is_file

_API = re.compile(r"/gkmlpt/api/all/\d+$")
_ARTICLE = re.compile(r"/content/(?:\d+/\d+/)?m?post_\d+\.html$")
_MOBILE = re.compile(r"/mpost_(\d+\.html)$")
_SID = re.compile(r"""\bSID["']?\s*:\s*["']?(\d+)""")
_DETAIL = re.compile(r"""\bDETAIL["']?\s*[:=]\s*(?=\{)""")
_TAG = re.compile(r"<[^<>]+>")
_ALL = "0"
_SIZE = 100  # rows that the platform puts on a page
_TIMES = ("display_publish_time", "date", "create_time", "created_at")
_SHANGHAI = timezone(timedelta(hours=8))


class Gkmlpt(Family):
    """See the module's docstring."""

    name: ClassVar[str] = "gkmlpt"
    marks: ClassVar[tuple[str, ...]] = ("gkmlpt",)
    rules: ClassVar[ArticleRules] = ArticleRules(
        title=("h1.content-title", ".content-title", ".article-title", ".title"),
        info=(".classify", ".document-info", ".article-info", ".date-row"),
        body=("div.article-content",),
        attachments=(".attachment-list", ".article-attachment"),
        doc_number=("span.document-number",),
    )

    def fingerprint(self, page: Page) -> bool:
        return ("_CONFIG" in page.source and "gkmlpt" in page.source) or _is_api(page)

    def rows(self, page: Page) -> list[Row]:
        # The shell has navigation only.
        rows = [_row(page, entry) for entry in _entries(page)]
        return [row for row in rows if row]

    def next_page(self, page: Page, number: int) -> NextPage | None:
        if not _is_api(page):
            if not (sid := _SID.search(page.source)):
                return None
            column = urlsplit(page.url).fragment
            return _api(page, column if column.isdecimal() else _ALL, 1, sid[1])
        answer = _answer(page)
        classify = answer.get("classify")
        total = classify.get("post_count") if isinstance(classify, dict) else None
        if not _entries(page) or (isinstance(total, int) and number * _SIZE >= total):
            return None
        parts = urlsplit(page.url)
        sid_asked = parse_qs(parts.query).get("sid", [""])[0]
        column = parts.path.rpartition("/")[2]
        return _api(page, column, number + 1, sid_asked, guessed=True)

    def as_shown(self, page: Page) -> Page:
        detail = _detail(page)
        shown = (e for _, e in select(page, self.rules.body))
        if not detail.get("content") or any(e.text_content().strip() for e in shown):
            return page
        written = parse(
            f"{page.source}{_written(detail)}".encode(),
            page.url,
            page.fetched_at,
            "text/html; charset=utf-8",
        )
        return replace(written, sha256=page.sha256, encoding=page.encoding)

    def is_article(self, url: str) -> bool:
        return bool(_ARTICLE.search(urlsplit(url).path)) and not is_file(url)

    def canonical_url(self, url: str) -> str:
        return _MOBILE.sub(r"/post_\1", super().canonical_url(url))


def _is_api(page: Page) -> bool:
    return bool(_API.search(urlsplit(page.url).path))


def _api(page: Page, column: str, number: int, sid: str, *, guessed: bool = False) -> NextPage:
    # A department's platform may lie in a folder of its city's host.
    home = page.url.partition("/gkmlpt/")[0]
    query = urlencode({"page": number, "sid": sid})
    return NextPage(f"{home}/gkmlpt/api/all/{column}?{query}", guessed=guessed)


def _detail(page: Page) -> dict[str, Any]:
    """The article in a page's script; {} where there is none, or a broken one."""
    found = _DETAIL.search(page.source)
    try:
        detail = read_json(page.source, found.end()) if found else {}
    except ValueError:
        return {}
    return detail if isinstance(detail, dict) else {}


def _written(detail: dict[str, Any]) -> str:
    """What the platform's script makes of an article, in the classes of its pages."""
    files = detail.get("attachment")
    links = "".join(
        f'<p><a href="{escape(str(file["url"]))}">{escape(str(file.get("name") or ""))}</a></p>'
        for file in (files if isinstance(files, list) else [])
        if isinstance(file, dict) and file.get("url")
    )
    number = escape(str(detail.get("document_number") or ""))
    return (
        f'<h1 class="content-title">{escape(str(detail.get("title") or ""))}</h1>'
        f'<div class="date-row">发布日期：{escape(_published(detail))}</div>'
        f'<span class="document-number">{number}</span>'
        f'<div class="article-content">{detail["content"]}</div>'
        f'<div class="attachment-list">{links}</div>'
    )


def _answer(page: Page) -> dict[str, Any]:
    """The API's answer; {} for what is none."""
    try:
        answer = read_json(page.source)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _entries(page: Page) -> list[dict[str, Any]]:
    entries = _answer(page).get("articles")
    return [e for e in entries if isinstance(e, dict)] if isinstance(entries, list) else []


def _row(page: Page, entry: dict[str, Any]) -> Row | None:
    found = entry.get("url") or entry.get("post_url")
    url = absolute(urljoin(page.url, "/"), found if isinstance(found, str) else None)
    title = fold_space(_TAG.sub("", str(entry.get("title") or "")))
    if url is None or not title:
        return None
    return Row(url, title, _published(entry))


def _published(entry: dict[str, Any]) -> str:
    """When an entry was published; "" where it does not say."""
    return next(filter(None, (_time(entry.get(name)) for name in _TIMES)), "")


def _time(value: object) -> str:
    """A time of the API, printed as the site shows it."""
    if isinstance(value, int) and 0 < value < 10**10:
        return f"{datetime.fromtimestamp(value, _SHANGHAI):%Y-%m-%d %H:%M:%S}"
    return fold_space(value) if isinstance(value, str) else ""
