"""Writing articles in batches: those that a crawl read, and those that a replay read anew."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from crawler.items import Article
from pipelines.check_rights import AllowList
from pipelines.reconcile import Entry, Outcome, Reconciler
from pipelines.records import load_records


def save(
    connection: Connection,
    articles: Sequence[Article],
    run: int | None = None,
    *,
    at: datetime | None = None,
    allow_list: AllowList | None = None,
) -> list[tuple[Outcome, Any]]:
    """Write articles in order, in the caller's transaction.

    Args:
        connection: of a transaction that may write (database.writing).
        articles: complete articles (all pipelines have run).
        run: id of the run that read them.
        at: of the changes, aware; None: when each article was fetched.
        allow_list: sources that come before others (pipelines.primary).

    Returns:
        For every article what became of it, and the Record that stands for it now; where it was
        refused or held, the reason.
    """
    entries: list[Entry] = []
    reconciler = Reconciler(connection, run, at, allow_list)
    for article in articles:
        reconciler.add(article)
        if reconciler.work.shifted:
            reconciler.work.write()
            entries += reconciler.entries
            reconciler = Reconciler(connection, run, at, allow_list)
    reconciler.work.write()
    entries += reconciler.entries
    records = load_records(connection, {entry.id for entry in entries})
    return [(entry.outcome, entry.reason or records[entry.id]) for entry in entries]


def revise(
    connection: Connection,
    readings: Sequence[tuple[str, int, Article]],
    at: datetime,
    run: int | None,
) -> int:
    """Give records what was read anew from the captures of their current revisions.

    A record that is not usable, or has got another revision meanwhile, stays as it is; so does one
    that was found to say what was taken down. What resembles that is held.

    Args:
        connection: of a transaction that may write.
        readings: record id, id of the revision whose captures were read, what was read (it
            differs, see `pipelines.revision.compare`).
        at: when, aware.
        run: id of the run that read them.

    Returns:
        How many records got a revision.
    """
    reconciler = Reconciler(connection, run, at)
    revised = 0
    for reading in readings:
        revised += reconciler.reread(*reading)
        if reconciler.work.shifted:
            reconciler.work.write()
            reconciler = Reconciler(connection, run, at)
    reconciler.work.write()
    return revised
