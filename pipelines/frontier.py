"""Which URLs a crawl knows, and which of them are to be visited now."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import Connection, Engine, Select, select

from crawler.items import Known, Listed
from pipelines.models import LedgerEntry
from pipelines.times import in_utc

_CHUNK = 500  # SQLite binds at most 32,766 values


class Frontier:
    """The URLs that lists have shown; `pipelines.visits` gives them their states."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def entries(self, canonical_urls: Collection[str]) -> dict[str, Known]:
        """Those of the URLs that a list has shown before."""
        with self.engine.connect() as connection:
            return entries(connection, canonical_urls)

    def owed(self, spider: str, at: datetime, channel: str | None = None) -> list[Known]:
        """What earlier runs listed and did not get, oldest first; of one list, or of all."""
        entry = LedgerEntry
        query = _query().where(
            entry.spider == spider,
            entry.state.in_(("owed", "deferred")),
            entry.due_at <= in_utc(at),
        )
        if channel is not None:
            query = query.where(entry.channel == channel)
        with self.engine.connect() as connection:
            return [_known(row) for row in connection.execute(query.order_by(entry.due_at))]

    def due(self, spider: str, at: datetime) -> Iterator[Known]:
        """What is to be visited again, the longest due first. What was visited just now is not,
        once it is written: see `Ledger.flush`.
        """
        entry = LedgerEntry
        query = _query().where(
            entry.spider == spider,
            entry.state.in_(("stored", "unchanged", "refused")),
            entry.due_at <= in_utc(at),
        )
        return self._paged(query.order_by(entry.due_at, entry.canonical_url))

    def all_of(self, spider: str, channel: str) -> Iterator[Known]:
        """What a list has ever shown and may be visited, the newest first."""
        entry = LedgerEntry
        query = _query().where(
            entry.spider == spider, entry.channel == channel, entry.due_at.is_not(None)
        )
        return self._paged(query.order_by(entry.listed_at.desc(), entry.canonical_url))

    def _paged(self, query: Select[*tuple[Any, ...]]) -> Iterator[Known]:
        """In pages, since a caller may stop early; nothing may be written meanwhile."""
        for start in count(0, _CHUNK):
            with self.engine.connect() as connection:
                rows = connection.execute(query.limit(_CHUNK).offset(start)).all()
            yield from map(_known, rows)
            if len(rows) < _CHUNK:
                return


def entries(connection: Connection, canonical_urls: Collection[str]) -> dict[str, Known]:
    """Those of the URLs that a list has shown before."""
    found: dict[str, Known] = {}
    ordered = list(dict.fromkeys(canonical_urls))
    for start in range(0, len(ordered), _CHUNK):
        chunk = ordered[start : start + _CHUNK]
        query = _query().where(LedgerEntry.canonical_url.in_(chunk))
        found |= {row.canonical_url: _known(row) for row in connection.execute(query)}
    return found


def _query() -> Select[*tuple[Any, ...]]:
    entry = LedgerEntry
    return select(
        *(entry.canonical_url, entry.url, entry.title, entry.date_raw),
        *(entry.channel, entry.state, entry.reason, entry.due_at),
    )


def _known(row: Any) -> Known:
    return Known(
        Listed(row.canonical_url, row.url, row.title, row.date_raw),
        row.channel,
        row.state,
        row.reason,
        datetime.fromisoformat(row.due_at) if row.due_at else None,
    )
