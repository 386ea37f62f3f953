from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from crawler.items import Article
from crawler.reading.dates import CST
from pipelines.check_rights import AllowList
from pipelines.primary import takes_over


@pytest.mark.parametrize(
    ("newcomer", "primary", "expected"),
    [
        # source, its site's publisher; no source: the page names none
        (("甲报", "甲报"), ("甲报", "乙网"), True),
        (("", "甲报"), ("甲报", "乙网"), True),  # the primary says whose it is
        (("甲报", "甲报"), ("丙报", "乙网"), True),
        (("甲报", "甲报"), ("", "乙网"), False),  # which names nobody else
        (("甲报", "甲报"), ("乙网", "乙网"), False),  # each claims it: the first stays
        (("甲报", "丙网"), ("甲报", "乙网"), False),
        (("", "丙网"), ("甲报", "乙网"), False),
        (("", ""), ("", ""), False),
    ],
)
def test_who_stands_for_a_story(
    make_article: Callable[..., Article],
    newcomer: tuple[str, str],
    primary: tuple[str, str],
    expected: bool,
) -> None:
    one, other = (
        make_article(source=source or publisher, source_inferred=not source, publisher=publisher)
        for source, publisher in (newcomer, primary)
    )
    assert takes_over(one, other, exported=True) is expected


def post(make_article: Callable[..., Article], source: str, when: str | None) -> Article:
    day = when is not None and len(when) == 10
    published = datetime.fromisoformat(f"{when}T00:00" if day else when) if when else None
    return make_article(
        source=source,
        publisher="某网",
        date_published=published.replace(tzinfo=CST) if published else None,
        date_precision=("day" if day else "minute") if when else None,
    )


@pytest.mark.parametrize(
    ("challenger", "primary", "expected"),
    [
        (("甲报", "2024-08-25T09:00"), ("乙报", "2024-08-25T10:00"), True),
        (("甲报", "2024-08-25T10:00"), ("乙报", "2024-08-25T10:00"), False),
        (("甲报", "2024-08-25"), ("乙报", "2024-08-25T10:00"), False),  # perhaps at 11:00
        (("甲报", "2024-08-24"), ("乙报", "2024-08-25T10:00"), True),
        (("甲报", None), ("乙报", "2024-08-25"), False),
        (("甲报", "2024-08-25"), ("乙报", None), False),
        (("新华社", "2024-08-26"), ("乙报", "2024-08-25"), True),  # allowed comes before earlier
        (("甲报", "2024-08-24"), ("新华网", "2024-08-25"), False),
        (("新华社", "2024-08-24"), ("新华网", "2024-08-25"), True),
        (("新华社", "2028-01-01"), ("乙报", "2027-12-31"), False),  # no longer on the list
    ],
)
def test_until_it_is_exported(
    make_article: Callable[..., Article],
    tmp_path: Path,
    challenger: tuple[str, str | None],
    primary: tuple[str, str | None],
    expected: bool,
) -> None:
    (tmp_path / "sources.toml").write_text(
        '[[source]]\nname = "新华社"\naliases = ["新华网"]\nvalid_to = 2027-12-31\n', "utf-8"
    )
    allow_list = AllowList.load(tmp_path / "sources.toml")
    one, other = (post(make_article, *fields) for fields in (challenger, primary))
    assert takes_over(one, other, exported=False, allow_list=allow_list) is expected
    assert takes_over(one, other, exported=True, allow_list=allow_list) is False


def test_a_row_of_the_store_is_a_post(make_article: Callable[..., Article]) -> None:
    late, early = (post(make_article, "甲报", f"2024-08-25T{hour}:00") for hour in ("10", "09"))
    row = SimpleNamespace(
        source="甲报",
        source_inferred=False,
        publisher="某网",
        date_published="2024-08-25T10:00:00+08:00",
        date_precision="minute",
        fetched_at="2024-08-26T10:00:00+08:00",
    )
    assert takes_over(early, row, exported=False)
    assert not takes_over(late, row, exported=False)
