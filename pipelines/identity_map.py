"""The records that a batch of articles has to do with, each looked up once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from crawler.items import Article
from pipelines.models import Record, RecordUrl, Revision
from pipelines.near_copies import NearCopies


@dataclass(slots=True)
class RecordState:
    """A record as the batch sees it: the row in the store, or one that the batch will write."""

    id: str
    canonical_url: str
    content_hash: str
    fingerprint: str
    version: int
    status: str = "usable"
    reason: str | None = None
    hold: str = ""
    released: bool = False
    """An editor answers for it."""
    exported: bool = False
    story: str = ""
    current: Article | None = None
    """Its content, if this batch wrote it."""


def record_id(canonical_url: str) -> str:
    """The id of a post first stored under this URL: 16 hex digits."""
    return hashlib.sha256(canonical_url.encode()).hexdigest()[:16]


class IdentityMap:
    """Finds records by URL, content or id. One record is one object, however it was found, so
    that what the batch has decided about it counts for the articles that follow.
    """

    def __init__(self, connection: Connection, near: NearCopies) -> None:
        self.connection = connection
        self.near = near
        self.read_there: dict[str, str] = {}
        """Canonical URL -> fingerprint of the last reading, of the URLs that were looked up."""
        self._by_url: dict[str, RecordState | None] = {}
        self._by_fingerprint: dict[str, RecordState | None] = {}
        self._by_id: dict[str, RecordState] = {}

    # --- finding -----------------------------------------------------------------------------

    def by_url(self, canonical_url: str) -> RecordState | None:
        """The record that a URL leads to."""
        if canonical_url not in self._by_url:
            query = (
                _query()
                .add_columns(RecordUrl.fingerprint.label("read_there"))
                .join(RecordUrl, RecordUrl.record_id == Record.id)
                .where(RecordUrl.canonical_url == canonical_url)
            )
            row = self.connection.execute(query).first()
            self._by_url[canonical_url] = self._state(row)
            if row is not None:
                self.read_there[canonical_url] = row.read_there
        return self._by_url[canonical_url]

    def by_fingerprint(self, fingerprint: str) -> RecordState | None:
        """The live record with this content; of several, the one that was seen first."""
        if fingerprint not in self._by_fingerprint:
            query = (
                _query()
                .where(Record.fingerprint == fingerprint, Record.status == "usable")
                .order_by(Record.first_seen_at, Record.id)
                .limit(1)
            )
            self._by_fingerprint[fingerprint] = self._state(self.connection.execute(query).first())
        return self._by_fingerprint[fingerprint]

    def by_id(self, record_id: str) -> RecordState | None:
        if record_id not in self._by_id:
            query = _query().where(Record.id == record_id)
            return self._state(self.connection.execute(query).first())
        return self._by_id[record_id]

    def live_with(self, record_id: str, revision_id: int) -> RecordState | None:
        """The record of this id, if it is live and this is its current revision."""
        query = _query().where(
            Record.id == record_id, Record.revision_id == revision_id, Record.status == "usable"
        )
        return self._state(self.connection.execute(query).first())

    def originals(
        self, article: Article, but: RecordState | None = None
    ) -> tuple[RecordState | None, list[RecordState]]:
        """The live record whose story the article tells in the same or nearly the same words,
        and where there is none the withdrawn ones; `but` is neither.
        """
        exact = self.by_fingerprint(article.fingerprint)
        if exact is not None and exact is not but:
            return exact, []
        query = select(Record.id).where(
            Record.fingerprint == article.fingerprint, Record.reason == "withdrawn"
        )
        exactly = self.connection.execute(query).scalars().all()
        gone: dict[str, RecordState] = {}
        for found in (*exactly, *self.near.find(article)):
            record = self.by_id(found)
            if record is None or record is but:
                continue
            if record.status == "usable":
                return record, []
            if record.reason == "withdrawn":
                gone[record.id] = record
        return None, list(gone.values())

    # --- contents ----------------------------------------------------------------------------

    def content(self, record: RecordState) -> Any:
        """Its current revision, as the store has it: a row of `revisions`."""
        query = (
            select(*Revision.__table__.c)
            .join(Record, Record.revision_id == Revision.id)
            .where(Record.id == record.id)
        )
        return self.connection.execute(query).one()

    def text_of(self, record: RecordState) -> Any:
        """Its content: an article, or a row of `revisions`."""
        return record.current or self.content(record)

    def held_correction(self, record: RecordState) -> tuple[str, str] | None:
        """Why the store holds a correction of the record, and the hash of its content."""
        query = select(Record.held_reason, Revision.content_hash).join(
            Revision, Revision.id == Record.held_revision_id
        )
        row = self.connection.execute(query.where(Record.id == record.id)).first()
        return None if row is None else (row.held_reason, row.content_hash)

    # --- what the batch decided --------------------------------------------------------------

    def add(self, record: RecordState) -> None:
        """Make a new record known."""
        self._by_id[record.id] = record

    def point(self, article: Article, record: RecordState) -> bool:
        """Make the article's URL lead to a record; whether it led to one before."""
        before = self._by_url.get(article.canonical_url)
        self._by_url[article.canonical_url] = record
        self.read_there[article.canonical_url] = article.fingerprint
        return before is not None

    def tells(self, record: RecordState) -> None:
        """Make a live record known as the one with its present content."""
        self._by_fingerprint[record.fingerprint] = record

    def _state(self, row: Any) -> RecordState | None:
        if row is None:
            return None
        record = RecordState(
            *(row.id, row.canonical_url, row.content_hash, row.fingerprint),
            *(row.version, row.status, row.reason, row.held_reason or ""),
            *(row.released_by is not None, row.exported, row.story),
        )
        return self._by_id.setdefault(row.id, record)


def _query() -> Any:
    return select(
        Record.id,
        Record.canonical_url,
        Record.fingerprint,
        Record.version,
        Record.status,
        Record.reason,
        Record.released_by,
        Record.held_reason,
        Record.exported,
        Record.story,
        Revision.content_hash,
    ).join(Revision, Revision.id == Record.revision_id)
