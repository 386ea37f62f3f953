"""What the source of a page would make of it, shown and not stored: for `scrapy preview`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

from scrapy import Request, Spider
from scrapy.exceptions import DropItem
from scrapy.http import Response
from scrapy.settings import Settings
from twisted.python.failure import Failure

from crawler.crawling.lists import request_for
from crawler.crawling.walk import Walk
from crawler.describe import describe_article, describe_list
from crawler.families import detect
from crawler.families.base import Family, NextPage
from crawler.finish import Finish
from crawler.items import NotAnArticle
from crawler.middlewares.pace import asked_for
from crawler.reader import further_pages, open_list, read_page
from crawler.reading.listing import Row
from crawler.reading.page import Page
from crawler.registry import reader_of
from crawler.source import SourceSpider

_SHELLS = 3  # pages without rows that may lead to a list, one to the next: an index of sitemaps


class View:
    """What the source of a page makes of it and of what it leads to."""

    def __init__(self, url: str, settings: Settings, name: str = "") -> None:
        source = reader_of(name, url, settings) or SourceSpider
        self.spider = source(name=getattr(source, "name", "preview"), url=url)
        self.walk = Walk("", url, self.spider.family)
        self.finish = Finish(type(self.spider), settings)

    def article(self, pages: Sequence[Page], row: Row | None = None) -> str:
        """The article of a page, or of several, as text.

        Raises:
            NotAnArticle: with its reason.
        """
        article = self.spider.read(pages, row, self.walk.channel, trace=True)
        try:
            return describe_article(self.finish(article), pages[0].encoding)
        except DropItem as refusal:
            return f"{article.url}\nrefused: {refusal}"

    def show_list(self, page: Page, asked: str, refusal: str) -> Row | NextPage | None:
        """Print a list page; returns what a crawl would fetch next of it: its first post, or the
        list behind a shell.
        """
        if not self.walk.channel:
            self.walk.family = self.walk.family or detect(page)
            self.walk.channel = self.walk.family.column_path(asked)
        family, rows, following = open_list(page, self.walk.platform, asked)
        self.walk.family = family
        if not rows and following is None:
            print(f"{page.url}\nrefused: {refusal}")
            return None
        fates = list(self._fates(rows, family, page.url))
        print(describe_list(page.url, family.name, fates, following, refusal))
        first = next((row for row, fate in fates if not fate), None)
        return first if rows else following

    def _fates(self, rows: list[Row], family: Family, listed_by: str) -> Iterator[tuple[Row, str]]:
        own = set(family.of_channel(rows, listed_by, self.walk.start))
        seen = set()
        now = self.spider.now()
        for row in rows:
            url = family.canonical_url(row.url)
            skipped = url in seen or row not in own
            seen.add(url)
            yield row, "skipped" if skipped else self.spider.scope.fate(row, family, now)


class PreviewSpider(Spider):
    """Fetches a page and, of a list, its first post."""

    name = "preview"
    custom_settings = {"ITEM_PIPELINES": {"pipelines.store.StorePipeline": None}}  # noqa: RUF012

    def __init__(self, url: str, view: View) -> None:
        super().__init__()
        self.url = url
        self.view = view
        self.hosts = view.spider.hosts
        self.problem = ""

    async def start(self) -> AsyncIterator[Any]:
        yield request_for(NextPage(self.url), callback=self.landed, errback=self.failed)

    def _read(self, response: Response) -> Page:
        return read_page(response, self.view.spider.now())

    def landed(self, response: Response) -> Iterator[Request]:
        """The page that was named."""
        try:
            page = self._read(response)
            self.view.spider.read((page,))
        except NotAnArticle as refusal:
            yield from self.listed(response, _SHELLS, str(refusal))
        else:
            yield from self.post(response)

    def listed(self, response: Response, shells: int, refusal: str = "") -> Iterator[Request]:
        try:
            page = self._read(response)
        except NotAnArticle as problem:
            print(f"{response.url}\nrefused: {problem}")
            return
        found = self.view.show_list(
            page, asked_for(response.request), refusal or "the list has no rows"
        )
        if isinstance(found, NextPage) and shells:
            details = {"shells": shells - 1}
            yield request_for(found, callback=self.listed, errback=self.failed, cb_kwargs=details)
        elif isinstance(found, Row):
            print()
            yield self._post(found.url, row=found)

    def _post(self, url: str, **state: Any) -> Request:
        return Request(
            url, callback=self.post, errback=self.failed, cb_kwargs=state, dont_filter=True
        )

    def post(
        self,
        response: Response,
        row: Row | None = None,
        pages: tuple[Page, ...] = (),
        further: Sequence[str] | None = None,
    ) -> Iterator[Request]:
        """An article; `pages` and `further`: see crawler.crawling.posts."""
        try:
            pages = (*pages, self._read(response))
            if further is None:
                further = further_pages(self.view.spider, pages[0], self.hosts)
            if further:
                yield self._post(further[0], row=row, pages=pages, further=further[1:])
                return
            print(self.view.article(pages, row))
        except NotAnArticle as refusal:
            print(f"{response.url}\nrefused: {refusal}")

    def failed(self, failure: Failure) -> None:
        reason = str(failure.value) or type(failure.value).__name__
        url = failure.request.url  # type: ignore[attr-defined]
        self.problem = f"{url} could not be fetched: {reason}"
