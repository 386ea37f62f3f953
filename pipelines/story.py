"""Several records of one story: which is live, and what stands behind it.

| status, reason      | in exports | its own address leads to       |
|---------------------|------------|--------------------------------|
| usable              | yes        | itself                         |
| canceled, duplicate | yes        | the live record                |
| canceled, withdrawn | yes        | itself: it may come back       |
| copy                | no         | the live record                |
| held                | no         | itself                         |

Addresses of copies that never were a record lead to the live record, or to the withdrawn one
until another record is live.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, func, insert, or_, select, update

from pipelines.models import Change, Record, RecordUrl, Revision
from pipelines.near_copies import story_of
from pipelines.similar import same_story
from pipelines.times import in_cst

ELSEWHERE = "withdrawn_elsewhere"
"""Why a post is held: its story was withdrawn on another host."""
LIKE_TAKEN_DOWN = "like_taken_down"
"""Why a post is held: it resembles what was taken down."""


def cancel(
    connection: Connection,
    ids: Sequence[str],
    reason: str,
    at: datetime,
    run: int | None,
    duplicate_of: str | None = None,
) -> None:
    """Withdraw published records: exports keep their ids and lose their content.

    Args:
        connection: of a transaction that may write.
        ids: usable records, or such as have another reason now.
        reason: withdrawn, taken_down or duplicate.
        at: when, aware.
        run: id of the run that found out, None where an operator asked.
        duplicate_of: of a duplicate, the record that stands for the story now.
    """
    for record_id in ids:
        values = {"canceled_at": in_cst(at), "duplicate_of": duplicate_of}
        log_change(
            connection, record_id, reason, at, run, status="canceled", reason=reason, **values
        )


def stand_behind(
    connection: Connection, loser: str, winner: str, at: datetime, run: int | None
) -> None:
    """Let a record stand for another's story, its copies and duplicates included.

    A loser that was exported becomes a canceled duplicate; of one that never was nothing is said.
    """
    urls = RecordUrl.record_id == loser
    connection.execute(update(RecordUrl).where(urls).values(record_id=winner))
    rows = connection.execute(
        select(Record.id, Record.status, Record.exported).where(
            or_(Record.id == loser, Record.duplicate_of == loser)
        )
    ).all()
    for row in rows:
        if row.exported:
            cancel(connection, [row.id], "duplicate", at, run, winner)
            continue
        values = dict.fromkeys(("reason", "held_reason", "canceled_at", "duplicate_of"))
        if row.status != "held":  # of which the log knows nothing
            log_change(connection, row.id, "duplicate", at, run)
        where = Record.id == row.id
        connection.execute(update(Record).where(where).values(status="copy", **values))
    of = select(Record.id, Record.story).where(Record.id.in_((loser, winner)))
    stories = {row.id: row.story for row in connection.execute(of)}
    if stories[loser] == stories[winner]:
        return
    mates = select(Record.id, Record.status).where(Record.story == stories[loser])
    moving = {row.id: row.status for row in connection.execute(mates)}
    if "usable" in moving.values():  # a story that is told without it
        moving = {row.id: row.status for row in rows}
    connection.execute(update(Record).where(Record.id.in_(moving)).values(story=stories[winner]))


def gather(connection: Connection, live: str, at: datetime, run: int | None) -> None:
    """Let all of a story stand behind the record that has become live.

    A withdrawn record keeps its own address, under which it may come back, and hands over those
    of its copies. Where another record is live, this one tells another story.
    """
    story = select(Record.story).where(Record.id == live).scalar_subquery()
    others = and_(Record.story == story, Record.id != live)
    another = select(Record.id).where(others, Record.status == "usable").limit(1)
    if connection.execute(another).first() is not None:
        join(connection, live, live)  # it came back with something else
        return
    waiting = select(Record.id).where(others, Record.held_reason == ELSEWHERE)
    copies = Record.id.in_(_alike(connection, live, connection.execute(waiting).scalars().all()))
    held = and_(copies, Record.status == "held")
    connection.execute(update(Record).where(held).values(status="copy"))
    connection.execute(update(Record).where(copies).values(held_reason=None, held_revision_id=None))
    duplicate = and_(others, Record.status == "canceled", Record.reason == "duplicate")
    led_astray = select(Record.id).where(duplicate, Record.duplicate_of != live)
    cancel(connection, connection.execute(led_astray).scalars().all(), "duplicate", at, run, live)
    withdrawn = and_(others, Record.status == "canceled", Record.reason == "withdrawn")
    behind = select(Record.id).where(
        or_(and_(others, Record.status == "copy"), duplicate, withdrawn)
    )
    own = select(Record.canonical_url).where(withdrawn)
    connection.execute(
        update(RecordUrl)
        .where(RecordUrl.record_id.in_(behind), RecordUrl.canonical_url.not_in(own))
        .values(record_id=live)
    )


def _alike(connection: Connection, live: str, others: Sequence[str]) -> list[str]:
    """Those of the other records that say what the live one does: pages may have been rewritten."""
    revision = func.coalesce(Record.held_revision_id, Record.revision_id)
    query = (
        select(Record.id, Revision.title, Revision.text, Revision.attachments)
        .join(Revision, Revision.id == revision)
        .where(Record.id.in_([live, *others]))
    )
    stories = {row.id: story_of(row) for row in connection.execute(query)}
    one = stories.pop(live)
    return [id_ for id_, other in stories.items() if one == other or same_story(one, other)]


def join(connection: Connection, record_id: str, story: str) -> None:
    """Let a record be of another story; of its own where `story` is its id."""
    others = and_(Record.story == record_id, Record.id != record_id)
    # A story is called by one of its records, and this one may have given the name.
    if (heir := connection.execute(select(Record.id).where(others).limit(1)).scalar()) is not None:
        connection.execute(update(Record).where(others).values(story=heir))
    connection.execute(update(Record).where(Record.id == record_id).values(story=story))


def log_change(
    connection: Connection,
    record_id: str,
    kind: str,
    at: datetime,
    run: int | None,
    **values: str | None,
) -> None:
    """Add an entry to the change log, and set columns of its record."""
    row = connection.execute(
        select(Record.version, Record.revision_id).where(Record.id == record_id)
    ).one()
    change = {
        "record_id": record_id,
        "kind": kind,
        "version": row.version,
        "revision_id": row.revision_id,
        "run_id": run,
        "at": in_cst(at),
    }
    seq = connection.execute(insert(Change).values(change).returning(Change.seq)).scalar_one()
    where = Record.id == record_id
    connection.execute(
        update(Record).where(where).values(values | {"updated_at": in_cst(at), "seq": seq})
    )
