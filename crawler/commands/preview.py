"""`scrapy preview`: what would be stored of a page, and where each field was read."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scrapy import Request, Spider
from scrapy.commands import ScrapyCommand
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem, UsageError
from scrapy.http import Response
from scrapy.settings import Settings
from scrapy.statscollectors import StatsCollector
from twisted.python.failure import Failure

from crawler.describe import describe_article, describe_list
from crawler.families import detect
from crawler.families.base import Family, NextPage
from crawler.finish import Finish
from crawler.items import NotAnArticle
from crawler.middlewares.capture import as_response
from crawler.middlewares.pace import asked_for
from crawler.reading.listing import Row
from crawler.reading.page import Page, parse
from crawler.source import SourceSpider, Walk, reader_of, request_for

_ID = re.compile(r"[0-9a-f]{16}")
_SHELLS = 3  # pages without rows that may lead to a list, one to the next: an index of sitemaps


class Command(ScrapyCommand):
    """0: shown, be it a refusal. 1: it could not be fetched. 2: misuse."""

    requires_project = True

    def syntax(self) -> str:
        return "URL|FILE|ID"

    def short_desc(self) -> str:
        return "Show what would be stored of a page, each field with where it was read"

    def long_desc(self) -> str:
        return (
            "ID is that of a stored record: it is read again from the archive."
            " Fetches URL as a crawl would (robots.txt, address check), or reads FILE, a saved page"
            " (FILE.json beside it may give its url, fetched_at and content_type). Of a list it"
            " shows platform, rows and paging, and fetches the first post. Stores nothing."
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("preview takes one URL or file", print_help=False)
        if args[0].startswith(("http://", "https://")):
            self._fetch(args[0])
        elif _ID.fullmatch(args[0]) and not Path(args[0]).exists():
            self._stored(args[0])
        else:
            self._load(Path(args[0]))

    def _fetch(self, url: str) -> None:
        assert self.crawler_process is not None
        assert self.settings is not None
        try:
            view = _View(url, self.settings)
        except ValueError as error:  # Misuse; a port or a host that is none
            raise UsageError(str(error), print_help=False) from error
        crawler = self.crawler_process.create_crawler(_Preview)
        self.crawler_process.crawl(crawler, url=url, view=view)
        self.crawler_process.start()
        if problem := getattr(crawler.spider, "problem", f"{url} could not be read, see the log"):
            print(problem)
            self.exitcode = 1

    def _stored(self, record_id: str) -> None:
        from pipelines.archive import Archive, ArchiveError
        from pipelines.database import StoreError, open_store
        from pipelines.records import stored

        assert self.settings is not None
        archive = Archive(Path(self.settings["ARCHIVE_DIR"]), 0)
        try:
            engine = open_store(self.settings["DATABASE_URL"])
            if not (found := stored(engine, [record_id])):
                raise UsageError(f"no record has the id {record_id}", print_help=False)
            (record,) = found
            captures = [
                archive.load(engine, sha256, record.fetched_at, record.url)
                for sha256 in record.captures
            ]
        except (StoreError, ArchiveError) as error:
            raise UsageError(str(error), print_help=False) from error
        kept = [capture for capture in captures if capture]
        if len(kept) < len(captures):
            print(record.url)
            print("The archive no longer keeps the page that this record was read from.")
            self.exitcode = 1
            return
        view = _View(record.url, self.settings, record.spider)
        crawler = Crawler(type(view.spider), self.settings)
        crawler.stats = StatsCollector(crawler)
        pages = [view.spider.page(as_response(capture, crawler)) for capture in kept]
        listed = record.listed
        try:
            print(view.article(pages, Row(listed.url, listed.title, listed.date_raw)))
        except NotAnArticle as refusal:
            print(f"{record.url}\nrefused by today's rules: {refusal}")

    def _load(self, path: Path) -> None:
        assert self.settings is not None
        if not path.is_file():
            raise UsageError(f"there is no file {path}", print_help=False)
        beside = path.with_name(path.name + ".json")
        known = json.loads(beside.read_text(encoding="utf-8")) if beside.is_file() else {}
        at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        if "fetched_at" in known:
            at = datetime.fromisoformat(known["fetched_at"])
        url = known.get("url", f"http://unknown.invalid/{path.name}")
        try:
            page = parse(path.read_bytes(), url, at, known.get("content_type", ""))
        except NotAnArticle as refusal:
            print(f"{url}\nrefused: {refusal}")
            return
        view = _View(url, self.settings)
        try:
            print(view.article((page,)))
        except NotAnArticle as refusal:
            view.show_list(page, url, str(refusal))
            if "url" not in known:
                print(f"The page's address is unknown; give it in {beside.name} as url.")


class _View:
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
        article = self.spider.read(pages, row, self.walk, trace=True)
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
        family = self.walk.family or Family()
        rows, following = self.spider.read_list(page, family, asked)
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
        for row in rows:
            url = family.canonical_url(row.url)
            skipped = url in seen or row not in own
            seen.add(url)
            yield row, "skipped" if skipped else self.spider.fate(row, family)


class _Preview(Spider):
    """Fetches a page and, of a list, its first post."""

    name = "preview"
    custom_settings = {"ITEM_PIPELINES": {"pipelines.store.StorePipeline": None}}  # noqa: RUF012

    def __init__(self, url: str, view: _View) -> None:
        super().__init__()
        self.url = url
        self.view = view
        self.hosts = view.spider.hosts
        self.problem = ""

    async def start(self) -> AsyncIterator[Any]:
        yield request_for(NextPage(self.url), callback=self.landed, errback=self.failed)

    def landed(self, response: Response) -> Iterator[Request]:
        """The page that was named."""
        try:
            page = self.view.spider.page(response)
            self.view.spider.read((page,))
        except NotAnArticle as refusal:
            yield from self.listed(response, _SHELLS, str(refusal))
        else:
            yield from self.post(response)

    def listed(self, response: Response, shells: int, refusal: str = "") -> Iterator[Request]:
        try:
            page = self.view.spider.page(response)
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
        """An article; `pages` and `further`: see SourceSpider.parse_article."""
        try:
            pages = (*pages, self.view.spider.page(response))
            if further is None:
                further = self.view.spider.further_pages(pages[0])
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
