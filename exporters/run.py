"""One edition: the records of a store, in one format, at one destination."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from scrapy.utils.misc import load_object
from sqlalchemy import Engine

from crawler.items import Record
from exporters.base import Exporter, FileExporter
from exporters.identity import Identity
from exporters.site import SiteExporter
from exporters.storage import written_whole
from pipelines.records import destinations, read_cursor, save_cursor, stream_records

Mode = Literal["all", "since-last", "rebuild"]


@dataclass(slots=True)
class Edition:
    """What was written: where, how many records, and how far the destination follows now."""

    format: str
    path: Path
    records: int = 0
    usable: int = 0
    seq: int = 0

    def __str__(self) -> str:
        canceled = self.records - self.usable
        return (
            f"{self.format}: {self.records} records"
            f" ({self.usable} usable, {canceled} canceled) -> {self.path}"
        )


def export(
    engine: Engine,
    format_class: type[FileExporter | SiteExporter],
    path: Path,
    identity: Identity,
    *,
    mode: Mode = "all",
) -> Edition:
    """Export a store to a destination and remember how far it got.

    Args:
        engine: an open store.
        format_class: one of the exporters of this package.
        path: the file to write, or the folder for the site.
        identity: who republishes.
        mode: `all` writes every record ever exported; `since-last` only those changed since the
            last edition at this destination (format and absolute path), possibly none; `rebuild`
            writes also those files of a site that would stay the same. A site is always whole.

    Returns:
        The edition, once its files are in place and the destination's cursor has moved.

    Raises:
        OSError: the destination cannot be written; every file there is as complete as before.
    """
    path = path.resolve()
    destination = f"{format_class.format}:{path}"
    start = read_cursor(engine, destination)
    edition = Edition(format_class.format, path, seq=start)
    if issubclass(format_class, FileExporter):
        after = start if mode == "since-last" else 0
        with written_whole(path) as file:
            _feed(
                format_class(file, identity=identity), stream_records(engine, after=after), edition
            )
    else:
        site = format_class(path, identity=identity, rebuild=mode == "rebuild")
        _feed(site, stream_records(engine), edition)
    save_cursor(engine, destination, edition.seq, datetime.now(UTC))
    return edition


def bring_up_to_date(
    engine: Engine, formats: Mapping[str, str], identity: Identity
) -> Iterator[Edition]:
    """Write every destination anew that this machine exported to and that is still there.

    Args:
        engine: an open store.
        formats: name -> dotted path of the exporter (setting EXPORT_FORMATS).
        identity: who republishes.
    """
    for destination in destinations(engine):
        name, _, place = destination.partition(":")
        if name in formats and Path(place).exists():
            yield export(engine, load_object(formats[name]), Path(place), identity)


def _feed(exporter: Exporter, records: Iterable[Record], edition: Edition) -> None:
    exporter.start_exporting()
    for record in records:
        exporter.export_item(record)
        edition.records += 1
        edition.usable += record.status == "usable"
        edition.seq = record.seq
    exporter.finish_exporting()
