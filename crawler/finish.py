"""The pipelines between reading and storing, without a crawl."""

from __future__ import annotations

from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.settings import Settings
from scrapy.utils.misc import build_from_crawler, load_object

from crawler.items import Article

_STORING = 900  # in ITEM_PIPELINES: from here on, articles are stored


class Finish:
    """Completes and checks articles as a crawl does, by those of ITEM_PIPELINES that store none."""

    def __init__(self, spider: type[Spider], settings: Settings) -> None:
        crawler = Crawler(spider, settings)
        numbers = settings.getdict("ITEM_PIPELINES")
        self.pipelines = [
            build_from_crawler(load_object(name), crawler)
            for name in sorted(numbers, key=lambda name: numbers[name])
            if numbers[name] < _STORING
        ]

    def __call__(self, article: Article) -> Article:
        """The article as it would be stored.

        Raises:
            DropItem: it would not be stored.
        """
        for pipeline in self.pipelines:
            article = pipeline.process_item(article)
        return article
