"""The manifest of an edition: what was written, out of what, and whether it reads back."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import orjson

from exporters.catalogue import File, Files
from exporters.identity import Identity

_FORMAT = "zhuanzai-edition-1"
_EARLIER = "zhuanzai-site-1"  # what editions of sites were called; names of files alone count
_FILES = b'"files": {\n'  # then a line a file: neither writing nor reading holds them all


@dataclass(slots=True)
class Manifest:
    """One edition at one destination."""

    export: str
    """Name of the format."""
    made_with: str = ""
    """Hash of all that shapes an edition beside the records: see `made_with`."""
    options: dict[str, Any] = field(default_factory=dict)
    """Of the destination: what it selects, and how it is written."""
    after: int = 0
    """It holds what changed after this seq; 0: everything."""
    first: int = 0
    """Lowest seq in it; 0 where it is empty."""
    last: int = 0
    usable: int = 0
    canceled: int = 0
    checked: int = 0
    """Records that were found when the files were read back."""
    files: Files = field(default_factory=Files)
    stale: list[str] = field(default_factory=list)
    """Files of the edition before that are being removed."""

    @property
    def records(self) -> int:
        return self.usable + self.canceled

    def count(self, seq: int, *, usable: bool) -> None:
        """Note a record."""
        self.first = min(seq, self.first or seq)
        self.last = max(seq, self.last)
        self.usable += usable
        self.canceled += not usable

    def summary(self) -> dict[str, Any]:
        """Everything but the files."""
        return {
            "format": _FORMAT,
            "export": self.export,
            "made_with": self.made_with,
            "options": self.options,
            "seq": {"after": self.after, "first": self.first, "last": self.last},
            "records": {"usable": self.usable, "canceled": self.canceled},
            "validation": {"read_back": self.checked, "valid": self.checked == self.records},
        }

    def encode(self) -> Iterator[bytes]:
        """As JSON, line by line; the same edition gives the same bytes."""
        whole = self.summary() | ({"stale": self.stale} if self.stale else {})
        yield orjson.dumps(whole, option=orjson.OPT_INDENT_2).removesuffix(b"\n}") + b",\n"
        yield _FILES
        before = b""
        for name, file in self.files.rows():
            entry = {"sha256": file.sha256, "size": file.size}
            if file.made_from:
                entry["made_from"] = file.made_from
            yield before + orjson.dumps(name) + b": " + orjson.dumps(entry)
            before = b",\n"
        yield b"\n}}\n"


def read_manifest(path: Path, *, files: bool = True) -> Manifest | None:
    """The manifest in a file, None where there is none.

    Args:
        path: of the manifest.
        files: read the list of files, too.

    Raises:
        FileExistsError: the file is no manifest of ours.
    """
    if not path.exists():
        return None
    try:
        values, entries = _read(path)
        if values["format"] not in (_FORMAT, _EARLIER):
            raise ValueError(values["format"])
        manifest = Manifest(
            export=values.get("export", "site"),
            made_with=values.get("made_with", ""),
            options=values.get("options", {}),
            after=values["seq"].get("after", 0),
            first=values["seq"]["first"],
            last=values["seq"]["last"],
            usable=values["records"]["usable"],
            canceled=values["records"]["canceled"],
            checked=values.get("validation", {}).get("read_back", 0),
            stale=values.get("stale", []),
        )
        for name, entry in entries if files else ():
            manifest.files[name] = _file(entry)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FileExistsError(f"{path} is no manifest of ours: choose another folder") from error
    return manifest


def _read(path: Path) -> tuple[dict[str, Any], Iterable[tuple[str, dict[str, Any]]]]:
    """All but the files, and the files as they are asked for."""
    lines: list[bytes] = []
    with path.open("rb") as file:
        while line := file.readline():
            if line == _FILES:
                return orjson.loads(b"".join(lines).rstrip(b",\n") + b"}"), _lines(
                    path, file.tell()
                )
            lines.append(line)
    whole = orjson.loads(b"".join(lines))  # an earlier version's, or laid out by somebody else
    return whole, whole["files"].items()


def _lines(path: Path, start: int) -> Iterator[tuple[str, dict[str, Any]]]:
    with path.open("rb") as file:
        file.seek(start)
        for line in file:
            if line.rstrip() == b"}}":
                return
            if line.strip():
                yield from orjson.loads(b"{" + line.rstrip(b",\n") + b"}").items()
    raise ValueError("the list of files does not come to its end")


def _file(entry: dict[str, Any]) -> File:
    return File(entry.get("sha256", ""), entry.get("size", 0), entry.get("made_from", ""))


def made_with(identity: Identity, *options: object) -> str:
    """A hash that changes with whatever shapes an edition beside the records.

    Args:
        identity: who republishes; the operator's own templates count.
        options: of the destination; what their repr shows counts.
    """
    digest = hashlib.sha256(_code())
    digest.update(repr((identity, options)).encode())
    if identity.templates is not None:
        for path in sorted(identity.templates.rglob("*")):
            if path.is_file():
                digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


@lru_cache
def _code() -> bytes:
    """Of this package: another version may write other files."""
    digest = hashlib.sha256()
    for source in sorted(_sources(files("exporters")), key=lambda source: source.name):
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    return digest.digest()


def _sources(folder: Traversable) -> Iterator[Traversable]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _sources(entry)
        elif entry.name.endswith((".py", ".html", ".css", ".js", ".toml")):
            yield entry


def note(history: Path, destination: str, path: Path, manifest: Manifest, at: datetime) -> None:
    """Append an edition to the history, once: a JSON object a line, without the list of files."""
    line = {"at": at.isoformat(timespec="seconds"), "destination": destination, "path": str(path)}
    digest = hashlib.sha256()
    for part in manifest.encode():
        digest.update(part)
    whole = (
        line
        | manifest.summary()
        | {
            "files": {"count": len(manifest.files), "size": manifest.files.size},
            "sha256": digest.hexdigest(),
        }
    )
    history.parent.mkdir(parents=True, exist_ok=True)
    with history.open("a+b") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - 4096))
        tail = file.read()
        if whole["sha256"].encode() in tail:
            return  # noted by a run that was killed before its cursor moved
        torn = b"\n" if tail and not tail.endswith(b"\n") else b""
        file.write(torn + orjson.dumps(whole) + b"\n")
        file.flush()
        os.fsync(file.fileno())
