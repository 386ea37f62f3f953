from collections.abc import Callable

import pytest

from crawler.items import Article, Candidate
from pipelines.normalise_date import normalise_date


@pytest.mark.parametrize(
    ("candidates", "published", "precision", "raw"),
    [
        # the visible line wins over the tag of another day
        (
            [("2024-08-25", "info:发布时间"), ("2024-08-24 10:03", "meta:pubdate")],
            "2024-08-25T00:00:00+08:00",
            "day",
            "2024-08-25",
        ),
        # a tag of the same day adds the time
        (
            [("2024-08-25", "info:发布时间"), ("2024-08-25 10:03", "meta:pubdate")],
            "2024-08-25T10:03:00+08:00",
            "minute",
            "2024-08-25 10:03",
        ),
        # later than tomorrow is a mistake
        (
            [("2062-08-25", "info:发布时间"), ("2024-08-25", "meta:pubdate")],
            "2024-08-25T00:00:00+08:00",
            "day",
            "2024-08-25",
        ),
        ([("08-25", "list")], "2026-08-25T00:00:00+08:00", "day", "08-25"),
        ([("下周一", "info:时间")], None, None, ""),
        ([], None, None, ""),
    ],
)
def test_choice(
    make_article: Callable[..., Article],
    candidates: list[tuple[str, str]],
    published: str | None,
    precision: str | None,
    raw: str,
) -> None:
    article = make_article(candidates={"date": [Candidate(*c) for c in candidates]})
    normalise_date(article)
    date = article.date_published
    assert (date.isoformat() if date else None) == published
    assert (article.date_precision, article.date_raw) == (precision, raw)
    assert ("date" in article.chosen) == (published is not None)
