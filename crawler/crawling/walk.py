"""One list on its way from page to page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from crawler.crawling.traps import Trail
from crawler.families.base import Family, NextPage
from crawler.items import Listed
from crawler.reading.listing import Row


@dataclass(slots=True)
class Walk:
    """How far the walk over a list has come."""

    channel: str
    """Column path of the list."""
    start: str = ""
    """Its address."""
    family: Family | None = None
    """Whose way of listing it is; known from its first page on."""
    number: int = 1
    """Of the page that is being fetched."""
    guessed: bool = False
    """The page's address was not linked: that it is missing is the end of the list."""
    fetched: int = 0
    """Pages of rows so far."""
    shells: int = 0
    """Pages without any since."""
    may_stop_early: bool = False
    """The last walk was complete, so a page of known posts is the end of what is new."""
    resume: dict[str, Any] | None = None
    """The page at which the last walk was cut short."""
    then: tuple[str, ...] = ()
    """Further parts of the list, still to be read."""
    others: set[str] = field(default_factory=set)
    """Posts of other channels that the list named."""
    ended: bool = False
    """The list came to its end."""
    trail: Trail = field(default_factory=Trail)
    clean: bool = True
    """Nothing on the way was left out, so an ended walk is a complete one."""

    @property
    def platform(self) -> Family:
        """Its family, the generic one while it is not known."""
        return self.family or Family()

    @property
    def complete(self) -> bool:
        """Whether all of the list was looked at."""
        return self.ended and self.clean

    def listed(self, row: Row) -> Listed:
        """A row of the list, as the ledger keeps it."""
        return Listed(self.platform.canonical_url(row.url), row.url, row.title, row.date_raw)

    def resumed(self, following: NextPage) -> NextPage:
        """The page at which the last walk was cut short; `following`, if it is further on."""
        resume, self.resume = self.resume, None
        if resume is None or resume["number"] <= self.number:
            return following
        self.number, self.then = resume["number"], tuple(resume["then"])
        page = NextPage(**resume["page"] | {"then": tuple(resume["page"]["then"])})
        self.guessed = page.guessed
        return page
