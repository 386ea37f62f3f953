"""`scrapy preview`: what would be stored of a page, and where each field was read."""

from __future__ import annotations

import argparse
import json
import re
from datetime import UTC, datetime
from pathlib import Path

from scrapy.commands import ScrapyCommand
from scrapy.crawler import Crawler
from scrapy.exceptions import UsageError
from scrapy.statscollectors import StatsCollector

from crawler.items import NotAnArticle

_ID = re.compile(r"[0-9a-f]{16}")


class Command(ScrapyCommand):
    """0: shown, be it a refusal. 1: it could not be fetched. 2: misuse."""

    requires_project = True

    def syntax(self) -> str:
        return "URL|FILE|ID"

    def short_desc(self) -> str:
        return "Show what would be stored of a page, each field with where it was read"

    def long_desc(self) -> str:
        return (
            "ID is that of a stored record: it is read again from the archive."
            " Fetches URL as a crawl would (robots.txt, address check), or reads FILE, a saved page"
            " (FILE.json beside it may give its url, fetched_at and content_type). Of a list it"
            " shows platform, rows and paging, and fetches the first post. Stores nothing."
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("preview takes one URL or file", print_help=False)
        if args[0].startswith(("http://", "https://")):
            self._fetch(args[0])
        elif _ID.fullmatch(args[0]) and not Path(args[0]).exists():
            self._stored(args[0])
        else:
            self._load(Path(args[0]))

    def _fetch(self, url: str) -> None:
        from crawler.preview import PreviewSpider, View

        assert self.crawler_process is not None
        assert self.settings is not None
        try:
            view = View(url, self.settings)
        except ValueError as error:  # Misuse; a port or a host that is none
            raise UsageError(str(error), print_help=False) from error
        crawler = self.crawler_process.create_crawler(PreviewSpider)
        self.crawler_process.crawl(crawler, url=url, view=view)
        self.crawler_process.start()
        if problem := getattr(crawler.spider, "problem", f"{url} could not be read, see the log"):
            print(problem)
            self.exitcode = 1

    def _stored(self, record_id: str) -> None:
        from crawler.preview import View
        from crawler.reader import read_capture
        from crawler.reading.listing import Row
        from pipelines.archive import Archive, ArchiveError
        from pipelines.database import StoreError, open_store
        from pipelines.records import stored

        assert self.settings is not None
        archive = Archive(Path(self.settings["ARCHIVE_DIR"]), 0)
        try:
            engine = open_store(self.settings["DATABASE_URL"])
            if not (found := stored(engine, [record_id])):
                raise UsageError(f"no record has the id {record_id}", print_help=False)
            (record,) = found
            captures = [
                archive.load(engine, sha256, record.fetched_at, record.url)
                for sha256 in record.captures
            ]
        except (StoreError, ArchiveError) as error:
            raise UsageError(str(error), print_help=False) from error
        kept = [capture for capture in captures if capture]
        if len(kept) < len(captures):
            print(record.url)
            print("The archive no longer keeps the page that this record was read from.")
            self.exitcode = 1
            return
        view = View(record.url, self.settings, record.spider)
        crawler = Crawler(type(view.spider), self.settings)
        crawler.stats = StatsCollector(crawler)
        pages = [read_capture(capture, crawler) for capture in kept]
        listed = record.listed
        try:
            print(view.article(pages, Row(listed.url, listed.title, listed.date_raw)))
        except NotAnArticle as refusal:
            print(f"{record.url}\nrefused by today's rules: {refusal}")

    def _load(self, path: Path) -> None:
        from crawler.preview import View
        from crawler.reading.page import parse

        assert self.settings is not None
        if not path.is_file():
            raise UsageError(f"there is no file {path}", print_help=False)
        beside = path.with_name(path.name + ".json")
        known = json.loads(beside.read_text(encoding="utf-8")) if beside.is_file() else {}
        at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        if "fetched_at" in known:
            at = datetime.fromisoformat(known["fetched_at"])
        url = known.get("url", f"http://unknown.invalid/{path.name}")
        try:
            page = parse(path.read_bytes(), url, at, known.get("content_type", ""))
        except NotAnArticle as refusal:
            print(f"{url}\nrefused: {refusal}")
            return
        view = View(url, self.settings)
        try:
            print(view.article((page,)))
        except NotAnArticle as refusal:
            view.show_list(page, url, str(refusal))
            if "url" not in known:
                print(f"The page's address is unknown; give it in {beside.name} as url.")
