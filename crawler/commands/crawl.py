"""`scrapy crawl`: Scrapy's own, with honest exit statuses and a closing line of figures."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from urllib.parse import urlsplit

from scrapy.commands import crawl
from scrapy.exceptions import UsageError
from scrapy.spiderloader import get_spider_loader

from crawler.errors import Misuse


class Command(crawl.Command):
    """0: done. 1: something failed, one line says what. 2: misuse."""

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        from crawler.source import SourceSpider
        from pipelines.check_rights import AllowList
        from pipelines.database import StoreError, open_store

        assert self.settings is not None
        assert self.crawler_process is not None
        if len(args) != 1:
            raise UsageError(f"which spider? got: {' '.join(args) or 'none'}", print_help=False)
        loader = get_spider_loader(self.settings)
        if args[0] not in loader.list():
            names = ", ".join(sorted(loader.list()))
            raise UsageError(f"no spider is named {args[0]}; there are: {names}", print_help=False)
        spider = loader.load(args[0])
        if issubclass(spider, SourceSpider):
            try:
                options = spider.read_arguments(opts.spargs)
                self._require_contact([options.url or spider.home])
                AllowList.load(Path(self.settings["ALLOWED_SOURCES"]))
                open_store(self.settings["DATABASE_URL"], create=True).dispose()
            # ValueError: no such port, [::1, a malformed list of sources
            except (Misuse, StoreError, ValueError) as error:
                raise UsageError(str(error), print_help=False) from error
        crawler = self._create_crawler(spider)
        self.crawler_process.crawl(crawler, **opts.spargs)
        self.crawler_process.start()
        figures = crawler.stats.get_value("run/figures") if crawler.stats else None
        if self.crawler_process.bootstrap_failed or figures is None:
            self.exitcode = 1
            return
        self.exitcode = crawler.stats.get_value("run/exit") if crawler.stats else 1
        for problem in figures["problems"]:
            print(f"{spider.name}: failed: {problem}", file=sys.stderr)
        # stdout is the feed's when it was asked to be.
        feed_on_stdout = any(uri.startswith(("-", "stdout:")) for uri in self.settings["FEEDS"])
        print(
            json.dumps(figures, ensure_ascii=False),
            file=sys.stderr if feed_on_stdout else sys.stdout,
            flush=True,
        )

    def _require_contact(self, urls: list[str]) -> None:
        """A public host must be able to reach whoever crawls it."""
        assert self.settings is not None
        allowed = self.settings.getlist("ALLOW_HOSTS")
        for url in urls:
            parts = urlsplit(url)
            port = parts.port or (443 if parts.scheme == "https" else 80)
            if f"{parts.hostname}:{port}" not in allowed and not self.settings["CONTACT"]:
                raise Misuse(
                    f"{parts.hostname} is a public host: set ZHUANZAI_CONTACT"
                    " to a mail address or URL where its operator can reach you"
                )
