"""Reading records out of the store, the way exporters want them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, delete, insert, select

from crawler.items import Attachment, Image, Record
from pipelines import models
from pipelines.database import writing

_CHUNK = 500
_NOBODY = "佚名"


def stream_records(engine: Engine, *, after: int = 0) -> Iterator[Record]:
    """Every record ever published whose last change is later than `after`, in order of seq.

    One consistent snapshot, in constant memory, also while a crawl writes.
    """
    snapshot = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with engine.connect().execution_options(**snapshot) as connection:
        while rows := connection.execute(
            _current().where(models.Record.seq > after).order_by(models.Record.seq).limit(_CHUNK)
        ).all():
            yield from _records(connection, rows)
            after = rows[-1].seq


def load_records(connection: Connection, ids: Iterable[str]) -> dict[str, Record]:
    """The records with these ids, by id."""
    rows = connection.execute(_current().where(models.Record.id.in_(list(ids)))).all()
    return {record.id: record for record in _records(connection, rows)}


def captures_of(engine: Engine, record_id: str) -> tuple[str, str, list[str]] | None:
    """URL and source of a record, and the captures that its content was read from, page by page.

    None where there is no such record.
    """
    record, revision = models.Record, models.Revision
    query = (
        select(record.url, record.spider, revision.capture_sha256, revision.further_captures)
        .join(revision, record.revision_id == revision.id)
        .where(record.id == record_id)
    )
    with engine.connect() as connection:
        row = connection.execute(query).first()
    if row is None:
        return None
    return row.url, row.spider, [row.capture_sha256, *(row.further_captures or [])]


def read_cursor(engine: Engine, destination: str) -> int:
    """The seq up to which a destination has followed; 0 for a new one."""
    with engine.connect() as connection:
        query = select(models.Cursor.seq).where(models.Cursor.destination == destination)
        return connection.execute(query).scalar() or 0


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
        editor=row.editor or None,
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
        duplicates=duplicates,
        reason=row.reason,
        canceled_at=row.canceled_at,
        duplicate_of=row.duplicate_of,
    )
