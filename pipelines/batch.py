"""Writing articles: what becomes of each, and the records, revisions and changes it makes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, and_, bindparam, case, func, insert, or_, select, update

from crawler.items import Article
from crawler.reading.dates import CST
from pipelines.check_required import Refused
from pipelines.difference import Weight, difference
from pipelines.fingerprint import storable
from pipelines.models import Change, Record, RecordUrl, Revision, Tombstone
from pipelines.near_copies import NearCopies
from pipelines.primary import takes_over
from pipelines.records import load_records

Outcome = Literal["created", "revised", "restored", "merged", "unchanged", "held", "refused"]


def save(
    connection: Connection, articles: Sequence[Article], run: int | None = None
) -> list[tuple[Outcome, Any]]:
    """Write articles in order, in the caller's transaction.

    Args:
        connection: of a transaction that may write (database.writing).
        articles: complete articles (all pipelines have run).
        run: id of the run that read them.

    Returns:
        For every article what became of it, and the Record that stands for it now; where it was
        refused or held, the reason.
    """
    batch = _Batch(connection, run)
    for article in articles:
        batch.add(article)
    batch.write()
    records = load_records(connection, {entry.id for entry in batch.entries})
    return [(entry.outcome, entry.reason or records[entry.id]) for entry in batch.entries]


def compare(
    stored: Mapping[str, Any], article: Article, *, first_day: bool
) -> tuple[dict[str, Weight], dict[str, Any]]:
    """What differs when the capture of a stored revision is read again.

    Args:
        stored: values of the columns of `pipelines.models.Revision`.
        article: what was read now, complete.
        first_day: the revision kept the day of an earlier one, and so does what is read now.

    Returns:
        See `difference`; the values of the columns, as they would be stored.

    Raises:
        Refused: `truncated`; a crawl would not store it either.
    """
    if article.content_hash == stored["content_hash"]:
        return {}, {}
    if _is_cut(article, stored["text"]):
        raise Refused("truncated", article.url)
    if first_day:
        _keep_first_date(article, dict(stored))
    new = _revision(article, stored["record_id"])
    return difference(stored, new), new


def revise(
    connection: Connection,
    readings: Sequence[tuple[str, int, Article]],
    at: datetime,
    run: int | None,
) -> int:
    """Give records what was read anew from the captures of their current revisions.

    A record that is not usable, or has got another revision meanwhile, stays as it is.

    Args:
        connection: of a transaction that may write.
        readings: record id, id of the revision whose captures were read, what was read (it
            differs, see `compare`).
        at: when, aware.
        run: id of the run that read them.

    Returns:
        How many records got a revision.
    """
    batch = _Batch(connection, run, at)
    revised = sum(batch.reread(*reading) for reading in readings)
    batch.write()
    return revised


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
    when = at.astimezone(CST).isoformat(timespec="seconds")
    for record_id in ids:
        row = connection.execute(
            select(Record.version, Record.revision_id).where(Record.id == record_id)
        ).one()
        change = {
            "record_id": record_id,
            "kind": reason,
            "version": row.version,
            "revision_id": row.revision_id,
            "run_id": run,
            "at": when,
        }
        seq = connection.execute(insert(Change).values(change).returning(Change.seq)).scalar_one()
        values = {
            "status": "canceled",
            "reason": reason,
            "canceled_at": when,
            "duplicate_of": duplicate_of,
            "updated_at": when,
            "seq": seq,
        }
        connection.execute(update(Record).where(Record.id == record_id).values(values))


@dataclass(slots=True)
class _Known:
    """A record as the batch sees it: the row in the store, or one that the batch will write."""

    id: str
    canonical_url: str
    content_hash: str
    fingerprint: str
    version: int
    status: str = "usable"
    reason: str | None = None
    released: bool = False
    """An editor answers for it."""
    current: Article | None = None
    """Its content, if this batch wrote it."""
    hold: str = ""


@dataclass(slots=True)
class _Entry:
    id: str
    outcome: Outcome
    reason: str = ""


class _Batch:
    def __init__(self, connection: Connection, run: int | None, at: datetime | None = None) -> None:
        self.connection = connection
        self.run = run
        self.at = at  # of the changes; None: when each article was fetched
        self.entries: list[_Entry] = []
        self.by_url: dict[str, _Known | None] = {}
        self.read_there: dict[str, str] = {}  # canonical URL -> fingerprint of the last reading
        self.by_fingerprint: dict[str, _Known | None] = {}
        self.by_id: dict[str, _Known] = {}
        self.new_records: list[dict[str, Any]] = []
        self.new_urls: list[dict[str, Any]] = []
        self.moved_urls: list[dict[str, Any]] = []
        self.revisions: list[tuple[Article, _Known]] = []
        self.changes: list[dict[str, Any]] = []
        self.held: list[_Known] = []
        self.held_corrections: dict[tuple[str, str], Article] = {}
        self.near = NearCopies(connection)
        self.superseded: list[tuple[_Known, _Known, datetime]] = []  # by which, when

    def add(self, article: Article) -> None:
        if self._is_taken_down(article):
            self.entries.append(_Entry("", "refused", "taken_down"))
            return
        known = self._by_url(article.canonical_url)
        if known is not None and known.canonical_url == article.canonical_url:
            self._read_again(article, known)
            return
        if known is not None:  # a copy of another post
            agrees = (known.fingerprint, self.read_there[article.canonical_url])
            if article.fingerprint in agrees:
                self._note(known, "unchanged")
                return
        original = self._by_fingerprint(article.fingerprint) or self._near(article)
        if original is not None and original is known:
            self._point(article, known)
            self._note(known, "unchanged")
            return
        if known is not None:
            # It says something else now, so it is a post of its own.
            self._change(article, known, "merged")
        if original is None:
            self._create(article)
        elif not article.hold and takes_over(article, original.current or self._content(original)):
            self._create(article)
            self._supersede(original, self.by_id[record_id(article.canonical_url)], article)
        else:
            self._point(article, original)
            self._change(article, original, "merged")
            self._note(original, "merged")

    def _read_again(self, article: Article, known: _Known, *, stands_alone: bool = False) -> None:
        """A record's own page; `stands_alone`: it was a duplicate, and says something else now."""
        if known.status == "canceled" and known.reason != "withdrawn" and not stands_alone:
            self._note(known, "unchanged")  # only the operator brings it back
        elif known.status == "canceled" and article.hold and not known.released:
            self._hold_correction(article, known)
        elif known.status == "canceled":
            self._revise(article, known, "restored")
        elif known.status == "held":
            self._read_held(article, known)
        elif known.content_hash == article.content_hash:
            self._note(known, "unchanged")
        elif self._is_cut(article, known):
            self._note(known, "refused", "truncated")
        elif article.hold and not known.released:
            self._hold_correction(article, known)
        else:
            self._revise(article, known, "revised")

    def _read_held(self, article: Article, known: _Known) -> None:
        """A post that is held: newer content replaces the older, and may need no holding."""
        if article.hold and known.content_hash == article.content_hash:
            self._note(known, "unchanged")
            return
        if known.content_hash != article.content_hash:
            known.content_hash = article.content_hash
            known.fingerprint = article.fingerprint
            known.current = article
            self.revisions.append((article, known))
            self.near.add(article, known.id)
        known.hold = article.hold
        if article.hold:
            self.held.append(known)
            self._note(known, "held", article.hold)
        else:
            known.status = "usable"
            self.by_fingerprint[article.fingerprint] = known
            self._change(article, known, "created")
            self._note(known, "created")

    def _hold_correction(self, article: Article, known: _Known) -> None:
        """Keep a correction aside; the last good revision stays published."""
        key = known.id, article.content_hash
        query = select(Revision.id).where(
            Revision.record_id == known.id, Revision.content_hash == article.content_hash
        )
        if self.connection.execute(query).scalar() is not None:
            self._note(known, "unchanged")  # it is held already
            return
        self.held_corrections[key] = article
        self._note(known, "held", article.hold)

    def _is_taken_down(self, article: Article) -> bool:
        tombstone = Tombstone
        query = select(tombstone.kind).where(
            or_(
                and_(tombstone.kind == "url", tombstone.value == article.canonical_url),
                and_(tombstone.kind == "fingerprint", tombstone.value == article.fingerprint),
            )
        )
        return self.connection.execute(query.limit(1)).first() is not None

    def _is_cut(self, article: Article, known: _Known) -> bool:
        return _is_cut(article, known.current.text if known.current else self._content(known).text)

    def _content(self, known: _Known) -> Any:
        """The current revision, as the store has it."""
        query = (
            select(*Revision.__table__.c)
            .join(Record, Record.revision_id == Revision.id)
            .where(Record.id == known.id)
        )
        return self.connection.execute(query).one()

    def _near(self, article: Article) -> _Known | None:
        """The live record whose story the article tells in nearly the same words."""
        for found in self.near.find(article):
            known = self._by_id(found)
            if known is not None and known.status == "usable":
                return known
        return None

    def _supersede(self, loser: _Known, winner: _Known, article: Article) -> None:
        """Let another record stand for a published one's story, its copies included."""
        loser.status, loser.reason = "canceled", "duplicate"
        self.superseded.append((loser, winner, article.fetched_at))
        for index in (self.by_url, self.by_fingerprint):
            index.update({key: winner for key, known in index.items() if known is loser})

    def _create(self, article: Article) -> None:
        if (before := self._by_id(record_id(article.canonical_url))) is not None:
            # It was a post of its own once, until another stood for it.
            self._point(article, before)
            self._read_again(article, before, stands_alone=True)
            return
        known = _Known(
            id=record_id(article.canonical_url),
            canonical_url=article.canonical_url,
            content_hash=article.content_hash,
            fingerprint=article.fingerprint,
            version=1,
            current=article,
        )
        self.new_records.append(
            {
                "id": known.id,
                "canonical_url": article.canonical_url,
                "url": article.url,
                "spider": article.spider,
                "status": "held" if article.hold else "usable",
                "held_reason": article.hold or None,
                "version": 1,
                "seq": 0,
                "fingerprint": article.fingerprint,
                "first_seen_at": _iso(article.fetched_at),
                "updated_at": _iso(article.fetched_at),
            }
        )
        self._point(article, known)
        self.by_id[known.id] = known
        self.revisions.append((article, known))
        self.near.add(article, known.id)  # found once it is released
        if article.hold:
            known.status, known.hold = "held", article.hold
            self.held.append(known)
            self._note(known, "held", article.hold)
            return
        self.by_fingerprint[article.fingerprint] = known
        self._change(article, known, "created")
        self._note(known, "created")

    def _revise(
        self, article: Article, known: _Known, kind: Literal["revised", "restored"]
    ) -> None:
        old = (
            _revision(known.current, known.id) if known.current else self._content(known)._asdict()
        )
        found = difference(old, _revision(article, known.id))
        if known.content_hash != article.content_hash:
            _keep_first_date(article, old)
            self._renew(article, known)
        known.status, known.reason = "usable", None
        self._change(article, known, kind, found)
        self._note(known, kind)

    def _renew(self, article: Article, known: _Known) -> None:
        known.version += 1
        known.content_hash = article.content_hash
        known.fingerprint = article.fingerprint
        known.current = article
        self.by_fingerprint[article.fingerprint] = known
        self.revisions.append((article, known))
        self.near.add(article, known.id)

    def reread(self, record_id: str, revision_id: int, article: Article) -> bool:
        """See `revise`."""
        query = _known_query().where(
            Record.id == record_id, Record.revision_id == revision_id, Record.status == "usable"
        )
        known = self._known(self.connection.execute(query).first())
        if known is None:
            return False
        found = difference(self._content(known)._asdict(), _revision(article, known.id))
        self._renew(article, known)
        self._change(article, known, "revised", found)
        return True

    def _note(self, known: _Known, outcome: Outcome, reason: str = "") -> None:
        self.entries.append(_Entry(known.id, outcome, reason))

    def _point(self, article: Article, known: _Known) -> None:
        """Make the article's URL lead to a record."""
        values = {
            "canonical_url": article.canonical_url,
            "url": article.url,
            "record_id": known.id,
            "fingerprint": article.fingerprint,
            "first_seen_at": _iso(article.fetched_at),
        }
        moved = self.by_url.get(article.canonical_url) is not None
        (self.moved_urls if moved else self.new_urls).append(values)
        self.by_url[article.canonical_url] = known
        self.read_there[article.canonical_url] = article.fingerprint

    def _change(
        self,
        article: Article,
        known: _Known,
        kind: str,
        found: dict[str, Any] | None = None,
    ) -> None:
        self.changes.append(
            {
                "record_id": known.id,
                "kind": kind,
                "version": known.version,
                "revision_id": known.content_hash,  # the id, once it is written
                "run_id": self.run,
                "at": _iso(self.at or article.fetched_at),
                "difference": found,
            }
        )

    def _by_url(self, canonical_url: str) -> _Known | None:
        if canonical_url not in self.by_url:
            query = (
                _known_query()
                .add_columns(RecordUrl.fingerprint.label("read_there"))
                .join(RecordUrl, RecordUrl.record_id == Record.id)
                .where(RecordUrl.canonical_url == canonical_url)
            )
            row = self.connection.execute(query).first()
            self.by_url[canonical_url] = self._known(row)
            if row is not None:
                self.read_there[canonical_url] = row.read_there
        return self.by_url[canonical_url]

    def _by_fingerprint(self, fingerprint: str) -> _Known | None:
        if fingerprint not in self.by_fingerprint:
            query = (
                _known_query()
                .where(Record.fingerprint == fingerprint, Record.status == "usable")
                .order_by(Record.first_seen_at, Record.id)
                .limit(1)
            )
            self.by_fingerprint[fingerprint] = self._known(self.connection.execute(query).first())
        return self.by_fingerprint[fingerprint]

    def _by_id(self, record_id: str) -> _Known | None:
        if record_id not in self.by_id:
            query = _known_query().where(Record.id == record_id)
            return self._known(self.connection.execute(query).first())
        return self.by_id[record_id]

    def _known(self, row: Any) -> _Known | None:
        if row is None:
            return None
        known = _Known(
            *(row.id, row.canonical_url, row.content_hash, row.fingerprint),
            *(row.version, row.status, row.reason, row.released_by is not None),
        )
        return self.by_id.setdefault(row.id, known)

    def write(self) -> None:
        """Send what the batch came to, a statement a table."""
        run = self.connection.execute
        if self.new_records:
            run(insert(Record), self.new_records)
        if self.new_urls:
            run(insert(RecordUrl), self.new_urls)
        for values in self.moved_urls:
            where = RecordUrl.canonical_url == values["canonical_url"]
            run(update(RecordUrl).where(where).values(values))
        if not (self.changes or self.held or self.held_corrections):
            return
        revisions = self._write_revisions()
        self._write_held(revisions)
        if not self.changes:
            return
        for change in self.changes:
            key = change["record_id"], change["revision_id"]
            change["revision_id"] = revisions.get(key)
        seqs = run(insert(Change).returning(Change.seq, sort_by_parameter_order=True), self.changes)
        heads: dict[str, dict[str, Any]] = {}
        for seq, change in zip(seqs.scalars(), self.changes, strict=True):
            known = self.by_id[change["record_id"]]
            heads[known.id] = {
                "of": known.id,
                "new_seq": seq,
                "new_version": known.version,
                "new_fingerprint": known.fingerprint,
                "new_updated_at": change["at"],
                "new_revision": revisions.get((known.id, known.content_hash)),
                "new_status": known.status,
                "new_reason": known.reason,
                "new_hold": None,
            }
        run(
            update(Record)
            .where(Record.id == bindparam("of"))
            .values(
                seq=bindparam("new_seq"),
                version=bindparam("new_version"),
                fingerprint=bindparam("new_fingerprint"),
                updated_at=bindparam("new_updated_at"),
                status=bindparam("new_status"),
                reason=bindparam("new_reason"),
                held_reason=bindparam("new_hold"),
                held_revision_id=bindparam("new_hold"),
                canceled_at=case(
                    (bindparam("new_status") == "usable", None), else_=Record.canceled_at
                ),
                duplicate_of=case(
                    (bindparam("new_status") == "usable", None), else_=Record.duplicate_of
                ),
                revision_id=func.coalesce(bindparam("new_revision"), Record.revision_id),
            ),
            list(heads.values()),
        )
        for loser, winner, at in self.superseded:
            mine = RecordUrl.record_id == loser.id
            run(update(RecordUrl).where(mine).values(record_id=winner.id))
            earlier = run(select(Record.id).where(Record.duplicate_of == loser.id)).scalars()
            ids = [loser.id, *earlier]
            cancel(self.connection, ids, "duplicate", at, self.run, duplicate_of=winner.id)

    def _write_held(self, revisions: dict[tuple[str, str], int]) -> None:
        for known in self.held:
            values = {
                "revision_id": revisions.get((known.id, known.content_hash)),
                "fingerprint": known.fingerprint,
                "held_reason": known.hold,
            }
            where = Record.id == known.id
            self.connection.execute(update(Record).where(where).values(values))
        for (record_id, _), article in self.held_corrections.items():
            held = insert(Revision).values(_revision(article, record_id)).returning(Revision.id)
            values = {
                "held_reason": article.hold,
                "held_revision_id": self.connection.execute(held).scalar_one(),
            }
            where = Record.id == record_id
            self.connection.execute(update(Record).where(where).values(values))

    def _write_revisions(self) -> dict[tuple[str, str], int]:
        """Insert new contents; an old content that came back keeps its row, and names the
        capture that it was read from now.

        Returns the revision ids by (record id, content hash).
        """
        ids: dict[tuple[str, str], int] = {}
        fresh: dict[tuple[str, str], dict[str, Any]] = {}
        created = {values["id"] for values in self.new_records}
        for article, known in self.revisions:
            key = known.id, article.content_hash
            if known.id not in created:
                query = select(Revision.id).where(
                    Revision.record_id == known.id, Revision.content_hash == article.content_hash
                )
                if (revision := self.connection.execute(query).scalar()) is not None:
                    ids[key] = revision
                    self._read_from(article, revision)
                    continue
            fresh[key] = _revision(article, known.id)
        if fresh:
            inserted = self.connection.execute(
                insert(Revision).returning(Revision.id, sort_by_parameter_order=True),
                list(fresh.values()),
            )
            inserted_ids = dict(zip(fresh, inserted.scalars(), strict=True))
            self.near.write(inserted_ids)
            ids.update(inserted_ids)
        return ids

    def _read_from(self, article: Article, revision: int) -> None:
        values = _revision(article, "")
        names = ("origins", "capture_sha256", "further_captures", "fetched_at")
        self.connection.execute(
            update(Revision)
            .where(Revision.id == revision)
            .values({name: values[name] for name in names})
        )


def record_id(canonical_url: str) -> str:
    """The id of a post first stored under this URL: 16 hex digits."""
    return hashlib.sha256(canonical_url.encode()).hexdigest()[:16]


def _known_query() -> Any:
    return select(
        Record.id,
        Record.canonical_url,
        Record.fingerprint,
        Record.version,
        Record.status,
        Record.reason,
        Record.released_by,
        Revision.content_hash,
    ).join(Revision, Revision.id == Record.revision_id)


def _iso(at: datetime) -> str:
    return at.astimezone(CST).isoformat(timespec="seconds")


def _is_cut(article: Article, old: str) -> bool:
    """Whether a reading is only the beginning of a stored text, on a page that breaks off."""
    if not article.text and old:
        return True  # what is left are pictures: the text was not delivered
    return not article.ended and len(article.text) < len(old) and old.startswith(article.text)


def _keep_first_date(article: Article, old: dict[str, Any]) -> None:
    """A correction that is dated later leaves the day of first publication as it is."""
    if not old["date_published"] or article.date_published is None:
        return
    first = datetime.fromisoformat(old["date_published"])
    if article.date_published.astimezone(CST).date() > first.date():
        article.date_published = first
        article.date_precision = old["date_precision"]


def _revision(article: Article, of: str) -> dict[str, Any]:
    names = (
        *("content_hash", "title", "subtitle", "kicker", "date_precision", "date_raw", "source"),
        *("source_raw", "source_inferred", "publisher", "authors", "editor", "channel", "section"),
        *("doc_number", "language", "text", "html", "capture_sha256"),
    )
    published = article.date_published
    values = {name: getattr(article, name) for name in names} | {
        "record_id": of,
        "date_published": published.isoformat(timespec="seconds") if published else None,
        "images": [asdict(image) for image in article.images],
        "attachments": [asdict(file) for file in article.attachments],
        "origins": {name: asdict(candidate) for name, candidate in article.chosen.items()},
        "further_captures": [capture.sha256 for capture in article.captures[1:]] or None,
        "fetched_at": _iso(article.fetched_at),
    }
    return {name: storable(value) for name, value in values.items()}
