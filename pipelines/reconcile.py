"""What becomes of an article, given what the store holds: a post, a revision, a copy or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, and_, or_, select

from crawler.items import Article
from crawler.reading.urls import host_of
from pipelines.check_rights import AllowList
from pipelines.difference import difference
from pipelines.identity_map import IdentityMap, RecordState, record_id
from pipelines.models import Tombstone
from pipelines.near_copies import NearCopies, story_of
from pipelines.primary import takes_over
from pipelines.revision import is_cut, keep_first_date, revision_of
from pipelines.similar import same_story
from pipelines.story import ELSEWHERE, LIKE_TAKEN_DOWN
from pipelines.unit_of_work import UnitOfWork

Outcome = Literal["created", "revised", "restored", "merged", "unchanged", "held", "refused"]


@dataclass(slots=True)
class Entry:
    """What became of an article."""

    id: str
    """Of the record that stands for it now; "" where there is none."""
    outcome: Outcome
    reason: str = ""
    """Of a refusal, and why it is held."""


class Reconciler:
    """Decides about articles one by one; what it decides is collected in `work`."""

    def __init__(
        self,
        connection: Connection,
        run: int | None,
        at: datetime | None = None,
        allow_list: AllowList | None = None,
    ) -> None:
        """
        Args:
            connection: of a transaction that may write.
            run: id of the run that read the articles.
            at: of the changes, aware; None: when each article was fetched.
            allow_list: sources that come before others (pipelines.primary).
        """
        self.connection = connection
        self.allow_list = allow_list
        self.near = NearCopies(connection)
        self.records = IdentityMap(connection, self.near)
        self.work = UnitOfWork(connection, self.near, run, at)
        self.entries: list[Entry] = []

    def add(self, article: Article) -> None:
        """Decide about an article, and note it in `entries`."""
        if self._is_taken_down(article):
            self.entries.append(Entry("", "refused", "taken_down"))
            return
        record = self.records.by_url(article.canonical_url)
        own = record is not None and record.canonical_url == article.canonical_url
        if record is not None and own and record.status == "usable":
            self._read_live(article, record)
            return
        if self.near.is_like_taken_down(article):
            article.hold = LIKE_TAKEN_DOWN
        if record is not None and own:
            self._read_other(article, record)
        else:
            self._read_copy(article, record)

    def reread(self, record_id: str, revision_id: int, article: Article) -> bool:
        """Decide about what was read anew from the captures of a revision; whether it makes
        another.
        """
        record = self.records.live_with(record_id, revision_id)
        if record is None or self._is_taken_down(article):
            return False
        if self.near.is_like_taken_down(article) and not record.released:
            article.hold = LIKE_TAKEN_DOWN
            self._hold_correction(article, record)
            return False
        self._correct(article, record, day=False)
        return True

    # --- by what stands under the article's URL ----------------------------------------------

    def _read_copy(self, article: Article, record: RecordState | None) -> None:
        """A page that is no record's own; `record`: the one that it led to so far."""
        agrees = record is not None and article.fingerprint in (
            record.fingerprint,
            self.records.read_there[article.canonical_url],
        )
        if record is not None and record.status == "usable":
            if agrees:
                self._note(record, "unchanged")
                return
            original, gone = self.records.originals(article)
            if original is record:
                self._point(article, record)
                self._note(record, "unchanged")
                return
            self.work.change(article, record, "merged")  # it says something else now
        else:
            original, gone = self.records.originals(article)
            if record is not None and agrees and record not in gone:
                gone.append(record)
        if original is None:
            self._wait(article, gone)
            self._create(article, gone[0].story if gone else "")
        elif self._outranks(article, original):
            winner = self._create(article, original.story)
            self._supersede(original, winner, article)
        else:
            self._point(article, original)
            self._merge(article, original)

    def _read_live(self, article: Article, record: RecordState) -> None:
        if record.content_hash == article.content_hash:
            self._note(record, "unchanged")
        elif is_cut(article, self.records.text_of(record).text):
            self._note(record, "refused", "truncated")
        else:
            if self.near.is_like_taken_down(article):
                article.hold = LIKE_TAKEN_DOWN
            if article.hold and not record.released:
                self._hold_correction(article, record)
            else:
                self._correct(article, record)

    def _read_other(
        self, article: Article, record: RecordState, *, stands_alone: bool = False
    ) -> None:
        """A page of a record that is not live; `stands_alone`: no other is of its story."""
        if not stands_alone:
            original, gone = self.records.originals(article, record)
            if original is not None and not self._outranks(article, original):
                self._supersede(record, original, article)
                self._point(article, original)
                self._merge(article, original)
                return
            if record.reason != "withdrawn":
                self._wait(article, gone)
        else:
            original = None
        if record.status in ("held", "copy"):
            self._read_held(article, record)
        elif article.hold and not record.released:
            self._hold_correction(article, record)
        else:
            self._revise(article, record, "restored")
            self._note(record, "restored")
        if original is not None:
            self._supersede(original, record, article)

    def _read_held(self, article: Article, record: RecordState) -> None:
        """A post that is held: newer content replaces the older, and may need no holding."""
        changed = record.content_hash != article.content_hash
        if record.status == "held" and article.hold == record.hold and not changed:
            self._note(record, "unchanged")
            return
        if changed:
            self._renew(article, record)
        record.hold = article.hold
        if article.hold:
            self._hold(article, record)
        else:
            self._publish(article, record)
            self.work.shifted = True

    # --- what is done about it ---------------------------------------------------------------

    def _create(self, article: Article, story: str = "") -> RecordState:
        """Make a post of its own of a page; `story`: the one that it tells, if others do."""
        if (before := self.records.by_id(record_id(article.canonical_url))) is not None:
            # It was a post of its own once, until another stood for it.
            self._point(article, before)
            if before.story != (story or before.id):
                before.story = story or before.id
                self.work.move(before, before.story)
            self._read_other(article, before, stands_alone=True)
            return before
        record = RecordState(
            id=record_id(article.canonical_url),
            canonical_url=article.canonical_url,
            content_hash=article.content_hash,
            fingerprint=article.fingerprint,
            version=1,
            current=article,
        )
        record.story = story or record.id
        self.records.add(record)
        self.work.add_record(article, record)
        self._point(article, record)
        self.work.add_content(article, record)  # found once it is released
        if article.hold:
            record.hold = article.hold
            self._hold(article, record)
        else:
            self._publish(article, record)
        return record

    def _publish(self, article: Article, record: RecordState) -> None:
        record.status = "usable"
        self.records.tells(record)
        self.work.become_live(article, record)
        self.work.change(article, record, "created")
        self._note(record, "created")

    def _hold(self, article: Article, record: RecordState) -> None:
        record.status = "held"
        self.work.hold(record)
        self._note(record, "held", article.hold)

    def _hold_correction(self, article: Article, record: RecordState) -> None:
        self.work.hold_correction(article, record)
        if self.records.held_correction(record) == (article.hold, article.content_hash):
            self._note(record, "unchanged")  # it is held already
        else:
            self._note(record, "held", article.hold)

    def _correct(self, article: Article, record: RecordState, *, day: bool = True) -> None:
        """A live record has a new content, by which it may be another's copy; `day`: see
        `_revise`.
        """
        another = article.fingerprint != record.fingerprint
        original = self.records.originals(article, record)[0] if another else None
        self._revise(article, record, "revised", day=day)
        if original is None or not self._says(article, original):
            self._note(record, "revised")
            return
        if record.exported and not original.exported:
            wins = not self._takes_over(self.records.text_of(original), record)
        else:
            wins = self._takes_over(article, original)
        if wins:
            self._supersede(original, record, article)
            self._note(record, "revised")
        else:
            self._supersede(record, original, article)
            self._merge(article, original)

    def _revise(
        self,
        article: Article,
        record: RecordState,
        kind: Literal["revised", "restored"],
        *,
        day: bool = True,
    ) -> None:
        """Publish a record's new content; `day`: it keeps the day of first publication."""
        if record.current:
            old = revision_of(record.current, record.id)
        else:
            old = self.records.content(record)._asdict()
        found = difference(old, revision_of(article, record.id))
        if record.content_hash != article.content_hash:
            if day:
                keep_first_date(article, old)
            record.version += 1
            self._renew(article, record)
            self.records.tells(record)
        if kind == "restored":
            self.work.become_live(article, record)
            self.work.shifted = True
        record.status, record.reason = "usable", None
        self.work.change(article, record, kind, found)

    def _renew(self, article: Article, record: RecordState) -> None:
        """Give a record another content."""
        record.content_hash = article.content_hash
        record.fingerprint = article.fingerprint
        record.current = article
        self.work.add_content(article, record)

    def _supersede(self, loser: RecordState, winner: RecordState, article: Article) -> None:
        """Let another record stand for a record's story, its copies included."""
        loser.status = "canceled" if loser.exported else "copy"
        loser.reason = "duplicate" if loser.exported else None
        self.work.supersede(loser, winner, article)

    def _merge(self, article: Article, original: RecordState) -> None:
        self.work.change(article, original, "merged")
        self._note(original, "merged")

    def _point(self, article: Article, record: RecordState) -> None:
        """Make the article's URL lead to a record."""
        moved = self.records.point(article, record)
        self.work.point(article, record, moved=moved)

    def _note(self, record: RecordState, outcome: Outcome, reason: str = "") -> None:
        self.entries.append(Entry(record.id, outcome, reason))

    # --- by which rules ----------------------------------------------------------------------

    def _is_taken_down(self, article: Article) -> bool:
        tombstone = Tombstone
        query = select(tombstone.kind).where(
            or_(
                and_(tombstone.kind == "url", tombstone.value == article.canonical_url),
                and_(tombstone.kind == "fingerprint", tombstone.value == article.fingerprint),
            )
        )
        return self.connection.execute(query.limit(1)).first() is not None

    def _wait(self, article: Article, gone: Sequence[RecordState]) -> None:
        """Hold a post whose story was withdrawn, unless it was on the same site, or the publisher
        is heard himself.
        """
        here = host_of(article.canonical_url)
        if gone and all(host_of(record.canonical_url) != here for record in gone):
            texts = [self.records.text_of(record) for record in gone]
            if not any(takes_over(article, text, exported=True) for text in texts):
                article.hold = article.hold or ELSEWHERE

    def _outranks(self, article: Article, original: RecordState) -> bool:
        """Whether a copy of a live record is published in its place."""
        says = not article.hold and self._says(article, original)
        return says and self._takes_over(article, original)

    def _says(self, article: Article, record: RecordState) -> bool:
        """Whether a record's present content is the article's; what it said once does not count."""
        return record.fingerprint == article.fingerprint or same_story(
            story_of(article), story_of(self.records.text_of(record))
        )

    def _takes_over(self, challenger: Any, primary: RecordState) -> bool:
        return takes_over(
            challenger,
            self.records.text_of(primary),
            exported=primary.exported,
            allow_list=self.allow_list,
        )
