"""The scope of a crawl: which of the URLs that lists show are fetched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlsplit

from crawler.crawling.traps import is_trap
from crawler.families.base import Family
from crawler.reading.dates import parse_date
from crawler.reading.listing import Row
from crawler.reading.urls import host_of, is_file


@dataclass(slots=True, frozen=True)
class Scope:
    """By host, by date, and by what an address looks like."""

    hosts: set[str]
    """Those of the source, with ports."""
    since: date | None = None
    """Older rows are skipped."""

    def fate(self, row: Row, family: Family, now: datetime) -> str:
        """Why a listed URL is not fetched: `skipped` (older than asked for), `other_scheme`,
        `other_host`, `direct_file`, `trap` or `other_page`; "" when it is.
        """
        moment = parse_date(row.date_raw, now) if self.since else None
        if self.since and moment and moment.when.date() < self.since:
            return "skipped"
        if urlsplit(row.url).scheme not in ("http", "https"):
            return "other_scheme"
        if host_of(row.url) not in self.hosts:
            return "other_host"
        if is_file(row.url):
            return "direct_file"
        if is_trap(row.url):
            return "trap"
        return "" if family.is_listed(row.url) else "other_page"
