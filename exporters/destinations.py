"""Named destinations: what `scrapy export --all-destinations` brings up to date.

A TOML file in UTF-8, setting EXPORT_DESTINATIONS (data/destinations.toml), a table a destination:

    [feed]                       # its name
    format = "rss"
    path = "/srv/www/feed.xml"   # from this file's folder; site, markdown, sitemap: a folder

    [cms]
    format = "jsonl"
    path = "/srv/cms/changes.jsonl"
    since_last = true            # only what changed since the edition before; single files only
    sources = ["gdzz"]           # names of spiders
    sections = ["通知公告"]
    since = 2024-01-01           # first and last day of publication
    until = 2024-12-31

    [blog]
    format = "markdown"
    path = "/srv/hugo/content/posts"
    flavour = "hugo"             # or "hexo"
    media = true                 # copies of mirrored pictures and files; site and markdown only
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from pipelines.selection import Selection

FOLDERS = ("site", "markdown", "sitemap")
FLAVOURS = ("hugo", "hexo")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_TYPES: dict[str, tuple[type, str]] = {
    "format": (str, "a string"),
    "path": (str, "a string"),
    "flavour": (str, "a string"),
    "since_last": (bool, "true or false"),
    "media": (bool, "true or false"),
    "sources": (list, "a list of strings"),
    "sections": (list, "a list of strings"),
    "since": (date, "a date"),
    "until": (date, "a date"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where editions of one format go, and what they hold."""

    name: str
    """Key of its cursor; of an unnamed one `format:path`."""
    format: str
    path: Path
    """Absolute."""
    selection: Selection = field(default_factory=Selection)
    since_last: bool = False
    flavour: str = "hugo"
    media: bool = False

    def options(self) -> dict[str, Any]:
        """What shapes its editions beside the format, as JSON has it; what is empty is left out."""
        chosen = self.selection
        options = {
            "flavour": self.flavour if self.format == "markdown" else "",
            "media": self.media,
            "sources": list(chosen.sources),
            "sections": list(chosen.sections),
            "since": chosen.since and chosen.since.isoformat(),
            "until": chosen.until and chosen.until.isoformat(),
        }
        return {name: value for name, value in options.items() if value}


def unnamed(format: str, path: Path, *, flavour: str = "hugo", media: bool = False) -> Destination:
    """The destination that `scrapy export FORMAT -o PATH` means: the same for the same file."""
    path = path.resolve()
    name = f"{format}:{path}"
    return Destination(name=name, format=format, path=path, flavour=flavour, media=media)


def load_destinations(path: Path, formats: Collection[str]) -> list[Destination]:
    """The destinations that a file names, in its order; none if there is no such file.

    Raises:
        ValueError: no TOML, an unknown key or format, a value of the wrong type, or two that write
            to one place; the message names file, destination and key.
    """
    if not path.exists():
        return []
    try:
        tables = tomllib.loads(path.read_text("utf-8-sig"))
        found = [_destination(name, table, path.parent, formats) for name, table in tables.items()]
        for index, destination in enumerate(found):
            for other in found[:index]:
                if destination.path == other.path:
                    raise ValueError(f"{other.name!r} and {destination.name!r} have one path")
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    return found


def _destination(name: str, table: Any, folder: Path, formats: Collection[str]) -> Destination:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r}: a name is made of letters, digits, - and _")
    if not isinstance(table, Mapping):
        raise ValueError(f"{name!r} must be a table")
    for key, value in table.items():
        if key not in _TYPES:
            raise ValueError(f"unknown key '{name}.{key}'")
        kind, described = _TYPES[key]
        if type(value) is not kind or (
            isinstance(value, list) and not all(isinstance(entry, str) for entry in value)
        ):
            raise ValueError(f"'{name}.{key}' must be {described}")
    for key in ("format", "path"):
        if not table.get(key):
            raise ValueError(f"'{name}.{key}' is missing")
    kind_of = table["format"]
    if kind_of not in formats:
        raise ValueError(f"'{name}.format' must be one of {', '.join(formats)}")
    if table.get("flavour", "hugo") not in FLAVOURS:
        raise ValueError(f"'{name}.flavour' must be one of {', '.join(FLAVOURS)}")
    if "flavour" in table and kind_of != "markdown":
        raise ValueError(f"'{name}.flavour' is for markdown")
    if table.get("since_last") and kind_of in FOLDERS:
        raise ValueError(f"'{name}.since_last': {kind_of} is always whole")
    if table.get("media") and kind_of not in ("site", "markdown"):
        raise ValueError(f"'{name}.media' is for site and markdown")
    return Destination(
        name=name,
        format=kind_of,
        path=(folder / table["path"]).resolve(),
        selection=Selection(
            sources=tuple(table.get("sources", ())),
            sections=tuple(table.get("sections", ())),
            since=table.get("since"),
            until=table.get("until"),
        ),
        since_last=table.get("since_last", False),
        flavour=table.get("flavour", "hugo"),
        media=table.get("media", False),
    )
