"""CPU of reading a page, as multiples of parsing it, beside trafilatura with metadata.

`python -m tests.bench.read CORPUS.jsonl` measures on the pages of a corpus, too.
"""

import contextlib
import logging
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import trafilatura
from lxml.etree import LxmlError
from lxml.html import document_fromstring

from crawler.demo.server import SITE
from crawler.evaluation.corpus import load_corpus
from crawler.families import read
from crawler.families.base import Family
from crawler.families.nfcms import Nfcms
from crawler.items import NotAnArticle
from crawler.reading.page import parse

NOW = datetime(2026, 11, 24, tzinfo=UTC)
URL = "http://www.sample.example/tzgg/content/post_1.html"
GENERIC = Family()  # as if no platform were known


def lxml_parse(body: bytes) -> None:
    with contextlib.suppress(LxmlError):
        document_fromstring(body)


def ours(body: bytes, family: Family | None = None) -> None:
    with contextlib.suppress(NotAnArticle):
        read(parse(body, URL, NOW), family=family)


def theirs(body: bytes) -> None:
    trafilatura.extract(body, with_metadata=True)


def best(work: Callable[[bytes], object], pages: list[bytes], rounds: int = 5) -> float:
    """CPU milliseconds a page, the best of some rounds."""
    times = []
    for _ in range(rounds):
        began = time.process_time()
        for page in pages:
            work(page)
        times.append(time.process_time() - began)
    return min(times) / len(pages) * 1000


def compare(what: str, pages: list[bytes], readers: dict[str, Callable[[bytes], object]]) -> None:
    """Print what each reader takes: in multiples of parsing, and as a part of trafilatura."""
    parsing = best(lxml_parse, pages)
    other = best(theirs, pages, 2)
    costs = {"lxml parse": parsing}
    costs |= {name: best(reader, pages) for name, reader in readers.items()}
    costs["trafilatura with metadata"] = other
    print(f"{len(pages)} pages of {what}, {sum(map(len, pages)) // len(pages):,} bytes each")
    for name, cost in costs.items():
        print(
            f"{name:<28}{cost:8.2f} ms{cost / parsing:8.1f} x parse"
            f"    trafilatura takes {other / cost:.1f} times that"
        )


def main() -> None:
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL + 1)
    generic = {"zhuanzai, any family": ours, "zhuanzai, general rules": lambda b: ours(b, GENERIC)}
    sample = [path.read_bytes() for path in sorted(SITE.rglob("*post_*.html"))]
    nfcms = Nfcms()
    compare("the sample site", sample, {"zhuanzai, NFCMS": lambda b: ours(b, nfcms), **generic})
    for name in sys.argv[1:]:
        corpus = Path(name)
        pages = [(corpus.parent / label.html_path).read_bytes() for label in load_corpus(corpus)]
        compare(name, pages, generic)


if __name__ == "__main__":
    main()
