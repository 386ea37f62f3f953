"""SourceSpider: the base of every source. Walks lists, fetches posts, reads them."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from types import MappingProxyType
from typing import Any, Literal, Self, cast
from urllib.parse import urlencode, urljoin, urlsplit

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError, DontCloseSpider
from scrapy.http import Response
from scrapy.settings import BaseSettings
from scrapy.spiderloader import get_spider_loader
from scrapy.spidermiddlewares.httperror import HttpError
from scrapy.utils.misc import build_from_crawler, load_object
from twisted.python.failure import Failure

from crawler import resolver
from crawler.errors import Deferred, Misuse, Refused, name_of
from crawler.families import detect, read
from crawler.families.base import Family, NextPage
from crawler.items import Article, Capture, Known, Listed, Listing, NotAnArticle, Visit
from crawler.ledger import Ledger
from crawler.middlewares.capture import as_response, capture_of
from crawler.middlewares.pace import asked_for, challenged
from crawler.reading.dates import parse_date
from crawler.reading.listing import Row
from crawler.reading.page import Page, parse
from crawler.reading.urls import host_of, is_file
from crawler.traps import Trail, is_trap

logger = logging.getLogger(__name__)

_MAX_PAGES = 1000  # of one list: what is longer is a trap
_MAX_SHELLS = 20  # pages in a row that have no rows, and only lead on: an index of sitemaps
_MAX_FURTHER = 50  # pages of one article
_BIGGEST = 16 * 1024 * 1024  # characters of all of them together
_GONE = (404, 410)
_FOR_NOW = ("challenge", "truncated", "http_304")  # what was read is no answer
_FOR_GOOD = (
    "too_big",
    "too_many_redirects",
    "bad_redirect",
)  # a failure that another try would not mend
_NOT_MODIFIED = 304
_NO_PAGE = {206: "truncated", _NOT_MODIFIED: "http_304"}  # nobody asked for a part, or a change
_FILES = (b"%PDF-", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"Rar!")
_NO_TEXT = re.compile(
    r"(?:image|audio|video|font)/|application/(?!\S*(?:xml|json|javascript|octet))"
)


@dataclass(slots=True)
class Walk:
    """One list on its way from page to page."""

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


class SourceSpider(Spider):
    """A site whose posts are republished. A source sets the attributes below and is done.

    Arguments (`-a`): `channel` (a declared column path or its last part), `since` (YYYY-MM-DD:
    older rows are skipped), `max_pages` (list pages a channel), `url` (a list or an article page,
    read now whatever the schedule says; its host joins the source's).
    """

    publisher: str = ""
    """The organisation behind the site; empty: what the pages' SiteName says."""
    home: str = ""
    """Address of the site, ending in a slash."""
    channels: Mapping[str, str] = MappingProxyType({})
    """Column path -> the section that the operator publishes it under."""
    default_section: str = "综合"
    """For posts under no declared column."""
    family: Family | None = None
    """The platform of the site; None: every page is read by the one whose fingerprint it has."""

    ledger: Ledger

    def __init__(self, name: str | None = None, **arguments: str) -> None:
        self.options = self.read_arguments(arguments)
        super().__init__(name, **arguments)
        self.hosts = {host_of(self.home)} if self.home else set[str]()
        if self.options.url:
            self.hosts.add(host_of(self.options.url))
        self.seen: set[str] = set()  # what lists have shown in this run
        self.taken: set[str] = set()  # what is being visited in this run, or was decided on
        self.rechecked = False
        self.clock = timedelta()  # ahead of the real time
        self.walks: list[Walk] = []

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.ledger = build_from_crawler(load_object(crawler.settings["LEDGER"]), crawler)
        if spider.options.url and not crawler.settings["CONTACT"]:
            # A local copy may link to the public site, which must not be asked anonymously.
            spider.hosts = {host_of(spider.options.url)}
        if start := crawler.settings["NOW"]:
            spider.clock = datetime.fromisoformat(start).astimezone(UTC) - datetime.now(UTC)
        crawler.signals.connect(spider.recheck, signal=signals.spider_idle)
        return spider

    # --- what the operator asked for ---------------------------------------------------------

    @classmethod
    def read_arguments(cls, arguments: dict[str, str]) -> Options:
        """Check the `-a` arguments.

        Raises:
            Misuse: an unknown argument, or a value that makes no sense.
        """
        # scrapyd adds _job and _version to every run.
        unknown = set(arguments) - {"channel", "since", "max_pages", "url", "_job", "_version"}
        if unknown:
            raise Misuse(
                f"unknown argument {', '.join(sorted(unknown))}:"
                " -a takes channel, since, max_pages and url"
            )
        url = arguments.get("url")
        if url and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname):
            raise Misuse(f"url={url} is no http(s) URL")
        if url and "@" in urlsplit(url).netloc:
            raise Misuse("url= has a user name, which no site would be sent: leave it out")
        if not url and not (cls.home and cls.channels):
            raise Misuse("this source declares no channels: say which list with -a url=URL")
        try:
            since = date.fromisoformat(arguments["since"]) if "since" in arguments else None
        except ValueError:
            raise Misuse(f"since={arguments['since']} is no date like 2024-08-01") from None
        pages = arguments.get("max_pages")
        if pages is not None and not (pages.isdecimal() and int(pages) > 0):
            raise Misuse(f"max_pages={pages} is no number above 0")
        channels = list(cls.channels)
        if wanted := arguments.get("channel"):
            channels = [
                path for path in channels if wanted.strip("/") in (path, path.rpartition("/")[2])
            ]
            if not channels:
                raise Misuse(f"channel={wanted}: {cls.name} has {', '.join(cls.channels)}")
        limit = int(pages) if pages else _MAX_PAGES
        return Options(channels, "channel" not in arguments, since, limit, url)

    def channel_of(self, url: str, family: Family) -> tuple[str, str]:
        """The channel that a post's URL lies under, on whatever host, and its section."""
        path = family.column_path(url)
        under = [c for c in self.channels if f"{path}/".startswith(f"{c}/")]
        if under:
            channel = max(under, key=len)
            return channel, self.channels[channel]
        return path, self.default_section

    # --- lists -------------------------------------------------------------------------------

    async def start(self) -> AsyncIterator[Any]:
        url = self.options.url
        family = self.family or Family()
        if url and self.family and family.is_article(url):
            if request := self._article_request(Row(url, ""), Walk("", family=family), {}):
                yield request
        elif url:
            walk = self._new_walk(family.column_path(url), url)
            yield self._list_request(NextPage(url), walk)
        else:
            for channel in self.options.channels:
                walk = self._new_walk(channel, urljoin(self.home, f"{channel}/"))
                for request in self._owed(walk):
                    yield request
                yield self._list_request(NextPage(walk.start), walk)
            for request in self._owed():
                yield request

    def parse(self, response: Response, **_: Any) -> Iterator[Request | Article]:
        """Read a list or an article, as `-a url=` does: where Scrapy's own `parse` begins."""
        family = self.family or Family()
        if self.family and family.is_article(response.url):
            yield from self.parse_article(response, Row(response.url, ""), Walk("", family=family))
        else:
            walk = self._new_walk(family.column_path(response.url), response.url)
            yield from self.parse_list(response, walk)

    def _new_walk(self, channel: str, start: str) -> Walk:
        walk = Walk(channel, start, self.family)
        complete, walk.resume = self.ledger.walk(self.name, start)
        walk.may_stop_early = complete and not self.options.url
        self.ledger.save_walk(self.name, start, False, self.now())
        self.walks.append(walk)
        return walk

    def _owed(self, walk: Walk | None = None) -> Iterator[Request]:
        """Requests for what earlier runs listed and did not get: in this channel, or elsewhere."""
        if self.crawler.settings["JOBDIR"]:
            return  # it brings its own back
        channel = walk.channel if walk else None
        for known in self.ledger.owed(self.name, self.now(), channel):
            its_walk = walk or self._walk_of(known)
            if its_walk and (request := self._visit(known, its_walk)):
                yield request

    def _walk_of(self, known: Known) -> Walk | None:
        """For posts of lists that this run does not walk: declared once, or named by -a url=.

        None: only certain channels were asked for.
        """
        return Walk(known.channel, family=self.family) if self.options.every_channel else None

    def _visit(self, known: Known, walk: Walk, priority: int = 10) -> Request | None:
        """A request for a URL that an earlier run listed; None where it is taken."""
        row = Row(known.row.url, known.row.title, known.row.date_raw)
        url = known.row.canonical_url
        if url in self.taken or self.fate(row, walk.family or Family()):
            return None
        self.taken.add(url)
        self.count("listed")
        return self._page_request(row.url, row, walk, priority=priority)

    def recheck(self) -> None:
        """Visit again what is due, once lists and new posts are done.

        With `-a url=LIST`, everything that list has ever shown is due, once it is walked.

        Raises:
            DontCloseSpider: there is something to visit.
        """
        if self.rechecked or not self.walks:
            return
        self.rechecked = True
        if self.options.url:
            requests = [
                self._visit(known, walk)
                for walk in self.walks
                if walk.ended and walk.clean
                for known in self.ledger.all_of(self.name, walk.channel)
            ]
        else:
            walks = {walk.channel: walk for walk in self.walks}
            possible = (
                self._visit(known, walk)
                for known in self.ledger.due(self.name, self.now())
                if (walk := walks.get(known.channel) or self._walk_of(known))
            )
            # What this run may not visit costs nothing of the budget.
            budget = self.crawler.settings.getint("RECHECK_BUDGET")
            requests = list(islice(filter(None, possible), budget))
        assert self.crawler.engine is not None
        for request in filter(None, requests):
            self.crawler.engine.crawl(request)
        if any(requests):
            raise DontCloseSpider

    def _list_request(self, page: NextPage, walk: Walk, *, conditional: bool = True) -> Request:
        return request_for(
            page,
            callback=self.parse_list,
            errback=self.list_failed,
            headers=self.ledger.validators(page.url) if conditional and not page.form else {},
            cb_kwargs={"walk": walk},
        )

    def parse_list(self, response: Response, walk: Walk) -> Iterator[Request | Article]:
        """Follow the rows of a list page, and go on to the next page."""
        try:
            page = self._list_page(response)
        except NotAnArticle as problem:
            self._list_problem(response.url, walk, str(problem))
            return
        if page is None:
            yield self._list_request(NextPage(response.url), walk, conditional=False)
            return
        if walk.family is None:
            # A URL of an unknown platform: its first page tells whether it is a list at all.
            if article := self._as_article(page):
                self.walks.remove(walk)
                self.taken.add(article.canonical_url)
                self.count("listed")
                yield from self.parse_article(response, Row(response.url, ""), walk)
                return
            walk.family = detect(page)
            walk.channel = walk.family.column_path(walk.start)
        family = walk.family
        rows, following = self.read_list(
            page,
            family,
            asked_for(response.request),
            walk.number,
            guessed=walk.guessed,
        )
        walk.shells = 0 if rows else walk.shells + 1
        if not rows and (walk.number > 1 or following is None or walk.shells > _MAX_SHELLS):
            self._list_problem(response.url, walk, "the list has no rows")
            return
        self.count("lists")
        if walk.number == 1:
            self._warn_of_a_copy(walk, rows)
        if following and following.then:
            walk.then = following.then
        elif walk.then and (following is None or following.guessed):
            following, walk.then = NextPage(walk.then[0]), walk.then[1:]
        unseen = [
            row
            for row in rows
            if (url := family.canonical_url(row.url)) not in self.seen and url not in walk.others
        ]
        own = set(family.of_channel(rows, response.url, walk.start))
        walk.others.update(family.canonical_url(row.url) for row in unseen if row not in own)
        dates = [moment.when for row in rows if (moment := parse_date(row.date_raw, self.now()))]
        listed: dict[str, Row] = {}
        for row in unseen:
            if row in own:
                listed.setdefault(family.canonical_url(row.url), row)  # of twins, the first
        known = self.ledger.entries(listed)
        since = self.options.since
        walk.fetched += bool(rows)
        resume: dict[str, Any] | None = None
        if rows and not unseen:
            walk.ended = True
        elif trap := walk.trail.turn(unseen, self.now()):
            self._list_problem(response.url, walk, f"a trap: {trap}")
            walk.ended = True  # the next run begins anew, and not further inside
            return
        elif since and rows and len(dates) == len(rows) and all(d.date() < since for d in dates):
            walk.clean = False  # what is older has not been looked at
        elif not rows and following and host_of(following.url) not in self.hosts:
            self._list_problem(response.url, walk, f"it only leads to {following.url}")
            return
        elif (
            following is None
            or host_of(following.url) not in self.hosts
            or is_trap(following.url)
            or (walk.may_stop_early and rows and listed.keys() <= known.keys())
        ):
            walk.ended = True
        else:
            # A page without rows is a shell around the list, and no page of it.
            walk.number += bool(rows)
            walk.guessed = following.guessed
            if walk.resume and rows and listed.keys() <= known.keys():
                following = self._go_on(walk, following)
            resume = {"number": walk.number, "then": walk.then, "page": asdict(following)}
        if walk.fetched == 1 and self.options.url:
            yield from self._owed(walk)
        wanted = [row for row in listed.values() if self.fate(row, family) != "skipped"]
        self.ledger.listed(
            Listing(
                spider=self.name,
                start=walk.start,
                channel=walk.channel,
                at=self.now(),
                rows=tuple(self._listed(row, family) for row in wanted),
                capture=None if response.status == _NOT_MODIFIED else page.capture,
                resume=resume,
            )
        )
        requests = [self._article_request(row, walk, known) for row in listed.values()]
        yield from filter(None, requests)
        if resume and following:
            if walk.fetched >= self.options.max_pages:
                walk.clean = False
            else:
                yield self._list_request(following, walk)

    def _go_on(self, walk: Walk, following: NextPage) -> NextPage:
        """The page at which the last walk was cut short; `following`, if it is further on."""
        resume, walk.resume = walk.resume or {}, None
        if resume["number"] <= walk.number:
            return following
        walk.number, walk.then = resume["number"], tuple(resume["then"])
        page = NextPage(**resume["page"] | {"then": tuple(resume["page"]["then"])})
        walk.guessed = page.guessed
        return page

    def _list_page(self, response: Response) -> Page | None:
        """A list page, from the archive where it is as it was (304); None: it is not kept.

        Raises:
            NotAnArticle: see `page`.
        """
        if not _is_unchanged(response):
            return self.page(response)
        kept = self.ledger.last_capture(response.url)
        return None if kept is None else self.page(as_response(kept, self.crawler))

    def _listed(self, row: Row, family: Family) -> Listed:
        return Listed(family.canonical_url(row.url), row.url, row.title, row.date_raw)

    @staticmethod
    def read_list(
        page: Page, family: Family, asked: str, number: int = 1, *, guessed: bool = False
    ) -> tuple[list[Row], NextPage | None]:
        """The rows of the list page at `asked`, and where the list goes on.

        `number` and `guessed` are those of its Walk.
        """
        rows = family.rows(page)
        if not rows and (fragment := urlsplit(asked).fragment):
            page.url = f"{page.url.split('#')[0]}#{fragment}"  # where shells keep their column
        following = family.next_page(page, number)
        if following and following.guessed and not (rows and (number == 1 or guessed)):
            following = None  # a list that has shown its paging has also shown its end
        return rows, following

    def _as_article(self, page: Page) -> Article | None:
        """The article of a page that may as well be a list."""
        try:
            return self.read((page,))
        except NotAnArticle:
            return None

    def _warn_of_a_copy(self, walk: Walk, rows: Sequence[Row]) -> None:
        """A list that leads to other hosts alone may be a copy, its links left as they were."""
        hosts = Counter(host_of(row.url) for row in rows)
        if not hosts or not self.hosts.isdisjoint(hosts):
            return
        named = [host for host, _ in hosts.most_common(3)]
        first = next(urlsplit(row.url) for row in rows if host_of(row.url) == named[0])
        original = urlsplit(walk.start)._replace(scheme=first.scheme, netloc=first.netloc)
        logger.warning(
            "list %s: all %d rows lead to other hosts (%s), which are never fetched;"
            " if this is a copy, crawl the list there: -a url=%s",
            *(walk.start, len(rows), ", ".join(named), original.geturl()),
        )

    def list_failed(self, failure: Failure) -> None:
        request = cast("Request", failure.request)  # type: ignore[attr-defined]
        walk: Walk = request.cb_kwargs["walk"]
        kind, reason = self.reason(failure)
        if walk.guessed and reason in ("http_404", "http_410"):
            walk.ended = True
            return
        self._list_problem(request.url, walk, f"{kind}: {reason}")

    def _list_problem(self, url: str, walk: Walk, problem: str) -> None:
        if walk.guessed:
            walk.ended = True  # a soft 404 where a further page might have been
            return
        walk.clean = False
        logger.error("list %s: %s", url, problem)
        self.count("lists_failed")
        self.crawler.stats.set_value("run/problem", f"list {url}: {problem}")

    # --- articles ----------------------------------------------------------------------------

    def _article_request(self, row: Row, walk: Walk, known: Mapping[str, Known]) -> Request | None:
        """A request for a listed post; None when it is not to be fetched (counted by reason)."""
        family = walk.family or Family()
        listed = self._listed(row, family)
        self.seen.add(listed.canonical_url)
        if listed.canonical_url in self.taken:
            return None
        fate = self.fate(row, family)
        if fate == "skipped":
            self.count("skipped")
            return None
        before = known.get(listed.canonical_url)
        if before and before.reason == "taken_down":
            fate = "taken_down"  # for good: it is not even asked for
        now = bool(self.options.url)
        if before and not fate and not now and not before.is_due(self.now()):
            self.count("not_due")
            return None
        self.taken.add(listed.canonical_url)
        self.count("listed")
        if fate:
            walk.trail.fruitless += fate == "trap"
            self.refuse(fate, row, walk)
            return None
        # What is new goes first: a run may be cut short at any time.
        new = before is None or not before.is_settled()
        return self._page_request(row.url, row, walk, priority=10 if new else -10)

    def fate(self, row: Row, family: Family) -> str:
        """Why a listed URL is not fetched: `skipped` (older than asked for), `other_scheme`,
        `other_host`, `direct_file`, `trap` or `other_page`; "" when it is.
        """
        since = self.options.since
        moment = parse_date(row.date_raw, self.now()) if since else None
        if since and moment and moment.when.date() < since:
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

    def _page_request(
        self, url: str, row: Row, walk: Walk, priority: int = 10, **state: Any
    ) -> Request:
        return Request(
            url,
            callback=self.parse_article,
            errback=self.article_failed,
            headers={} if state else self.ledger.validators(url),
            cb_kwargs={"row": row, "walk": walk, **state},
            priority=priority,
            dont_filter=True,  # self.seen filters, by canonical URL
        )

    def parse_article(
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
        if _is_unchanged(response):
            self.crawler.stats.inc_value("store/unchanged")
            self._report(row, walk, "unchanged")
            return
        try:
            pages = (*pages, self.page(response))
            if further is None:
                further = self.further_pages(pages[0])
            if sum(len(page.source) for page in pages) > _BIGGEST:
                raise NotAnArticle("too_big", f"{len(pages)} pages")
            if further:
                state: dict[str, Any] = {"pages": pages, "further": further[1:]}
                yield self._page_request(further[0], row, walk, **state)
                return
            article = self.read(pages, row, walk)
        except NotAnArticle as refusal:
            walk.trail.fruitless += 1
            if refusal.reason == "challenge":
                challenged(response)
            if refusal.reason in _FOR_NOW:
                self.defer(refusal.reason, row, walk)
                return
            captures = tuple(page.capture for page in pages if page.capture)
            self.refuse(refusal.reason, row, walk, refusal.detail, captures)
            return
        walk.trail.fruitless = 0
        article.listed = self._listed(row, self.family or walk.family or Family())
        self.taken.add(article.canonical_url)  # where a redirect led
        yield article

    def further_pages(self, page: Page) -> list[str]:
        """The URLs of the other pages of an article, in order."""
        family = self.family or detect(page, article=True)
        further = family.further_pages(page)[:_MAX_FURTHER]
        return [url for url in further if host_of(url) in self.hosts]

    def read(
        self,
        pages: Sequence[Page],
        row: Row | None = None,
        walk: Walk | None = None,
        *,
        trace: bool = False,
    ) -> Article:
        """Read the article of a parsed page, or of all its pages, and put it into its channel.

        Raises:
            NotAnArticle: with its reason.
        """
        first = pages[0]
        family = self.family or detect(first, article=True)
        article = read(first, row, family=family, further=pages[1:], trace=trace)
        article.spider = self.name
        article.publisher = self.publisher or article.publisher
        article.channel, article.section = self.channel_of(article.url, family)
        if not article.channel and walk:
            article.channel = walk.channel
        return article

    def page(self, response: Response) -> Page:
        """Parse a response.

        Raises:
            NotAnArticle: `truncated`, `http_304`, `not_html` or `empty_page`.
        """
        if reason := _NO_PAGE.get(response.status):
            raise NotAnArticle(reason, f"HTTP {response.status}")
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
        if response.body[:64].lstrip().startswith(_FILES) or _NO_TEXT.match(content_type):
            raise NotAnArticle("not_html", content_type)
        capture = capture_of(response)
        at = capture.fetched_at if capture else self.now()
        page = parse(response.body, response.url, at, content_type)
        # Old servers tell the end of a body by closing the connection, as a broken one is closed.
        if not page.ended and not {"partial", "dataloss"}.isdisjoint(response.flags):
            raise NotAnArticle("truncated", f"{len(response.body)} bytes")
        if capture is not None:
            page.capture, page.sha256 = capture, capture.sha256
        return page

    def article_failed(self, failure: Failure) -> None:
        request = cast("Request", failure.request)  # type: ignore[attr-defined]
        kind, reason = self.reason(failure)
        row, walk = request.cb_kwargs["row"], request.cb_kwargs["walk"]
        if kind == "refused":
            walk.trail.fruitless += 1
            self.refuse(reason, row, walk)
        else:
            self.defer(reason, row, walk)

    def reason(self, failure: Failure) -> tuple[str, str]:
        """Whether a failed request is `refused` for good or `deferred`, and why."""
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

    # --- figures -----------------------------------------------------------------------------

    def now(self) -> datetime:
        """The clock of the crawl; readers get times as arguments."""
        return datetime.now(UTC) + self.clock

    def count(self, what: str) -> None:
        self.crawler.stats.inc_value(f"run/{what}")

    def refuse(
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
        self._report(row, walk, "refused", reason, captures)

    def item_refused(self, article: Article, reason: str) -> None:
        """Note that a pipeline dropped an article. What the store refused it has noted itself."""
        if article.listed and article.captures:
            self.ledger.visited(
                Visit(
                    spider=self.name,
                    channel=article.channel,
                    row=article.listed,
                    at=self.now(),
                    outcome="refused",
                    reason=reason,
                    captures=article.captures,
                )
            )

    def defer(self, reason: str, row: Row, walk: Walk) -> None:
        """Count a listed URL that is left for a later run."""
        logger.warning("deferred %s: %s", row.url, reason)
        self.crawler.stats.inc_value(f"deferred/{reason}")
        self._report(row, walk, "deferred", reason)

    def _report(
        self,
        row: Row,
        walk: Walk,
        outcome: Literal["unchanged", "refused", "deferred"],
        reason: str = "",
        captures: tuple[Capture, ...] = (),
    ) -> None:
        self.ledger.visited(
            Visit(
                spider=self.name,
                channel=walk.channel,
                row=self._listed(row, self.family or walk.family or Family()),
                at=self.now(),
                outcome=outcome,
                reason=reason,
                captures=captures,
            )
        )

    def finish_walks(self) -> None:
        """Remember which channels were walked to their end; for runs that nothing cut short."""
        for walk in self.walks:
            if walk.ended and walk.clean:
                self.ledger.save_walk(self.name, walk.start, True, self.now())


def _is_unchanged(response: Response) -> bool:
    """Whether a response is the answer to a conditional request that nothing has changed."""
    asked = response.request.headers if response.request else {}
    return response.status == _NOT_MODIFIED and (
        "If-None-Match" in asked or "If-Modified-Since" in asked
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


@dataclass(slots=True, frozen=True)
class Options:
    """The `-a` arguments, read."""

    channels: list[str]
    every_channel: bool
    since: date | None
    max_pages: int
    url: str | None


def source_for(url: str, settings: BaseSettings) -> type[SourceSpider] | None:
    """The declared source whose site a URL lies on."""
    host = host_of(url)
    loader = get_spider_loader(settings)
    for name in loader.list():
        spider = loader.load(name)
        if issubclass(spider, SourceSpider) and spider.home and host_of(spider.home) == host:
            return spider
    return None


def reader_of(name: str, url: str, settings: BaseSettings) -> type[SourceSpider] | None:
    """Whose rules a page at `url` is read by, without a crawl: those of the source of this name,
    else of the declared one whose site it is on, else the general ones; None where the source is
    no longer declared.
    """
    loader = get_spider_loader(settings)
    # The spider of any channel declares nothing itself.
    if name not in ("", "channel") and name in loader.list():
        source = loader.load(name)
        return source if issubclass(source, SourceSpider) else None
    return source_for(url, settings) or (SourceSpider if name in ("", "channel") else None)
