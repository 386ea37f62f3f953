"""Retry-After: what servers do not want to be asked for yet, kept for later runs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, delete, select

from pipelines.database import upsert, writing
from pipelines.models import Pause
from pipelines.times import in_utc


class Pauses:
    """An address is a host or a URL."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def current(self, at: datetime) -> dict[str, datetime]:
        """Hosts and URLs that servers do not want to be asked for yet, and until when."""
        with writing(self.engine).begin() as connection:
            connection.execute(delete(Pause).where(Pause.until <= in_utc(at)))
            rows = connection.execute(select(Pause.address, Pause.until)).all()
        return {row.address: datetime.fromisoformat(row.until) for row in rows}

    def add(self, address: str, until: datetime) -> None:
        """Keep what a server asked for, for later runs."""
        values = {"address": address, "until": in_utc(until)}
        with writing(self.engine).begin() as connection:
            upsert(connection, Pause, values, keys=("address",))
