"""What a family is. The base class is the family of no platform: everything by general rules.

A new family is a module with one subclass: set `rules`, and override what the platform does in
its own way. Families only read; fetching is the spider's business.
"""

from __future__ import annotations

from typing import ClassVar

from crawler.reading.listing import Row, next_page, read_rows
from crawler.reading.page import Page
from crawler.reading.rules import GENERIC, ArticleRules
from crawler.reading.urls import canonical_url, is_file


class Family:
    """A publishing platform."""

    name: ClassVar[str] = "generic"
    rules: ClassVar[ArticleRules] = GENERIC

    def fingerprint(self, page: Page) -> bool:
        """Whether a page was made by this platform, by its markup and never by its host."""
        return False

    def is_article(self, url: str) -> bool:
        """Whether a URL can be an article of this platform."""
        return not is_file(url)

    def canonical_url(self, url: str) -> str:
        """The one URL of a post, whichever of its twins was followed."""
        return canonical_url(url)

    def rows(self, page: Page) -> list[Row]:
        """The rows of a list page, links to elsewhere among them."""
        return read_rows(page, self.is_article)

    def next_page(self, page: Page, number: int) -> str | None:
        """The URL of list page `number` + 1 as the page links it; None on the last page."""
        return next_page(page, number)

    def guess_page(self, page: Page, number: int) -> str | None:
        """Where page `number` + 1 would be if the page shows no paging at all.

        That it is missing (404, no rows) is then the end of the list, not a failure.
        """
        return None
