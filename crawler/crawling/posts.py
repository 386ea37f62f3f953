"""Posts that lists have shown: which are asked for, and what is read of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, cast

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.crawling.crawl import Crawl
from crawler.crawling.outcomes import outcome_of
from crawler.crawling.walk import Walk
from crawler.items import Article, Known, NotAnArticle
from crawler.middlewares.pace import challenged
from crawler.reader import further_pages, is_unchanged, read_page
from crawler.reading.listing import Row
from crawler.reading.page import Page

_BIGGEST = 16 * 1024 * 1024  # characters of all pages of an article together
_FOR_NOW = ("challenge", "truncated", "http_304")  # what was read is no answer
_NEW, _KNOWN = 10, -10  # priorities: what is new goes first, a run may be cut short at any time


class Posts:
    """Makes requests for posts and reads the answers; each post is visited once in a run."""

    def __init__(
        self, crawl: Crawl, callback: Callable[..., Any], errback: Callable[[Failure], Any]
    ) -> None:
        """`callback` and `errback`: the spider's methods that hand on to `parse` and `failed`;
        Scrapy keeps them by name where requests wait on disk.
        """
        self.crawl = crawl
        self.callback = callback
        self.errback = errback
        self.seen: set[str] = set()
        """Canonical URLs that lists have shown in this run."""
        self.taken: set[str] = set()
        """Those that are being visited in this run, or were decided on."""

    # --- requests ----------------------------------------------------------------------------

    def request(self, row: Row, walk: Walk, known: Mapping[str, Known]) -> Request | None:
        """A request for a listed post; None when it is not to be fetched (counted by reason).

        `known`: of what earlier runs listed, by canonical URL.
        """
        url = walk.listed(row).canonical_url
        self.seen.add(url)
        if url in self.taken:
            return None
        fate = self.crawl.scope.fate(row, walk.platform, self.crawl.now())
        if fate == "skipped":
            self.crawl.outcomes.count("skipped")
            return None
        before = known.get(url)
        if before and before.reason == "taken_down":
            fate = "taken_down"  # for good: it is not even asked for
        now = bool(self.crawl.options.url)
        if before and not fate and not now and not before.is_due(self.crawl.now()):
            self.crawl.outcomes.count("not_due")
            return None
        self.take(url)
        if fate:
            walk.trail.fruitless += fate == "trap"
            self.crawl.outcomes.refused(fate, row, walk)
            return None
        new = before is None or not before.is_settled()
        return self._page_request(row.url, row, walk, priority=_NEW if new else _KNOWN)

    def revisit(self, known: Known, walk: Walk) -> Request | None:
        """A request for a URL that an earlier run listed; None where it is taken."""
        row = Row(known.row.url, known.row.title, known.row.date_raw)
        url = known.row.canonical_url
        if url in self.taken or self.crawl.scope.fate(row, walk.platform, self.crawl.now()):
            return None
        self.take(url)
        return self._page_request(row.url, row, walk)

    def take(self, canonical_url: str) -> None:
        """Count a post that this run answers for."""
        self.taken.add(canonical_url)
        self.crawl.outcomes.count("listed")

    def _page_request(
        self, url: str, row: Row, walk: Walk, priority: int = _NEW, **state: Any
    ) -> Request:
        return Request(
            url,
            callback=self.callback,
            errback=self.errback,
            headers={} if state else self.crawl.ledger.validators.headers(url),
            cb_kwargs={"row": row, "walk": walk, **state},
            priority=priority,
            dont_filter=True,  # `taken` filters, by canonical URL
        )

    # --- answers -----------------------------------------------------------------------------

    def parse(
        self,
        response: Response,
        row: Row,
        walk: Walk,
        pages: tuple[Page, ...] = (),
        further: Sequence[str] | None = None,
    ) -> Iterator[Article | Request]:
        """Read a post, once all of its pages are here.

        Args:
            response: its first page, or one of the further ones.
            row: the list row that led here.
            walk: the walk that found it.
            pages: those that are here already.
            further: the URLs of those that are still to come; None: this is the first.
        """
        if is_unchanged(response):
            self.crawl.outcomes.unchanged(row, walk)
            return
        try:
            pages = (*pages, read_page(response, self.crawl.now()))
            if further is None:
                further = further_pages(self.crawl.source, pages[0], self.crawl.scope.hosts)
            if sum(len(page.source) for page in pages) > _BIGGEST:
                raise NotAnArticle("too_big", f"{len(pages)} pages")
            if further:
                state: dict[str, Any] = {"pages": pages, "further": further[1:]}
                yield self._page_request(further[0], row, walk, **state)
                return
            article = self.crawl.source.read(pages, row, walk.channel)
        except NotAnArticle as refusal:
            walk.trail.fruitless += 1
            if refusal.reason == "challenge":
                challenged(response)
            if refusal.reason in _FOR_NOW:
                self.crawl.outcomes.deferred(refusal.reason, row, walk)
                return
            captures = tuple(page.capture for page in pages if page.capture)
            self.crawl.outcomes.refused(refusal.reason, row, walk, refusal.detail, captures)
            return
        walk.trail.fruitless = 0
        article.listed = walk.listed(row)
        self.taken.add(article.canonical_url)  # where a redirect led
        yield article

    def failed(self, failure: Failure) -> None:
        """Note that a post could not be had."""
        request = cast("Request", failure.request)  # type: ignore[attr-defined]
        outcome, reason = outcome_of(failure)
        row, walk = request.cb_kwargs["row"], request.cb_kwargs["walk"]
        if outcome == "refused":
            walk.trail.fruitless += 1
            self.crawl.outcomes.refused(reason, row, walk)
        else:
            self.crawl.outcomes.deferred(reason, row, walk)
