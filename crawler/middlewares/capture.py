"""Keeps responses as they came, before anything decompresses them."""

from __future__ import annotations

from datetime import UTC, datetime

from scrapy import Request, Spider
from scrapy.http import Response

from crawler.items import Capture

META = "capture"


class CaptureMiddleware:
    """Puts a Capture into the meta of every response; the spider archives those that it reads."""

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Response:
        headers = tuple(
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, values in response.headers.items()
            for value in values
        )
        now = getattr(spider, "now", None)
        at = now() if now else datetime.now(UTC)
        request.meta[META] = Capture.of(response.url, at, response.status, headers, response.body)
        return response
