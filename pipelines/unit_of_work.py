"""What a batch of articles changes in the store, collected and written a statement a table."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Connection, bindparam, case, func, insert, select, update

from crawler.items import Article
from pipelines.identity_map import RecordState
from pipelines.models import Change, Record, RecordUrl, Revision
from pipelines.near_copies import NearCopies
from pipelines.revision import revision_of
from pipelines.story import gather, join, stand_behind
from pipelines.times import in_cst


class UnitOfWork:
    """Collects what has been decided; nothing of it is in the store before `write`."""

    def __init__(
        self, connection: Connection, near: NearCopies, run: int | None, at: datetime | None
    ) -> None:
        """
        Args:
            connection: of a transaction that may write.
            near: the index of the same batch; contents that are new are added to it.
            run: id of the run that read the articles.
            at: of the changes, aware; None: when each article was fetched.
        """
        self.connection = connection
        self.near = near
        self.run = run
        self.at = at
        self.shifted = False
        """A stored record became live, or another stands for it (rare): what follows has to be
        decided by what is in the store, so this has to be written first."""
        self._new_records: list[dict[str, Any]] = []
        self._new_urls: list[dict[str, Any]] = []
        self._moved_urls: list[dict[str, Any]] = []
        self._contents: list[tuple[Article, RecordState]] = []
        self._changes: list[tuple[RecordState, dict[str, Any]]] = []
        self._held: list[RecordState] = []
        self._held_corrections: dict[str, Article] = {}
        self._superseded: list[tuple[RecordState, RecordState, datetime]] = []  # by which, when
        self._become_live: dict[str, tuple[RecordState, datetime]] = {}
        self._moved: dict[str, str] = {}  # record -> the story that it is of now

    # --- collecting --------------------------------------------------------------------------

    def add_record(self, article: Article, record: RecordState) -> None:
        """Add a record, held where the article is; its content and URL are added apart."""
        self._new_records.append(
            {
                "id": record.id,
                "story": record.story,
                "exported": False,
                "canonical_url": article.canonical_url,
                "url": article.url,
                "spider": article.spider,
                "status": "held" if article.hold else "usable",
                "held_reason": article.hold or None,
                "version": 1,
                "seq": 0,
                "fingerprint": article.fingerprint,
                "first_seen_at": in_cst(article.fetched_at),
                "updated_at": in_cst(article.fetched_at),
            }
        )

    def add_content(self, article: Article, record: RecordState) -> None:
        """Make an article a record's revision, which near copies are found by."""
        self._contents.append((article, record))
        self.near.add(article, record.id)

    def point(self, article: Article, record: RecordState, *, moved: bool) -> None:
        """Make the article's URL lead to a record; `moved`: it led to another before."""
        values = {
            "canonical_url": article.canonical_url,
            "url": article.url,
            "record_id": record.id,
            "fingerprint": article.fingerprint,
            "first_seen_at": in_cst(article.fetched_at),
        }
        (self._moved_urls if moved else self._new_urls).append(values)

    def change(
        self,
        article: Article,
        record: RecordState,
        kind: str,
        found: dict[str, Any] | None = None,
    ) -> None:
        """Add an entry to the change log, and bring the record's row to its present state."""
        values = {
            "record_id": record.id,
            "kind": kind,
            "version": record.version,
            "revision_id": record.content_hash,  # the id, once it is written
            "run_id": self.run,
            "at": in_cst(self.at or article.fetched_at),
            "difference": found,
        }
        self._changes.append((record, values))

    def become_live(self, article: Article, record: RecordState) -> None:
        """Let the record stand for its story, all copies behind it."""
        self._become_live[record.id] = record, self.at or article.fetched_at

    def supersede(self, loser: RecordState, winner: RecordState, article: Article) -> None:
        """Let another record stand for a record's story, its copies included."""
        self._superseded.append((loser, winner, self.at or article.fetched_at))
        self.shifted = True

    def move(self, record: RecordState, story: str) -> None:
        """Let a record be of another story."""
        self._moved[record.id] = story

    def hold(self, record: RecordState) -> None:
        """Keep a record out of exports."""
        self._held.append(record)

    def hold_correction(self, article: Article, record: RecordState) -> None:
        """Keep a content aside; the last good revision stays as it is, published or not."""
        self._held_corrections[record.id] = article

    # --- writing -----------------------------------------------------------------------------

    def write(self) -> None:
        """Send it all, in the caller's transaction."""
        run = self.connection.execute
        if self._new_records:
            run(insert(Record), self._new_records)
        if self._new_urls:
            run(insert(RecordUrl), self._new_urls)
        for values in self._moved_urls:
            where = RecordUrl.canonical_url == values["canonical_url"]
            run(update(RecordUrl).where(where).values(values))
        revisions = self._write_revisions()
        if self._changes:
            self._write_changes(revisions)
        self._write_held(revisions)
        for moved, story in self._moved.items():
            join(self.connection, moved, story)
        for loser, winner, at in self._superseded:
            stand_behind(self.connection, loser.id, winner.id, at, self.run)
        for record, at in self._become_live.values():
            if record.status == "usable":
                gather(self.connection, record.id, at, self.run)

    def _write_changes(self, revisions: dict[tuple[str, str], int]) -> None:
        run = self.connection.execute
        for _, change in self._changes:
            key = change["record_id"], change["revision_id"]
            change["revision_id"] = revisions.get(key)
        seqs = run(
            insert(Change).returning(Change.seq, sort_by_parameter_order=True),
            [change for _, change in self._changes],
        )
        heads: dict[str, dict[str, Any]] = {}
        for seq, (record, change) in zip(seqs.scalars(), self._changes, strict=True):
            before = heads.get(record.id, {})
            heads[record.id] = {
                "of": record.id,
                "new_seq": seq,
                "new_version": record.version,
                "new_fingerprint": record.fingerprint,
                "new_updated_at": change["at"],
                "new_revision": revisions.get((record.id, record.content_hash)),
                "new_status": record.status,
                "new_reason": record.reason,
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
        for record in self._held:
            # Meanwhile it may have been published, or another may stand for it.
            reason = record.hold if record.status == "held" else None
            revision = revisions.get((record.id, record.content_hash))
            run(
                update(Record)
                .where(Record.id == record.id)
                .values(
                    status=record.status,
                    revision_id=func.coalesce(revision, Record.revision_id),
                    fingerprint=record.fingerprint,
                    held_reason=reason,
                )
            )
        for record_id, article in self._held_corrections.items():
            revision = self._stored(record_id, article)
            if revision is None:
                held = insert(Revision).values(revision_of(article, record_id))
                revision = run(held.returning(Revision.id)).scalar_one()
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
        created = {values["id"] for values in self._new_records}
        for article, record in self._contents:
            key = record.id, article.content_hash
            if (
                record.id not in created
                and (revision := self._stored(record.id, article)) is not None
            ):
                ids[key] = revision
                self._read_from(article, revision)
            else:
                fresh[key] = revision_of(article, record.id)
        if fresh:
            inserted = self.connection.execute(
                insert(Revision).returning(Revision.id, sort_by_parameter_order=True),
                list(fresh.values()),
            )
            inserted_ids = dict(zip(fresh, inserted.scalars(), strict=True))
            self.near.write(inserted_ids)
            ids.update(inserted_ids)
        return ids

    def _stored(self, record_id: str, article: Article) -> int | None:
        """The id of a record's revision with the article's content."""
        query = select(Revision.id).where(
            Revision.record_id == record_id, Revision.content_hash == article.content_hash
        )
        return self.connection.execute(query).scalar()

    def _read_from(self, article: Article, revision: int) -> None:
        values = revision_of(article, "")
        names = ("origins", "capture_sha256", "further_captures", "fetched_at")
        self.connection.execute(
            update(Revision)
            .where(Revision.id == revision)
            .values({name: values[name] for name in names})
        )
