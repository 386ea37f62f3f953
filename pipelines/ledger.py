"""The crawl's side of the store: one object through which a run tells it what it found.

One transaction holds an item, its capture, its URL's state and its change, so that a crash leaves
all of it or nothing. What a crawl asks is answered by the ledger's parts.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from scrapy.crawler import Crawler
from sqlalchemy import Engine, insert, update

from crawler.items import Article, Copy, Listing, Visit
from pipelines.archive import Archive, ArchiveError
from pipelines.batch import save
from pipelines.check_rights import AllowList
from pipelines.database import open_store, writing
from pipelines.frontier import Frontier
from pipelines.models import Run
from pipelines.pauses import Pauses
from pipelines.reconcile import Outcome
from pipelines.records import mark_exported
from pipelines.report_queue import Report, ReportQueue, captures_of
from pipelines.succession import load
from pipelines.times import in_utc
from pipelines.validators import Validators
from pipelines.visits import note_article, note_listing, note_visit
from pipelines.walks import Walks
from pipelines.withdrawal import Settlement, Sightings, settle

logger = logging.getLogger(__name__)


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
        self.frontier = Frontier(engine)
        self.validators = Validators(engine, archive)
        self.walks = Walks(engine)
        self.pauses = Pauses(engine)
        self._queue = ReportQueue(self._write)
        self._seen = Sightings()

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
        values = {"spider": spider, "arguments": arguments, "started_at": in_utc(at)}
        with writing(self.engine).begin() as connection:
            self.run = connection.execute(insert(Run).values(values).returning(Run.id)).scalar_one()
        return self.run

    def finish_run(self, run: int, outcome: str, figures: dict[str, Any], at: datetime) -> None:
        """Note how a run ended: `done` or `failed`."""
        values = {"outcome": outcome, "figures": figures, "finished_at": in_utc(at)}
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
        self._queue.put(article, future)
        return future

    def visited(self, visit: Visit) -> None:
        """Queue what came of a visit that brought no article."""
        self._queue.put(visit)

    def listed(self, listing: Listing) -> None:
        """Queue a list page that was read; its rows are owed until they are visited."""
        self._queue.put(listing)

    def flush(self) -> None:
        """Write what waits; what is asked from now on knows of it."""
        self._queue.flush()

    def _write(self, reports: list[Report]) -> list[Any]:
        """Write reports in one transaction, with the responses that they were read from.

        Returns:
            For every article its outcome and its Record, see `save`; for the others None.
        """
        try:
            with writing(self.engine).begin() as connection:
                self.archive.keep(connection, (c for r in reports for c in captures_of(r)))
                articles = [report for report in reports if isinstance(report, Article)]
                saved = iter(save(connection, articles, self.run, allow_list=self.allow_list))
                if self.feeds and articles:
                    mark_exported(connection)
                results: list[tuple[Outcome, Any] | None] = []
                for report in reports:
                    result = None
                    if isinstance(report, Article):
                        result = next(saved)
                        note_article(connection, report, *result, self._seen)
                    elif isinstance(report, Visit):
                        note_visit(connection, report, self._seen)
                    else:
                        note_listing(connection, report)
                    results.append(result)
        except Exception:
            self.archive.take_back(self.engine)
            raise
        for article in articles:
            article.captures = ()  # they are kept now
        return results

    # --- withdrawal --------------------------------------------------------------------------

    def settle(
        self, spider: str, at: datetime, sightings: int, hours: float, *, lists: bool = True
    ) -> Settlement:
        """Decide what this run's sightings of gone posts mean; see `withdrawal.settle`."""
        self.flush()
        with writing(self.engine).begin() as connection:
            settlement, copies = settle(
                connection,
                self._seen,
                spider,
                at,
                self.run,
                sightings=sightings,
                hours=hours,
                lists=lists,
            )
        return replace(settlement, copies=self._with_captures(copies))

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
