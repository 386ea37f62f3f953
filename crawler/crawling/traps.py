"""Crawler traps: addresses and lists that never end. They are told by rule, not by patience."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from crawler.reading.dates import parse_date
from crawler.reading.listing import Row
from crawler.reading.text import squeeze

# As Heritrix has them: pages of real sites stay far below.
_LONGEST = 2000  # characters of a URL
_DEEPEST = 25  # folders
_REPEATED = re.compile(r"((?:/[^/]+){1,3}?)\1{3}(?=/|$)")
_FEW = 3  # rows that may look like earlier ones by chance
_FRUITLESS = 100  # pages in a row that hold no article
_AHEAD = timedelta(days=366)
_FIRST_YEAR = 1949  # of the laws and regulations that lists show


def is_trap(url: str) -> bool:
    """Whether an address is one of a site that makes them up: too long, too deep, or going round
    in circles (`/a/b/a/b/a/b/a/b`).
    """
    if len(url) > _LONGEST:
        return True
    path = urlsplit(url).path
    circle = _REPEATED.search(path)
    return path.count("/") > _DEEPEST or bool(circle and re.search(r"[^\W\d]", circle[1]))


@dataclass(slots=True)
class Trail:
    """What a walk has met, so that an endless list can be told from a long one."""

    shown: set[tuple[str, str]] = field(default_factory=set)
    """Titles and dates of the rows so far."""
    fruitless: int = 0
    """Pages in a row that were no article."""

    def turn(self, rows: Sequence[Row], now: datetime) -> str:
        """Why the list is a trap, judged by the new rows of its next page; "" where it is none.

        - Its rows are those of earlier pages under new addresses (session ids).
        - All are dated further than a year ahead, or before 1949 (calendars).
        - The last hundred pages that it led to hold no article.
        """
        if self.fruitless >= _FRUITLESS:
            return f"the last {self.fruitless} pages that it led to hold no article"
        looks = {(squeeze(row.title), row.date_raw) for row in rows}
        repeated = len(looks) >= _FEW and looks <= self.shown
        self.shown |= looks
        if repeated:
            return "the same rows again under other addresses"
        dates = [moment.when for row in rows if (moment := parse_date(row.date_raw, now))]
        if len(dates) < max(len(rows), 1):
            return ""
        if all(date - now > _AHEAD for date in dates):
            return "all rows are dated more than a year ahead"
        if all(date.year < _FIRST_YEAR for date in dates):
            return f"all rows are dated before {_FIRST_YEAR}"
        return ""
