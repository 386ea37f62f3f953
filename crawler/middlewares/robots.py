"""robots.txt by RFC 9309, failing closed."""

from __future__ import annotations

import asyncio
import logging

from protego import Protego
from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.httpobj import urlparse_cached

from crawler.errors import Deferred, Refused

logger = logging.getLogger(__name__)


class RobotsMiddleware:
    """One fetch a host, every request checked.

    2xx: the rules count. 4xx: everything is allowed (RFC 9309, 2.3.1.3). 5xx, timeouts and
    unreachable hosts: nothing is (2.3.1.4), and the run fails saying so. Redirects of robots.txt
    are followed, also to other hosts (2.3.1.2).

    Raises:
        Refused: `robots_disallowed`.
        Deferred: `robots_unreachable`.
    """

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        self.crawler = crawler
        self.agent: str = crawler.settings["ROBOTSTXT_USER_AGENT"]
        self.fetches: dict[str, asyncio.Task[Protego | None]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RobotsMiddleware:
        return cls(crawler)

    async def process_request(self, request: Request, spider: Spider | None = None) -> None:
        if request.meta.get("dont_obey_robotstxt"):
            return
        parts = urlparse_cached(request)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self.fetches:
            self.fetches[origin] = asyncio.ensure_future(self._fetch(origin))
        # Shielded: one cancelled waiter must not cancel the fetch of all others.
        rules = await asyncio.shield(self.fetches[origin])
        if rules is None:
            raise Deferred("robots_unreachable", request.url)
        if not rules.can_fetch(request.url, self.agent):
            raise Refused("robots_disallowed", request.url)

    async def _fetch(self, origin: str) -> Protego | None:
        """The rules of a host, None when they cannot be had."""
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
            problem = f"{type(error).__name__}: {error}"
        else:
            if response.status < 400:
                return Protego.parse(response.body.decode("utf-8", "ignore"))
            if response.status < 500:
                return Protego.parse("")
            problem = f"HTTP {response.status}"
        logger.error("%s/robots.txt cannot be had, nothing is fetched there: %s", origin, problem)
        self.crawler.stats.inc_value("robots/unreachable")
        return None
