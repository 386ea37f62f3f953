"""robots.txt by RFC 9309, failing closed."""

from __future__ import annotations

import asyncio
import logging
import re
from dataclasses import dataclass
from time import monotonic

from protego import Protego
from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.httpobj import urlparse_cached

from crawler.errors import Deferred, Refused, name_of
from crawler.middlewares.pace import host
from crawler.reading.decode import decode

logger = logging.getLogger(__name__)


_LONGEST = 24 * 3600.0  # seconds that rules are kept (RFC 9309, 2.4)
_AGAIN = 600.0  # and that a failure counts
_BIGGEST = 1024 * 1024  # bytes that are parsed; at least 500 KiB have to be (2.5)
# `zhuanzai/1.0` is meant for us, too: the version is no part of the product token (2.2.1).
_VERSION = re.compile(r"^(\s*user-agent\s*:\s*[\w-]+)/[^\r\n#]*", re.I | re.M)


@dataclass(slots=True)
class Rules:
    """What a host's robots.txt said; `parsed` is None where it could not be had."""

    parsed: Protego | None
    expires: float
    """On the clock of `time.monotonic`."""


def parse_robots(body: bytes) -> Protego:
    """The rules of a robots.txt: UTF-8 (2.2), or what sites write, UTF-16 with a mark and GBK."""
    text, _ = decode(body)
    return Protego.parse(_VERSION.sub(r"\1", text))


class RobotsMiddleware:
    """One fetch a host, every request checked.

    2xx: the rules count. 4xx: everything is allowed (RFC 9309, 2.3.1.3). 5xx, timeouts and
    unreachable hosts: nothing is (2.3.1.4), and the run fails saying so; robots.txt is asked for
    again after 10 minutes. Redirects of robots.txt are followed, also to other hosts (2.3.1.2).
    A Crawl-delay, which the RFC leaves open, is told to the host's pace.

    Raises:
        Refused: `robots_disallowed`.
        Deferred: `robots_unreachable`.
    """

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        self.crawler = crawler
        self.agent: str = crawler.settings["ROBOTSTXT_USER_AGENT"]
        self.fetches: dict[str, asyncio.Task[Rules]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RobotsMiddleware:
        return cls(crawler)

    async def process_request(self, request: Request, spider: Spider | None = None) -> None:
        if request.meta.get("dont_obey_robotstxt"):
            return
        parts = urlparse_cached(request)
        origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        fetch = self.fetches.get(origin)
        if fetch is None or (fetch.done() and fetch.result().expires < monotonic()):
            fetch = self.fetches[origin] = asyncio.ensure_future(self._fetch(origin))
        # Shielded: one cancelled waiter must not cancel the fetch of all others.
        rules = (await asyncio.shield(fetch)).parsed
        if rules is None:
            raise Deferred("robots_unreachable", request.url)
        if not rules.can_fetch(request.url, self.agent):
            raise Refused("robots_disallowed", request.url)

    async def _fetch(self, origin: str) -> Rules:
        request = Request(
            f"{origin}/robots.txt",
            callback=NO_CALLBACK,
            priority=1000,
            meta={"dont_obey_robotstxt": True, "allow_offsite": True},
        )
        assert self.crawler.engine is not None
        assert self.crawler.stats is not None
        try:
            response = await self.crawler.engine.download_async(request)
        except Exception as error:
            problem = f"{name_of(error)}: {error}"
        else:
            if 200 <= response.status < 300 and response.status != 206:  # that is a part
                rules = parse_robots(response.body[:_BIGGEST])
                host(origin).crawl_delay = rules.crawl_delay(self.agent) or 0.0
                return Rules(rules, monotonic() + _LONGEST)
            if 400 <= response.status < 500:
                return Rules(Protego.parse(""), monotonic() + _LONGEST)
            problem = f"HTTP {response.status}"
        logger.error("%s/robots.txt cannot be had, nothing is fetched there: %s", origin, problem)
        self.crawler.stats.inc_value("robots/unreachable")
        return Rules(None, monotonic() + _AGAIN)
