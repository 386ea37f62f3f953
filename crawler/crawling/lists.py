"""Lists, walked from page to page until they bring nothing new."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import asdict
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.crawling.backlog import Backlog
from crawler.crawling.crawl import Crawl
from crawler.crawling.outcomes import outcome_of
from crawler.crawling.posts import Posts
from crawler.crawling.traps import is_trap
from crawler.crawling.walk import Walk
from crawler.families import detect
from crawler.families.base import NextPage
from crawler.items import Article, Listing, NotAnArticle
from crawler.middlewares.pace import asked_for
from crawler.reader import is_unchanged, open_list, read_capture, read_list, read_page
from crawler.reading.dates import parse_date
from crawler.reading.listing import Row
from crawler.reading.page import Page
from crawler.reading.urls import host_of

logger = logging.getLogger(__name__)

_MAX_SHELLS = 20  # pages in a row that have no rows, and only lead on: an index of sitemaps


class Lists:
    """Makes requests for the pages of lists, reads the answers, and asks for the posts in them."""

    def __init__(
        self,
        crawl: Crawl,
        posts: Posts,
        backlog: Backlog,
        callback: Callable[..., Any],
        errback: Callable[[Failure], Any],
    ) -> None:
        """`callback` and `errback`: the spider's methods that hand on to `parse` and `failed`;
        Scrapy keeps them by name where requests wait on disk.
        """
        self.crawl = crawl
        self.posts = posts
        self.backlog = backlog
        self.callback = callback
        self.errback = errback
        self.walks: list[Walk] = []

    def begin(self, channel: str, start: str) -> Walk:
        """A walk over the list at `start`, noted as not complete."""
        source, walks = self.crawl.source, self.crawl.ledger.walks
        walk = Walk(channel, start, source.family)
        complete, walk.resume = walks.last(source.name, start)
        walk.may_stop_early = complete and not self.crawl.options.url
        walks.save(source.name, start, False, self.crawl.now())
        self.walks.append(walk)
        return walk

    def request(self, page: NextPage, walk: Walk, *, conditional: bool = True) -> Request:
        """A request for a page of the list."""
        headers: dict[str, str] = {}
        if conditional and not page.form:
            headers = self.crawl.ledger.validators.headers(page.url)
        return request_for(
            page,
            callback=self.callback,
            errback=self.errback,
            headers=headers,
            cb_kwargs={"walk": walk},
        )

    def parse(self, response: Response, walk: Walk) -> Iterator[Request | Article]:
        """Follow the rows of a list page, and go on to the next page."""
        try:
            page = self._page(response)
        except NotAnArticle as problem:
            self._problem(response.url, walk, str(problem))
            return
        if page is None:
            yield self.request(NextPage(response.url), walk, conditional=False)
            return
        if walk.family is None:
            # A URL of an unknown platform: its first page tells whether it is a list at all.
            if article := self._as_article(page):
                self.walks.remove(walk)
                self.posts.take(article.canonical_url)
                yield from self.posts.parse(response, Row(response.url, ""), walk)
                return
            walk.family = detect(page)
            walk.channel = walk.family.column_path(walk.start)
        asked = asked_for(response.request)
        if walk.number == 1:
            walk.family, rows, following = open_list(page, walk.family, asked)
        else:
            rows, following = read_list(page, walk.family, asked, walk.number, guessed=walk.guessed)
        walk.shells = 0 if rows else walk.shells + 1
        if not rows and (walk.number > 1 or following is None or walk.shells > _MAX_SHELLS):
            self._problem(response.url, walk, "the list has no rows")
            return
        self.crawl.outcomes.count("lists")
        if walk.number == 1:
            self._warn_of_a_copy(walk, rows)
        if following and following.then:
            walk.then = following.then
        elif walk.then and (following is None or following.guessed):
            following, walk.then = NextPage(walk.then[0]), walk.then[1:]
        if not rows and following and host_of(following.url) not in self.crawl.scope.hosts:
            self._problem(response.url, walk, f"it only leads to {following.url}")
            return
        unseen = self._unseen(rows, walk)
        listed = self._of_channel(rows, unseen, response.url, walk)
        known = self.crawl.ledger.frontier.entries(listed)
        walk.fetched += bool(rows)
        if (unseen or not rows) and (trap := walk.trail.turn(unseen, self.crawl.now())):
            self._problem(response.url, walk, f"a trap: {trap}")
            walk.ended = True  # the next run begins anew, and not further inside
            return
        upcoming = self._upcoming(walk, rows, unseen, listed.keys() <= known.keys(), following)
        if walk.fetched == 1 and self.crawl.options.url:
            yield from self.backlog.owed(walk)
        self._report(response, page, walk, listed.values(), upcoming)
        requests = [self.posts.request(row, walk, known) for row in listed.values()]
        yield from filter(None, requests)
        if upcoming:
            if walk.fetched >= self.crawl.options.max_pages:
                walk.clean = False
            else:
                yield self.request(upcoming, walk)

    def failed(self, failure: Failure) -> None:
        """Note that a page of a list could not be had."""
        request = cast("Request", failure.request)  # type: ignore[attr-defined]
        walk: Walk = request.cb_kwargs["walk"]
        outcome, reason = outcome_of(failure)
        if walk.guessed and reason in ("http_404", "http_410"):
            walk.ended = True
            return
        self._problem(request.url, walk, f"{outcome}: {reason}")

    def finish(self) -> None:
        """Remember which lists were walked to their end; for runs that nothing cut short."""
        for walk in self.walks:
            if walk.complete:
                self.crawl.ledger.walks.save(
                    self.crawl.source.name, walk.start, True, self.crawl.now()
                )

    # --- a page ------------------------------------------------------------------------------

    def _page(self, response: Response) -> Page | None:
        """A list page, from the archive where it is as it was (304); None: it is not kept.

        Raises:
            NotAnArticle: see `read_page`.
        """
        if is_unchanged(response):
            kept = self.crawl.ledger.validators.last_capture(response.url)
            return read_capture(kept, self.crawl.crawler) if kept else None
        return read_page(response, self.crawl.now())

    def _as_article(self, page: Page) -> Article | None:
        """The article of a page that may as well be a list."""
        try:
            return self.crawl.source.read((page,))
        except NotAnArticle:
            return None

    def _unseen(self, rows: Sequence[Row], walk: Walk) -> list[Row]:
        """Rows that no list of this run has shown."""
        return [
            row
            for row in rows
            if (url := walk.listed(row).canonical_url) not in self.posts.seen
            and url not in walk.others
        ]

    def _of_channel(
        self, rows: list[Row], unseen: Sequence[Row], listed_by: str, walk: Walk
    ) -> dict[str, Row]:
        """Those of the unseen rows that belong to the list, by canonical URL; the walk keeps the
        others in mind.
        """
        own = set(walk.platform.of_channel(rows, listed_by, walk.start))
        listed: dict[str, Row] = {}
        for row in unseen:
            url = walk.listed(row).canonical_url
            if row in own:
                listed.setdefault(url, row)  # of twins, the first
            else:
                walk.others.add(url)
        return listed

    def _upcoming(
        self,
        walk: Walk,
        rows: Sequence[Row],
        unseen: Sequence[Row],
        all_known: bool,
        following: NextPage | None,
    ) -> NextPage | None:
        """The page that comes next; None where the walk ends with this one.

        Args:
            rows: of this page; `unseen`: those that no list of this run has shown.
            all_known: by earlier runs, those of the unseen that belong to the list.
            following: where the page says that the list goes on.
        """
        if rows and not unseen:
            walk.ended = True
            return None
        if self._all_too_old(rows):
            walk.clean = False  # what is older has not been looked at
            return None
        nothing_new = bool(rows) and all_known
        if (
            following is None
            or host_of(following.url) not in self.crawl.scope.hosts
            or is_trap(following.url)
            or (walk.may_stop_early and nothing_new)
        ):
            walk.ended = True
            return None
        # A page without rows is a shell around the list, and no page of it.
        walk.number += bool(rows)
        walk.guessed = following.guessed
        return walk.resumed(following) if nothing_new else following

    def _all_too_old(self, rows: Sequence[Row]) -> bool:
        """Whether all rows are dated, and before what was asked for."""
        since = self.crawl.options.since
        if since is None or not rows:
            return False
        dates = [parse_date(row.date_raw, self.crawl.now()) for row in rows]
        return all(date is not None and date.when.date() < since for date in dates)

    def _report(
        self,
        response: Response,
        page: Page,
        walk: Walk,
        rows: Collection[Row],
        upcoming: NextPage | None,
    ) -> None:
        """Tell the ledger what a page lists, and where a walk that is cut short would go on."""
        now = self.crawl.now()
        wanted = [
            row for row in rows if self.crawl.scope.fate(row, walk.platform, now) != "skipped"
        ]
        resume: dict[str, Any] | None = None
        if upcoming:
            resume = {"number": walk.number, "then": walk.then, "page": asdict(upcoming)}
        self.crawl.ledger.listed(
            Listing(
                spider=self.crawl.source.name,
                start=walk.start,
                channel=walk.channel,
                at=now,
                rows=tuple(walk.listed(row) for row in wanted),
                capture=None if is_unchanged(response) else page.capture,
                resume=resume,
            )
        )

    # --- problems ----------------------------------------------------------------------------

    def _problem(self, url: str, walk: Walk, problem: str) -> None:
        if walk.guessed:
            walk.ended = True  # a soft 404 where a further page might have been
            return
        walk.clean = False
        self.crawl.outcomes.list_failed(url, problem)

    def _warn_of_a_copy(self, walk: Walk, rows: Sequence[Row]) -> None:
        """A list that leads to other hosts alone may be a copy, its links left as they were."""
        hosts = Counter(host_of(row.url) for row in rows)
        if not hosts or not self.crawl.scope.hosts.isdisjoint(hosts):
            return
        named = [host for host, _ in hosts.most_common(3)]
        first = next(urlsplit(row.url) for row in rows if host_of(row.url) == named[0])
        original = urlsplit(walk.start)._replace(scheme=first.scheme, netloc=first.netloc)
        logger.warning(
            "list %s: all %d rows lead to other hosts (%s), which are never fetched;"
            " if this is a copy, crawl the list there: -a url=%s",
            *(walk.start, len(rows), ", ".join(named), original.geturl()),
        )


def request_for(page: NextPage, **details: Any) -> Request:
    """A request for a page of a list; `details` are Request's other arguments."""
    if page.form:
        details |= {
            "method": "POST",
            "body": urlencode(page.form),
            "headers": {"Content-Type": "application/x-www-form-urlencoded"},
        }
    # Lists that were asked for are asked for: a later page may lead back to one.
    return Request(page.url, dont_filter=True, **details)
