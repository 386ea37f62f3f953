"""Responses, read as a source declares: pages, the rows of lists, articles in their channels."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Protocol
from urllib.parse import urlsplit

from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler.families import detect, read
from crawler.families.base import Family, NextPage
from crawler.items import Article, Capture, NotAnArticle
from crawler.middlewares.capture import as_response, capture_of
from crawler.reading.listing import Row
from crawler.reading.page import Page, parse
from crawler.reading.urls import host_of

_MAX_FURTHER = 50  # pages of one article
# Nobody asked for a part, or a change.
_NO_PAGE: dict[int, str] = {
    HTTPStatus.PARTIAL_CONTENT: "truncated",
    HTTPStatus.NOT_MODIFIED: "http_304",
}
_FILES = (b"%PDF-", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"Rar!")
_NO_TEXT = re.compile(
    r"(?:image|audio|video|font)/|application/(?!\S*(?:xml|json|javascript|octet))"
)


class Source(Protocol):
    """What reading asks of a source; SourceSpider explains its attributes."""

    name: str
    publisher: str
    channels: Mapping[str, str]
    default_section: str
    family: Family | None

    def read(self, pages: Sequence[Page], row: Row | None = None, channel: str = "") -> Article: ...


def read_page(response: Response, now: datetime) -> Page:
    """Parse a response; `now`: when it arrived, where it did not come from the network.

    Raises:
        NotAnArticle: `truncated`, `http_304`, `not_html` or `empty_page`.
    """
    if reason := _NO_PAGE.get(response.status):
        raise NotAnArticle(reason, f"HTTP {response.status}")
    content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
    if response.body[:64].lstrip().startswith(_FILES) or _NO_TEXT.match(content_type):
        raise NotAnArticle("not_html", content_type)
    capture = capture_of(response)
    at = capture.fetched_at if capture else now
    page = parse(response.body, response.url, at, content_type)
    # Old servers tell the end of a body by closing the connection, as a broken one is closed.
    if not page.ended and not {"partial", "dataloss"}.isdisjoint(response.flags):
        raise NotAnArticle("truncated", f"{len(response.body)} bytes")
    if capture is not None:
        page.capture, page.sha256 = capture, capture.sha256
    return page


def is_unchanged(response: Response) -> bool:
    """Whether a response is the answer to a conditional request that nothing has changed."""
    asked = response.request.headers if response.request else {}
    return response.status == HTTPStatus.NOT_MODIFIED and (
        "If-None-Match" in asked or "If-Modified-Since" in asked
    )


def read_capture(capture: Capture, crawler: Crawler) -> Page:
    """Parse a response that was kept; raises what `read_page` does."""
    return read_page(as_response(capture, crawler), capture.fetched_at)


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


def open_list(page: Page, family: Family, asked: str) -> tuple[Family, list[Row], NextPage | None]:
    """The first page of a list, as `read_list` reads it, and whose way of listing it is: a site may
    list some columns in another platform's way than that of `family`.
    """
    rows, following = read_list(page, family, asked)
    if not rows and following is None:
        family = detect(page)
        rows, following = read_list(page, family, asked)
    return family, rows, following


def read_post(
    source: Source,
    pages: Sequence[Page],
    row: Row | None = None,
    channel: str = "",
    *,
    trace: bool = False,
) -> Article:
    """Read the article of a parsed page, or of all its pages, and put it into its channel.

    Args:
        source: whose pages they are.
        pages: the article's pages, in order.
        row: the list row that led there.
        channel: of a post whose URL names none.
        trace: also tell where every paragraph stands.

    Raises:
        NotAnArticle: with its reason.
    """
    family = _family(source, pages[0])
    article = read(pages[0], row, family=family, further=pages[1:], trace=trace)
    article.spider = source.name
    article.publisher = source.publisher or article.publisher
    article.channel, article.section = channel_of(source, article.url, family)
    article.channel = article.channel or channel
    return article


def further_pages(source: Source, page: Page, hosts: Collection[str]) -> list[str]:
    """The URLs of the other pages of an article, in order; those on `hosts`."""
    further = _family(source, page).further_pages(page)[:_MAX_FURTHER]
    return [url for url in further if host_of(url) in hosts]


def channel_of(source: Source, url: str, family: Family) -> tuple[str, str]:
    """The channel that a post's URL lies under, on whatever host, and its section."""
    path = family.column_path(url)
    under = [c for c in source.channels if f"{path}/".startswith(f"{c}/")]
    if under:
        channel = max(under, key=len)
        return channel, source.channels[channel]
    return path, source.default_section


def _family(source: Source, page: Page) -> Family:
    """Whose rules an article is read by: the declared platform's, unless it is plainly another's.

    A site may run two: Guangdong's have gkmlpt beside NFCMS.
    """
    if source.family is None:
        return detect(page, article=True)
    if source.family.fingerprint(page):
        return source.family
    found = detect(page, article=True)
    return source.family if type(found) is Family else found
