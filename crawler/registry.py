"""The declared sources: whose site a URL lies on, and by whose rules a page is read."""

from __future__ import annotations

from scrapy.settings import BaseSettings
from scrapy.spiderloader import get_spider_loader

from crawler.reading.urls import host_of
from crawler.source import SourceSpider


def source_for(url: str, settings: BaseSettings) -> type[SourceSpider] | None:
    """The declared source whose site a URL lies on."""
    host = host_of(url)
    loader = get_spider_loader(settings)
    for name in loader.list():
        spider = loader.load(name)
        if issubclass(spider, SourceSpider) and spider.home and host_of(spider.home) == host:
            return spider
    return None


def reader_of(name: str, url: str, settings: BaseSettings) -> type[SourceSpider] | None:
    """Whose rules a page at `url` is read by, without a crawl: those of the source of this name,
    else of the declared one whose site it is on, else the general ones; None where the source is
    no longer declared.
    """
    loader = get_spider_loader(settings)
    # The spider of any channel declares nothing itself.
    if name not in ("", "channel") and name in loader.list():
        source = loader.load(name)
        return source if issubclass(source, SourceSpider) else None
    return source_for(url, settings) or (SourceSpider if name in ("", "channel") else None)
