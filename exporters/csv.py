"""CSV for spreadsheets: UTF-8 with BOM, CRLF, and no cell that one would take for a formula."""

from __future__ import annotations

import codecs
import csv
import io
from typing import IO

from crawler.items import Record
from exporters.base import FileExporter, attribution, guid, shown_date
from exporters.body import reader_html

COLUMNS = (
    *("guid", "id", "status", "reason", "seq", "version", "title", "subtitle", "kicker"),
    *("date", "date_published", "date_precision", "source", "publisher", "author", "editor"),
    *("section", "channel", "doc_number", "language", "url", "duplicate_of", "canceled_at"),
    *("first_seen_at", "updated_at", "attribution", "disclaimer", "text", "content"),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


class CsvExporter(FileExporter):
    """One row a record under a row of names.

    `text` is the original's, `content` the HTML to show: body, attachments, attribution and
    disclaimer, or the notice of a canceled record. A cell that begins with = + - @ (full-width
    ones, too), TAB or CR has a ' before it (OWASP, CSV Injection).
    """

    format = "csv"

    def start_exporting(self) -> None:
        self._line = io.StringIO(newline="")
        self._csv = csv.writer(self._line, quoting=csv.QUOTE_ALL)  # RFC 4180: CRLF
        self.file.write(codecs.BOM_UTF8)
        self._write(COLUMNS)

    def export_record(self, record: Record) -> None:
        usable = record.status == "usable"
        made = {
            "guid": guid(record.id),  # no spreadsheet takes it for a number
            "date": shown_date(record),
            "attribution": attribution(record) if usable else "",
            "disclaimer": self.identity.disclaimer if usable else "",
            "content": reader_html(record, self.identity),
        }
        values = (made[name] if name in made else getattr(record, name) for name in COLUMNS)
        self._write([_harmless("" if value is None else str(value)) for value in values])

    def _write(self, row: tuple[str, ...] | list[str]) -> None:
        self._csv.writerow(row)
        self.file.write(self._line.getvalue().encode())
        self._line.seek(0)
        self._line.truncate()

    @classmethod
    def check(cls, file: IO[bytes]) -> int:
        csv.field_size_limit(2**31 - 1)  # characters; the default would refuse long texts
        text = io.TextIOWrapper(file, "utf-8-sig", newline="")
        count = -1  # the names
        try:
            for row in csv.reader(text, strict=True):
                count += 1
                if len(row) != len(COLUMNS):
                    raise ValueError(f"row {count} has {len(row)} cells")
        except csv.Error as error:
            raise ValueError(str(error)) from error
        finally:
            text.detach()
        return count


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
