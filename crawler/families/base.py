"""What a family is. The base class is the family of no platform: everything by general rules.

A new family is a module with one subclass: set `rules`, and override what the platform does in
its own way. Lists and articles are two axes: a site may list its posts in one platform's way and
show them in another's, so each page is read by the family whose fingerprint it carries. Families
only read; fetching is the spider's business.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from crawler.reading.listing import Row, is_telling, read_rows
from crawler.reading.page import Page
from crawler.reading.paging import next_form, next_page
from crawler.reading.rules import GENERIC, ArticleRules
from crawler.reading.urls import absolute, canonical_url, column_path, host_of, is_column, is_file


@dataclass(slots=True, frozen=True)
class NextPage:
    """Where a list goes on."""

    url: str
    """Absolute."""
    guessed: bool = False
    """Not linked: that it is missing (404, no rows) is then the list's end, not a failure."""
    form: tuple[tuple[str, str], ...] = ()
    """Sent by POST when not empty."""
    then: tuple[str, ...] = ()
    """Further parts of the list, to be read after it: the other sitemaps of an index."""


class Family:
    """A publishing platform."""

    name: ClassVar[str] = "generic"
    rules: ClassVar[ArticleRules] = GENERIC
    last: ClassVar[bool] = False
    """A way of listing only, asked after the other families: its marks are on their pages, too."""
    marks: ClassVar[tuple[str, ...]] = ()
    """Lower-case strings, one of which every page of the platform has in its URL, names, addresses,
    comments or scripts (in its text, where a mark is not ASCII). A look at them is cheap, so the
    fingerprint is asked of pages with one of them only; () = of every page."""

    def fingerprint(self, page: Page) -> bool:
        """Whether a page was made by this platform, by its markup and never by its host."""
        return False

    # --- lists -------------------------------------------------------------------------------

    def rows(self, page: Page) -> list[Row]:
        """The rows of a list page, links to elsewhere among them.

        The page may also be what `next_page` led to: JSON, XML or a feed, in `page.source`.
        """
        rows = read_rows(page, self.is_article)
        return rows if any(is_telling(row) for row in rows) else []

    def next_page(self, page: Page, number: int) -> NextPage | None:
        """Where page `number` + 1 is, None on the last page.

        `number` is 1 on the page that the walk began with. A page without rows (a shell whose
        list is loaded by script) has its list here.
        """
        if url := next_page(page, number):
            return NextPage(url)
        form = next_form(page, number)
        return NextPage(page.url, form=form) if form else None

    def of_channel(self, rows: list[Row], listed_by: str, start: str) -> list[Row]:
        """Those rows of the answer at `listed_by` that belong to the list asked for at `start`."""
        return rows

    # --- articles ----------------------------------------------------------------------------

    def as_shown(self, page: Page) -> Page:
        """An article's page as its readers see it, once the platform's scripts have run.

        Raises:
            NotAnArticle: they lead the reader elsewhere.
        """
        return page

    def is_article(self, url: str) -> bool:
        """Whether a URL has the form of this platform's articles."""
        return not is_file(url)

    def is_listed(self, url: str) -> bool:
        """Whether a row of its lists is worth a request. Columns also list posts of other systems
        on the same host; what is no post there is the page of another column.
        """
        return self.is_article(url) or not (is_file(url) or is_column(url))

    def canonical_url(self, url: str) -> str:
        """The one URL of a post, whichever of its twins was followed."""
        return canonical_url(url)

    def column_path(self, url: str) -> str:
        """The column that an article or list URL lies under, e.g. `zgxc/gddt`."""
        return column_path(url)

    def further_pages(self, page: Page) -> list[str]:
        """The URLs of the other pages of an article that is split over several, in order."""
        return []


def further_by_number(page: Page) -> list[str]:
    """The linked pages `{id}_2.html`, `{id}_3.html` … (or `&page=2`) of the article `{id}.html`."""
    stem, dot, extension = page.url.rpartition(".")
    file = re.compile(rf"{re.escape(stem)}[_-](\d{{1,2}}){re.escape(dot + extension)}$")
    query = re.compile(rf"{re.escape(page.url)}&page(?:no)?=(\d{{1,2}})$", re.I)
    found: dict[int, str] = {}
    for link in page.root.iter("a"):
        url = absolute(page.base, link.get("href"))
        if url is None or host_of(url) != host_of(page.url):
            continue
        match = file.match(url) or ("?" in page.url and query.match(url)) or None
        if match and int(match[1]) > 1:
            found[int(match[1])] = url
    return [found[number] for number in sorted(found)]
