"""The crawl's side of the store: runs, walks, and the state of every URL that a list has shown.

| state     | meaning                                                  | visited again          |
|-----------|----------------------------------------------------------|------------------------|
| owed      | listed, not visited yet                                  | by the next run        |
| stored    | the last visit brought a new or another content          | by schedule            |
| unchanged | the last visit brought what was there already            | by schedule            |
| refused   | there is no article, or none that may be had; `reason`   | less and less, or never|
| deferred  | it could not be had; `reason`                            | by the next run: owed  |

What a crawl reports is queued and written together: every 100 reports, every 8 MB, every half
second, and at the end. One transaction holds an item, its capture, its URL's state and its
change, so that a crash leaves all of it or nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from scrapy.crawler import Crawler
from sqlalchemy import Connection, Engine, Select, bindparam, delete, insert, select, update

from crawler.items import Article, Capture, Copy, Known, Listed, Listing, Visit
from crawler.reading.dates import parse_date
from crawler.reading.rules import VERSION
from pipelines.archive import Archive, ArchiveError
from pipelines.batch import Outcome, save
from pipelines.check_rights import AllowList
from pipelines.database import open_store, upsert, writing
from pipelines.fingerprint import storable
from pipelines.models import (
    LedgerEntry,
    Pause,
    Record,
    Revision,
    Run,
    SourceState,
    Validator,
    Walk,
)
from pipelines.records import mark_exported
from pipelines.schedule import SUSPECT, next_look, next_try, next_visit
from pipelines.story import cancel
from pipelines.succession import heirs, load

logger = logging.getLogger(__name__)

_CHUNK = 500  # SQLite binds at most 32,766 values
_BATCH = 100  # reports
_BYTES = 8 * 1024 * 1024  # of bodies that wait
_WAIT = 0.5  # seconds that a report may wait for company

# The only evidence that a post is gone. At the first sight of 410 it is.
_GONE = ("http_404", "soft_404")
_GONE_FOR_GOOD = "http_410"
# Refusals that no later visit would change.
_FOR_EVER = ("other_host", "other_scheme", "trap", "direct_file", "other_page", "taken_down")
_GUARD_SHARE = 0.2
_GUARD_COUNT = 5

Report = Article | Visit | Listing


@dataclass(slots=True, frozen=True)
class Settlement:
    """What a run did about posts that are gone."""

    withdrawn: int = 0
    suspect: int = 0
    frozen: str = ""
    """Why nothing of the source is withdrawn; "" where it is not frozen."""
    copies: tuple[Copy, ...] = ()
    """Of what was withdrawn, in the order in which they may take over; for `Ledger.adopt`."""


class Ledger:
    """One crawl's access to the store and the archive. All times are aware datetimes."""

    def __init__(
        self,
        engine: Engine,
        archive: Archive,
        allow_list: AllowList | None = None,
        *,
        feeds: bool = False,
    ) -> None:
        """
        Args:
            engine: of the store.
            archive: where responses are kept.
            allow_list: sources that come before others (pipelines.primary).
            feeds: what is stored is exported at once, by Scrapy's feeds.
        """
        self.engine = engine
        self.archive = archive
        self.allow_list = allow_list
        self.feeds = feeds
        self.run: int | None = None
        self._queue: list[tuple[Report, asyncio.Future[tuple[Outcome, Any]] | None]] = []
        self._waiting_bytes = 0
        self._timer: asyncio.TimerHandle | None = None
        self._visited: set[str] = set()  # posts that were there
        self._gone: dict[str, tuple[str, datetime]] = {}  # reason, when

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Ledger:
        """Open the store of the settings, creating it where there is none."""
        settings = crawler.settings
        archive = Archive(Path(settings["ARCHIVE_DIR"]), settings.getint("ARCHIVE_FILE_SIZE"))
        allow_list = AllowList.load(Path(settings["ALLOWED_SOURCES"]))
        engine = open_store(settings["DATABASE_URL"], create=True)
        return cls(engine, archive, allow_list, feeds=bool(settings.getdict("FEEDS")))

    # --- runs --------------------------------------------------------------------------------

    def start_run(self, spider: str, arguments: dict[str, Any], at: datetime) -> int:
        """Note that a run begins; returns its id. What a crash left in the archive is cut off."""
        if cut := self.archive.recover(self.engine):
            logger.info("archive: %d bytes of an interrupted run were cut off", cut)
        values = {"spider": spider, "arguments": arguments, "started_at": _iso(at)}
        with writing(self.engine).begin() as connection:
            self.run = connection.execute(insert(Run).values(values).returning(Run.id)).scalar_one()
        return self.run

    def finish_run(self, run: int, outcome: str, figures: dict[str, Any], at: datetime) -> None:
        """Note how a run ended: `done` or `failed`."""
        values = {"outcome": outcome, "figures": figures, "finished_at": _iso(at)}
        with writing(self.engine).begin() as connection:
            connection.execute(update(Run).where(Run.id == run).values(values))

    def expire(self, at: datetime, days: int) -> None:
        """Remove archive files older than `days`; 0 keeps all."""
        if days and (removed := self.archive.expire(self.engine, at, days)):
            logger.info("archive: %d files older than %d days removed", len(removed), days)

    def close(self) -> None:
        """Write what waits, and give connections and files back."""
        self.flush()
        self.archive.close()
        self.engine.dispose()

    # --- reports -----------------------------------------------------------------------------

    def store(self, article: Article) -> asyncio.Future[tuple[Outcome, Any]]:
        """Queue an article; the future tells its outcome and the Record that stands for it."""
        future: asyncio.Future[tuple[Outcome, Any]] = asyncio.get_running_loop().create_future()
        self._enqueue(article, future)
        return future

    def visited(self, visit: Visit) -> None:
        """Queue what came of a visit that brought no article."""
        self._enqueue(visit)

    def listed(self, listing: Listing) -> None:
        """Queue a list page that was read; its rows are owed until they are visited."""
        self._enqueue(listing)

    def _enqueue(
        self, report: Report, future: asyncio.Future[tuple[Outcome, Any]] | None = None
    ) -> None:
        self._queue.append((report, future))
        self._waiting_bytes += sum(len(capture.body) for capture in _captures(report))
        if len(self._queue) >= _BATCH or self._waiting_bytes >= _BYTES:
            self.flush()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_WAIT, self.flush)

    def flush(self) -> None:
        """Write what waits, in one transaction.

        If it fails, the reports are tried one by one: a bad one costs no other.
        """
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        queue, self._queue, self._waiting_bytes = self._queue, [], 0
        if not queue:
            return
        try:
            results = self._write([report for report, _ in queue])
        except Exception as error:
            self.archive.take_back(self.engine)
            if len(queue) > 1:
                logger.warning("a batch of %d failed, trying one by one: %s", len(queue), error)
                for entry in queue:
                    self._queue = [entry]
                    self.flush()
            elif (future := queue[0][1]) is not None:
                future.set_exception(error)
            else:
                raise
            return
        for (report, future), result in zip(queue, results, strict=True):
            if isinstance(report, Article):
                report.captures = ()  # they are kept now
            if future is not None and not future.done():
                future.set_result(result)

    def _write(self, reports: list[Report]) -> list[Any]:
        with writing(self.engine).begin() as connection:
            self.archive.keep(connection, (c for report in reports for c in _captures(report)))
            results: list[Any] = [None] * len(reports)
            articles = [i for i, report in enumerate(reports) if isinstance(report, Article)]
            saved = save(
                connection,
                [reports[i] for i in articles],  # type: ignore[misc]
                self.run,
                allow_list=self.allow_list,
            )
            if self.feeds and articles:
                mark_exported(connection)
            for i, result in zip(articles, saved, strict=True):
                results[i] = result
            for report, result in zip(reports, results, strict=True):
                if isinstance(report, Article):
                    self._note_article(connection, report, *result)
                elif isinstance(report, Visit):
                    self._note_visit(connection, report)
                else:
                    self._note_listing(connection, report)
        return results

    # --- what becomes of a URL ---------------------------------------------------------------

    def _note_article(
        self, connection: Connection, article: Article, outcome: Outcome, result: Any
    ) -> None:
        row = article.listed or Listed(article.canonical_url, article.url, article.title)
        at = article.fetched_at
        due: datetime | None
        failures = 0
        if outcome == "refused":
            state, reason = "refused", result
            failures = _failures(connection, row) + 1
            due = None if reason == "taken_down" else _due_refused(connection, row, at, failures)
        else:
            state = "unchanged" if outcome == "unchanged" else "stored"
            reason, due = "", _due(connection, row, at, article.date_published)
            self._visited.add(row.canonical_url)
            self._gone.pop(row.canonical_url, None)
        values = {
            "state": state,
            "reason": reason,
            "failures": failures,
            "visited_at": _iso(at),
            "due_at": _iso(due) if due else None,
        } | (_ALIVE if outcome != "refused" else {})
        if _is_moved(connection, row, article):
            # The row's address only leads to the post's own: that is visited from now on.
            own = replace(row, canonical_url=article.canonical_url, url=article.url)
            self._set(connection, own, article.spider, article.channel, values)
            values |= {"due_at": None}
        self._set(connection, row, article.spider, article.channel, values)
        if len(article.captures) == 1 and outcome != "refused":
            _remember(connection, article.captures[0])

    def _note_visit(self, connection: Connection, visit: Visit) -> None:
        url = visit.row.canonical_url
        failures = 0 if visit.outcome == "unchanged" else _failures(connection, visit.row) + 1
        values: dict[str, Any] = {
            "state": visit.outcome,
            "reason": visit.reason,
            "failures": failures,
            "visited_at": _iso(visit.at),
        }
        due: datetime | None
        if visit.outcome == "unchanged":
            values |= _ALIVE
            self._visited.add(url)
            self._gone.pop(url, None)
            due = _due(connection, visit.row, visit.at)
        elif visit.outcome == "deferred":
            due = next_try(failures, visit.at)
        else:
            due = _due_refused(connection, visit.row, visit.at, failures)
            if visit.reason in (*_GONE, _GONE_FOR_GOOD):
                self._gone[url] = visit.reason, visit.at
                if _live(connection, [url]):
                    due = visit.at + SUSPECT
            elif visit.reason in _FOR_EVER:
                due = None
            connection.execute(delete(Validator).where(Validator.url == visit.row.url))
        values["due_at"] = _iso(due) if due else None
        self._set(connection, visit.row, visit.spider, visit.channel, values)

    def _note_listing(self, connection: Connection, listing: Listing) -> None:
        at = _iso(listing.at)
        known = self._entries(connection, [row.canonical_url for row in listing.rows])
        shown = {
            row.canonical_url: storable(
                {
                    **{"url": row.url, "title": row.title, "date_raw": row.date_raw},
                    **{"spider": listing.spider, "channel": listing.channel, "listed_at": at},
                }
            )
            for row in listing.rows
        }
        new = [
            {"canonical_url": url, "state": "owed", "due_at": at, **_FRESH, **values}
            for url, values in shown.items()
            if url not in known
        ]
        if new:
            connection.execute(insert(LedgerEntry), new)
        if again := [{"of": url, **values} for url, values in shown.items() if url in known]:
            names = [name for name in again[0] if name != "of"]
            connection.execute(
                update(LedgerEntry)
                .where(LedgerEntry.canonical_url == bindparam("of"))
                .values({name: bindparam(name) for name in names}),
                again,
            )
        if listing.capture is not None:
            _remember(connection, listing.capture)
        connection.execute(
            update(Walk)
            .where(Walk.spider == listing.spider, Walk.start == listing.start)
            .values(resume=listing.resume)
        )

    def _set(
        self,
        connection: Connection,
        row: Listed,
        spider: str,
        channel: str,
        values: dict[str, Any],
    ) -> None:
        where = LedgerEntry.canonical_url == row.canonical_url
        changed = connection.execute(update(LedgerEntry).where(where).values(values))
        if not changed.rowcount:
            first = {
                **{"canonical_url": row.canonical_url, "url": row.url},
                **{"title": row.title, "date_raw": row.date_raw},
                **{"spider": spider, "channel": channel, "listed_at": values["visited_at"]},
            }
            connection.execute(insert(LedgerEntry).values(_FRESH | first | values))

    # --- what a crawl asks -------------------------------------------------------------------

    def entries(self, canonical_urls: Collection[str]) -> dict[str, Known]:
        """Those of the URLs that a list has shown before."""
        with self.engine.connect() as connection:
            return self._entries(connection, canonical_urls)

    def _entries(self, connection: Connection, urls: Collection[str]) -> dict[str, Known]:
        found: dict[str, Known] = {}
        ordered = list(dict.fromkeys(urls))
        for start in range(0, len(ordered), _CHUNK):
            chunk = ordered[start : start + _CHUNK]
            query = _entry_query().where(LedgerEntry.canonical_url.in_(chunk))
            found |= {row.canonical_url: _known(row) for row in connection.execute(query)}
        return found

    def owed(self, spider: str, at: datetime, channel: str | None = None) -> list[Known]:
        """What earlier runs listed and did not get, oldest first; of one list, or of all."""
        entry = LedgerEntry
        query = _entry_query().where(
            entry.spider == spider,
            entry.state.in_(("owed", "deferred")),
            entry.due_at <= _iso(at),
        )
        if channel is not None:
            query = query.where(entry.channel == channel)
        with self.engine.connect() as connection:
            return [_known(row) for row in connection.execute(query.order_by(entry.due_at))]

    def due(self, spider: str, at: datetime) -> Iterator[Known]:
        """What is to be visited again, the longest due first. What was visited just now is not."""
        self.flush()
        entry = LedgerEntry
        query = _entry_query().where(
            entry.spider == spider,
            entry.state.in_(("stored", "unchanged", "refused")),
            entry.due_at <= _iso(at),
        )
        return self._paged(query.order_by(entry.due_at, entry.canonical_url))

    def all_of(self, spider: str, channel: str) -> Iterator[Known]:
        """What a list has ever shown and may be visited, the newest first."""
        self.flush()
        entry = LedgerEntry
        query = _entry_query().where(
            entry.spider == spider, entry.channel == channel, entry.due_at.is_not(None)
        )
        return self._paged(query.order_by(entry.listed_at.desc(), entry.canonical_url))

    def _paged(self, query: Select[*tuple[Any, ...]]) -> Iterator[Known]:
        """In pages, since a caller may stop early; nothing may be written meanwhile."""
        for start in count(0, _CHUNK):
            with self.engine.connect() as connection:
                rows = connection.execute(query.limit(_CHUNK).offset(start)).all()
            yield from map(_known, rows)
            if len(rows) < _CHUNK:
                return

    def validators(self, url: str) -> dict[str, str]:
        """Headers that make a request for a URL conditional; {} where nothing is known of it."""
        query = select(Validator).where(Validator.url == url, Validator.rules == VERSION)
        with self.engine.connect() as connection:
            row = connection.execute(query.with_only_columns(*Validator.__table__.c)).first()
        if row is None:
            return {}
        headers = {"If-None-Match": row.etag, "If-Modified-Since": row.last_modified}
        return {name: value for name, value in headers.items() if value}

    def last_capture(self, url: str) -> Capture | None:
        """The last response of a URL that was read well, from the archive."""
        query = select(Validator.capture_sha256).where(Validator.url == url)
        with self.engine.connect() as connection:
            sha256 = connection.execute(query).scalar()
        try:
            return self.archive.load(self.engine, sha256) if sha256 else None
        except ArchiveError as error:
            logger.warning("archive: %s", error)
            return None

    def walk(self, spider: str, start: str) -> tuple[bool, dict[str, Any] | None]:
        """Whether a list's last walk came to its end; if not, the page to go on with."""
        query = select(Walk.complete, Walk.resume).where(Walk.spider == spider, Walk.start == start)
        with self.engine.connect() as connection:
            row = connection.execute(query).first()
        return (row.complete, row.resume) if row else (False, None)

    def save_walk(self, spider: str, start: str, complete: bool, at: datetime) -> None:
        """Note that a walk begins, or that it came to its end (then the next need not)."""
        values = {"spider": spider, "start": start, "complete": complete, "walked_at": _iso(at)}
        with writing(self.engine).begin() as connection:
            if complete:
                values["resume"] = None
            upsert(connection, Walk, values, keys=("spider", "start"))

    # --- Retry-After -------------------------------------------------------------------------

    def pauses(self, at: datetime) -> dict[str, datetime]:
        """Hosts and URLs that servers do not want to be asked for yet, and until when."""
        with writing(self.engine).begin() as connection:
            connection.execute(delete(Pause).where(Pause.until <= _iso(at)))
            rows = connection.execute(select(Pause.address, Pause.until)).all()
        return {row.address: datetime.fromisoformat(row.until) for row in rows}

    def pause(self, address: str, until: datetime) -> None:
        """Keep what a server asked for, for later runs."""
        values = {"address": address, "until": _iso(until)}
        with writing(self.engine).begin() as connection:
            upsert(connection, Pause, values, keys=("address",))

    # --- withdrawal --------------------------------------------------------------------------

    def settle(
        self, spider: str, at: datetime, sightings: int, hours: float, *, lists: bool = True
    ) -> Settlement:
        """Decide what this run's sightings of gone posts mean (design: Semantics 7).

        A post is withdrawn when `sightings` runs, the last of them `hours` after the first, found
        404 or an error page in its place; 410 withdraws at once. If more than a fifth of the
        posts that were visited are gone, and at least five, the site is at fault: the sightings
        do not count and the source is frozen until a run finds it healthy. Nor do they count when
        none of the `lists` that were asked for could be read and no post was there.
        """
        self.flush()
        with writing(self.engine).begin() as connection:
            gone = _live(connection, self._gone)
            visited = len(self._visited) + len(gone)
            frozen = connection.execute(
                select(SourceState.frozen_reason).where(
                    SourceState.spider == spider, SourceState.frozen_at.is_not(None)
                )
            ).scalar()
            if not lists and not self._visited and len(gone) < _GUARD_COUNT:
                return Settlement(suspect=len(gone), frozen=frozen or "")
            if len(gone) >= _GUARD_COUNT and len(gone) > _GUARD_SHARE * visited:
                reason = f"{len(gone)} of {visited} visited posts were gone at once"
                values = {"spider": spider, "frozen_at": _iso(at), "frozen_reason": reason}
                upsert(connection, SourceState, values, keys=("spider",))
                return Settlement(frozen=reason)
            if frozen and self._visited:
                thawed = {"spider": spider, "frozen_at": None, "frozen_reason": ""}
                upsert(connection, SourceState, thawed, keys=("spider",))
            withdrawn: list[str] = []
            for url, record in gone.items():
                reason, seen = self._gone[url]
                if self._sighted(connection, url, seen, sightings, hours) or (
                    reason == _GONE_FOR_GOOD
                ):
                    withdrawn.append(record)
            if frozen:
                return Settlement(suspect=len(gone), frozen="" if self._visited else frozen)
            cancel(connection, withdrawn, "withdrawn", at, self.run)
            copies = heirs(connection, withdrawn, self._gone, self._visited, at)
        return Settlement(
            len(withdrawn), len(gone) - len(withdrawn), copies=self._with_captures(copies)
        )

    def adopt(self, articles: Sequence[Article], at: datetime) -> list[tuple[Outcome, Any]]:
        """Let copies of withdrawn posts take over, or wait for the operator; see `save`."""
        with writing(self.engine).begin() as connection:
            return save(connection, articles, self.run, at=at, allow_list=self.allow_list)

    def _with_captures(self, copies: Sequence[Any]) -> tuple[Copy, ...]:
        try:
            return tuple(load(self.engine, self.archive, copies)) if copies else ()
        except ArchiveError as error:
            logger.warning("archive: %s", error)  # the next visits tell
            return ()

    def _sighted(
        self, connection: Connection, url: str, seen: datetime, sightings: int, hours: float
    ) -> bool:
        """Count a sighting; whether there are enough now."""
        where = LedgerEntry.canonical_url == url
        entry = connection.execute(
            select(LedgerEntry.gone_since, LedgerEntry.gone_sightings).where(where)
        ).one()
        since = datetime.fromisoformat(entry.gone_since) if entry.gone_since else seen
        count = entry.gone_sightings + 1
        values = {"gone_since": _iso(since), "gone_sightings": count}
        connection.execute(update(LedgerEntry).where(where).values(values))
        return count >= sightings and seen - since >= timedelta(hours=hours)


# What a URL begins with, and what a good visit makes of it.
_ALIVE: dict[str, Any] = {"gone_since": None, "gone_sightings": 0}
_FRESH: dict[str, Any] = {"reason": "", "failures": 0, **_ALIVE}


def _captures(report: Report) -> Iterable[Capture]:
    if isinstance(report, Listing):
        return (report.capture,) if report.capture else ()
    return report.captures


def _remember(connection: Connection, capture: Capture) -> None:
    """Keep the validators of a response that was read well."""
    values = {
        "url": capture.url,
        "etag": _sendable(capture.header("ETag")),
        "last_modified": _sendable(capture.header("Last-Modified")),
        "rules": VERSION,
        "capture_sha256": capture.sha256,
    }
    if values["etag"] or values["last_modified"]:
        upsert(connection, Validator, values, keys=("url",))
    else:
        connection.execute(delete(Validator).where(Validator.url == capture.url))


def _sendable(value: str) -> str:
    """A header's value that may stand in a request; "" for what may not (RFC 9110, 5.5)."""
    return value if value.isascii() and value.isprintable() else ""


def _is_moved(connection: Connection, row: Listed, article: Article) -> bool:
    """Whether the row's address led elsewhere, to where a record of its own stands."""
    if row.canonical_url == article.canonical_url:
        return False
    query = select(Record.id).where(Record.canonical_url == article.canonical_url)
    return connection.execute(query).first() is not None


def _due(
    connection: Connection, row: Listed, at: datetime, published: datetime | None = None
) -> datetime:
    """When a URL that was visited at `at` is visited again.

    It is as old as its page says (`published`, or what is stored of it), else as its row on the
    list says, else as long as it is known. Dates to come are errors.
    """
    post = connection.execute(
        select(Revision.date_published, Record.first_seen_at)
        .join(Record, Record.revision_id == Revision.id)
        .where(Record.canonical_url == row.canonical_url)
    ).first()
    listed = parse_date(row.date_raw, at)
    query = select(LedgerEntry.listed_at).where(LedgerEntry.canonical_url == row.canonical_url)
    dates = (
        published,
        _time(post.date_published) if post else None,
        listed.when if listed else None,
        _time(post.first_seen_at) if post else _time(connection.execute(query).scalar()),
    )
    past = (date for date in dates if date is not None and date <= at + timedelta(days=1))
    return next_visit(next(past, None), at)


def _due_refused(connection: Connection, row: Listed, at: datetime, failures: int) -> datetime:
    """When a URL that was refused at `at`, for the n-th time, is looked at again."""
    again = next_look(failures, at)
    if _live(connection, [row.canonical_url]):
        return min(again, _due(connection, row, at))
    return again


def _failures(connection: Connection, row: Listed) -> int:
    """How often in a row a URL was refused or deferred."""
    query = select(LedgerEntry.failures).where(LedgerEntry.canonical_url == row.canonical_url)
    return connection.execute(query).scalar() or 0


def _time(stored: str | None) -> datetime | None:
    return datetime.fromisoformat(stored) if stored else None


def _live(connection: Connection, urls: Iterable[str]) -> dict[str, str]:
    """URL -> record id, for URLs that published posts stand under."""
    found: dict[str, str] = {}
    ordered = list(urls)
    for start in range(0, len(ordered), _CHUNK):
        query = select(Record.canonical_url, Record.id).where(
            Record.canonical_url.in_(ordered[start : start + _CHUNK]), Record.status == "usable"
        )
        found |= {row.canonical_url: row.id for row in connection.execute(query)}
    return found


def _entry_query() -> Select[*tuple[Any, ...]]:
    entry = LedgerEntry
    return select(
        *(entry.canonical_url, entry.url, entry.title, entry.date_raw),
        *(entry.channel, entry.state, entry.reason, entry.due_at),
    )


def _known(row: Any) -> Known:
    return Known(
        Listed(row.canonical_url, row.url, row.title, row.date_raw),
        row.channel,
        row.state,
        row.reason,
        datetime.fromisoformat(row.due_at) if row.due_at else None,
    )


def _iso(at: datetime) -> str:
    """As the ledger keeps times: UTC, so that text sorts like time."""
    return at.astimezone(UTC).isoformat(timespec="seconds")
