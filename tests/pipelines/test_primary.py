from collections.abc import Callable

import pytest

from crawler.items import Article
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
