"""Let through only what can be published: url, title, and text or a picture or a file."""

from __future__ import annotations

from typing import Any

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.statscollectors import StatsCollector

from crawler.items import Article

_WORTH_COUNTING = ("date_published", "source_raw", "authors")


class Refused(DropItem):
    """An item that is not kept; `reason` is what runs count by."""

    def __init__(self, reason: str, url: str) -> None:
        super().__init__(f"{url}: {reason}")
        self.reason = reason


class CheckRequiredPipeline:
    """Refuses articles without the required fields (Semantics 5), counts missing optional ones.

    Raises:
        Refused: `missing_url`, `missing_title` or `missing_content`.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.stats: StatsCollector | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CheckRequiredPipeline:
        return cls(crawler)

    def open_spider(self) -> None:
        self.stats = self.crawler.stats

    def process_item(self, item: Any) -> Any:
        if not isinstance(item, Article):
            return item
        if not item.url:
            raise Refused("missing_url", item.canonical_url)
        if not item.title:
            raise Refused("missing_title", item.url)
        if not (item.text or item.images or item.attachments):
            raise Refused("missing_content", item.url)
        if self.stats is not None:
            for name in _WORTH_COUNTING:
                if not getattr(item, name):
                    self.stats.inc_value(f"article/missing/{name}")
            for name, candidate in item.chosen.items():
                self.stats.inc_value(f"article/origin/{name}/{candidate.origin}")
            for guard, count in item.guards.items():
                self.stats.inc_value(f"article/guard/{guard}", count)
        return item
