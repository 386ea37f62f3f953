"""Editions: the records of a store, in one format, at one destination."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
import traceback
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path
from typing import Literal, Self

from jinja2 import TemplateError, TemplateSyntaxError
from scrapy.settings import BaseSettings
from scrapy.utils.misc import load_object
from sqlalchemy import Engine

from crawler.items import Record
from exporters.base import Exporter, FileExporter, identity_from
from exporters.catalogue import File
from exporters.destinations import Destination, unnamed
from exporters.edition import Manifest, made_with, note, read_manifest
from exporters.folder import MANIFEST, FolderExporter, manifest_in
from exporters.identity import Identity
from exporters.storage import written_whole
from pipelines.media import Media
from pipelines.records import (
    destinations,
    newest_change,
    read_cursor,
    save_cursor,
    stream_records,
)

Mode = Literal["all", "since-last", "rebuild"]


@dataclass(slots=True)
class Edition:
    """What is at a destination now."""

    destination: Destination
    manifest: Manifest
    written: bool = True
    """False where nothing had changed and no file was touched."""

    def __str__(self) -> str:
        manifest = self.manifest
        unchanged = "" if self.written else ", unchanged"
        return (
            f"{self.destination.format}: {manifest.records} records"
            f" ({manifest.usable} usable, {manifest.canceled} canceled){unchanged}"
            f" -> {self.destination.path}"
        )


@dataclass(slots=True)
class Exports:
    """Writes editions of one store."""

    engine: Engine
    identity: Identity
    formats: Mapping[str, str]
    """Name -> dotted path of the exporter (setting EXPORT_FORMATS)."""
    media: Path | None = None
    """Folder of mirrored pictures and files."""
    history: Path | None = None
    """Where the manifests of all editions are kept, a line each."""

    @classmethod
    def of(cls, engine: Engine, settings: BaseSettings) -> Self:
        """
        Raises:
            ValueError: the identity file is wrong.
        """
        return cls(
            engine,
            identity_from(settings),
            settings.getdict("EXPORT_FORMATS"),
            Path(settings["MEDIA_DIR"]),
            Path(settings["EXPORT_HISTORY"]),
        )

    def export(self, destination: Destination, mode: Mode = "all") -> Edition:
        """Bring a destination up to date and remember how far it has followed.

        Args:
            destination: a folder is always whole; a file holds every record, or what changed
                since the edition before where the destination or `mode` says so.
            mode: `all` leaves an edition alone for which nothing changed; `rebuild` writes
                everything, also the files of a folder that stay the same.

        Returns:
            The edition, once its files are in place and the destination's cursor has moved.

        Raises:
            OSError: the destination cannot be written; every file there is as complete as before.
            ValueError: what was written does not read back; nothing of it was put in place. Or a
                mistake in one of the operator's templates.
        """
        with _locked(destination.path.parent):
            if issubclass(self._class(destination), FolderExporter):
                return self._export_folder(destination, mode)
            return self._export_file(destination, mode)

    def made(self, configured: Iterable[Destination] = ()) -> list[Destination]:
        """The destinations of all editions that this machine made and that are still there.

        Args:
            configured: the named destinations.
        """
        named = {destination.name: destination for destination in configured}
        for name in destinations(self.engine):
            kind, _, place = name.partition(":")
            if name not in named and kind in self.formats and place:
                named[name] = unnamed(kind, Path(place))
        found = (named.get(name) for name in destinations(self.engine))
        return [destination for destination in found if destination and destination.path.exists()]

    def renew(self, destination: Destination) -> Edition:
        """Write an edition anew, whatever it holds: what was purged goes.

        A file keeps its bounds: what held the changes since a seq will hold those since that seq.

        Raises:
            OSError, ValueError: see `export`.
        """
        with _locked(destination.path.parent):
            if issubclass(self._class(destination), FolderExporter):
                before = read_manifest(manifest_in(destination.path), files=False)
                return self._write_folder(_as_before(destination, before), rebuild=False)
            before = read_manifest(_beside(destination.path))
            return self._write_file(destination, before.after if before else 0)

    def _export_folder(self, destination: Destination, mode: Mode) -> Edition:
        place = manifest_in(destination.path)
        before = read_manifest(place, files=False)
        current = (
            mode != "rebuild"
            and before is not None
            and not before.stale
            and self._is_current(destination, before)
        )
        if current and destination.media and self.media is not None and self.media.exists():
            current = self.media.stat().st_mtime_ns < place.stat().st_mtime_ns
        if current and before is not None:
            return Edition(destination, before, written=False)
        return self._write_folder(destination, rebuild=mode == "rebuild")

    def _write_folder(self, destination: Destination, *, rebuild: bool) -> Edition:
        exporter = self._class(destination)
        assert issubclass(exporter, FolderExporter)
        folder = exporter(
            destination.path,
            identity=self.identity,
            rebuild=rebuild,
            made_with=self._made_with(destination),
            options=destination.options(),
            media=Media(self.media) if destination.media and self.media else None,
            updated=newest_change(self.engine),
            **({"flavour": destination.flavour} if destination.format == "markdown" else {}),
        )
        _feed(folder, stream_records(self.engine, selection=destination.selection), self.identity)
        return self._finish(destination, folder.manifest)

    def _export_file(self, destination: Destination, mode: Mode) -> Edition:
        before = read_manifest(_beside(destination.path))
        start = read_cursor(self.engine, destination.name)
        if not destination.since_last and mode != "since-last":
            if mode == "all" and before and self._is_current(destination, before):
                return Edition(destination, before, written=False)
            return self._write_file(destination, 0)
        if mode == "rebuild" or (before and before.options != destination.options()):
            return self._write_file(destination, 0)
        if before and before.after == start < before.last and _is_in_place(destination, before):
            # Killed after the file was put in place: this is the edition that was to come.
            return self._finish(destination, before)
        return self._write_file(destination, start)

    def _write_file(self, destination: Destination, after: int) -> Edition:
        exporter = self._class(destination)
        assert issubclass(exporter, FileExporter)
        path = destination.path.resolve()
        manifest = Manifest(
            destination.format, self._made_with(destination), destination.options(), after
        )
        with written_whole(path) as file:
            writer = exporter(file, identity=self.identity, updated=newest_change(self.engine))
            records = stream_records(self.engine, after=after, selection=destination.selection)
            _feed(writer, _counted(records, manifest), self.identity)
            file.flush()
            with Path(file.name).open("rb") as written:
                manifest.checked = exporter.check(written)
                size = written.seek(0, os.SEEK_END)
                written.seek(0)
                digest = file_digest(written, "sha256").hexdigest()
            if manifest.checked != manifest.records:
                raise ValueError(
                    f"{path}: {manifest.checked} of {manifest.records} records read back"
                )
            manifest.files[path.name] = File(digest, size)
            # First: a manifest whose file has not come yet is known by the checksum.
            with written_whole(_beside(path)) as beside:
                beside.writelines(manifest.encode())
        return self._finish(destination, manifest)

    def _finish(self, destination: Destination, manifest: Manifest) -> Edition:
        now = datetime.now(UTC)
        if self.history is not None:
            note(self.history, destination.name, destination.path, manifest, now)
        start = read_cursor(self.engine, destination.name)
        save_cursor(self.engine, destination.name, manifest.last or start, now)
        return Edition(destination, manifest)

    def _is_current(self, destination: Destination, manifest: Manifest) -> bool:
        """Whether everything is in this edition that the store has, in its present form."""
        start = read_cursor(self.engine, destination.name)
        if manifest.after or manifest.last != start:
            return False
        if manifest.made_with != self._made_with(destination):
            return False
        if destination.path.is_file() and not _is_in_place(destination, manifest, hashed=False):
            return False
        changed = stream_records(self.engine, after=start, selection=destination.selection)
        return destination.path.exists() and next(changed, None) is None

    def _made_with(self, destination: Destination) -> str:
        return made_with(self.identity, destination.options())

    def _class(self, destination: Destination) -> type[FileExporter | FolderExporter]:
        found: type[FileExporter | FolderExporter] = load_object(self.formats[destination.format])
        return found


def _as_before(destination: Destination, before: Manifest | None) -> Destination:
    """An unnamed destination with the options that its edition was made with."""
    if before is None or ":" not in destination.name:
        return destination
    options = before.options
    return replace(
        destination,
        flavour=options.get("flavour", destination.flavour),
        media=options.get("media", False),
    )


def _beside(path: Path) -> Path:
    """Where the manifest of a single file stands."""
    path = path.resolve()
    return path.with_name(f"{path.name}.{MANIFEST}")


def _is_in_place(destination: Destination, manifest: Manifest, *, hashed: bool = True) -> bool:
    """Whether the file that a manifest tells of is there."""
    entry = manifest.files.get(destination.path.name)
    if entry is None or not destination.path.is_file():
        return False
    if destination.path.stat().st_size != entry.size:
        return False
    if not hashed:
        return True
    with destination.path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest() == entry.sha256


def _counted(records: Iterable[Record], manifest: Manifest) -> Iterator[Record]:
    for record in records:
        manifest.count(record.seq, usable=record.status == "usable")
        yield record


def _feed(exporter: Exporter, records: Iterable[Record], identity: Identity) -> None:
    try:
        exporter.start_exporting()
        for record in records:
            exporter.export_item(record)
        exporter.finish_exporting()
    except TemplateError as error:
        raise ValueError(f"{_place(error, identity)}: {error}") from error
    except sqlite3.Error as error:
        raise OSError(f"the temporary database of the export: {error}") from error


def _place(error: TemplateError, identity: Identity) -> str:
    """File and line of a mistake in a template."""
    if isinstance(error, TemplateSyntaxError):
        return f"{error.filename or 'a template'}:{error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    own = identity.templates
    found = [frame for frame in frames if own and Path(frame.filename).is_relative_to(own)]
    return f"{found[-1].filename}:{found[-1].lineno}" if found else "a template"


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Wait until no other export writes to a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some network disks have no locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
