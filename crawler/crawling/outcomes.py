"""What became of the URLs that lists have shown: counted, and told to the ledger."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Literal, cast
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from crawler import resolver
from crawler.crawling.walk import Walk
from crawler.errors import Deferred, Refused, name_of
from crawler.items import Article, Capture, Listed, Visit
from crawler.ledger import Ledger
from crawler.reading.listing import Row

logger = logging.getLogger(__name__)

_GONE = (404, 410)
# Failures that another try would not mend.
_FOR_GOOD = ("too_big", "too_many_redirects", "bad_redirect")


class Outcomes:
    """The books of one crawl. What the store makes of an article it notes itself."""

    def __init__(
        self, spider: str, ledger: Ledger, crawler: Crawler, now: Callable[[], datetime]
    ) -> None:
        self.spider = spider
        self.ledger = ledger
        self.crawler = crawler  # its stats are made after its spider
        self.now = now

    def count(self, what: str) -> None:
        self.crawler.stats.inc_value(f"run/{what}")

    def unchanged(self, row: Row, walk: Walk) -> None:
        """Count a listed URL of which the server said that it is as it was."""
        self.crawler.stats.inc_value("store/unchanged")
        self._report(walk.listed(row), walk.channel, "unchanged")

    def refused(
        self,
        reason: str,
        row: Row,
        walk: Walk,
        detail: str = "",
        captures: tuple[Capture, ...] = (),
    ) -> None:
        """Count a listed URL that is not kept."""
        logger.info("refused %s: %s %s", row.url, reason, detail)
        self.crawler.stats.inc_value(f"refused/{reason}")
        self._report(walk.listed(row), walk.channel, "refused", reason, captures)

    def deferred(self, reason: str, row: Row, walk: Walk) -> None:
        """Count a listed URL that is left for a later run."""
        logger.warning("deferred %s: %s", row.url, reason)
        self.crawler.stats.inc_value(f"deferred/{reason}")
        self._report(walk.listed(row), walk.channel, "deferred", reason)

    def dropped(self, article: Article, reason: str) -> None:
        """Note that a pipeline dropped an article. What the store refused it has noted itself."""
        if article.listed and article.captures:
            self._report(article.listed, article.channel, "refused", reason, article.captures)

    def list_failed(self, url: str, problem: str) -> None:
        """Count a list page that could not be had, or that is none."""
        logger.error("list %s: %s", url, problem)
        self.count("lists_failed")
        self.crawler.stats.set_value("run/problem", f"list {url}: {problem}")

    def _report(
        self,
        row: Listed,
        channel: str,
        outcome: Literal["unchanged", "refused", "deferred"],
        reason: str = "",
        captures: tuple[Capture, ...] = (),
    ) -> None:
        self.ledger.visited(
            Visit(
                spider=self.spider,
                channel=channel,
                row=row,
                at=self.now(),
                outcome=outcome,
                reason=reason,
                captures=captures,
            )
        )


def outcome_of(failure: Failure) -> tuple[Literal["refused", "deferred"], str]:
    """Whether a failed request is refused for good or deferred, and why."""
    error = cast("BaseException", failure.value)
    if isinstance(error, Refused):
        return "refused", error.reason
    if isinstance(error, Deferred):
        return "deferred", error.reason
    if isinstance(error, HttpError):
        status = error.response.status
        if 300 <= status < 400:
            return "refused", "bad_redirect"  # to nowhere, or to what is not fetched: file:
        return "refused" if status in _GONE else "deferred", f"http_{status}"
    host = urlsplit(cast("Request", failure.request).url).hostname  # type: ignore[attr-defined]
    if isinstance(error, CannotResolveHostError) and host in resolver.forbidden:
        return "refused", "forbidden_address"
    reason = name_of(error)
    return "refused" if reason in _FOR_GOOD else "deferred", reason
