"""What the store knows that a crawl has to ask: runs, walks, known posts."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from scrapy.crawler import Crawler
from sqlalchemy import Engine, delete, insert, select, update

from pipelines.database import open_store, writing
from pipelines.models import RecordUrl, Run, Walk

_CHUNK = 500  # SQLite binds at most 32,766 values


class Ledger:
    """The crawl's side of the store. All times are aware datetimes."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Ledger:
        """Open the store of the settings, creating it where there is none."""
        return cls(open_store(crawler.settings["DATABASE_URL"], create=True))

    def start_run(self, spider: str, arguments: dict[str, Any], at: datetime) -> int:
        """Note that a run begins; returns its id."""
        values = {"spider": spider, "arguments": arguments, "started_at": _iso(at)}
        with writing(self.engine).begin() as connection:
            return connection.execute(insert(Run).values(values).returning(Run.id)).scalar_one()

    def finish_run(self, run: int, outcome: str, figures: dict[str, Any], at: datetime) -> None:
        """Note how a run ended: `done` or `failed`."""
        values = {"outcome": outcome, "figures": figures, "finished_at": _iso(at)}
        with writing(self.engine).begin() as connection:
            connection.execute(update(Run).where(Run.id == run).values(values))

    def known(self, canonical_urls: Collection[str]) -> set[str]:
        """Those of the URLs that lead to a stored post."""
        urls = list(canonical_urls)
        found: set[str] = set()
        with self.engine.connect() as connection:
            for start in range(0, len(urls), _CHUNK):
                query = select(RecordUrl.canonical_url).where(
                    RecordUrl.canonical_url.in_(urls[start : start + _CHUNK])
                )
                found.update(connection.execute(query).scalars())
        return found

    def walk_complete(self, spider: str, channel: str) -> bool:
        """Whether the channel's last walk came to its end."""
        query = select(Walk.complete).where(Walk.spider == spider, Walk.channel == channel)
        with self.engine.connect() as connection:
            return bool(connection.execute(query).scalar())

    def save_walk(self, spider: str, channel: str, complete: bool, at: datetime) -> None:
        """Note the state of a walk: not complete when it begins, complete when all was read."""
        with writing(self.engine).begin() as connection:
            connection.execute(delete(Walk).where(Walk.spider == spider, Walk.channel == channel))
            connection.execute(
                insert(Walk).values(
                    spider=spider, channel=channel, complete=complete, walked_at=_iso(at)
                )
            )

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
