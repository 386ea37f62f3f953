"""When a post is visited again: one schedule, by its age.

| age of the post   | visited again after |
|-------------------|---------------------|
| less than 2 days  | 4 hours             |
| less than 14 days | 1 day               |
| less than 90 days | 7 days              |
| older             | 60 days             |

Corrections come early (most within the first days), withdrawals at any time. A suspect post is
visited again after 4 hours, so that a second sighting is not far off. A page that was refused may
be better soon (a login wall, a challenge) or never (an error page): it is looked at again after 4
hours, then 8, 16 and so on, if its age does not call for it sooner. What could not be had is tried
again in the next three runs, then once a day: it stays owed.
"""

from __future__ import annotations

from datetime import datetime, timedelta

_AGES = (
    (timedelta(days=2), timedelta(hours=4)),
    (timedelta(days=14), timedelta(days=1)),
    (timedelta(days=90), timedelta(days=7)),
)
_OLD = timedelta(days=60)
SUSPECT = timedelta(hours=4)
_REFUSED = timedelta(hours=4)
_AT_ONCE = 3  # failures
_LATER = timedelta(days=1)


def next_visit(published: datetime | None, now: datetime) -> datetime:
    """When a post that was read at `now` is visited again.

    Args:
        published: its date, aware; None where it shows none: then it counts as new.
        now: aware.
    """
    age = now - (published or now)
    return now + next((pause for limit, pause in _AGES if age < limit), _OLD)


def next_look(refusals: int, now: datetime) -> datetime:
    """When what was refused for the n-th time in a row is looked at again."""
    return now + min(_REFUSED * (1 << min(refusals - 1, 10)), _OLD)


def next_try(failures: int, now: datetime) -> datetime:
    """When what failed for the n-th time in a row is tried again."""
    return now if failures <= _AT_ONCE else now + _LATER
