"""SourceSpider: the base of every source. A declaration, and the callbacks of its requests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Self
from urllib.parse import urljoin

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider
from scrapy.http import Response
from scrapy.utils.misc import build_from_crawler, load_object
from twisted.python.failure import Failure

from crawler.crawling.backlog import Backlog
from crawler.crawling.crawl import Crawl
from crawler.crawling.lists import Lists
from crawler.crawling.options import Options, read_options
from crawler.crawling.outcomes import Outcomes
from crawler.crawling.posts import Posts
from crawler.crawling.scope import Scope
from crawler.crawling.walk import Walk
from crawler.families.base import Family, NextPage
from crawler.items import Article
from crawler.ledger import Ledger
from crawler.reader import read_post
from crawler.reading.listing import Row
from crawler.reading.page import Page
from crawler.reading.urls import host_of


class SourceSpider(Spider):
    """A site whose posts are republished. A source sets the attributes below and is done.

    Arguments (`-a`): `channel` (a declared column path or its last part), `since` (YYYY-MM-DD:
    older rows are skipped), `max_pages` (list pages a channel), `url` (a list or an article page,
    read now whatever the schedule says; its host joins the source's).
    """

    publisher: str = ""
    """The organisation behind the site; empty: what the pages' SiteName says."""
    home: str = ""
    """Address of the site, ending in a slash."""
    channels: Mapping[str, str] = MappingProxyType({})
    """Column path -> the section that the operator publishes it under."""
    default_section: str = "综合"
    """For posts under no declared column."""
    family: Family | None = None
    """The platform of the site; None: every page is read by the one whose fingerprint it has."""

    # Of a crawl; a spider that only reads has none of them.
    ledger: Ledger
    outcomes: Outcomes
    posts: Posts
    backlog: Backlog
    lists: Lists

    def __init__(self, name: str | None = None, **arguments: str) -> None:
        self.options = self.read_arguments(arguments)
        super().__init__(name, **arguments)
        urls = filter(None, (self.home, self.options.url))
        self.scope = Scope(set(map(host_of, urls)), self.options.since)
        self.rechecked = False
        self.clock = timedelta()  # ahead of the real time

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        if spider.options.url and not crawler.settings["CONTACT"]:
            # A local copy may link to the public site, which must not be asked anonymously.
            spider.scope.hosts.intersection_update({host_of(spider.options.url)})
        if start := crawler.settings["NOW"]:
            spider.clock = datetime.fromisoformat(start).astimezone(UTC) - datetime.now(UTC)
        spider.ledger = build_from_crawler(load_object(crawler.settings["LEDGER"]), crawler)
        spider.outcomes = Outcomes(spider.name, spider.ledger, crawler, spider.now)
        crawl = Crawl(
            source=spider,
            options=spider.options,
            scope=spider.scope,
            ledger=spider.ledger,
            outcomes=spider.outcomes,
            now=spider.now,
            crawler=crawler,
        )
        spider.posts = Posts(crawl, spider.parse_article, spider.article_failed)
        spider.backlog = Backlog(crawl, spider.posts)
        spider.lists = Lists(
            crawl, spider.posts, spider.backlog, spider.parse_list, spider.list_failed
        )
        crawler.signals.connect(spider.recheck, signal=signals.spider_idle)
        return spider

    @classmethod
    def read_arguments(cls, arguments: dict[str, str]) -> Options:
        """Check the `-a` arguments.

        Raises:
            Misuse: an unknown argument, or a value that makes no sense.
        """
        return read_options(
            arguments, name=getattr(cls, "name", ""), home=cls.home, channels=cls.channels
        )

    @property
    def hosts(self) -> set[str]:
        """Where requests may go, with ports."""
        return self.scope.hosts

    def read(
        self,
        pages: Sequence[Page],
        row: Row | None = None,
        channel: str = "",
        *,
        trace: bool = False,
    ) -> Article:
        """Read an article; see `read_post`. The hook of a source that has something to correct."""
        return read_post(self, pages, row, channel, trace=trace)

    def now(self) -> datetime:
        """The clock of the crawl; readers get times as arguments."""
        return datetime.now(UTC) + self.clock

    # --- where a crawl begins ----------------------------------------------------------------

    async def start(self) -> AsyncIterator[Any]:
        url = self.options.url
        family = self.family or Family()
        if url and self.family and family.is_article(url):
            if request := self.posts.request(Row(url, ""), Walk("", family=family), {}):
                yield request
        elif url:
            walk = self.lists.begin(family.column_path(url), url)
            yield self.lists.request(NextPage(url), walk)
        else:
            for channel in self.options.channels:
                walk = self.lists.begin(channel, urljoin(self.home, f"{channel}/"))
                for request in self.backlog.owed(walk):
                    yield request
                yield self.lists.request(NextPage(walk.start), walk)
            for request in self.backlog.owed():
                yield request

    def parse(self, response: Response, **_: Any) -> Iterator[Request | Article]:
        """Read a list or an article, as `-a url=` does: where Scrapy's own `parse` begins."""
        family = self.family or Family()
        if self.family and family.is_article(response.url):
            yield from self.posts.parse(response, Row(response.url, ""), Walk("", family=family))
        else:
            walk = self.lists.begin(family.column_path(response.url), response.url)
            yield from self.lists.parse(response, walk)

    def recheck(self) -> None:
        """Visit again what is due, once lists and new posts are done.

        With `-a url=LIST`, everything that list has ever shown is due, once it is walked.

        Raises:
            DontCloseSpider: there is something to visit.
        """
        if self.rechecked or not self.lists.walks:
            return
        self.rechecked = True
        requests = self.backlog.due(self.lists.walks)
        assert self.crawler.engine is not None
        for request in requests:
            self.crawler.engine.crawl(request)
        if requests:
            raise DontCloseSpider

    # --- callbacks: with a JOBDIR requests wait on disk and name these -----------------------

    def parse_list(self, response: Response, **state: Any) -> Iterator[Request | Article]:
        """See `Lists.parse`."""
        return self.lists.parse(response, **state)

    def list_failed(self, failure: Failure) -> None:
        self.lists.failed(failure)

    def parse_article(self, response: Response, **state: Any) -> Iterator[Article | Request]:
        """See `Posts.parse`."""
        return self.posts.parse(response, **state)

    def article_failed(self, failure: Failure) -> None:
        self.posts.failed(failure)
