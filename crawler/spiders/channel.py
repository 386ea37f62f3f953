"""Any channel page: `scrapy crawl channel -a url=URL`, no configuration."""

from __future__ import annotations

from typing import Any, Self

from scrapy.crawler import Crawler

from crawler.registry import source_for
from crawler.source import SourceSpider


class ChannelSpider(SourceSpider):
    """Follows the list at `url`. The platform is told by the pages' fingerprints; where a declared
    source has this site, its declaration counts, so that both make the same records.
    """

    name = "channel"

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        source = source_for(spider.options.url or "", crawler.settings)
        if source is not None:
            spider.publisher = source.publisher
            spider.channels = source.channels
            spider.default_section = source.default_section
            spider.family = source.family
        return spider
