"""Which of the posts that carry one story stands for it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol

from crawler.reading.dates import CST
from crawler.reading.text import fold
from pipelines.check_rights import AllowList


class Post(Protocol):
    """What the rule asks of a post; Article has it, and so has a row of `revisions`."""

    @property
    def source(self) -> str:
        """Outlet that the page names, or the publisher where it names none."""

    @property
    def source_inferred(self) -> bool: ...

    @property
    def publisher(self) -> str:
        """Organisation behind the site."""

    @property
    def date_published(self) -> datetime | str | None:
        """Aware; rows have ISO 8601 text."""

    @property
    def date_precision(self) -> str | None: ...

    @property
    def fetched_at(self) -> datetime | str: ...


def takes_over(
    challenger: Post, primary: Post, *, exported: bool, allow_list: AllowList | None = None
) -> bool:
    """Whether a post takes the place of the one that stands for their story so far.

    In this order:

    1. The publisher's own page comes first: the page of the outlet that the primary names as its
       source, or a page that names its own publisher where the primary names somebody else.
    2. A primary that was exported stays: readers would have to follow for no gain.
    3. A post whose source is on the operator's allow-list, on its day, comes before one whose is
       not.
    4. The one published earlier comes first, by day where one of the two shows no more. Where
       that decides nothing the primary stays.

    Args:
        exported: consumers may have the primary.
        allow_list: the operator's; None: nothing is on it.
    """
    if _is_own(primary):
        return False
    if not primary.source_inferred and (
        _same(primary.source, challenger.publisher) or _is_own(challenger)
    ):
        return True
    if exported:
        return False
    allow_list = allow_list or AllowList()
    allowed = [allow_list.allows(post.source, _day(post)) for post in (challenger, primary)]
    if allowed[0] != allowed[1]:
        return allowed[0]
    return _is_earlier(challenger, primary)


def _is_own(post: Post) -> bool:
    """Whether a page names its own publisher as the source."""
    return not post.source_inferred and _same(post.source, post.publisher)


def _same(one: str, other: str) -> bool:
    return bool(one) and fold(one) == fold(other)


def _day(post: Post) -> date:
    return _time(post.date_published or post.fetched_at).date()


def _is_earlier(one: Post, other: Post) -> bool:
    if not one.date_published or not other.date_published:
        return False
    times = _time(one.date_published), _time(other.date_published)
    if "day" in (one.date_precision, other.date_precision):
        return times[0].date() < times[1].date()
    return times[0] < times[1]


def _time(value: datetime | str) -> datetime:
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found.astimezone(CST)
