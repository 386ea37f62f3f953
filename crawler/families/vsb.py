"""Boda 博达 Visual SiteBuilder, of most universities and some counties.

- Article `/info/{tree}/{id}.htm` or, the same post, `content.jsp?…&wbtreeid={tree}&wbnewsid={id}`.
  The text is in `.v_news_content` within `#vsb_content` (also `_2`, `_4`, `_500`); files follow it
  as `…/download.jsp?urltype=news.DownloadAttachUrl&…`, which show no file name.
- List `{list}.htm`; its page k is `{list}/{pages + 1 - k}.htm`: the files count DOWN to
  `{list}/1.htm`, the oldest posts, so that old pages never change. Sites without static pages have
  `list.jsp?a3t=…&a3p=2&…`, the numbers after `a` being those of the list on its page.
- Click counters are filled in by script (`_showDynClicks`) and leave `点击：[]次` behind.
- Every article asks `NewsvoteDWR.getNewsLinkUrl` whether it is only a link to elsewhere. Such a
  page has no text, and what it leads to cannot be seen without running the script.
"""

from __future__ import annotations

import re
from typing import ClassVar
from urllib.parse import parse_qsl, urljoin, urlsplit

from lxml.html import HtmlElement

from crawler.families.base import Family, NextPage
from crawler.items import NotAnArticle
from crawler.reading.links import said
from crawler.reading.page import Page, select, visible_text
from crawler.reading.paging import is_next
from crawler.reading.rules import ArticleRules
from crawler.reading.urls import absolute, is_file

_MARKS = re.compile(
    r"id=['\"]?vsb_content|\bv_news_content\b|_showDynClick|/system/resource/(?:js|css|code|style)/|"
    r"NewsvoteDWR|Visual SiteBuilder",
    re.I,
)
_ARTICLE = re.compile(r"/info/\d+/\d+\.htm$")
_LIST_PAGE = re.compile(r"/(\d{1,9})\.htm$")
_COUNT = re.compile(r"(?<![\d/])1/(\d{1,4})(?![\d/])")
_TEXT = ("[id^=vsb_content]", ".v_news_content")


class Vsb(Family):
    """See the module's docstring."""

    name: ClassVar[str] = "vsb"
    marks: ClassVar[tuple[str, ...]] = (
        "vsb_content",
        "v_news_content",
        "_showdynclick",
        "/system/resource/",
        "newsvotedwr",
        "visual sitebuilder",
    )
    rules: ClassVar[ArticleRules] = ArticleRules(
        body=(".v_news_content", "[id^=vsb_content]"),
        attachments=('li > a[href*="DownloadAttachUrl"]',),
    )

    def fingerprint(self, page: Page) -> bool:
        return bool(_MARKS.search(page.source))

    # --- lists -------------------------------------------------------------------------------

    def next_page(self, page: Page, number: int) -> NextPage | None:
        for _, link in select(page, (".p_next > a", "a.Next")):
            # All links of the older pager are called Next, the one to the previous page, too.
            url = absolute(page.base, link.get("href"))
            if url and is_next(said(link)):
                return NextPage(url)
        if linked := super().next_page(page, number):
            return linked
        # A pager without links shows at least how many pages there are.
        shown = " ".join(visible_text(e) for _, e in select(page, (".p_t", ".headStyle")))
        if number == 1 and (count := _COUNT.search(shown)) and int(count[1]) > 1:
            stem = page.url.split("?")[0].removesuffix(".htm")
            return NextPage(f"{stem}/{int(count[1]) - 1}.htm", guessed=True)
        if number > 1 and (current := _LIST_PAGE.search(page.url)) and int(current[1]) > 1:
            return NextPage(urljoin(page.url, f"{int(current[1]) - 1}.htm"), guessed=True)
        return None

    # --- articles ----------------------------------------------------------------------------

    def is_article(self, url: str) -> bool:
        return not is_file(url) and bool(_ARTICLE.search(urlsplit(_static(url)).path))

    def canonical_url(self, url: str) -> str:
        return super().canonical_url(_static(url))

    def column_path(self, url: str) -> str:
        path = urlsplit(_static(url)).path
        if _ARTICLE.search(path):
            return ""  # {tree} is a number that no reader sees: the list is the column
        return _LIST_PAGE.sub("", path).removesuffix(".htm").strip("/")

    def as_shown(self, page: Page) -> Page:
        texts = [element for _, element in select(page, _TEXT)]
        if "getNewsLinkUrl" in page.source and not any(_holds(element) for element in texts):
            raise NotAnArticle("redirect_page", "getNewsLinkUrl and no text")
        return page


def _static(url: str) -> str:
    """The address of a post's static page, for that of its twin; any other as it is."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    if parts.path.endswith(".jsp") and {"wbtreeid", "wbnewsid"} <= query.keys():
        return urljoin(url, f"info/{query['wbtreeid']}/{query['wbnewsid']}.htm")
    return url


def _holds(element: HtmlElement) -> bool:
    media = next(element.iter("img", "iframe", "video", "a"), None)
    return media is not None or bool(visible_text(element))
