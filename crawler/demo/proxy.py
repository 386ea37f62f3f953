"""Sends every request to the sample server, whatever host it names."""

from __future__ import annotations

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler


class SampleProxyMiddleware:
    """Downloader middleware; DEMO_PROXY is the server's URL.

    The sample site so keeps its own address: ids and pages are the same on every machine,
    though the server listens on another port each time.
    """

    def __init__(self, proxy: str) -> None:
        self.proxy = proxy

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler.settings["DEMO_PROXY"])

    def process_request(self, request: Request) -> None:
        request.meta["proxy"] = self.proxy
