"""Whether posts that a run found gone are withdrawn: that needs evidence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, update

from crawler.items import Copy
from pipelines.database import upsert
from pipelines.models import LedgerEntry, Record, SourceState
from pipelines.story import cancel
from pipelines.succession import heirs
from pipelines.times import in_utc

_CHUNK = 500  # SQLite binds at most 32,766 values

# The only evidence that a post is gone. At the first sight of 410 it is.
_GONE = ("http_404", "soft_404")
_GONE_FOR_GOOD = "http_410"
_GUARD_SHARE = 0.2
_GUARD_COUNT = 5

ALIVE: dict[str, Any] = {"gone_since": None, "gone_sightings": 0}
"""What a good visit makes of a URL's row in the ledger."""


@dataclass(slots=True, frozen=True)
class Settlement:
    """What a run did about posts that are gone."""

    withdrawn: int = 0
    suspect: int = 0
    frozen: str = ""
    """Why nothing of the source is withdrawn; "" where it is not frozen."""
    copies: tuple[Copy, ...] = ()
    """Of what was withdrawn, in the order in which they may take over; for `Ledger.adopt`."""


@dataclass(slots=True)
class Sightings:
    """Which posts a run found in their places, and which not; by canonical URL."""

    alive: set[str] = field(default_factory=set)
    gone: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    """Reason, and when."""

    def found(self, url: str) -> None:
        self.alive.add(url)
        self.gone.pop(url, None)

    def missed(self, url: str, reason: str, at: datetime) -> bool:
        """Whether a refusal is evidence that the post is gone."""
        if reason not in (*_GONE, _GONE_FOR_GOOD):
            return False
        self.gone[url] = reason, at
        return True


def settle(
    connection: Connection,
    seen: Sightings,
    spider: str,
    at: datetime,
    run: int | None,
    *,
    sightings: int,
    hours: float,
    lists: bool,
) -> tuple[Settlement, list[Any]]:
    """Decide what a run's sightings of gone posts mean (README: Withdrawal needs evidence).

    A post is withdrawn when `sightings` runs, the last of them `hours` after the first, found
    404 or an error page in its place; 410 withdraws at once. If more than a fifth of the
    posts that were visited are gone, and at least five, the site is at fault: the sightings
    do not count and the source is frozen until a run finds it healthy. Nor do they count when
    none of the `lists` that were asked for could be read and no post was there.

    Returns:
        What was done, without the copies; the rows of the copies (`succession.load`).
    """
    gone = published_under(connection, seen.gone)
    visited = len(seen.alive) + len(gone)
    frozen = connection.execute(
        select(SourceState.frozen_reason).where(
            SourceState.spider == spider, SourceState.frozen_at.is_not(None)
        )
    ).scalar()
    if not lists and not seen.alive and len(gone) < _GUARD_COUNT:
        return Settlement(suspect=len(gone), frozen=frozen or ""), []
    if len(gone) >= _GUARD_COUNT and len(gone) > _GUARD_SHARE * visited:
        reason = f"{len(gone)} of {visited} visited posts were gone at once"
        values = {"spider": spider, "frozen_at": in_utc(at), "frozen_reason": reason}
        upsert(connection, SourceState, values, keys=("spider",))
        return Settlement(frozen=reason), []
    if frozen and seen.alive:
        thawed = {"spider": spider, "frozen_at": None, "frozen_reason": ""}
        upsert(connection, SourceState, thawed, keys=("spider",))
    withdrawn: list[str] = []
    for url, record in gone.items():
        reason, when = seen.gone[url]
        if _sighted(connection, url, when, sightings, hours) or reason == _GONE_FOR_GOOD:
            withdrawn.append(record)
    if frozen:
        return Settlement(suspect=len(gone), frozen="" if seen.alive else frozen), []
    cancel(connection, withdrawn, "withdrawn", at, run)
    copies = heirs(connection, withdrawn, seen.gone, seen.alive, at)
    return Settlement(len(withdrawn), len(gone) - len(withdrawn)), copies


def _sighted(
    connection: Connection, url: str, seen: datetime, sightings: int, hours: float
) -> bool:
    """Count a sighting; whether there are enough now."""
    where = LedgerEntry.canonical_url == url
    entry = connection.execute(
        select(LedgerEntry.gone_since, LedgerEntry.gone_sightings).where(where)
    ).one()
    since = datetime.fromisoformat(entry.gone_since) if entry.gone_since else seen
    count = entry.gone_sightings + 1
    values = {"gone_since": in_utc(since), "gone_sightings": count}
    connection.execute(update(LedgerEntry).where(where).values(values))
    return count >= sightings and seen - since >= timedelta(hours=hours)


def published_under(connection: Connection, urls: Iterable[str]) -> dict[str, str]:
    """URL -> record id, for URLs that published posts stand under."""
    found: dict[str, str] = {}
    ordered = list(urls)
    for start in range(0, len(ordered), _CHUNK):
        query = select(Record.canonical_url, Record.id).where(
            Record.canonical_url.in_(ordered[start : start + _CHUNK]), Record.status == "usable"
        )
        found |= {row.canonical_url: row.id for row in connection.execute(query)}
    return found
