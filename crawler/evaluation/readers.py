"""Readers side by side: what each makes of the same bytes, and what CPU it takes."""

from __future__ import annotations

import gc
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lxml.etree import LxmlError
from lxml.html import document_fromstring
from scrapy.exceptions import DropItem

from crawler.evaluation.corpus import Label
from crawler.families import read
from crawler.finish import Finish
from crawler.items import NotAnArticle
from crawler.reading.page import parse

_NO_URL = "http://unknown.invalid/"


@dataclass(slots=True, kw_only=True)
class Prediction:
    """What a reader made of a page: only what the page shows, "" where it shows none."""

    title: str = ""
    date: str = ""
    """YYYY-MM-DD."""
    author: str = ""
    """Names joined by 、."""
    source: str = ""
    body: str = ""
    refused: str = ""
    """The reason, in a word, why the page was taken for no article."""
    detail: str = ""
    """What showed it."""


Read = Callable[[bytes, str | None], Prediction]
"""From the bytes of a page and its URL, None where it is not known."""


@dataclass(slots=True)
class Run:
    """What one reader made of the pages, and what it cost."""

    read: Read
    predictions: dict[str, Prediction] = field(default_factory=dict)
    """Page id -> reading."""
    crashed: dict[str, str] = field(default_factory=dict)
    """Page id -> error."""
    seconds: float = 0.0
    """CPU."""

    def take(self, label: Label, body: bytes) -> None:
        """Read one page, whatever comes of it."""
        gc.collect()  # what another reader left behind is not this one's cost
        began = time.process_time()
        try:
            got = self.read(body, label.url)
        except Exception as error:  # one page must not cost the others; it is reported
            got = Prediction(refused="crashed")
            self.crashed[label.id] = f"{type(error).__name__}: {error}"
        self.seconds += time.process_time() - began
        self.predictions[label.id] = got


def read_ours(
    body: bytes, url: str | None, now: datetime, finish: Finish, guards: Counter[str]
) -> Prediction:
    """Read a page as a crawl does; guards that were at work are added to `guards`."""
    try:
        article = finish(read(parse(body, url or _NO_URL, now)))
    except NotAnArticle as refusal:
        return Prediction(refused=refusal.reason, detail=refusal.detail)
    except DropItem as refusal:
        return Prediction(refused=getattr(refusal, "reason", "dropped"), detail=str(refusal))
    guards.update(article.guards)
    return Prediction(
        title=article.title,
        date=article.date_published.strftime("%Y-%m-%d") if article.date_published else "",
        author="、".join(article.authors),
        source="" if article.source_inferred else article.source,
        body=article.text,
    )


def read_theirs(body: bytes, url: str | None) -> Prediction:
    """Read a page with trafilatura as it comes; its site name is all that it has for a source."""
    from trafilatura import bare_extraction

    found: Any = bare_extraction(body, url=url, with_metadata=True)
    if found is None:
        return Prediction(refused="nothing extracted")
    return Prediction(
        title=found.title or "",
        date=found.date or "",
        author=found.author or "",
        source=found.sitename or "",
        body=found.text or "",
    )


def parse_only(body: bytes, url: str | None) -> Prediction:
    """Only parse a page: what every reader of it has to pay."""
    try:
        document_fromstring(body)
    except LxmlError as error:
        return Prediction(refused=str(error))
    return Prediction()
