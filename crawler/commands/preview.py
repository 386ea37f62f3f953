"""`scrapy preview`: what would be stored of a page, and where each field was read."""

from __future__ import annotations

import argparse
import json
import textwrap
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scrapy import Request, Spider
from scrapy.commands import ScrapyCommand
from scrapy.exceptions import DropItem, UsageError
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.families import detect
from crawler.finish import Finish
from crawler.items import Article, Candidate, NotAnArticle
from crawler.reading.page import parse
from crawler.reading.urls import host_of
from crawler.source import SourceSpider, source_for

_FIELDS = {
    # printed name -> (attribute, candidates)
    "title": ("title", "title"),
    "kicker": ("kicker", ""),
    "subtitle": ("subtitle", ""),
    "date": ("date_published", "date"),
    "source": ("source", "source"),
    "authors": ("authors", "author"),
    "editor": ("editor", "editor"),
    "doc_number": ("doc_number", "doc_number"),
}


class Command(ScrapyCommand):
    requires_project = True

    def syntax(self) -> str:
        return "URL|FILE"

    def short_desc(self) -> str:
        return "Show what would be stored of a page, each field with where it was read"

    def long_desc(self) -> str:
        return (
            "Fetches URL as a crawl would (robots.txt, address check), or reads FILE, a saved page"
            " (FILE.json beside it may give its url, fetched_at and content_type). Stores nothing."
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("preview takes one URL or file", print_help=False)
        if args[0].startswith(("http://", "https://")):
            page = self._fetch(args[0])
        else:
            page = self._load(Path(args[0]))
        if page is not None:
            self._show(*page)

    def _fetch(self, url: str) -> tuple[bytes, str, datetime, str] | None:
        assert self.crawler_process is not None
        crawler = self.crawler_process.create_crawler(_Fetch)
        self.crawler_process.crawl(crawler, url=url)
        self.crawler_process.start()
        fetch = crawler.spider
        if not isinstance(fetch, _Fetch) or fetch.response is None:
            problem = fetch.problem if isinstance(fetch, _Fetch) else "see the log"
            print(f"{url} could not be fetched: {problem}")
            self.exitcode = 1
            return None
        response = fetch.response
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
        return response.body, response.url, datetime.now(UTC), content_type

    def _load(self, path: Path) -> tuple[bytes, str, datetime, str]:
        if not path.is_file():
            raise UsageError(f"there is no file {path}", print_help=False)
        beside = path.with_name(path.name + ".json")
        known = json.loads(beside.read_text(encoding="utf-8")) if beside.is_file() else {}
        at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        if "fetched_at" in known:
            at = datetime.fromisoformat(known["fetched_at"])
        url = known.get("url", f"http://unknown.invalid/{path.name}")
        return path.read_bytes(), url, at, known.get("content_type", "")

    def _show(self, body: bytes, url: str, at: datetime, content_type: str) -> None:
        assert self.settings is not None
        try:
            page = parse(body, url, at, content_type)
            source = source_for(url, self.settings)
            spider = source() if source else SourceSpider(name="preview", url=url)
            family = spider.family or detect(page)
            rows = family.rows(page)
            article = spider.read((page,))
        except NotAnArticle as refusal:
            print(f"{url}\nrefused: {refusal}")
            for row in rows[:30]:
                print(f"  row  {row.date_raw or '-':<12}  {row.title}  {row.url}")
            return
        try:
            article = Finish(type(spider), self.settings)(article)
        except DropItem as refusal:
            print(f"{url}\nrefused: {refusal}")
            return
        print(describe(article, page.encoding))


def describe(article: Article, encoding: str) -> str:
    """An article as text for people: fields, where they were read, rejected candidates, body."""
    lines = [f"{'url':<12} {article.url}", f"{'record url':<12} {article.canonical_url}"]
    lines.append(f"{'page':<12} {encoding}, sha256 {article.capture_sha256}")
    lines.append(f"{'channel':<12} {article.channel or '-'} -> {article.section or '-'}")
    for label, (attribute, name) in _FIELDS.items():
        value = getattr(article, attribute)
        if label == "date" and value is not None:
            value = f"{value.isoformat()} ({article.date_precision})"
        elif label == "authors":
            value = "、".join(value)
        elif label == "source" and article.source_inferred:
            value = f"{value} (inferred: the page names none)"
        lines.append(f"{label:<12} {value or '-'}")
        chosen = article.chosen.get(name)
        if chosen is not None:
            lines.append(f"{'':<12}   from {_where(chosen)}")
        lines += [
            f"{'':<12}   also {_where(other)}"
            for other in article.candidates.get(name, [])
            if other != chosen
        ]
    for kind, things in (("image", article.images), ("attachment", article.attachments)):
        for thing in things:
            text = getattr(thing, "name", None) or getattr(thing, "caption", "") or "-"
            lines.append(f"{kind:<12} {text}  {thing.url}")
    guards = ", ".join(f"{name} {count}" for name, count in article.guards.items())
    paragraphs = article.text.split("\n") if article.text else []
    lines.append(f"{'body':<12} {len(paragraphs)} paragraphs (guards: {guards or 'none'})")
    lines += [textwrap.indent(paragraph, "  ") for paragraph in paragraphs]
    return "\n".join(lines)


def _where(candidate: Candidate) -> str:
    place = f", line {candidate.line} {candidate.xpath}" if candidate.line else ""
    return f"{candidate.raw!r} ({candidate.origin}{place})"


class _Fetch(Spider):
    """Fetches one page and keeps it."""

    name = "preview"
    custom_settings = {"ITEM_PIPELINES": {"pipelines.store.StorePipeline": None}}  # noqa: RUF012
    response: Response | None = None
    problem = ""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.hosts = {host_of(url)}

    async def start(self) -> AsyncIterator[Any]:
        yield Request(self.url, callback=self.keep, errback=self.failed, dont_filter=True)

    def keep(self, response: Response) -> None:
        self.response = response

    def failed(self, failure: Failure) -> None:
        self.problem = str(failure.value) or type(failure.value).__name__
