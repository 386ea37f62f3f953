"""Kept responses, read again by today's rules: as a crawl reads them, without one."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.settings import Settings
from scrapy.statscollectors import StatsCollector

from crawler.errors import Refused
from crawler.finish import Finish
from crawler.items import Article, Capture, Copy, Listed, NotAnArticle
from crawler.reader import read_capture
from crawler.reading.listing import Row
from crawler.reading.urls import host_of
from crawler.registry import reader_of
from crawler.source import SourceSpider

logger = logging.getLogger(__name__)


class Reader:
    """Reads captures into complete articles; what a source needs for that is made once."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._sources: dict[tuple[str, str], type[SourceSpider] | None] = {}  # by name and host
        self._made: dict[type[SourceSpider], tuple[SourceSpider, Crawler, Finish]] = {}

    def __call__(
        self, captures: Sequence[Capture], name: str, listed: Listed, channel: str
    ) -> Article:
        """The article as it would be stored.

        Args:
            captures: the responses, page by page.
            name: of the source's spider.
            listed: the list row that led there.
            channel: of a post whose URL names none.

        Raises:
            NotAnArticle: the page carries no article.
            DropItem: the article would not be stored.
            Refused: `no_source`; what was read by its declaration is not read without.
        """
        key = name, host_of(listed.url)
        if key not in self._sources:
            self._sources[key] = reader_of(name, listed.url, self.settings)
        if (source := self._sources[key]) is None:
            raise Refused("no_source", listed.url)
        if source not in self._made:
            crawler = Crawler(source, self.settings)
            crawler.stats = StatsCollector(crawler)
            spider = source(name=name, url=listed.url)
            self._made[source] = spider, crawler, Finish(source, self.settings)
        spider, crawler, finish = self._made[source]
        pages = [read_capture(capture, crawler) for capture in captures]
        row = Row(listed.url, listed.title, listed.date_raw)
        return finish(spider.read(pages, row, channel))


def read_copies(copies: Sequence[Copy], settings: Settings) -> Iterator[Article]:
    """Those of the copies that can be had from the archive as they were read last.

    One that went over several pages, or that today's rules read in another way, is left to the
    next visit.
    """
    settings = settings.copy()
    settings.frozen = False  # those of a crawl are
    reader = Reader(settings)
    for copy in copies:
        if copy.capture is None:
            continue
        try:
            article = reader([copy.capture], copy.spider, copy.row, copy.channel)
        except (NotAnArticle, DropItem, Refused) as refusal:
            logger.info("copy of a withdrawn post: %s: %s", copy.row.url, refusal)
        except Exception:  # one page's: the run goes on, and the next visit tells
            logger.exception("copy of a withdrawn post: %s", copy.row.url)
        else:
            if article.fingerprint == copy.fingerprint:
                yield article
