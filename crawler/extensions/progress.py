"""A progress bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from tqdm import tqdm

from crawler.source import SourceSpider

_TICK = 0.2  # seconds between looks at the counts
_LINE = 10.0  # seconds between plain lines


class ProgressExtension:
    """Shows on stderr how many of the listed posts are done and what became of them."""

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("LOG_ENABLED"):
            raise NotConfigured
        assert crawler.stats is not None
        self.stats = crawler.stats
        self.bar: tqdm[Any] | None = None
        self.task: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ProgressExtension:
        extension = cls(crawler)
        crawler.signals.connect(extension.spider_opened, signal=signals.spider_opened)
        crawler.signals.connect(extension.spider_closed, signal=signals.spider_closed)
        return extension

    def spider_opened(self, spider: Spider) -> None:
        if not isinstance(spider, SourceSpider):
            return
        if sys.stderr.isatty():
            self.bar = tqdm(desc=spider.name, unit="post", total=0, leave=True, file=sys.stderr)
        self.task = asyncio.ensure_future(self._watch(spider.name))

    def spider_closed(self) -> None:
        if self.task is not None:
            self.task.cancel()
        if self.bar is not None:
            self._show(self.bar)
            self.bar.close()

    async def _watch(self, name: str) -> None:
        while True:
            if self.bar is not None:
                self._show(self.bar)
                await asyncio.sleep(_TICK)
            else:
                await asyncio.sleep(_LINE)
                done, counts = self._counts()
                total = self.stats.get_value("run/listed", 0)
                print(f"{name}: {done} of {total} posts, {counts}", file=sys.stderr, flush=True)  # noqa: T201

    def _show(self, bar: tqdm[Any]) -> None:
        done, counts = self._counts()
        bar.total = self.stats.get_value("run/listed", 0)
        bar.n = done
        bar.set_postfix_str(counts)

    def _counts(self) -> tuple[int, str]:
        counts = {"new": 0, "revised": 0, "copies": 0, "unchanged": 0, "refused": 0, "deferred": 0}
        names = {
            "store/created": "new",
            "store/revised": "revised",
            "store/merged": "copies",
            "store/unchanged": "unchanged",
        }
        for key, value in self.stats.get_stats().items():
            name = names.get(key) or key.partition("/")[0]
            if name in counts:
                counts[name] += value
        return sum(counts.values()), ", ".join(f"{v} {k}" for k, v in counts.items() if v)
