"""The manifest of an edition: what was written, out of what, and whether it reads back."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import orjson

from exporters.identity import Identity

_FORMAT = "zhuanzai-edition-1"
_EARLIER = "zhuanzai-site-1"  # what editions of sites were called; names of files alone count


@dataclass(slots=True, frozen=True)
class File:
    """A file of an edition."""

    sha256: str
    size: int
    """Bytes."""
    made_from: str = ""
    """What it was made from, so that it need not be made again; "" where that is not known."""


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
    files: dict[str, File] = field(default_factory=dict)
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

    def encode(self) -> bytes:
        """As JSON; the same edition gives the same bytes."""
        whole = self.summary()
        whole["files"] = {
            name: {"sha256": entry.sha256, "size": entry.size}
            | ({"made_from": entry.made_from} if entry.made_from else {})
            for name, entry in sorted(self.files.items())
        }
        if self.stale:
            whole["stale"] = self.stale
        return orjson.dumps(whole, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def read_manifest(path: Path) -> Manifest | None:
    """The manifest in a file, None where there is none.

    Raises:
        FileExistsError: the file is no manifest of ours.
    """
    if not path.exists():
        return None
    try:
        values = orjson.loads(path.read_bytes())
        if values["format"] not in (_FORMAT, _EARLIER):
            raise ValueError(values["format"])
        return Manifest(
            export=values.get("export", "site"),
            made_with=values.get("made_with", ""),
            options=values.get("options", {}),
            after=values["seq"].get("after", 0),
            first=values["seq"]["first"],
            last=values["seq"]["last"],
            usable=values["records"]["usable"],
            canceled=values["records"]["canceled"],
            checked=values.get("validation", {}).get("read_back", 0),
            files={name: _file(entry) for name, entry in values["files"].items()},
            stale=values.get("stale", []),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FileExistsError(f"{path} is no manifest of ours: choose another folder") from error


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
    size = sum(entry.size for entry in manifest.files.values())
    whole = (
        line
        | manifest.summary()
        | {
            "files": {"count": len(manifest.files), "size": size},
            "sha256": hashlib.sha256(manifest.encode()).hexdigest(),
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
