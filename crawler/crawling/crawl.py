"""One crawl of a source: what its parts share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from scrapy.crawler import Crawler

from crawler.crawling.options import Options
from crawler.crawling.outcomes import Outcomes
from crawler.crawling.scope import Scope
from crawler.ledger import Ledger
from crawler.reader import Source


@dataclass(slots=True, frozen=True, kw_only=True)
class Crawl:
    """Whose pages are crawled, what was asked for, and where it is kept."""

    source: Source
    options: Options
    scope: Scope
    ledger: Ledger
    outcomes: Outcomes
    now: Callable[[], datetime]
    """The clock of the crawl; readers get times as arguments."""
    crawler: Crawler
    """Scrapy's."""
