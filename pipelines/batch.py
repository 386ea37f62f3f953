"""Writing articles: what becomes of each, and the records, revisions and changes it makes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import (
    Boolean,
    Connection,
    and_,
    bindparam,
    case,
    func,
    insert,
    or_,
    select,
    update,
)

from crawler.items import Article
from crawler.reading.dates import CST
from crawler.reading.urls import host_of
from pipelines.check_required import Refused
from pipelines.check_rights import AllowList
from pipelines.difference import Weight, difference
from pipelines.fingerprint import storable
from pipelines.models import Change, Record, RecordUrl, Revision, Tombstone
from pipelines.near_copies import NearCopies, story_of
from pipelines.primary import takes_over
from pipelines.records import load_records
from pipelines.similar import same_story
from pipelines.story import ELSEWHERE, LIKE_TAKEN_DOWN, gather, join, stand_behind

Outcome = Literal["created", "revised", "restored", "merged", "unchanged", "held", "refused"]


def save(
    connection: Connection,
    articles: Sequence[Article],
    run: int | None = None,
    *,
    at: datetime | None = None,
    allow_list: AllowList | None = None,
) -> list[tuple[Outcome, Any]]:
    """Write articles in order, in the caller's transaction.

    Args:
        connection: of a transaction that may write (database.writing).
        articles: complete articles (all pipelines have run).
        run: id of the run that read them.
        at: of the changes, aware; None: when each article was fetched.
        allow_list: sources that come before others (pipelines.primary).

    Returns:
        For every article what became of it, and the Record that stands for it now; where it was
        refused or held, the reason.
    """
    entries: list[_Entry] = []
    batch = _Batch(connection, run, at, allow_list)
    for article in articles:
        batch.add(article)
        if batch.shifted:
            batch.write()
            entries += batch.entries
            batch = _Batch(connection, run, at, allow_list)
    batch.write()
    entries += batch.entries
    records = load_records(connection, {entry.id for entry in entries})
    return [(entry.outcome, entry.reason or records[entry.id]) for entry in entries]


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

    A record that is not usable, or has got another revision meanwhile, stays as it is; so does one
    that was found to say what was taken down. What resembles that is held.

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
    revised = 0
    for reading in readings:
        revised += batch.reread(*reading)
        if batch.shifted:
            batch.write()
            batch = _Batch(connection, run, at)
    batch.write()
    return revised


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
    hold: str = ""
    released: bool = False
    """An editor answers for it."""
    exported: bool = False
    story: str = ""
    current: Article | None = None
    """Its content, if this batch wrote it."""


@dataclass(slots=True)
class _Entry:
    id: str
    outcome: Outcome
    reason: str = ""


class _Batch:
    def __init__(
        self,
        connection: Connection,
        run: int | None,
        at: datetime | None = None,
        allow_list: AllowList | None = None,
    ) -> None:
        self.connection = connection
        self.run = run
        self.at = at
        self.allow_list = allow_list
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
        self.held_corrections: dict[str, Article] = {}
        self.near = NearCopies(connection)
        self.superseded: list[tuple[_Known, _Known, datetime]] = []  # by which, when
        self.become_live: dict[str, datetime] = {}
        self.shifted = False  # a stored record became live, or another stands for it: rare
        self.moved: dict[str, str] = {}  # record -> the story that it is of now

    def add(self, article: Article) -> None:
        if self._is_taken_down(article):
            self.entries.append(_Entry("", "refused", "taken_down"))
            return
        known = self._by_url(article.canonical_url)
        own = known is not None and known.canonical_url == article.canonical_url
        if known is not None and own and known.status == "usable":
            self._read_live(article, known)
            return
        if self.near.is_like_taken_down(article):
            article.hold = LIKE_TAKEN_DOWN
        if known is not None and own:
            self._read_other(article, known)
        else:
            self._read_copy(article, known)

    def _read_copy(self, article: Article, known: _Known | None) -> None:
        """A page that is no record's own; `known`: the record that it led to so far."""
        agrees = known is not None and (
            article.fingerprint in (known.fingerprint, self.read_there[article.canonical_url])
        )
        if known is not None and known.status == "usable":
            if agrees:
                self._note(known, "unchanged")
                return
            original, gone = self._originals(article)
            if original is known:
                self._point(article, known)
                self._note(known, "unchanged")
                return
            self._change(article, known, "merged")  # it says something else now
        else:
            original, gone = self._originals(article)
            if known is not None and agrees and known not in gone:
                gone.append(known)
        if original is None:
            self._wait(article, gone)
            self._create(article, gone[0].story if gone else "")
        elif self._outranks(article, original):
            winner = self._create(article, original.story)
            self._supersede(original, winner, article)
        else:
            self._merge(article, original)

    def _read_live(self, article: Article, known: _Known) -> None:
        if known.content_hash == article.content_hash:
            self._note(known, "unchanged")
        elif self._is_cut(article, known):
            self._note(known, "refused", "truncated")
        else:
            if self.near.is_like_taken_down(article):
                article.hold = LIKE_TAKEN_DOWN
            if article.hold and not known.released:
                self._hold_correction(article, known)
            else:
                self._correct(article, known)

    def _correct(self, article: Article, known: _Known, *, day: bool = True) -> None:
        """A live record has a new content, by which it may be another's copy; `day`: see
        `_revise`.
        """
        another = article.fingerprint != known.fingerprint
        original = self._originals(article, known)[0] if another else None
        self._revise(article, known, "revised", day=day)
        if original is None or not self._says(article, original):
            self._note(known, "revised")
            return
        if known.exported and not original.exported:
            wins = not self._takes_over(self._text_of(original), known)
        else:
            wins = self._takes_over(article, original)
        if wins:
            self._supersede(original, known, article)
            self._note(known, "revised")
        else:
            self._supersede(known, original, article)
            self._change(article, original, "merged")
            self._note(original, "merged")

    def _read_other(self, article: Article, known: _Known, *, stands_alone: bool = False) -> None:
        """A page of a record that is not live; `stands_alone`: no other is of its story."""
        if not stands_alone:
            original, gone = self._originals(article, known)
            if original is not None and not self._outranks(article, original):
                self._supersede(known, original, article)
                self._point(article, original)
                self._change(article, original, "merged")
                self._note(original, "merged")
                return
            if known.reason != "withdrawn":
                self._wait(article, gone)
        else:
            original = None
        if known.status in ("held", "copy"):
            self._read_held(article, known)
        elif article.hold and not known.released:
            self._hold_correction(article, known)
        else:
            self._revise(article, known, "restored")
            self._note(known, "restored")
        if original is not None:
            self._supersede(original, known, article)

    def _read_held(self, article: Article, known: _Known) -> None:
        """A post that is held: newer content replaces the older, and may need no holding."""
        changed = known.content_hash != article.content_hash
        if known.status == "held" and article.hold == known.hold and not changed:
            self._note(known, "unchanged")
            return
        if changed:
            known.content_hash = article.content_hash
            known.fingerprint = article.fingerprint
            known.current = article
            self.revisions.append((article, known))
            self.near.add(article, known.id)
        known.hold = article.hold
        if article.hold:
            known.status = "held"
            self.held.append(known)
            self._note(known, "held", article.hold)
        else:
            self._publish(article, known)
            self.shifted = True

    def _publish(self, article: Article, known: _Known) -> None:
        known.status = "usable"
        self.by_fingerprint[article.fingerprint] = known
        self.become_live[known.id] = self.at or article.fetched_at
        self._change(article, known, "created")
        self._note(known, "created")

    def _hold_correction(self, article: Article, known: _Known) -> None:
        """Keep a content aside; the last good revision stays as it is, published or not."""
        self.held_corrections[known.id] = article
        query = select(Record.held_reason, Revision.content_hash).join(
            Revision, Revision.id == Record.held_revision_id
        )
        before = self.connection.execute(query.where(Record.id == known.id)).first()
        if before is not None and tuple(before) == (article.hold, article.content_hash):
            self._note(known, "unchanged")  # it is held already
        else:
            self._note(known, "held", article.hold)

    def _wait(self, article: Article, gone: Sequence[_Known]) -> None:
        """Hold a post whose story was withdrawn, unless it was on the same site, or the publisher
        is heard himself.
        """
        here = host_of(article.canonical_url)
        if gone and all(host_of(known.canonical_url) != here for known in gone):
            texts = [self._text_of(known) for known in gone]
            if not any(takes_over(article, text, exported=True) for text in texts):
                article.hold = article.hold or ELSEWHERE

    def _outranks(self, article: Article, original: _Known) -> bool:
        """Whether a copy of a live record is published in its place."""
        says = not article.hold and self._says(article, original)
        return says and self._takes_over(article, original)

    def _says(self, article: Article, known: _Known) -> bool:
        """Whether a record's present content is the article's; what it said once does not count."""
        return known.fingerprint == article.fingerprint or same_story(
            story_of(article), story_of(self._text_of(known))
        )

    def _takes_over(self, challenger: Any, primary: _Known) -> bool:
        return takes_over(
            challenger,
            self._text_of(primary),
            exported=primary.exported,
            allow_list=self.allow_list,
        )

    def _merge(self, article: Article, original: _Known) -> None:
        self._point(article, original)
        self._change(article, original, "merged")
        self._note(original, "merged")

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
        return _is_cut(article, self._text_of(known).text)

    def _text_of(self, known: _Known) -> Any:
        """Its content: an article, or a row of `revisions`."""
        return known.current or self._content(known)

    def _content(self, known: _Known) -> Any:
        """The current revision, as the store has it."""
        query = (
            select(*Revision.__table__.c)
            .join(Record, Record.revision_id == Revision.id)
            .where(Record.id == known.id)
        )
        return self.connection.execute(query).one()

    def _originals(
        self, article: Article, but: _Known | None = None
    ) -> tuple[_Known | None, list[_Known]]:
        """The live record whose story the article tells in the same or nearly the same words,
        and where there is none the withdrawn ones; `but` is neither.
        """
        exact = self._by_fingerprint(article.fingerprint)
        if exact is not None and exact is not but:
            return exact, []
        query = select(Record.id).where(
            Record.fingerprint == article.fingerprint, Record.reason == "withdrawn"
        )
        exactly = self.connection.execute(query).scalars().all()
        gone: dict[str, _Known] = {}
        for found in (*exactly, *self.near.find(article)):
            known = self._by_id(found)
            if known is None or known is but:
                continue
            if known.status == "usable":
                return known, []
            if known.reason == "withdrawn":
                gone[known.id] = known
        return None, list(gone.values())

    def _supersede(self, loser: _Known, winner: _Known, article: Article) -> None:
        """Let another record stand for a record's story, its copies included."""
        loser.status = "canceled" if loser.exported else "copy"
        loser.reason = "duplicate" if loser.exported else None
        self.superseded.append((loser, winner, self.at or article.fetched_at))
        self.shifted = True

    def _create(self, article: Article, story: str = "") -> _Known:
        """Make a post of its own of a page; `story`: the one that it tells, if others do."""
        if (before := self._by_id(record_id(article.canonical_url))) is not None:
            # It was a post of its own once, until another stood for it.
            self._point(article, before)
            if before.story != (story or before.id):
                self.moved[before.id] = before.story = story or before.id
            self._read_other(article, before, stands_alone=True)
            return before
        known = _Known(
            id=record_id(article.canonical_url),
            canonical_url=article.canonical_url,
            content_hash=article.content_hash,
            fingerprint=article.fingerprint,
            version=1,
            current=article,
        )
        known.story = story or known.id
        self.new_records.append(
            {
                "id": known.id,
                "story": known.story,
                "exported": False,
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
        else:
            self._publish(article, known)
        return known

    def _revise(
        self,
        article: Article,
        known: _Known,
        kind: Literal["revised", "restored"],
        *,
        day: bool = True,
    ) -> None:
        """Publish a record's new content; `day`: it keeps the day of first publication."""
        old = (
            _revision(known.current, known.id) if known.current else self._content(known)._asdict()
        )
        found = difference(old, _revision(article, known.id))
        if known.content_hash != article.content_hash:
            if day:
                _keep_first_date(article, old)
            self._renew(article, known)
        if kind == "restored":
            self.become_live[known.id] = self.at or article.fetched_at
            self.shifted = True
        known.status, known.reason = "usable", None
        self._change(article, known, kind, found)

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
        if known is None or self._is_taken_down(article):
            return False
        if self.near.is_like_taken_down(article) and not known.released:
            article.hold = LIKE_TAKEN_DOWN
            self._hold_correction(article, known)
            return False
        self._correct(article, known, day=False)
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
            *(row.version, row.status, row.reason, row.held_reason or ""),
            *(row.released_by is not None, row.exported, row.story),
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
        revisions = self._write_revisions()
        if self.changes:
            self._write_changes(revisions)
        self._write_held(revisions)
        for moved, story in self.moved.items():
            join(self.connection, moved, story)
        for loser, winner, at in self.superseded:
            stand_behind(self.connection, loser.id, winner.id, at, self.run)
        for live, at in self.become_live.items():
            if self.by_id[live].status == "usable":
                gather(self.connection, live, at, self.run)

    def _write_changes(self, revisions: dict[tuple[str, str], int]) -> None:
        run = self.connection.execute
        for change in self.changes:
            key = change["record_id"], change["revision_id"]
            change["revision_id"] = revisions.get(key)
        seqs = run(insert(Change).returning(Change.seq, sort_by_parameter_order=True), self.changes)
        heads: dict[str, dict[str, Any]] = {}
        for seq, change in zip(seqs.scalars(), self.changes, strict=True):
            known = self.by_id[change["record_id"]]
            before = heads.get(known.id, {})
            heads[known.id] = {
                "of": known.id,
                "new_seq": seq,
                "new_version": known.version,
                "new_fingerprint": known.fingerprint,
                "new_updated_at": change["at"],
                "new_revision": revisions.get((known.id, known.content_hash)),
                "new_status": known.status,
                "new_reason": known.reason,
                # Another copy is no answer to a correction that is held.
                "new_content": before.get("new_content") or change["kind"] != "merged",
            }
        usable = bindparam("new_status") == "usable"
        content = bindparam("new_content", type_=Boolean)
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
                held_reason=case((content, None), else_=Record.held_reason),
                held_revision_id=case((content, None), else_=Record.held_revision_id),
                canceled_at=case((usable, None), else_=Record.canceled_at),
                duplicate_of=case((usable, None), else_=Record.duplicate_of),
                revision_id=func.coalesce(bindparam("new_revision"), Record.revision_id),
            ),
            list(heads.values()),
        )

    def _write_held(self, revisions: dict[tuple[str, str], int]) -> None:
        run = self.connection.execute
        for known in self.held:
            # Meanwhile it may have been published, or another may stand for it.
            reason = known.hold if known.status == "held" else None
            revision = revisions.get((known.id, known.content_hash))
            run(
                update(Record)
                .where(Record.id == known.id)
                .values(
                    status=known.status,
                    revision_id=func.coalesce(revision, Record.revision_id),
                    fingerprint=known.fingerprint,
                    held_reason=reason,
                )
            )
        for record_id, article in self.held_corrections.items():
            where = (
                Revision.record_id == record_id,
                Revision.content_hash == article.content_hash,
            )
            revision = run(select(Revision.id).where(*where)).scalar()
            if revision is None:
                held = insert(Revision).values(_revision(article, record_id)).returning(Revision.id)
                revision = run(held).scalar_one()
            run(
                update(Record)
                .where(Record.id == record_id)
                .values(held_reason=article.hold, held_revision_id=revision)
            )

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
        Record.held_reason,
        Record.exported,
        Record.story,
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
