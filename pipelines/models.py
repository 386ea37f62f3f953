"""The store's tables.

Times are stored as ISO 8601 text with offset, the form in which they are exported: what one
engine gives back is what the other gives back.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, MetaData, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    # Named constraints, so that migrations can refer to them on every engine.
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Record(Base):
    """A stored post's lasting identity."""

    __tablename__ = "records"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    """Hash of the canonical URL first stored under; given once."""
    canonical_url: Mapped[str] = mapped_column(Text, unique=True)
    url: Mapped[str] = mapped_column(Text)
    spider: Mapped[str] = mapped_column(String(100))
    status: Mapped[str] = mapped_column(String(10), default="usable")
    """usable, canceled, held (never published yet: in no export, without a change), or copy: never
    exported, and another record stands for its story.
    """
    reason: Mapped[str | None] = mapped_column(String(20))
    canceled_at: Mapped[str | None] = mapped_column(String(32))
    duplicate_of: Mapped[str | None] = mapped_column(ForeignKey("records.id"))
    story: Mapped[str] = mapped_column(String(16), index=True)
    """The cluster: the records that carry one story share it. At most one of them is usable."""
    exported: Mapped[bool] = mapped_column(default=False, index=True)
    """An export, or a feed of a crawl, may have written it: consumers must be told what follows."""
    version: Mapped[int]
    """How many contents it has had; grows also when an old content comes back."""
    revision_id: Mapped[int | None]
    """The current revision. No foreign key: revisions point here, and one direction is enough."""
    seq: Mapped[int] = mapped_column(index=True)
    """The last change."""
    fingerprint: Mapped[str] = mapped_column(String(64), index=True)
    """Of the current revision."""
    held_reason: Mapped[str | None] = mapped_column(String(40))
    """Why the record, or its newest content, waits for the operator."""
    held_revision_id: Mapped[int | None]
    """A correction that is held, while the current revision stays published."""
    released_by: Mapped[str | None] = mapped_column(Text)
    """The editor who answers for publishing it in spite of the reason."""
    first_seen_at: Mapped[str] = mapped_column(String(32))
    updated_at: Mapped[str] = mapped_column(String(32))


class RecordUrl(Base):
    """Every URL that leads to a record: its own, and those of copies of the post."""

    __tablename__ = "record_urls"

    canonical_url: Mapped[str] = mapped_column(Text, primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    record_id: Mapped[str] = mapped_column(ForeignKey("records.id"), index=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    """What was read there last: a copy that changes may become a post of its own."""
    first_seen_at: Mapped[str] = mapped_column(String(32))


class Revision(Base):
    """One distinct content of a record."""

    __tablename__ = "revisions"
    __table_args__ = (UniqueConstraint("record_id", "content_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[str] = mapped_column(ForeignKey("records.id"))
    content_hash: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(Text)
    subtitle: Mapped[str] = mapped_column(Text)
    kicker: Mapped[str] = mapped_column(Text)
    date_published: Mapped[str | None] = mapped_column(String(32))
    date_precision: Mapped[str | None] = mapped_column(String(6))
    date_raw: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    source_raw: Mapped[str] = mapped_column(Text)
    source_inferred: Mapped[bool]
    publisher: Mapped[str] = mapped_column(Text)
    authors: Mapped[list[str]] = mapped_column(JSON)
    editor: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text)
    section: Mapped[str] = mapped_column(Text)
    doc_number: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(35))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    images: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    attachments: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    origins: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Field -> the candidate it was made from: raw, origin, line, xpath."""
    capture_sha256: Mapped[str] = mapped_column(String(64))
    further_captures: Mapped[list[str] | None] = mapped_column(JSON)
    """Those of the further pages of an article that is split over several."""
    fetched_at: Mapped[str] = mapped_column(String(32))


class Tombstone(Base):
    """What is never imported again: an address, or a content, that was taken down."""

    __tablename__ = "tombstones"

    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    """url (canonical), fingerprint, or signature (hex; what resembles it is held)."""
    value: Mapped[str] = mapped_column(Text, primary_key=True)
    record_id: Mapped[str | None] = mapped_column(ForeignKey("records.id"), index=True)
    """Null where the address was never imported."""
    at: Mapped[str] = mapped_column(String(32))


class Audit(Base):
    """What operators did, and why. Append-only: the database refuses changes."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[str] = mapped_column(String(32))
    who: Mapped[str] = mapped_column(Text)
    """user@machine."""
    action: Mapped[str] = mapped_column(String(12))
    """takedown, purge, restore or release."""
    target: Mapped[str] = mapped_column(Text)
    """As the operator named it."""
    reason: Mapped[str] = mapped_column(Text)
    requested_by: Mapped[str] = mapped_column(Text)
    what: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Ids of the records, and what was done to them."""


class Band(Base):
    """A part of a revision's signature: what shares one with it may be a near copy.

    No foreign key, whose check would cost as much as the row: revisions are never deleted.
    """

    __tablename__ = "bands"
    __table_args__ = ({"sqlite_with_rowid": False},)

    hash: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    revision_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class Change(Base):
    """One entry of the change log that exports follow."""

    __tablename__ = "changes"
    # AUTOINCREMENT: a number is never given twice, even when the newest row goes.
    __table_args__ = (Index("ix_changes_record_id", "record_id"), {"sqlite_autoincrement": True})

    seq: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[str] = mapped_column(ForeignKey("records.id"))
    kind: Mapped[str] = mapped_column(String(12))
    """created, revised, withdrawn, restored, taken_down, merged or duplicate."""
    version: Mapped[int]
    revision_id: Mapped[int | None]
    difference: Mapped[dict[str, str] | None] = mapped_column(JSON)
    """Of a revision: field -> cosmetic or material (pipelines.difference)."""
    run_id: Mapped[int | None] = mapped_column(ForeignKey("runs.id"))
    at: Mapped[str] = mapped_column(String(32))


class Capture(Base):
    """Index of the archive: where a response is kept (pipelines.archive)."""

    __tablename__ = "captures"

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    """Of the body as it came."""
    url: Mapped[str] = mapped_column(Text)
    fetched_at: Mapped[str] = mapped_column(String(32))
    file: Mapped[str] = mapped_column(String(100), index=True)
    offset: Mapped[int] = mapped_column(BigInteger)
    length: Mapped[int] = mapped_column(BigInteger)
    revisit: Mapped[bool]
    """The body is kept with an earlier capture."""


class LedgerEntry(Base):
    """A URL that a list has shown, and what has become of it."""

    __tablename__ = "ledger"
    __table_args__ = (Index("ix_ledger_spider_due_at", "spider", "due_at"),)

    canonical_url: Mapped[str] = mapped_column(Text, primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    spider: Mapped[str] = mapped_column(String(100))
    channel: Mapped[str] = mapped_column(Text)
    """Column path of the list."""
    title: Mapped[str] = mapped_column(Text)
    date_raw: Mapped[str] = mapped_column(Text)
    """Title and date of the list's row."""
    state: Mapped[str] = mapped_column(String(10))
    """owed, stored, unchanged, refused or deferred."""
    reason: Mapped[str] = mapped_column(String(40))
    """Of a refusal or deferral, else ""."""
    failures: Mapped[int]
    """How often it was deferred or refused since it was last read."""
    listed_at: Mapped[str] = mapped_column(String(32))
    """When a list showed it last."""
    visited_at: Mapped[str | None] = mapped_column(String(32))
    """When it was last asked for, whatever came of it."""
    due_at: Mapped[str | None] = mapped_column(String(32))
    """When it is to be visited again; null: never."""
    gone_since: Mapped[str | None] = mapped_column(String(32))
    """First of the sightings that say that a stored post is gone; null while it is not suspect."""
    gone_sightings: Mapped[int]
    """In how many runs it was seen to be gone since then."""


class Validator(Base):
    """What makes the next request for a URL conditional; kept after a good reading only."""

    __tablename__ = "validators"

    url: Mapped[str] = mapped_column(Text, primary_key=True)
    etag: Mapped[str] = mapped_column(Text)
    last_modified: Mapped[str] = mapped_column(Text)
    rules: Mapped[int]
    """Version of the reading rules; what other rules have read is asked for whole."""
    capture_sha256: Mapped[str] = mapped_column(String(64))


class SourceState(Base):
    """What is known of a source as a whole."""

    __tablename__ = "sources"

    spider: Mapped[str] = mapped_column(String(100), primary_key=True)
    frozen_at: Mapped[str | None] = mapped_column(String(32))
    """Since when nothing of it is withdrawn; null: it is not frozen."""
    frozen_reason: Mapped[str] = mapped_column(Text)


class Run(Base):
    """One crawl, its figures and outcome."""

    __tablename__ = "runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    spider: Mapped[str] = mapped_column(String(100))
    arguments: Mapped[dict[str, Any]] = mapped_column(JSON)
    started_at: Mapped[str] = mapped_column(String(32))
    finished_at: Mapped[str | None] = mapped_column(String(32))
    outcome: Mapped[str | None] = mapped_column(String(20))
    """done or failed; null while it runs, or when it was killed."""
    figures: Mapped[dict[str, Any] | None] = mapped_column(JSON)


class Pause(Base):
    """A server asked to be left alone (Retry-After)."""

    __tablename__ = "pauses"

    address: Mapped[str] = mapped_column(Text, primary_key=True)
    """A host, or one URL of it."""
    until: Mapped[str] = mapped_column(String(32))


class Walk(Base):
    """The last walk of a list, from page to page."""

    __tablename__ = "walks"

    spider: Mapped[str] = mapped_column(String(100), primary_key=True)
    start: Mapped[str] = mapped_column(Text, primary_key=True)
    """Address of its first page."""
    complete: Mapped[bool]
    """It came to the list's end."""
    resume: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """If it did not: the page to go on with."""
    walked_at: Mapped[str] = mapped_column(String(32))


class Cursor(Base):
    """How far a destination has followed the change log."""

    __tablename__ = "cursors"

    destination: Mapped[str] = mapped_column(Text, primary_key=True)
    seq: Mapped[int]
    exported_at: Mapped[str] = mapped_column(String(32))
