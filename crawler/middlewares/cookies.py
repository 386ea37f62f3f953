"""Cookies that go back where they came from, and no more of them than a request can carry."""

from __future__ import annotations

from collections.abc import Iterable
from http.cookiejar import Cookie

from scrapy import Request, Spider
from scrapy.downloadermiddlewares.cookies import CookiesMiddleware
from scrapy.http.cookies import CookieJar
from scrapy.utils.httpobj import urlparse_cached

_LONGEST = 8192  # bytes of a header; servers take no longer ones


class HostCookiesMiddleware(CookiesMiddleware):
    """Like Scrapy's, but a cookie is its host's alone, whatever domain it names.

    Scrapy would load the list of domains that nobody owns from the web, past every check of ours.
    A site that sets more than fit into a request begins anew.
    """

    def process_request(self, request: Request, spider: Spider | None = None) -> None:
        super().process_request(request)
        if len(request.headers.get("Cookie") or b"") > _LONGEST:
            self.jars[request.meta.get("cookiejar")].clear()
            del request.headers["Cookie"]

    def _process_cookies(
        self, cookies: Iterable[Cookie], *, jar: CookieJar, request: Request
    ) -> None:
        for cookie in cookies:
            cookie.domain = urlparse_cached(request).hostname or ""
            cookie.domain_specified = False
            jar.set_cookie_if_ok(cookie, request)
