"""What only the operator decides: takedown, restoring, and releasing what is held.

Every one of them is written to the audit log in the same transaction: who, when, why, what.
"""

from __future__ import annotations

import getpass
import socket
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, String, cast, delete, insert, or_, select, update

from crawler.items import Done, Order
from crawler.reading.dates import CST
from crawler.reading.urls import canonical_url
from pipelines.archive import Archive
from pipelines.batch import cancel
from pipelines.database import upsert
from pipelines.models import (
    Audit,
    Change,
    LedgerEntry,
    Record,
    RecordUrl,
    Revision,
    Tombstone,
    Validator,
)

_EMPTY = {
    **dict.fromkeys(("title", "subtitle", "kicker", "date_raw", "source", "source_raw"), ""),
    **dict.fromkeys(("publisher", "editor", "doc_number", "text", "html"), ""),
    **{"authors": [], "images": [], "attachments": [], "origins": {}},
}


class NotFound(Exception):
    """No record, and no address, is what the operator named."""


def take_down(
    connection: Connection, order: Order, at: datetime, archive: Archive | None = None
) -> Done:
    """Withdraw a story for good: its record, every copy of it, and every address of both.

    Tombstones keep what was taken down from ever being imported again, by address or by content.

    Args:
        connection: of a transaction that may write.
        order: its target may be an address that was never imported: then it never will be.
        at: aware.
        archive: given, text, pictures and captures are removed, too; that cannot be undone.

    Raises:
        NotFound: the target is neither a URL nor the id of a record.
    """
    story = _story(connection, order.target)
    if not story and "://" not in order.target:
        raise NotFound(f"no record has the id {order.target}")
    urls = _urls(connection, story) or {canonical_url(order.target)}
    revisions = connection.execute(
        select(Revision.id, Revision.capture_sha256, Revision.further_captures).where(
            Revision.record_id.in_(story)
        )
    ).all()
    prints = connection.execute(
        select(Record.id, Record.fingerprint).where(Record.id.in_(story))
    ).all()
    read = connection.execute(
        select(RecordUrl.record_id, RecordUrl.fingerprint).where(RecordUrl.record_id.in_(story))
    ).all()
    first = story[0] if story else None
    for kind, value, record in (
        *(("url", url, first) for url in urls),
        *(("fingerprint", value, record) for record, value in {*map(tuple, (*prints, *read))}),
    ):
        row = {"kind": kind, "value": value, "record_id": record, "at": _iso(at)}
        upsert(connection, Tombstone, row, keys=("kind", "value"))
    live = connection.execute(
        select(Record.id).where(
            Record.id.in_(story), or_(Record.reason.is_(None), Record.reason != "taken_down")
        )
    ).scalars()
    cancel(connection, list(live), "taken_down", at, None)
    _forget(connection, urls, order.target)
    removed = 0
    media: set[str] = set()
    if archive is not None:
        media = _media(connection, story)
        connection.execute(
            update(Revision)
            .where(Revision.record_id.in_(story))
            # Another hash: the same content read again is a content anew.
            .values(_EMPTY | {"content_hash": "purged:" + cast(Revision.id, String)})
        )
        connection.execute(
            update(LedgerEntry).where(LedgerEntry.canonical_url.in_(urls)).values(title="")
        )
        hashes = {row.capture_sha256 for row in revisions}
        hashes.update(sha256 for row in revisions for sha256 in row.further_captures or [])
        removed = archive.purge(connection, hashes, urls)
    done = Done(tuple(story), tuple(sorted(urls)), removed, tuple(sorted(media)))
    _note(connection, "purge" if archive else "takedown", order, at, done)
    return done


def restore(connection: Connection, order: Order, at: datetime) -> Done:
    """Undo a takedown as far as it can be undone.

    Records whose content is still there are published again; those that were purged may be
    imported again by the next crawl.

    Raises:
        NotFound: nothing that the target names was taken down.
    """
    story = _story(connection, order.target)
    canonical = canonical_url(order.target) if "://" in order.target else ""
    query = select(Tombstone.value).where(
        Tombstone.kind == "url",
        or_(Tombstone.record_id.in_(story), Tombstone.value == canonical),
    )
    urls = set(connection.execute(query).scalars())
    if not urls:
        raise NotFound(f"{order.target} was not taken down")
    connection.execute(
        delete(Tombstone).where(or_(Tombstone.record_id.in_(story), Tombstone.value.in_(urls)))
    )
    rows = connection.execute(
        select(Record.id, Record.version, Record.revision_id, Revision.title)
        .join(Revision, Record.revision_id == Revision.id)
        .where(Record.id.in_(story), Record.reason == "taken_down")
    ).all()
    for row in rows:
        if not row.title:  # purged: the next reading brings it back
            connection.execute(update(Record).where(Record.id == row.id).values(reason="withdrawn"))
            continue
        _publish(connection, row, "restored", at, {"reason": None, "canceled_at": None})
    connection.execute(
        update(LedgerEntry)
        .where(LedgerEntry.canonical_url.in_(urls))
        .values(state="owed", reason="", due_at=_iso(at))
    )
    done = Done(tuple(row.id for row in rows), tuple(sorted(urls)))
    _note(connection, "restore", order, at, done)
    return done


def release(connection: Connection, order: Order, at: datetime) -> Done:
    """Publish what is held, on an editor's word.

    Args:
        connection: of a transaction that may write.
        order: `requested_by` is the editor's name, "" where none is given; it goes into the
            record.
        at: aware.

    Raises:
        NotFound: the target is no record, or it is not held.
    """
    rows = connection.execute(
        select(
            *(Record.id, Record.version, Record.revision_id, Record.status, Record.reason),
            *(Record.held_reason, Record.held_revision_id),
        ).where(Record.id.in_(_named(connection, order.target)))
    ).all()
    held = [row for row in rows if row.held_reason]
    if not held:
        raise NotFound(f"{order.target} is not held")
    for row in held:
        values: dict[str, Any] = {
            **{"held_reason": None, "held_revision_id": None, "reason": None, "canceled_at": None},
            "released_by": order.requested_by,
        }
        kind: Literal["created", "revised", "restored"] = "created"
        if row.held_revision_id is not None:
            kind = "restored" if row.status == "canceled" else "revised"
            values |= {"revision_id": row.held_revision_id, "version": row.version + 1}
        _publish(connection, row, kind, at, values)
    done = Done(tuple(row.id for row in held), ())
    _note(connection, "release", order, at, done)
    return done


def _named(connection: Connection, target: str) -> list[str]:
    """Ids of the records that a URL or an id names."""
    canonical = canonical_url(target) if "://" in target else ""
    query = (
        select(Record.id)
        .outerjoin(RecordUrl, RecordUrl.record_id == Record.id)
        .where(
            or_(
                Record.id == target,
                Record.canonical_url == canonical,
                RecordUrl.canonical_url == canonical,
            )
        )
    )
    return sorted(set(connection.execute(query).scalars()))


def _story(connection: Connection, target: str) -> list[str]:
    """Ids of all records of the story that a URL or an id names, the named ones first."""
    story = dict.fromkeys(_named(connection, target))
    while True:
        ids = list(story)
        query = select(Record.id, Record.duplicate_of).where(
            or_(Record.duplicate_of.in_(ids), Record.id.in_(ids))
        )
        for row in connection.execute(query):
            story.update(dict.fromkeys(filter(None, row)))
        if len(story) == len(ids):
            return ids


def _media(connection: Connection, story: Sequence[str]) -> set[str]:
    """Addresses of the pictures and files of a story."""
    query = select(Revision.images, Revision.attachments).where(Revision.record_id.in_(story))
    rows = connection.execute(query).all()
    return {entry["url"] for row in rows for entries in row for entry in entries}


def _urls(connection: Connection, story: Sequence[str]) -> set[str]:
    """All canonical URLs that lead to a story."""
    urls = set(
        connection.execute(
            select(RecordUrl.canonical_url).where(RecordUrl.record_id.in_(story))
        ).scalars()
    )
    own = select(Record.canonical_url).where(Record.id.in_(story))
    return urls | set(connection.execute(own).scalars())


def _forget(connection: Connection, urls: set[str], target: str) -> None:
    """Never visit these addresses again."""
    connection.execute(
        update(LedgerEntry)
        .where(LedgerEntry.canonical_url.in_(urls))
        .values(state="refused", reason="taken_down", due_at=None)
    )
    fetched = select(LedgerEntry.url).where(LedgerEntry.canonical_url.in_(urls))
    connection.execute(
        delete(Validator).where(or_(Validator.url.in_(fetched), Validator.url == target))
    )


def _publish(
    connection: Connection, row: Any, kind: str, at: datetime, values: dict[str, Any]
) -> None:
    """Make a record usable, with a change that exports follow."""
    change = {
        "record_id": row.id,
        "kind": kind,
        "version": values.get("version", row.version),
        "revision_id": values.get("revision_id", row.revision_id),
        "run_id": None,
        "at": _iso(at),
    }
    seq = connection.execute(insert(Change).values(change).returning(Change.seq)).scalar_one()
    values = values | {"status": "usable", "seq": seq, "updated_at": _iso(at)}
    connection.execute(update(Record).where(Record.id == row.id).values(values))


def _note(connection: Connection, action: str, order: Order, at: datetime, done: Done) -> None:
    connection.execute(
        insert(Audit).values(
            at=_iso(at),
            who=f"{getpass.getuser()}@{socket.gethostname()}",
            action=action,
            target=order.target,
            reason=order.reason,
            requested_by=order.requested_by,
            what={"records": done.records, "urls": done.urls, "captures": done.captures},
        )
    )


def _iso(at: datetime) -> str:
    return at.astimezone(CST).isoformat(timespec="seconds")
