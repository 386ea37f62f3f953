"""TRS WCM, the platform of ministries and of most provinces.

- Article `{column}/{YYYYMM}/t{YYYYMMDD}_{id}.html` (or .shtml, .htm; older ones `t{id}.htm`);
  links to it are relative: `./202408/t20240825_1.html`, `../xw/202408/…`.
- List `index.html`, then `index_1.html`: numbers start from 0. Nothing links to them; a script
  calls `createPageHTML(total, current, "index", "html")`.
- A promised page may be a stub of a few hundred bytes. That is a failure of the list, not its end:
  what stands behind it has not been seen.
- An article of several pages calls `createContPageHTML(total, 0, "t20240825_1", "html")`: they are
  `t20240825_1_1.html`, `t20240825_1_2.html` …
- Body `.TRS_Editor` (also unquoted), `.TRS_UEDITOR`, `.trs_editor_view`, `.TRS_PreAppend`; files
  `./P02….pdf`, `./W02….xls` beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar
from urllib.parse import urljoin, urlsplit

from crawler.families.base import Family, NextPage
from crawler.reading.page import Page
from crawler.reading.rules import ArticleRules

_ARTICLE = re.compile(r"/t(?:\d{8}_)?\d+\.s?html?$")
_FURTHER = re.compile(r"/(t\d{8}_\d+)_\d+(\.s?html?)$")
_MARK = re.compile(r"\bTRS_(?:Editor|UEDITOR|PreAppend)\b|\btrs_editor_view\b")
_LINK = re.compile(r"""href\s*=\s*["']?[^"'\s>]*/t\d{8}_\d+\.s?html?""", re.I)
_CALL = (
    r"""\(\s*["']?(\d{1,9})["']?\s*,\s*["']?(\d{1,9})["']?\s*,"""
    r"""\s*["']([\w-]+)["'](?:\s*,\s*["'](\w+)["'])?"""
)
_LIST_CALL = re.compile(r"\bcreatePageHTML" + _CALL)
_ARTICLE_CALL = re.compile(r"\bcreateContPageHTML" + _CALL)
_MANY = 3  # links of its shape that make a list of this platform


class Trs(Family):
    """See the module's docstring."""

    name: ClassVar[str] = "trs"
    marks: ClassVar[tuple[str, ...]] = (
        "trs_",
        "createpagehtml",
        "createcontpagehtml",
        "/t19",
        "/t20",
    )
    rules: ClassVar[ArticleRules] = ArticleRules(
        body=(".TRS_Editor", ".TRS_UEDITOR", ".trs_editor_view", ".TRS_PreAppend"),
    )

    def fingerprint(self, page: Page) -> bool:
        return bool(
            _MARK.search(page.source)
            or _LIST_CALL.search(page.source)
            or _ARTICLE_CALL.search(page.source)
            or len(set(_LINK.findall(page.source))) >= _MANY
        )

    def next_page(self, page: Page, number: int) -> NextPage | None:
        if call := _LIST_CALL.search(page.source):
            following = next(_pages(page, call), None)
            return NextPage(following) if following else None
        return super().next_page(page, number)

    def is_article(self, url: str) -> bool:
        return bool(_ARTICLE.search(urlsplit(url).path))

    def canonical_url(self, url: str) -> str:
        return _FURTHER.sub(r"/\1\2", super().canonical_url(url))

    def further_pages(self, page: Page) -> list[str]:
        call = _ARTICLE_CALL.search(page.source)
        return list(_pages(page, call)) if call else []


def _pages(page: Page, call: re.Match[str]) -> Iterator[str]:
    """The URLs of the pages after the current one, as the platform's script makes them."""
    total, current, name, extension = call.groups()
    extension = extension or urlsplit(page.url).path.rpartition(".")[2]
    # A total is whatever the page says: nothing is built before it is asked for.
    for index in range(int(current) + 1, min(int(total), 10_000)):
        yield urljoin(page.url, f"{name}_{index}.{extension}")
