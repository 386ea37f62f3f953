"""The download handler: Scrapy's own, with the two bounds that it lacks."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadCancelledError, DownloadFailedError
from scrapy.http import Response
from scrapy.utils.url import add_http_if_no_scheme
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS

from crawler import resolver

_HEAD = 256 * 1024  # bytes of a status line and headers; browsers take as many


class EndlessHeadError(Exception):
    """The headers of a response grew beyond their bound."""


class BoundedHandler(HTTP11DownloadHandler):
    """Cuts off endless headers (DOWNLOAD_MAXSIZE bounds the body alone), and makes the proxies
    that requests name known to the address check: only the operator's middlewares name any.

    Raises:
        DownloadCancelledError: head or body are too big.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = _Factory

    async def download_request(self, request: Request) -> Response:
        if proxy := request.meta.get("proxy"):
            parts = urlsplit(add_http_if_no_scheme(proxy))
            port = parts.port or (443 if parts.scheme == "https" else 80)
            # A tunnel resolves its proxy's name without telling the port.
            resolver.proxies.update(((parts.hostname or "", port), (parts.hostname or "", 0)))
        try:
            return await super().download_request(request)
        except DownloadFailedError as error:
            reasons = getattr(error.__cause__, "reasons", [])
            if any(reason.check(EndlessHeadError) for reason in reasons):
                raise DownloadCancelledError(f"{request}: more than {_HEAD} bytes head") from error
            raise


class _Protocol(_LenientHTTP11ClientProtocol):
    _received = 0

    def request(self, request: Any) -> Any:
        self._received = 0
        return super().request(request)

    def dataReceived(self, data: bytes) -> None:
        super().dataReceived(data)  # type: ignore[no-untyped-call]
        if self._parser is not None and self._parser.state in (STATUS, HEADER):
            self._received += len(data)
            if self._received > _HEAD:
                self._giveUp(Failure(EndlessHeadError()))  # type: ignore[no-untyped-call]


class _Factory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: Any) -> _Protocol:
        return _Protocol(self._quiescentCallback)  # type: ignore[no-untyped-call]
