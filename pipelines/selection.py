"""Which records a destination follows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, exists
from sqlalchemy.orm import aliased

from crawler.items import Record
from pipelines import models


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Records by source, section and date of publication; what is empty selects all."""

    sources: tuple[str, ...] = ()
    """Names of spiders."""
    sections: tuple[str, ...] = ()
    since: date | None = None
    """First day, as the source printed it (+08:00)."""
    until: date | None = None
    """Last day."""

    def clauses(self) -> list[ColumnElement[bool]]:
        """What a record must meet: its source, and one published revision that fits.

        Not only the current one: a destination that has the record must hear that it left.
        """
        record, change, revision = models.Record, models.Change, aliased(models.Revision)
        found: list[ColumnElement[bool]] = []
        if self.sources:
            found.append(record.spider.in_(self.sources))
        fits: list[ColumnElement[bool]] = []
        if self.sections:
            fits.append(revision.section.in_(self.sections))
        if self.since:
            fits.append(revision.date_published >= self.since.isoformat())
        if self.until:
            fits.append(revision.date_published < f"{self.until.isoformat()}U")  # after T…
        if fits:
            published = and_(change.record_id == record.id, revision.id == change.revision_id)
            found.append(exists().where(published, *fits))
        return found

    def view(self, record: Record) -> Record:
        """The record as this selection sees it: canceled, once it has left."""
        if record.status == "canceled" or self._fits(record):
            return record
        gone: dict[str, Any] = {"text": None, "html": None, "images": [], "attachments": []}
        gone |= {"status": "canceled", "reason": "withdrawn", "canceled_at": record.updated_at}
        return replace(record, **gone)

    def _fits(self, record: Record) -> bool:
        if self.sections and (record.section or "") not in self.sections:
            return False
        day = (record.date_published or "")[:10]
        return not (
            (self.since and day < self.since.isoformat())
            or (self.until and not "" < day <= self.until.isoformat())
        )


EVERYTHING = Selection()
