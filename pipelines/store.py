"""Keep articles, and hand on the records that they became."""

from __future__ import annotations

from typing import Any

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from crawler.items import Article
from pipelines.check_required import Refused


class Duplicate(DropItem):
    """The article is a copy of a stored post, which now names its URL. `record_id` tells which."""

    def __init__(self, url: str, record_id: str) -> None:
        super().__init__(f"{url}: copy of {record_id}", log_level="DEBUG")
        self.record_id = record_id


class Held(DropItem):
    """The article is stored and waits for the operator's word; `reason` tells why."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{url}: held, {reason}")
        self.held = reason


class StorePipeline:
    """Hands articles to the crawl's ledger and returns them as the Records that they became.

    `process_item` waits until its article is written, so that what Scrapy's feeds write is what
    was stored.

    Raises:
        Duplicate: the article is a copy of a post that is stored under another URL.
        Held: it may not be published without the operator's word.
        Refused: `truncated`, the stored post is a longer one; `taken_down`, it was, or a copy was.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> StorePipeline:
        return cls(crawler)

    def close_spider(self) -> None:
        if (ledger := getattr(self.crawler.spider, "ledger", None)) is not None:
            ledger.flush()

    async def process_item(self, item: Any) -> Any:
        if not isinstance(item, Article):
            return item
        outcome, record = await self.crawler.spider.ledger.store(item)  # type: ignore[union-attr]
        if outcome == "refused":
            raise Refused(record, item.url)
        if self.crawler.stats is not None:
            self.crawler.stats.inc_value(f"store/{outcome}")
        if outcome == "held":
            raise Held(item.url, record)
        if record.status == "held":
            raise Held(item.url, "as before")
        if record.url != item.url and outcome in ("merged", "unchanged"):
            raise Duplicate(item.url, record.id)
        return record
