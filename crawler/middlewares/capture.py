"""Responses as they came: taken before anything decompresses them, and made responses again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.http import Headers, Response

from crawler.items import Capture

_META = "capture"


class CaptureMiddleware:
    """Puts a Capture into the meta of every good response; the spider archives what it reads."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CaptureMiddleware:
        return cls(crawler)

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Response:
        if 200 <= response.status < 300:
            headers = tuple(
                (name.decode("latin-1"), value.decode("latin-1"))
                for name, values in response.headers.items()
                for value in values
            )
            now = getattr(self.crawler.spider, "now", None)
            at = now() if now else datetime.now(UTC)
            request.meta[_META] = Capture.of(
                response.url, at, response.status, headers, response.body
            )
        return response


def capture_of(response: Response) -> Capture | None:
    """The response as it came; None where it did not come from the network."""
    return response.request.meta.get(_META) if response.request else None


def as_response(capture: Capture, crawler: Crawler) -> Response:
    """A capture as the response that a spider gets: decompressed."""
    headers = Headers()
    for name, value in capture.headers:
        headers.appendlist(name, value)
    request = Request(capture.url, meta={_META: capture})
    response = Response(
        capture.url, capture.status, headers=headers, body=capture.body, request=request
    )
    decompress = HttpCompressionMiddleware.from_crawler(crawler)
    return cast("Response", decompress.process_response(request, response))
