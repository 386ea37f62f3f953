"""CPU of reading a page, as multiples of parsing it, beside trafilatura with metadata."""

import contextlib
import time
from collections.abc import Callable
from datetime import UTC, datetime

import trafilatura
from lxml.html import document_fromstring

from crawler.demo.server import SITE
from crawler.families.nfcms import Nfcms
from crawler.items import NotAnArticle
from crawler.reading.article import read_article
from crawler.reading.page import parse

NOW = datetime(2026, 11, 24, tzinfo=UTC)
URL = "http://www.sample.example/tzgg/content/post_1.html"


def ours(body: bytes) -> None:
    with contextlib.suppress(NotAnArticle):
        read_article(parse(body, URL, NOW, "text/html"), Nfcms.rules)


def best(work: Callable[[bytes], object], pages: list[bytes], rounds: int = 5) -> float:
    """CPU milliseconds a page, the best of some rounds."""
    times = []
    for _ in range(rounds):
        began = time.process_time()
        for page in pages:
            work(page)
        times.append(time.process_time() - began)
    return min(times) / len(pages) * 1000


def main() -> None:
    pages = [path.read_bytes() for path in sorted(SITE.rglob("*post_*.html"))]
    parsing = best(document_fromstring, pages)
    rows = [
        ("lxml parse", parsing),
        ("zhuanzai, all fields", best(ours, pages)),
        (
            "trafilatura with metadata",
            best(lambda b: trafilatura.extract(b, with_metadata=True), pages, 2),
        ),
    ]
    print(
        f"{len(pages)} pages of the sample site, {sum(map(len, pages)) // len(pages):,} bytes each"
    )
    for name, cost in rows:
        print(f"{name:<28}{cost:8.2f} ms{cost / parsing:8.1f} x parse")


if __name__ == "__main__":
    main()
