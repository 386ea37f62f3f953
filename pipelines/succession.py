"""Copies of posts that were withdrawn: one on the same site takes over, others wait.

What becomes of each is decided like of any article (pipelines.reconcile). Here they are found, and
their sites are asked again soon: what is known of a copy is as old as its last visit.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, select, update

from crawler.items import Copy, Listed
from crawler.reading.urls import host_of
from pipelines.archive import Archive
from pipelines.models import Capture, LedgerEntry, Record, RecordUrl
from pipelines.times import in_utc
from pipelines.validators import forget


def heirs(
    connection: Connection,
    withdrawn: Sequence[str],
    gone: Collection[str],
    alive: Collection[str],
    at: datetime,
) -> list[Any]:
    """The copies of withdrawn posts, in the order in which they may take over.

    They are owed by the next run, which asks for them whole. One on the site that withdrew the
    post is suspect with it: if it is gone, too, it takes no further proof.

    Args:
        connection: of a transaction that may write.
        withdrawn: ids of the records that were withdrawn.
        gone: canonical URLs that this run found gone.
        alive: canonical URLs that this run found in their places.
        at: now, aware.

    Returns:
        Rows for `load`.
    """
    entry = LedgerEntry
    query = (
        select(
            *(RecordUrl.canonical_url, RecordUrl.url, RecordUrl.fingerprint),
            *(Record.canonical_url.label("primary"), entry.spider, entry.channel),
            *(entry.title, entry.date_raw, entry.gone_sightings),
        )
        .join(Record, Record.id == RecordUrl.record_id)
        .join(entry, entry.canonical_url == RecordUrl.canonical_url)
        .where(
            Record.id.in_(withdrawn),
            RecordUrl.canonical_url != Record.canonical_url,
            entry.due_at.is_not(None),
            entry.reason.not_in(("http_404", "http_410", "soft_404")),
        )
        .order_by(RecordUrl.first_seen_at, RecordUrl.canonical_url)
    )
    rows = [row for row in connection.execute(query) if row.canonical_url not in gone]
    for row in rows:
        values: dict[str, Any] = {
            "state": "owed",
            "due_at": in_utc(at),
        }
        if _same_site(row) and row.canonical_url not in alive and not row.gone_sightings:
            seen = select(entry.gone_since, entry.gone_sightings).where(
                entry.canonical_url == row.primary
            )
            values |= connection.execute(seen).one()._asdict()
        where = entry.canonical_url == row.canonical_url
        connection.execute(update(entry).where(where).values(values))
        forget(connection, row.url)
    return sorted(rows, key=lambda row: (not _same_site(row), row.canonical_url not in alive))


def load(engine: Engine, archive: Archive, rows: Sequence[Any]) -> list[Copy]:
    """The copies with what the archive holds of them.

    Raises:
        ArchiveError: a file is missing or damaged.
    """
    with engine.connect() as connection:
        newest = (
            select(func.max(Capture.id))
            .where(Capture.url.in_([row.url for row in rows]))
            .group_by(Capture.url)
        )
        query = select(Capture.url, Capture.sha256, Capture.fetched_at)
        found = {row.url: row for row in connection.execute(query.where(Capture.id.in_(newest)))}
    copies = []
    for row in rows:
        capture = None
        if (kept := found.get(row.url)) is not None:
            at = datetime.fromisoformat(kept.fetched_at)
            capture = archive.load(engine, kept.sha256, at, row.url)
        listed = Listed(row.canonical_url, row.url, row.title, row.date_raw)
        copies.append(Copy(listed, row.spider, row.channel, row.fingerprint, capture))
    return copies


def _same_site(row: Any) -> bool:
    return host_of(row.canonical_url) == host_of(row.primary)
