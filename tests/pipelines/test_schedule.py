from datetime import timedelta

import pytest

from pipelines.schedule import next_look, next_try, next_visit
from tests.conftest import NOW, ROOT


@pytest.mark.parametrize(
    ("age_days", "pause"),
    [
        (0, timedelta(hours=4)),
        (1.9, timedelta(hours=4)),
        (2, timedelta(days=1)),
        (13, timedelta(days=1)),
        (14, timedelta(days=7)),
        (89, timedelta(days=7)),
        (90, timedelta(days=60)),
        (5000, timedelta(days=60)),
    ],
)
def test_by_age(age_days: float, pause: timedelta) -> None:
    assert next_visit(NOW - timedelta(days=age_days), NOW) == NOW + pause


def test_a_post_without_a_date_counts_as_new() -> None:
    assert next_visit(None, NOW) == NOW + timedelta(hours=4)


def test_failures_are_tried_at_once_and_then_daily() -> None:
    assert [next_try(n, NOW) - NOW for n in (1, 3, 4, 50)] == [
        timedelta(0),
        timedelta(0),
        timedelta(days=1),
        timedelta(days=1),
    ]


def test_refusals_are_looked_at_less_and_less() -> None:
    hours = [(next_look(n, NOW) - NOW) / timedelta(hours=1) for n in (1, 2, 3, 5, 9, 10, 9999)]
    assert hours == [4, 8, 16, 64, 1024, 1440, 1440]


def test_the_readme_has_the_same_table() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    for row in ("2 days | 4 hours", "14 days | 1 day", "90 days | 7 days", "older | 60 days"):
        assert row in readme
