"""What a report makes of its URLs: the state of each, and when it is visited again.

| state     | meaning                                                  | visited again          |
|-----------|----------------------------------------------------------|------------------------|
| owed      | listed, not visited yet                                  | by the next run        |
| stored    | the last visit brought a new or another content          | by schedule            |
| unchanged | the last visit brought what was there already            | by schedule            |
| refused   | there is no article, or none that may be had; `reason`   | less and less, or never|
| deferred  | it could not be had; `reason`                            | by the next run: owed  |
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from crawler.items import Article, Listed, Listing, Visit
from crawler.reading.dates import parse_date
from pipelines.fingerprint import storable
from pipelines.frontier import entries
from pipelines.models import LedgerEntry, Record, Revision
from pipelines.reconcile import Outcome
from pipelines.schedule import SUSPECT, next_look, next_try, next_visit
from pipelines.times import in_utc
from pipelines.validators import forget, remember
from pipelines.walks import save_resume
from pipelines.withdrawal import ALIVE, Sightings, published_under

# Refusals that no later visit would change.
_FOR_EVER = ("other_host", "other_scheme", "trap", "direct_file", "other_page", "taken_down")
# What a URL begins with.
_FRESH: dict[str, Any] = {"reason": "", "failures": 0, **ALIVE}


def note_article(
    connection: Connection, article: Article, outcome: Outcome, result: Any, seen: Sightings
) -> None:
    """Note that a visit brought an article.

    Args:
        connection: of the transaction that has stored it.
        article: its `listed` row is the URL that was visited.
        outcome, result: what became of it (pipelines.batch.save).
        seen: of this run; added to.
    """
    row = article.listed or Listed(article.canonical_url, article.url, article.title)
    at = article.fetched_at
    due: datetime | None
    failures = 0
    if outcome == "refused":
        state, reason = "refused", result
        failures = _failures(connection, row) + 1
        due = None if reason == "taken_down" else _due_refused(connection, row, at, failures)
    else:
        state = "unchanged" if outcome == "unchanged" else "stored"
        reason, due = "", _due(connection, row, at, article.date_published)
        seen.found(row.canonical_url)
    values = {
        "state": state,
        "reason": reason,
        "failures": failures,
        "visited_at": in_utc(at),
        "due_at": in_utc(due) if due else None,
    } | (ALIVE if outcome != "refused" else {})
    if _is_moved(connection, row, article):
        # The row's address only leads to the post's own: that is visited from now on.
        own = replace(row, canonical_url=article.canonical_url, url=article.url)
        _set(connection, own, article.spider, article.channel, values)
        values |= {"due_at": None}
    _set(connection, row, article.spider, article.channel, values)
    if len(article.captures) == 1 and outcome != "refused":
        remember(connection, article.captures[0])


def note_visit(connection: Connection, visit: Visit, seen: Sightings) -> None:
    """Note what came of a visit that brought no article; `seen`: of this run, added to."""
    url = visit.row.canonical_url
    failures = 0 if visit.outcome == "unchanged" else _failures(connection, visit.row) + 1
    values: dict[str, Any] = {
        "state": visit.outcome,
        "reason": visit.reason,
        "failures": failures,
        "visited_at": in_utc(visit.at),
    }
    due: datetime | None
    if visit.outcome == "unchanged":
        values |= ALIVE
        seen.found(url)
        due = _due(connection, visit.row, visit.at)
    elif visit.outcome == "deferred":
        due = next_try(failures, visit.at)
    else:
        due = _due_refused(connection, visit.row, visit.at, failures)
        if seen.missed(url, visit.reason, visit.at):
            if published_under(connection, [url]):
                due = visit.at + SUSPECT
        elif visit.reason in _FOR_EVER:
            due = None
        forget(connection, visit.row.url)
    values["due_at"] = in_utc(due) if due else None
    _set(connection, visit.row, visit.spider, visit.channel, values)


def note_listing(connection: Connection, listing: Listing) -> None:
    """Note the rows of a list page: those that no list has shown before are owed."""
    at = in_utc(listing.at)
    known = entries(connection, [row.canonical_url for row in listing.rows])
    shown = {
        row.canonical_url: storable(
            {
                **{"url": row.url, "title": row.title, "date_raw": row.date_raw},
                **{"spider": listing.spider, "channel": listing.channel, "listed_at": at},
            }
        )
        for row in listing.rows
    }
    new = [
        {"canonical_url": url, "state": "owed", "due_at": at, **_FRESH, **values}
        for url, values in shown.items()
        if url not in known
    ]
    if new:
        connection.execute(insert(LedgerEntry), new)
    if again := [{"of": url, **values} for url, values in shown.items() if url in known]:
        names = [name for name in again[0] if name != "of"]
        connection.execute(
            update(LedgerEntry)
            .where(LedgerEntry.canonical_url == bindparam("of"))
            .values({name: bindparam(name) for name in names}),
            again,
        )
    if listing.capture is not None:
        remember(connection, listing.capture)
    save_resume(connection, listing)


def _set(
    connection: Connection, row: Listed, spider: str, channel: str, values: dict[str, Any]
) -> None:
    where = LedgerEntry.canonical_url == row.canonical_url
    changed = connection.execute(update(LedgerEntry).where(where).values(values))
    if not changed.rowcount:
        first = {
            **{"canonical_url": row.canonical_url, "url": row.url},
            **{"title": row.title, "date_raw": row.date_raw},
            **{"spider": spider, "channel": channel, "listed_at": values["visited_at"]},
        }
        connection.execute(insert(LedgerEntry).values(_FRESH | first | values))


def _is_moved(connection: Connection, row: Listed, article: Article) -> bool:
    """Whether the row's address led elsewhere, to where a record of its own stands."""
    if row.canonical_url == article.canonical_url:
        return False
    query = select(Record.id).where(Record.canonical_url == article.canonical_url)
    return connection.execute(query).first() is not None


def _due(
    connection: Connection, row: Listed, at: datetime, published: datetime | None = None
) -> datetime:
    """When a URL that was visited at `at` is visited again.

    It is as old as its page says (`published`, or what is stored of it), else as its row on the
    list says, else as long as it is known. Dates to come are errors.
    """
    post = connection.execute(
        select(Revision.date_published, Record.first_seen_at)
        .join(Record, Record.revision_id == Revision.id)
        .where(Record.canonical_url == row.canonical_url)
    ).first()
    listed = parse_date(row.date_raw, at)
    query = select(LedgerEntry.listed_at).where(LedgerEntry.canonical_url == row.canonical_url)
    dates = (
        published,
        _time(post.date_published) if post else None,
        listed.when if listed else None,
        _time(post.first_seen_at) if post else _time(connection.execute(query).scalar()),
    )
    past = (date for date in dates if date is not None and date <= at + timedelta(days=1))
    return next_visit(next(past, None), at)


def _due_refused(connection: Connection, row: Listed, at: datetime, failures: int) -> datetime:
    """When a URL that was refused at `at`, for the n-th time, is looked at again."""
    again = next_look(failures, at)
    if published_under(connection, [row.canonical_url]):
        return min(again, _due(connection, row, at))
    return again


def _failures(connection: Connection, row: Listed) -> int:
    """How often in a row a URL was refused or deferred."""
    query = select(LedgerEntry.failures).where(LedgerEntry.canonical_url == row.canonical_url)
    return connection.execute(query).scalar() or 0


def _time(stored: str | None) -> datetime | None:
    return datetime.fromisoformat(stored) if stored else None
