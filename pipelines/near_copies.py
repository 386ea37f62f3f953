"""Find the stored post that an article is a near copy of."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, bindparam, insert, or_, select, union_all

from crawler.items import Article
from pipelines.models import Band, Record, Revision, Tombstone
from pipelines.similar import Story, bands, resembles, same_story, sign

_A_BAND = 64  # rows of a band that are read, the newest first
_VERIFIED = 64  # candidates whose texts are compared, those first that share most bands
_CHUNK = 8  # texts that are read at a time: the first is mostly the one
# Characters of a text. To compare longer ones would fill the memory; exact copies are found by
# their fingerprint all the same.
_LONGEST = 500_000
_REMEMBERED = 20_000  # and to remember longer ones

_SHARING = union_all(
    *(
        select(
            select(Band.revision_id)
            .where(Band.hash == bindparam(f"band{n}"))
            .order_by(Band.revision_id.desc())
            .limit(_A_BAND)
            .subquery()
            .c.revision_id
        )
        for n in range(20)
    )
)


@lru_cache(maxsize=256)
def _story(title: str, text: str, files: tuple[str, ...]) -> Story:
    """A channel of notices from one template compares the same posts again and again."""
    return Story(title, text, files)


def story_of(post: Any) -> Story:
    """What is compared of an article, or of a row of `revisions`."""
    names = (file["name"] if isinstance(file, dict) else file.name for file in post.attachments)
    make = _story if len(post.text) <= _REMEMBERED else Story
    return make(post.title, post.text, tuple(names))


class NearCopies:
    """The index of signatures, and what a batch is about to add to it.

    However many posts are alike, an article costs at most 20 short reads of the index and 64
    comparisons.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._fresh: list[tuple[str, str, Story, list[int]]] = []  # record id, hash of content …
        self._by_band: defaultdict[int, list[int]] = defaultdict(list)
        self._signed: tuple[Article, Story, list[int]] | None = None
        self._ranked: tuple[Article, list[int]] | None = None
        self._signed_tombstones: bool | None = None  # whether there are any

    def find(self, article: Article) -> Iterator[str]:
        """Ids of the live and the withdrawn records that carry the article's story, the likeliest
        first.

        What this batch added may be neither any more; that is the caller's to look up.
        """
        story, hashes = self._sign(article)
        if not hashes:
            return
        left = _VERIFIED
        shared = Counter(at for band in hashes for at in self._by_band[band][-_A_BAND:])
        for at, _ in shared.most_common(left):
            left -= 1
            record_id, _, other, _ = self._fresh[at]
            if same_story(other, story):
                yield record_id
        candidates = self._stored(article)[:left]
        for start in range(0, len(candidates), _CHUNK):
            yield from self._verify(story, candidates[start : start + _CHUNK])

    def is_like_taken_down(self, article: Article) -> bool:
        """Whether it resembles what was taken down, of which the text may be gone."""
        if self._signed_tombstones is None:
            any_ = select(Tombstone.value).where(Tombstone.kind == "signature").limit(1)
            self._signed_tombstones = self.connection.execute(any_).first() is not None
        if not self._signed_tombstones or not (candidates := self._stored(article)[:_VERIFIED]):
            return False
        query = (
            select(Tombstone.value)
            .join(Revision, Revision.record_id == Tombstone.record_id)
            .where(Tombstone.kind == "signature", Revision.id.in_(candidates))
            .distinct()
        )
        values = self.connection.execute(query).scalars().all()
        return any(resembles(article.text, bytes.fromhex(value)) for value in values)

    def _stored(self, article: Article) -> list[int]:
        """Ids of the stored revisions that share a band with an article, most bands first."""
        if self._ranked is None or self._ranked[0] is not article:
            _, hashes = self._sign(article)
            values = {f"band{n}": band for n, band in enumerate(hashes)}
            rows = self.connection.execute(_SHARING, values).scalars() if hashes else ()
            ranked = sorted(Counter(rows).items(), key=lambda item: (-item[1], -item[0]))
            self._ranked = article, [revision for revision, _ in ranked]
        return self._ranked[1]

    def _verify(self, story: Story, revisions: list[int]) -> Iterator[str]:
        query = (
            select(
                *(Revision.id, Revision.record_id),
                *(Revision.title, Revision.text, Revision.attachments),
            )
            .join(Record, Record.id == Revision.record_id)
            .where(
                Revision.id.in_(revisions),
                or_(Record.status == "usable", Record.reason == "withdrawn"),
            )
        )
        rows = {row.id: row for row in self.connection.execute(query)}
        for row in (rows[revision] for revision in revisions if revision in rows):
            if same_story(story_of(row), story):
                yield row.record_id

    def add(self, article: Article, record_id: str) -> None:
        """Note a new content of a record; it is found at once, and stored by `write`."""
        story, hashes = self._sign(article)
        for band in hashes:
            self._by_band[band].append(len(self._fresh))
        self._fresh.append((record_id, article.content_hash, story, hashes))

    def write(self, revisions: Mapping[tuple[str, str], int]) -> None:
        """Store what was added; `revisions`: ids of the new ones by record id, content hash."""
        rows = {
            (band, revisions[record_id, content_hash])
            for record_id, content_hash, _, hashes in self._fresh
            if (record_id, content_hash) in revisions
            for band in hashes
        }
        if rows:
            values = [{"hash": band, "revision_id": revision} for band, revision in sorted(rows)]
            self.connection.execute(insert(Band), values)

    def _sign(self, article: Article) -> tuple[Story, list[int]]:
        """Story and bands; an article is mostly looked for and added in turn."""
        if self._signed is None or self._signed[0] is not article:
            signature = sign(article.text) if len(article.text) <= _LONGEST else b""
            self._signed = article, story_of(article), bands(signature)
        return self._signed[1:]
