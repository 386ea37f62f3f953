"""Stay home: requests of a source go to its own hosts, on every hop."""

from __future__ import annotations

from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.downloadermiddlewares.offsite import OffsiteMiddleware

from crawler.errors import Refused
from crawler.reading.urls import host_of


class HostsMiddleware(OffsiteMiddleware):
    """Like Scrapy's, but ports count, redirects are checked, and the refusal says why.

    Redirects and meta refreshes come back through the downloader middlewares as new requests, so
    every hop is seen. Spiders without `hosts` are treated as Scrapy does.

    Raises:
        Refused: `other_scheme` (only http and https are fetched), `other_host`.
    """

    def process_request(self, request: Request, spider: Spider | None = None) -> None:
        if urlsplit(request.url).scheme not in ("http", "https"):
            raise Refused("other_scheme", request.url)
        hosts = getattr(self.crawler.spider, "hosts", None)
        if hosts is None:
            super().process_request(request)
        elif not request.meta.get("allow_offsite") and host_of(request.url) not in hosts:
            raise Refused("other_host", request.url)

    def request_scheduled(self, request: Request, spider: Spider) -> None:
        # process_request decides, where an errback hears of it.
        if getattr(spider, "hosts", None) is None:
            super().request_scheduled(request, spider)
