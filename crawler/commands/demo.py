"""`scrapy demo`: the bundled sample site, crawled and republished on this machine."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from importlib.resources import files
from pathlib import Path
from typing import Any

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from scrapy.utils.conf import closest_scrapy_cfg

_FILES = {"site": "", "jsonl": "posts.jsonl", "rss": "rss.xml"}  # format -> place in public/
_REASONS = {
    "other_host": "the list leads to another site, which is never fetched",
    "soft_404": "an error page that says 200 OK",
}


class Command(ScrapyCommand):
    """0: done. 1: the crawl failed, stderr says why."""

    requires_project = True

    def short_desc(self) -> str:
        return "Crawl and republish the bundled sample site, without network"

    def long_desc(self) -> str:
        return (
            "Crawls the bundled sample site with the gdzz spider into a store of its own"
            " (demo/ in the data folder) and exports it to public/. Run again, it finds nothing"
            " new and writes the same bytes."
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        from sqlalchemy.exc import SQLAlchemyError

        from crawler.demo.server import SITE, SiteServer
        from pipelines.database import StoreError

        assert self.settings is not None
        if args:
            raise UsageError("demo takes no arguments", print_help=False)
        began = time.monotonic()
        with SiteServer(SITE) as server:
            self._configure(server.url)
            try:
                self._upgrade()
            except (StoreError, SQLAlchemyError) as error:
                self._fail(str(error))
                return
            figures = self._crawl()
        if figures.get("outcome") != "done":
            for problem in figures.get("problems", ["the crawl did not end, see the log"]):
                self._fail(problem)
            return
        public = Path(closest_scrapy_cfg() or "scrapy.cfg").resolve().parent / "public"
        try:
            self._export(public)
        except (OSError, ValueError) as error:  # public/ is somebody's, a mistake in identity.toml
            self._fail(str(error))
            return
        print(_summary(figures, public, time.monotonic() - began))

    def _configure(self, proxy: str) -> None:
        """Settings of this process: a store apart, and the sample server behind every URL."""
        from crawler.demo.proxy import SampleProxyMiddleware

        assert self.settings is not None
        data = Path(self.settings["DATA_DIR"]) / "demo"
        self.settings.setdict(
            {
                "DATA_DIR": str(data),
                "DATABASE_URL": f"sqlite:///{data / 'store.db'}",
                # Never the real one: what the demo's store does not know of would be cut off.
                "ARCHIVE_DIR": str(data / "archive"),
                "MEDIA_DIR": str(data / "media"),
                "EXPORT_HISTORY": str(data / "editions.jsonl"),
                "CONTACT": "demo@www.sample.example",
                "DOWNLOAD_DELAY": 0,
                # One after the other: the same order, and so the same records, at every run.
                "CONCURRENT_REQUESTS": 1,
                "CONCURRENT_ITEMS": 1,
                "DEMO_PROXY": proxy,
            },
            priority="cmdline",
        )
        # Below 750, where Scrapy's own middleware takes the proxy from the request.
        self.settings.set_in_component_priority_dict(
            "DOWNLOADER_MIDDLEWARES", SampleProxyMiddleware, 740
        )

    def _fail(self, problem: str) -> None:
        print(f"demo: failed: {problem}", file=sys.stderr)
        self.exitcode = 1

    def _upgrade(self) -> None:
        """The demo's store may be of an earlier version; `upgradedb` knows the real one only."""
        from pipelines.database import connect, upgrade

        assert self.settings is not None
        engine = connect(self.settings["DATABASE_URL"])
        upgrade(engine)
        engine.dispose()

    def _crawl(self) -> dict[str, Any]:
        """Run the spider; the figures of the run, empty when it did not come to an end."""
        from crawler.demo.spider import SampleSpider

        assert self.crawler_process is not None
        crawler = self.crawler_process.create_crawler(SampleSpider)
        self.crawler_process.crawl(crawler)
        self.crawler_process.start()
        assert crawler.stats is not None
        figures: dict[str, Any] = crawler.stats.get_value("run/figures", {})
        return figures

    def _export(self, public: Path) -> None:
        from exporters.destinations import unnamed
        from exporters.run import Exports
        from pipelines.database import open_store

        assert self.settings is not None
        engine = open_store(self.settings["DATABASE_URL"])
        exports = Exports.of(engine, self.settings)
        for name, file in _FILES.items():
            exports.export(unnamed(name, public / file))
        engine.dispose()


def _summary(figures: dict[str, Any], public: Path, seconds: float) -> str:
    """What a newcomer wants to know: what came in, where it went, what to try next."""
    from crawler.demo.server import SITE

    shown = Path(os.path.relpath(public))
    scrapy = _scrapy()
    counts = [
        (figures["listed"], "posts listed"),
        (figures["created"] + figures["revised"], "stored"),
        (figures["merged"], "the same text in another channel: kept with the first"),
        (figures["unchanged"], "unchanged since the last demo"),
        (figures["not_due"], "known, and not yet due for another look"),
        *((n, f"refused: {_REASONS.get(why, why)}") for why, n in figures["refused"].items()),
        *((n, f"deferred: {why}") for why, n in figures["deferred"].items()),
    ]
    schema = os.path.relpath(str(files("exporters") / "record.schema.json"))
    sample = os.path.relpath(SITE / "zgxc/gddt/content/post_2087.html")
    return "\n".join(
        [
            f"Sample site crawled and republished in {seconds:.1f} s, without network.",
            "",
            *(f"{count:5}  {what}" for count, what in counts if count),
            "",
            "Open first",
            f"  {shown / 'index.html'}",
            "",
            "For programs",
            f"  {shown / 'posts.jsonl'}  (one record a line, for a CMS)",
            f"  {schema}  (what such a line holds)",
            f"  {shown / 'rss.xml'}  (for feed readers)",
            "",
            "Try next",
            f"  {scrapy} demo",
            "      once more: nothing new comes in, no file changes",
            f"  {scrapy} preview {sample}",
            "      where on its page each field of a post was read",
            f"  ZHUANZAI_CONTACT=you@example.org {scrapy} crawl gdzz -a max_pages=1",
            "      the real site, the first page of each list",
        ]
    )


def _scrapy() -> str:
    """How this very Scrapy is called from here: its environment need not be activated."""
    own = Path(sys.executable).with_name("scrapy")
    return "scrapy" if shutil.which("scrapy") == str(own) else os.path.relpath(own)
