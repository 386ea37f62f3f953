"""How a host is asked: one pace for all crawls of a process, Retry-After, slowing down, stopping.

| the host                                    | then                                              |
|---------------------------------------------|---------------------------------------------------|
| answers with Retry-After up to 60 s         | is asked nothing that long                        |
| answers with a longer one (24 h at most)    | is not asked for that URL that long, by any run   |
| asks for a Crawl-delay in robots.txt        | is asked as rarely, at most every 60 s            |
| answers 403, 412, 429, 521 or a challenge   | is asked more slowly, at most every 60 s          |
| does so 10 times in a row, or for more than | is not asked again by this run; what is left      |
| half of the last 30 URLs                    | stays owed                                        |
| gives no answer, 15 times in a row          | likewise                                          |

All attempts for a URL, with its redirects, may take 60 s together.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import takewhile
from time import monotonic
from urllib.parse import urlsplit

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
)
from scrapy.http import Response
from scrapy.settings import SETTINGS_PRIORITIES
from twisted.internet.error import ConnectError

from crawler.errors import Deferred, name_of
from crawler.reading.urls import host_of

logger = logging.getLogger(__name__)

_PAUSE = 60.0  # seconds
_LONGEST = timedelta(hours=24)
_SLOW, _SLOWEST = 5.0, 60.0  # seconds between requests
_REFUSALS = (403, 412, 429, 521)  # 521: how challenges of Chinese firewalls begin
_IN_A_ROW = 10
_LAST = 30
_SILENT = 15
_DEADLINE = 60.0  # seconds
_NO_ANSWER = (
    CannotResolveHostError,
    ConnectError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
)
_ANSWER = "answer"  # key of Request.meta


@dataclass(slots=True)
class Answer:
    """What a host said to the request for a URL."""

    refused: bool
    slower: bool
    """Whether the pace may change for it."""


@dataclass(slots=True, eq=False)
class Host:
    """A host as all crawls of the process see it. Times are those of `time.monotonic`."""

    name: str
    active: int = 0
    """Requests on their way."""
    last: float = float("-inf")
    """When the last one began."""
    paused_until: float = float("-inf")
    slow: float = 0.0
    """Seconds between requests since it refused one; 0 while it does not."""
    crawl_delay: float = 0.0
    """Seconds that its robots.txt wants between requests; 0 where it does not say."""
    answers: deque[Answer] = field(default_factory=lambda: deque(maxlen=_LAST))
    silent: int = 0
    """Requests in a row without any answer."""
    stopped: str = ""
    """Why it is not asked again; "" while it is."""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    freed: asyncio.Event = field(default_factory=asyncio.Event)

    async def enter(self, concurrency: int, delay: float) -> bool:
        """Wait until a request may begin; whether it may at all.

        Args:
            concurrency: how many may be on their way; 0: any number.
            delay: seconds that have to lie between the beginnings of two.
        """
        async with self.turn:  # first come, first served
            while not self.stopped:
                at = max(self.last + max(delay, self.slow), self.paused_until)
                if 0 < concurrency <= self.active:
                    self.freed.clear()
                    await self.freed.wait()
                elif (wait := at - monotonic()) > 0:
                    await asyncio.sleep(wait)
                else:
                    self.last = monotonic()
                    self.active += 1
                    return True
        return False

    def leave(self) -> None:
        self.active -= 1
        self.freed.set()

    def pause(self, seconds: float) -> None:
        self.paused_until = max(self.paused_until, monotonic() + seconds)

    def answered(self, answer: Answer) -> None:
        self.silent = 0
        self.answers.append(answer)
        if answer.refused:
            self.refused(answer, 2)
        else:
            self.slow = self.slow / 2 if self.slow > 2 else 0.0

    def refused(self, answer: Answer, times: float) -> None:
        """Ask `times` as slowly after a refusal, or no more."""
        if answer.slower:
            self.slow = min(_SLOWEST, max(_SLOW, self.slow * times))
        row = sum(1 for _ in takewhile(lambda answer: answer.refused, reversed(self.answers)))
        count = sum(answer.refused for answer in self.answers)
        if row >= _IN_A_ROW:
            self._stop(f"it refused {row} requests in a row")
        elif len(self.answers) == _LAST and 2 * count > _LAST:
            self._stop(f"it refused {count} of the last {_LAST} requests")

    def unanswered(self) -> None:
        self.silent += 1
        if self.silent >= _SILENT:
            self._stop(f"it did not answer {self.silent} requests in a row")

    def _stop(self, why: str) -> None:
        if not self.stopped:
            logger.error("%s is not asked again in this run: %s", self.name, why)
            self.stopped = why
            self.freed.set()


# Of the whole process, however many sources it crawls: the server does not tell them apart.
hosts: dict[str, Host] = {}


def host(url: str) -> Host:
    name = host_of(url)
    return hosts.setdefault(name, Host(name))


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long a server wants to be left alone (RFC 9110, 10.2.3: seconds, or a date).

    A date is read by the server's own clock where it shows one (Date). Nonsense is None; more
    than a day is a day.
    """
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdecimal():
        wait = timedelta(seconds=min(int(value[:9]), _LONGEST.total_seconds()))
    elif (until := _date(value)) is not None:
        wait = until - (_date(headers.get("Date", "")) or now)
    else:
        return None
    return min(wait, _LONGEST) if wait > timedelta() else None


def asked_for(request: Request | None) -> str:
    """The URL that was asked for in the first place, with the fragment that no server sees."""
    assert request is not None
    url: str = request.meta.get("redirect_urls", [request.url])[0]
    return url


def _date(value: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, OverflowError):  # the latter by zones that are none
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


class PaceMiddleware:
    """Lets requests through at the pace of their host; counts them by host and outcome.

    Delay and concurrency are DOWNLOAD_DELAY and CONCURRENT_REQUESTS_PER_DOMAIN. Given on the
    command line, the delay grows neither by refusals nor by a Crawl-delay; Retry-After and
    stopping hold all the same.

    Raises:
        Deferred: `retry_after`, `host_stopped` or `deadline`.
    """

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self.crawler = crawler
        self.concurrency = settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")
        self.delay = settings.getfloat("DOWNLOAD_DELAY")
        priority = settings.getpriority("DOWNLOAD_DELAY") or 0
        self.slower = priority < SETTINGS_PRIORITIES["cmdline"]
        self.timeout = settings.getfloat("DOWNLOAD_TIMEOUT")
        self.inside: dict[Request, tuple[Host, float]] = {}
        self.deferred: dict[str, datetime] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> PaceMiddleware:
        middleware = cls(crawler)
        crawler.signals.connect(middleware.spider_opened, signal=signals.spider_opened)
        crawler.signals.connect(middleware.response_downloaded, signal=signals.response_downloaded)
        crawler.signals.connect(middleware.leave, signal=signals.request_left_downloader)
        return middleware

    def spider_opened(self, spider: Spider) -> None:
        """Take over what servers asked of earlier runs."""
        if (ledger := getattr(spider, "ledger", None)) is None:
            return
        now = self._now()
        for address, until in ledger.pauses.current(now).items():
            if "://" in address:
                self.deferred[address] = until
            else:
                hosts.setdefault(address, Host(address)).pause((until - now).total_seconds())

    async def process_request(self, request: Request) -> None:
        if self._is_deferred(request.url):
            raise Deferred("retry_after", request.url)
        left = _DEADLINE - request.meta.get("spent", 0.0)
        if left <= 0:
            raise Deferred("deadline", request.url)
        request.meta["download_timeout"] = min(left, self.timeout)
        there = host(request.url)
        asked = min(there.crawl_delay, _SLOWEST) if self.slower else 0.0
        if not await there.enter(self.concurrency, max(self.delay, asked)):
            assert self.crawler.stats is not None
            self.crawler.stats.set_value(f"stopped/{there.name}", there.stopped)
            raise Deferred("host_stopped", request.url)
        self.inside[request] = there, monotonic()

    def leave(self, request: Request) -> None:
        """The request is on its way no more, whatever came of it."""
        if request in self.inside:
            there, began = self.inside.pop(request)
            request.meta["spent"] = request.meta.get("spent", 0.0) + monotonic() - began
            there.leave()

    def response_downloaded(self, response: Response, request: Request) -> None:
        """Judge an answer, before the host is free for the next request."""
        self._count(request, str(response.status))
        there = host(request.url)
        answer = Answer(response.status in _REFUSALS, self.slower)
        request.meta[_ANSWER] = answer
        # Of a URL that is tried again, the first refusal counts.
        if not (answer.refused and request.meta.get("retry_times")):
            there.answered(answer)
        if response.status >= 400:
            self._wait(request, response, there)

    def _wait(self, request: Request, response: Response, there: Host) -> None:
        headers = {
            name: (response.headers.get(name) or b"").decode("latin-1")
            for name in ("Retry-After", "Date")
        }
        now = self._now()
        if (wait := retry_after(headers, now)) is None:
            return
        if wait.total_seconds() > _PAUSE:
            address = asked_for(request)
            self.deferred[address] = now + wait
        else:
            address = there.name
            there.pause(wait.total_seconds())
        if (ledger := getattr(self.crawler.spider, "ledger", None)) is not None:
            ledger.pauses.add(address, now + wait)

    def process_response(self, request: Request, response: Response) -> Response:
        """
        Raises:
            Deferred: `retry_after`, when the server wants to be left alone for longer than a pause.
        """
        self.leave(request)
        if response.status >= 400 and self._is_deferred(asked_for(request)):
            raise Deferred("retry_after", request.url)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        self.leave(request)
        if isinstance(exception, IgnoreRequest):
            return  # it was not asked at all
        self._count(request, name_of(exception))
        if isinstance(exception, _NO_ANSWER) and not request.meta.get("retry_times"):
            host(request.url).unanswered()

    def _is_deferred(self, url: str) -> bool:
        return url in self.deferred and self.deferred[url] > self._now()

    def _count(self, request: Request, outcome: str) -> None:
        assert self.crawler.stats is not None
        server = urlsplit(request.url).netloc.rpartition("@")[2]
        self.crawler.stats.inc_value(f"request/{server}/{outcome}")

    def _now(self) -> datetime:
        now = getattr(self.crawler.spider, "now", None)
        return now() if now else datetime.now(UTC)


def challenged(response: Response) -> None:
    """Tell that a response, though its status is good, was a challenge."""
    answer = response.request.meta.get(_ANSWER) if response.request else None
    if answer is not None and not answer.refused:
        answer.refused = True
        host(response.url).refused(answer, 4)  # it had been taken for good, and halved the pause
