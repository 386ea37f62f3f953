"""Reading records out of the store, the way exporters want them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    Row,
    Select,
    and_,
    delete,
    exists,
    insert,
    select,
    update,
)
from sqlalchemy.orm import aliased

from crawler.items import Attachment, Image, Listed, Record
from pipelines import models
from pipelines.database import writing
from pipelines.selection import EVERYTHING, Selection

_CHUNK = 200
_NOBODY = "佚名"
_REVISION = models.Revision.__table__.c
_PUBLISHED = models.Record.status.in_(("usable", "canceled"))
_UNTOLD = and_(_PUBLISHED, models.Record.exported.is_(False))


def stream_records(
    engine: Engine, *, after: int = 0, selection: Selection = EVERYTHING
) -> Iterator[Record]:
    """Every record ever published whose last change is later than `after`, in order of seq.

    Of a selection only what fits, and as canceled what has left it. One consistent snapshot, in
    constant memory, also while a crawl writes. What is in it counts as exported from then on,
    whoever reads it.
    """
    snapshot = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with engine.connect().execution_options(**snapshot) as connection:
        while connection.execute(select(exists().where(_UNTOLD))).scalar_one():
            connection.rollback()  # noted first, then read: what follows is told to consumers
            with writing(engine).begin() as marking:
                mark_exported(marking)
        while rows := connection.execute(
            _current()
            .where(models.Record.seq > after, _PUBLISHED)
            .where(*selection.clauses())
            .order_by(models.Record.seq)
            .limit(_CHUNK)
        ).all():
            yield from map(selection.view, _records(connection, rows))
            after = rows[-1].seq


def mark_exported(connection: Connection) -> None:
    """Note that consumers have, or are about to have, every record published so far."""
    connection.execute(update(models.Record).where(_UNTOLD).values(exported=True))


def load_records(connection: Connection, ids: Iterable[str]) -> dict[str, Record]:
    """The records with these ids, by id."""
    rows = connection.execute(_current().where(models.Record.id.in_(list(ids)))).all()
    return {record.id: record for record in _records(connection, rows)}


@dataclass(slots=True, frozen=True)
class Stored:
    """A record's current revision, and what it was read from."""

    id: str
    url: str
    spider: str
    revision_id: int
    content: dict[str, Any]
    """The revision's columns."""
    captures: list[str]
    """Hashes of the responses, page by page."""
    fetched_at: datetime
    listed: Listed
    """The list row that led there."""
    first_day: bool
    """Its date is that of an earlier revision, which a correction dated later keeps."""


def stored(engine: Engine, ids: Collection[str]) -> list[Stored]:
    """The records with these ids, in order of id; what is canceled has its last revision."""
    record, revision, entry = models.Record, models.Revision, models.LedgerEntry
    earlier = aliased(revision)
    kept = exists().where(
        earlier.record_id == record.id,
        earlier.id < revision.id,
        earlier.date_published == revision.date_published,
        earlier.date_raw != revision.date_raw,
    )
    query = (
        select(
            *revision.__table__.c,
            *(record.canonical_url, record.url, record.spider),
            *(entry.url.label("row_url"), entry.title.label("row_title")),
            *(entry.date_raw.label("row_date"), kept.label("first_day")),
        )
        .join(record, record.revision_id == revision.id)
        .outerjoin(entry, entry.canonical_url == record.canonical_url)
        .where(record.id.in_(list(ids)))
        .order_by(record.id)
    )
    with engine.connect() as connection:
        return [_stored(row) for row in connection.execute(query)]


def sources(engine: Engine) -> list[str]:
    """The names of the spiders that records were read by."""
    with engine.connect() as connection:
        return list(connection.execute(select(models.Record.spider).distinct()).scalars())


def _stored(row: Any) -> Stored:
    # What the list says may have changed since; what was taken from it then counts.
    then = {
        name: origin["raw"] for name, origin in row.origins.items() if origin["origin"] == "list"
    }
    return Stored(
        id=row.record_id,
        url=row.url,
        spider=row.spider,
        revision_id=row.id,
        content={column.name: row._mapping[column.name] for column in _REVISION},
        captures=[row.capture_sha256, *(row.further_captures or [])],
        fetched_at=datetime.fromisoformat(row.fetched_at),
        listed=Listed(
            row.canonical_url,
            row.row_url or row.url,
            then.get("title", row.row_title or ""),
            then.get("date", row.row_date or ""),
        ),
        first_day=bool(row.first_day),
    )


def newest_change(engine: Engine) -> datetime | None:
    """When the newest of the published records changed; None while there is none."""
    record = models.Record
    query = (
        select(record.updated_at)
        .where(record.status != "held")
        .order_by(record.seq.desc())
        .limit(1)
    )
    with engine.connect() as connection:
        at = connection.execute(query).scalar()
    return datetime.fromisoformat(at) if at else None


def read_cursor(engine: Engine, destination: str) -> int:
    """The seq up to which a destination has followed; 0 for a new one."""
    with engine.connect() as connection:
        query = select(models.Cursor.seq).where(models.Cursor.destination == destination)
        return connection.execute(query).scalar() or 0


def destinations(engine: Engine) -> list[str]:
    """All destinations that have followed, by name."""
    with engine.connect() as connection:
        query = select(models.Cursor.destination).order_by(models.Cursor.destination)
        return list(connection.execute(query).scalars())


def save_cursor(engine: Engine, destination: str, seq: int, at: datetime) -> None:
    """Remember how far a destination has followed; `at` is aware."""
    cursor = models.Cursor
    with writing(engine).begin() as connection:
        connection.execute(delete(cursor).where(cursor.destination == destination))
        connection.execute(
            insert(cursor).values(
                destination=destination, seq=seq, exported_at=at.isoformat(timespec="seconds")
            )
        )


def _current() -> Select[Any]:
    """Records joined with their current revision."""
    record, revision = models.Record.__table__, models.Revision.__table__
    return select(
        record, *(column for column in revision.c if column.name not in ("id", "record_id"))
    ).join(revision, record.c.revision_id == revision.c.id)


def _records(connection: Connection, rows: Iterable[Row[Any]]) -> Iterator[Record]:
    rows = list(rows)
    copies: defaultdict[str, list[str]] = defaultdict(list)
    urls = models.RecordUrl
    query = (
        select(urls.record_id, urls.url, urls.canonical_url)
        .where(urls.record_id.in_([row.id for row in rows]))
        .order_by(urls.canonical_url)
    )
    own = {(row.id, row.canonical_url) for row in rows}
    for record_id, url, canonical_url in connection.execute(query):
        if (record_id, canonical_url) not in own:
            copies[record_id].append(url)
    for row in rows:
        yield _record(row, copies[row.id])


def _record(row: Row[Any], duplicates: list[str]) -> Record:
    if row.reason == "taken_down":
        return Record(
            id=row.id,
            url=None,
            status=row.status,
            version=None,
            seq=row.seq,
            reason=row.reason,
            canceled_at=row.canceled_at,
        )
    gone = row.status == "canceled"
    return Record(
        id=row.id,
        url=row.url,
        status=row.status,
        version=row.version,
        seq=row.seq,
        title=row.title,
        subtitle=row.subtitle or None,
        kicker=row.kicker or None,
        date_published=row.date_published,
        date_precision=row.date_precision,
        date_raw=row.date_raw or None,
        source=row.source or None,
        source_raw=row.source_raw or None,
        source_inferred=row.source_inferred,
        publisher=row.publisher or None,
        authors=row.authors,
        author="、".join(row.authors) or _NOBODY,
        editor=row.released_by or row.editor or None,
        channel=row.channel or None,
        section=row.section or None,
        doc_number=row.doc_number or None,
        language=row.language,
        text=None if gone else row.text,
        html=None if gone else row.html,
        images=[] if gone else [Image(**image) for image in row.images],
        attachments=[] if gone else [Attachment(**file) for file in row.attachments],
        fetched_at=row.fetched_at,
        first_seen_at=row.first_seen_at,
        updated_at=row.updated_at,
        content_hash=row.content_hash,
        capture_sha256=row.capture_sha256,
        duplicates=[] if gone else duplicates,
        reason=row.reason,
        canceled_at=row.canceled_at,
        duplicate_of=row.duplicate_of,
    )
