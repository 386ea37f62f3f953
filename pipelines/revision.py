"""An article as a revision of a record, and what it differs in from the one that is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from crawler.items import Article
from crawler.reading.dates import CST
from pipelines.check_required import Refused
from pipelines.difference import Weight, difference
from pipelines.fingerprint import storable
from pipelines.times import in_cst


def revision_of(article: Article, record_id: str) -> dict[str, Any]:
    """The values of the columns of `pipelines.models.Revision`."""
    names = (
        *("content_hash", "title", "subtitle", "kicker", "date_precision", "date_raw", "source"),
        *("source_raw", "source_inferred", "publisher", "authors", "editor", "channel", "section"),
        *("doc_number", "language", "text", "html", "capture_sha256"),
    )
    published = article.date_published
    values = {name: getattr(article, name) for name in names} | {
        "record_id": record_id,
        "date_published": published.isoformat(timespec="seconds") if published else None,
        "images": [asdict(image) for image in article.images],
        "attachments": [asdict(file) for file in article.attachments],
        "origins": {name: asdict(candidate) for name, candidate in article.chosen.items()},
        "further_captures": [capture.sha256 for capture in article.captures[1:]] or None,
        "fetched_at": in_cst(article.fetched_at),
    }
    return {name: storable(value) for name, value in values.items()}


def compare(
    stored: Mapping[str, Any], article: Article, *, first_day: bool
) -> tuple[dict[str, Weight], dict[str, Any]]:
    """What differs when the capture of a stored revision is read again.

    Args:
        stored: values of the columns of `pipelines.models.Revision`.
        article: what was read now, complete.
        first_day: the revision kept the day of an earlier one, and so does what is read now.

    Returns:
        See `difference`; the values of the columns, as they would be stored.

    Raises:
        Refused: `truncated`; a crawl would not store it either.
    """
    if article.content_hash == stored["content_hash"]:
        return {}, {}
    if is_cut(article, stored["text"]):
        raise Refused("truncated", article.url)
    if first_day:
        keep_first_date(article, stored)
    new = revision_of(article, stored["record_id"])
    return difference(stored, new), new


def is_cut(article: Article, old: str) -> bool:
    """Whether a reading is only the beginning of a stored text, on a page that breaks off."""
    if not article.text and old:
        return True  # what is left are pictures: the text was not delivered
    return not article.ended and len(article.text) < len(old) and old.startswith(article.text)


def keep_first_date(article: Article, old: Mapping[str, Any]) -> None:
    """A correction that is dated later leaves the day of first publication as it is.

    Args:
        article: its date is set back.
        old: values of the columns of `pipelines.models.Revision`.
    """
    if not old["date_published"] or article.date_published is None:
        return
    first = datetime.fromisoformat(old["date_published"])
    if article.date_published.astimezone(CST).date() > first.date():
        article.date_published = first
        article.date_precision = old["date_precision"]
