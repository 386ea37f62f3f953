"""The central government portal's platform, and the sites made in its manner.

- Article `{column}/{YYYYMM}/content_{id}.htm`. Body `#UCAP-CONTENT` (older: `.pages_content`);
  `.pages-date` holds the date without a label and `span` 来源.
- Policy papers have `table.bd1` above the text: 发文机关 is the issuer and not the source, 成文日期
  is when the paper was written and not when it was published (发布日期), 发文字号 its number.
- A list is a shell. Its script loads a static feed beside it, `url: "./NAME.json"`: one array of
  `{"TITLE", "SUB_TITLE", "URL", "DOCRELPUBTIME"}` with the whole list, more than 1000 rows.
- What stands as links in a shell is navigation and a picture story, so a shell has no rows.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar
from urllib.parse import urlsplit

from crawler.families.base import Family, NextPage
from crawler.reading.json_text import read_json
from crawler.reading.listing import Row
from crawler.reading.page import Page
from crawler.reading.rules import ArticleRules
from crawler.reading.text import fold_space
from crawler.reading.urls import absolute

_ARTICLE = re.compile(r"/content_\d+\.html?$")
_FEED = re.compile(r"""["']([\w./:-]+\.json)(?:\?[^"']*)?["']""")
_ROW_KEY = "DOCRELPUBTIME"  # in the feed, and in the script that shows it
_BODY = re.compile(r"""id\s*=\s*["']?UCAP-CONTENT""", re.I)
_AROUND = re.compile(r"""class\s*=\s*["']?[^"'=>]*\b(?:pages-date|bd1|pages_content)\b""")


class GovCn(Family):
    """See the module's docstring."""

    name: ClassVar[str] = "govcn"
    marks: ClassVar[tuple[str, ...]] = ("docrelpubtime", "ucap-content")
    rules: ClassVar[ArticleRules] = ArticleRules(
        title=("#ti", ".pages-title"),
        info=(".pages-date", "table.bd1"),
        body=("#UCAP-CONTENT", ".pages_content"),
        drop=("table.bd1", ".pages-date"),
    )

    def fingerprint(self, page: Page) -> bool:
        return _ROW_KEY in page.source or bool(
            _BODY.search(page.source) and _AROUND.search(page.source)
        )

    def rows(self, page: Page) -> list[Row]:
        if _feed_url(page):
            return []
        entries = _entries(page)
        if entries is None:
            return super().rows(page)
        return [row for entry in entries if (row := _row(page, entry))]

    def next_page(self, page: Page, number: int) -> NextPage | None:
        if feed := _feed_url(page):
            return NextPage(feed)
        return super().next_page(page, number) if _entries(page) is None else None

    def is_article(self, url: str) -> bool:
        return bool(_ARTICLE.search(urlsplit(url).path))


def _feed_url(page: Page) -> str | None:
    """Where a shell's script loads its list from; None for what is no shell."""
    for script in page.root.iter("script"):
        text = script.text or ""
        if _ROW_KEY in text and (feed := _FEED.search(text)):
            return absolute(page.url, feed[1])
    return None


def _entries(page: Page) -> list[Any] | None:
    """The rows of a feed; None for a page of HTML or a broken feed."""
    try:
        entries = read_json(page.source)
    except ValueError:
        return None
    return entries if isinstance(entries, list) else None


def _row(page: Page, entry: object) -> Row | None:
    if not isinstance(entry, dict):
        return None
    url = absolute(page.url, str(entry.get("URL") or ""))
    title = fold_space(str(entry.get("TITLE") or ""))
    return Row(url, title, str(entry.get(_ROW_KEY) or "")) if url and title else None
