"""Formats that are a folder of files: only what differs is written, what has gone is removed."""

from __future__ import annotations

import contextlib
import re
from abc import abstractmethod
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any, ClassVar

from crawler.items import Record
from exporters.catalogue import File
from exporters.clean import clean_record
from exporters.edition import Manifest, read_manifest
from exporters.identity import Identity
from exporters.storage import open_aside, put_in_place, sweep, sync_folder
from pipelines.media import Media

MANIFEST = "edition.json"
HIDDEN_MANIFEST = "_edition.json"
# Stands in every text that we write: what an interrupted first export left is known as ours.
_OURS = re.compile(
    rb'content="zhuanzai"|/\* zhuanzai:|<generator>zhuanzai<|<!-- zhuanzai |# zhuanzai:'
    rb'|generator"?: ?"zhuanzai"'
)
_MEDIA = re.compile(r"(.*/)?[0-9a-f]{40}\.[a-z0-9]{1,8}")
_OPEN = 16  # folders that are written to at a time
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class FolderExporter:
    """Writes a folder; a subclass writes its files in `export_record` and `write_rest`.

    A file that would stay the same is not touched; the others are written aside and renamed;
    the manifest, which names them all, comes last. Afterwards the files go that the edition
    before had and this one has not. Nothing else in the folder is touched. Names of files come
    from record ids and section folders, never from a source.
    """

    format: ClassVar[str]
    manifest_name = MANIFEST

    def __init__(
        self,
        folder: Path,
        *,
        identity: Identity,
        rebuild: bool = False,
        made_with: str = "",
        options: dict[str, Any] | None = None,
        media: Media | None = None,
        updated: datetime | None = None,
    ) -> None:
        """
        Args:
            folder: made if it is not there.
            identity: who republishes.
            rebuild: write also the files that would stay the same.
            made_with: see `exporters.edition.made_with`; files of an edition that was made with
                something else are all made again.
            options: of the destination, for the manifest.
            media: mirrored pictures and files; None leaves links to the originals.
            updated: when the newest of the records changed, aware; now, where it is not known.
        """
        self.folder = folder.resolve()
        self.identity = identity
        self.rebuild = rebuild
        self.media = media
        self.updated = updated or datetime.now(UTC)
        self.manifest = Manifest(self.format, made_with, options or {})

    def start_exporting(self) -> None:
        """Look at the edition that is there.

        Raises:
            FileExistsError: the folder holds an edition.json that is not ours.
            NotADirectoryError: the folder is a file.
        """
        if self.folder.exists() and not self.folder.is_dir():
            raise NotADirectoryError(f"{self.folder} is not a folder")
        before = read_manifest(manifest_in(self.folder)) or Manifest(self.format)
        if before.export != self.format:
            raise FileExistsError(f"{self.folder} holds an edition of {before.export}")
        self._before = before
        self._may_keep = not self.rebuild and before.made_with == self.manifest.made_with != ""
        self._folders: list[Path] = []

    def export_item(self, item: Record) -> None:
        """Write what a record needs.

        Raises:
            FileExistsError: a file of somebody else has the name of one of ours.
            ValueError: the record's id is none that could be a file name.
        """
        if not _ID.fullmatch(item.id):
            raise ValueError(f"{item.id!r} is no record id")
        self.manifest.count(item.seq, usable=item.status == "usable")
        self.export_record(clean_record(item))

    @abstractmethod
    def export_record(self, record: Record) -> None:
        """Write one record's files, clean already."""

    def write_rest(self) -> None:
        """Write the files that need to know all records."""

    @abstractmethod
    def check(self) -> int:
        """How many of the records are in the folder, canceled ones included."""

    def finish_exporting(self) -> None:
        """Write the rest and the manifest, then remove what is no longer part.

        Raises:
            ValueError: not every record is there; the manifest stays the one before.
        """
        self.write_rest()
        for folder in self._folders:
            sync_folder(folder)
        manifest = self.manifest
        manifest.checked = self.check()
        if manifest.checked != manifest.records:
            raise ValueError(f"{manifest.checked} of {manifest.records} records are there")
        manifest.stale = [name for name in self._left_over() if self._is_ours(name)]
        self._write_manifest()
        if manifest.stale:
            # Until they are gone the manifest names them: a killed removal is taken up again.
            self._remove(manifest.stale)
            manifest.stale = []
            self._write_manifest()

    def _left_over(self) -> list[str]:
        """What the edition before had, or had not removed yet, and this one has not."""
        names = (name for name in self._before.files if name not in self.manifest.files)
        stale = (name for name in self._before.stale if name not in self.manifest.files)
        return sorted({*names, *stale})

    def _keep(self, name: str, made_from: str) -> bool:
        """Whether a file is there that was made from the same; then it stays as it is."""
        entry = self._before.files.get(name)
        if not self._may_keep or entry is None or entry.made_from != made_from:
            return False
        try:
            if (self.folder / name).stat().st_size != entry.size:
                return False
        except FileNotFoundError:
            return False
        self.manifest.files[name] = entry
        return True

    def _put(self, name: str, content: bytes, made_from: str = "") -> None:
        """A file of these bytes."""
        path = self.folder / name
        entry = File(sha256(content).hexdigest(), len(content), made_from)
        self.manifest.files[name] = entry
        there = path.read_bytes() if path.exists() else None
        if there is not None and not self._is_ours(name) and not _OURS.search(there):
            raise FileExistsError(f"{path} was not written by this program; it is left as it is")
        if there != content or self.rebuild:
            self._write(path, [content])

    def _put_parts(self, name: str, parts: Iterable[bytes | bytearray]) -> None:
        """A file that is too large to be held: of these bytes, one after the other."""
        path = self.folder / name
        if path.exists() and not self._is_ours(name) and not _OURS.search(path.read_bytes()):
            raise FileExistsError(f"{path} was not written by this program; it is left as it is")
        self.manifest.files[name] = self._write(path, parts)

    def _put_media(self, name: str, source: Path) -> None:
        """A copy of a mirrored file; its name is made from its address."""
        if name in self.manifest.files:
            return
        state = source.stat()
        made_from = f"{state.st_size}:{state.st_mtime_ns}"
        if self._keep(name, made_from):
            return
        path = self.folder / name
        if path.exists() and not self._is_ours(name) and not _MEDIA.fullmatch(name):
            raise FileExistsError(f"{path} was not written by this program; it is left as it is")
        with source.open("rb") as file:
            entry = self._write(path, iter(lambda: file.read(1 << 16), b""))
        self.manifest.files[name] = replace(entry, made_from=made_from)

    def _is_ours(self, name: str) -> bool:
        """Whether the edition before had a file of this name, inside the folder."""
        known = name in self._before.files or name in self._before.stale
        return known and (self.folder / name).resolve().is_relative_to(self.folder)

    def _write(self, path: Path, parts: Iterable[bytes | bytearray]) -> File:
        """Put a file in place unless these very bytes are there."""
        self._enter(path.parent)
        file = open_aside(path.parent)
        digest, size = sha256(), 0
        try:
            for part in parts:
                digest.update(part)
                size += file.write(part)
            if self.rebuild or not _holds(path, digest.digest(), size):
                put_in_place(file, path)
            else:
                file.close()
                Path(file.name).unlink()
        except BaseException:
            file.close()
            Path(file.name).unlink(missing_ok=True)
            raise
        return File(digest.hexdigest(), size)

    def _enter(self, folder: Path) -> None:
        """Make ready a folder that is written to. Hugo's posts have one each: few are kept open."""
        if folder in self._folders:
            return
        folder.mkdir(parents=True, exist_ok=True)
        sweep(folder)
        self._folders.append(folder)
        if len(self._folders) > _OPEN:
            sync_folder(self._folders.pop(0))

    def _write_manifest(self) -> None:
        own = self.folder / self.manifest_name
        self._write(own, self.manifest.encode())
        sync_folder(self.folder)
        for other in {self.folder / MANIFEST, self.folder / HIDDEN_MANIFEST} - {own}:
            with contextlib.suppress(FileExistsError):  # somebody else's
                if read_manifest(other, files=False):
                    other.unlink()

    def _remove(self, names: list[str]) -> None:
        for name in names:
            path = self.folder / name
            path.unlink(missing_ok=True)
            for folder in path.parents:
                if folder == self.folder or not folder.is_dir() or any(folder.iterdir()):
                    break
                folder.rmdir()


def manifest_in(folder: Path) -> Path:
    """Where the manifest of the edition in a folder stands."""
    hidden = folder / HIDDEN_MANIFEST
    return hidden if hidden.exists() else folder / MANIFEST


def _holds(path: Path, digest: bytes, size: int) -> bool:
    """Whether a file of these bytes is there."""
    if not path.exists() or path.stat().st_size != size:
        return False
    with path.open("rb") as file:
        return file_digest(file, "sha256").digest() == digest
