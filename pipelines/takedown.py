"""What only the operator decides: takedown, restoring, and releasing what is held.

Every one of them is written to the audit log in the same transaction: who, when, why, what.
"""

from __future__ import annotations

import getpass
import socket
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, String, cast, delete, insert, or_, select, update

from crawler.items import Article, Attachment, Done, Image, Order
from crawler.reading.urls import canonical_url
from pipelines.archive import Archive
from pipelines.database import upsert
from pipelines.fingerprint import fingerprint
from pipelines.models import (
    Audit,
    Band,
    Change,
    LedgerEntry,
    Record,
    RecordUrl,
    Revision,
    Tombstone,
    Validator,
)
from pipelines.near_copies import NearCopies
from pipelines.similar import sign
from pipelines.story import cancel, gather, log_change
from pipelines.times import in_cst, in_utc

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

    Tombstones keep what was taken down from ever being imported again, by address or by content;
    what merely resembles it will be held.

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
        select(
            *(Revision.record_id, Revision.text),
            *(Revision.capture_sha256, Revision.further_captures),
        ).where(Revision.record_id.in_(story))
    ).all()
    signatures = {(row.record_id, sign(row.text).hex()) for row in revisions}
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
        *(("signature", value, record) for record, value in signatures if value),
    ):
        row = {"kind": kind, "value": value, "record_id": record, "at": in_cst(at)}
        upsert(connection, Tombstone, row, keys=("kind", "value"))
    there = connection.execute(
        select(Record.id, Record.status, Record.duplicate_of).where(
            Record.id.in_(story), or_(Record.reason.is_(None), Record.reason != "taken_down")
        )
    ).all()
    for record_id, status, duplicate_of in there:
        if status in ("held", "copy"):  # of which no export knows
            where = Record.id == record_id
            connection.execute(update(Record).where(where).values(reason="taken_down"))
        else:
            cancel(connection, [record_id], "taken_down", at, None, duplicate_of)
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
        select(Record.id, Record.status, Record.duplicate_of, Revision.title)
        .join(Revision, Record.revision_id == Revision.id)
        .where(Record.id.in_(story), Record.reason == "taken_down")
        .order_by(Record.seq)
    ).all()
    for row in rows:
        if row.status in ("held", "copy"):
            where = Record.id == row.id
            connection.execute(update(Record).where(where).values(reason=None))
        elif row.title:  # else it was purged: the next reading brings it back
            _put_back(connection, row.id, row.duplicate_of, at)
    connection.execute(
        update(LedgerEntry)
        .where(LedgerEntry.canonical_url.in_(urls))
        .values(state="owed", reason="", due_at=in_utc(at))
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
            *(Record.story, Record.held_reason, Record.held_revision_id),
        ).where(Record.id.in_(_named(connection, order.target)))
    ).all()
    held = [row for row in rows if row.held_reason and row.reason != "taken_down"]
    if not held:
        raise NotFound(f"{order.target} is not held")
    for row in held:
        content = _content(connection, row.held_revision_id or row.revision_id, at)
        near = NearCopies(connection)
        _check_alone(connection, row, near.find(content))
        values: dict[str, Any] = {
            **dict.fromkeys(("held_reason", "held_revision_id", "reason")),
            **dict.fromkeys(("canceled_at", "duplicate_of")),
            **{"status": "usable", "released_by": order.requested_by},
        }
        kind: Literal["created", "revised", "restored"] = "created"
        if (revision := row.held_revision_id) is not None:
            kind = "restored" if row.status == "canceled" else "revised"
            version = row.version + (revision != row.revision_id)
            values |= {"revision_id": revision, "version": version}
            values["fingerprint"] = fingerprint(content)
            if connection.execute(select(Band).where(Band.revision_id == revision)).first() is None:
                near.add(content, row.id)
                near.write({(row.id, content.content_hash): revision})
        connection.execute(update(Record).where(Record.id == row.id).values(values))
        own = select(Record.canonical_url).where(Record.id == row.id).scalar_subquery()
        leads = update(RecordUrl).where(RecordUrl.canonical_url == own)
        connection.execute(leads.values(record_id=row.id))
        log_change(connection, row.id, kind, at, None)
        gather(connection, row.id, at, None)
    done = Done(tuple(row.id for row in held), ())
    _note(connection, "release", order, at, done)
    return done


def _content(connection: Connection, revision: int, at: datetime) -> Article:
    """What hashes and signatures are made of, as a revision has it."""
    query = select(*Revision.__table__.c).where(Revision.id == revision)
    row = connection.execute(query).one()
    return Article(
        url="",
        canonical_url="",
        fetched_at=at,
        capture_sha256="",
        title=row.title,
        text=row.text,
        images=[Image(**image) for image in row.images],
        attachments=[Attachment(**file) for file in row.attachments],
        content_hash=row.content_hash,
    )


def _check_alone(connection: Connection, row: Any, alike: Iterable[str]) -> None:
    """See that no other record of the story is live."""
    mates = select(Record.id).where(Record.story == row.story)
    ids = {*connection.execute(mates).scalars(), *alike} - {row.id}
    live = select(Record.id).where(Record.id.in_(ids), Record.status == "usable")
    if (other := connection.execute(live.limit(1)).scalar()) is not None:
        raise NotFound(f"{row.id} tells the story of {other}, which is published")


def _put_back(
    connection: Connection, record_id: str, duplicate_of: str | None, at: datetime
) -> None:
    """Make of a record what it was before its takedown."""
    query = select(Change.kind).where(
        Change.record_id == record_id, Change.kind.not_in(("taken_down", "merged"))
    )
    before = connection.execute(query.order_by(Change.seq.desc()).limit(1)).scalar_one()
    if before in ("withdrawn", "duplicate"):
        cancel(connection, [record_id], before, at, None, duplicate_of)
        return
    values = {"status": "usable", "reason": None, "canceled_at": None}
    log_change(connection, record_id, "restored", at, None, **values)


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
    named = _named(connection, target)
    stories = select(Record.story).where(Record.id.in_(named))
    mates = select(Record.id).where(Record.story.in_(stories)).order_by(Record.id)
    return list(dict.fromkeys((*named, *connection.execute(mates).scalars())))


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


def _note(connection: Connection, action: str, order: Order, at: datetime, done: Done) -> None:
    connection.execute(
        insert(Audit).values(
            at=in_cst(at),
            who=f"{getpass.getuser()}@{socket.gethostname()}",
            action=action,
            target=order.target,
            reason=order.reason,
            requested_by=order.requested_by,
            what={"records": done.records, "urls": done.urls, "captures": done.captures},
        )
    )
