"""Choose and read the publication date."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from crawler.items import Article, Candidate
from crawler.reading.dates import CST, Moment, parse_date

_EXACT = {"day": 0, "minute": 1, "second": 2}
_OLDEST = datetime(1990, 1, 1, tzinfo=CST)  # before there were pages to date


class NormaliseDatePipeline:
    """Sets date_published, date_precision and date_raw; leaves them empty when nothing dates it.

    The first candidate that is a sane date wins (visible line, gov meta tag, list row, URL, in
    this order). Another candidate of the same day that knows the time better only adds precision:
    skins show the day where the meta tag has the minute.
    """

    def process_item(self, item: Any) -> Any:
        if isinstance(item, Article):
            normalise_date(item)
        return item


def normalise_date(article: Article) -> None:
    """See NormaliseDatePipeline."""
    best: tuple[Candidate, Moment] | None = None
    for candidate in article.candidates.get("date", []):
        moment = parse_date(candidate.raw, article.fetched_at)
        if moment is None or not _sane(moment.when, article.fetched_at):
            continue
        if best is None:
            best = candidate, moment
            if candidate.origin in ("list", "url"):
                break  # what follows knows less
        elif (
            moment.when.date() == best[1].when.date()
            and _EXACT[moment.precision] > _EXACT[best[1].precision]
            and not candidate.origin.startswith(("info:更新", "info:最后", "info:修改"))
        ):
            best = candidate, moment
    if best is not None:
        candidate, moment = best
        article.chosen["date"] = candidate
        article.date_raw = candidate.raw
        article.date_published = moment.when
        article.date_precision = moment.precision


def _sane(when: datetime, fetched_at: datetime) -> bool:
    """Not before the web, and not later than the day after it was fetched (clocks differ)."""
    return _OLDEST <= when <= fetched_at + timedelta(days=1)
