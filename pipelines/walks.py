"""How far the last walk over a list came."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, select, update

from crawler.items import Listing
from pipelines.database import upsert, writing
from pipelines.models import Walk
from pipelines.times import in_utc


class Walks:
    """A list is told by its source's name and the address of its first page."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def last(self, spider: str, start: str) -> tuple[bool, dict[str, Any] | None]:
        """Whether a list's last walk came to its end; if not, the page to go on with."""
        query = select(Walk.complete, Walk.resume).where(Walk.spider == spider, Walk.start == start)
        with self.engine.connect() as connection:
            row = connection.execute(query).first()
        return (row.complete, row.resume) if row else (False, None)

    def save(self, spider: str, start: str, complete: bool, at: datetime) -> None:
        """Note that a walk begins, or that it came to its end (then the next need not)."""
        values = {"spider": spider, "start": start, "complete": complete, "walked_at": in_utc(at)}
        with writing(self.engine).begin() as connection:
            if complete:
                values["resume"] = None
            upsert(connection, Walk, values, keys=("spider", "start"))


def save_resume(connection: Connection, listing: Listing) -> None:
    """Note the page that comes after one that was read."""
    connection.execute(
        update(Walk)
        .where(Walk.spider == listing.spider, Walk.start == listing.start)
        .values(resume=listing.resume)
    )
