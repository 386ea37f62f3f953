"""JSON Lines: one record a line, described by record.schema.json."""

from __future__ import annotations

from dataclasses import fields
from operator import attrgetter
from typing import IO, Any

import orjson

from crawler.items import Record
from exporters.base import FileExporter, attribution

_CONTENT = ("text", "html", "images", "attachments")
_CANCELED = ("reason", "canceled_at", "duplicate_of")
_TAKEN_DOWN = ("id", "status", "seq", "reason", "canceled_at")
_USABLE = tuple(field.name for field in fields(Record) if field.name not in _CANCELED)
_values = attrgetter(*_USABLE)


class JsonlExporter(FileExporter):
    """One JSON object a line, in UTF-8, fields in the order of `Record`.

    A usable record has every field, null or [] where there is nothing. A canceled one lacks
    text, html, images and attachments and says why; one taken down keeps its id and the reason.
    """

    format = "jsonl"

    def export_record(self, record: Record) -> None:
        self.file.write(orjson.dumps(self._line(record), option=orjson.OPT_APPEND_NEWLINE))

    def _line(self, record: Record) -> dict[str, Any]:
        if record.reason == "taken_down":
            return {name: getattr(record, name) for name in _TAKEN_DOWN}
        line = dict(zip(_USABLE, _values(record), strict=True))
        canceled = record.status == "canceled"
        if canceled:
            for name in _CONTENT:
                del line[name]
        line["attribution"] = attribution(record)
        line["disclaimer"] = self.identity.disclaimer
        if canceled:
            line |= {name: getattr(record, name) for name in _CANCELED}
        return line

    @classmethod
    def check(cls, file: IO[bytes]) -> int:
        return sum(1 for line in file if orjson.loads(line)["id"])
