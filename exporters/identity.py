"""The operator's identity: the names, notices and sections that every format prints."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from exporters.clean import clean_text

_FOLDER = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
_KINDS = {"str": "a string", "list": "a list of strings", "dict": "a table"}
_BASE_URL = re.compile(r"https?://[^\s?#]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Footer:
    """What stands at the bottom of every page; identity.toml explains each."""

    sponsor: str
    supervisor: str
    copyright: str
    phones: tuple[str, ...]
    report_phone: str
    addresses: tuple[str, ...]
    email: str
    icp: str
    police: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who republishes; identity.toml explains each field."""

    network: str
    site_name: str
    base_url: str
    """Ends with a slash, or is empty."""
    welcome: str
    breadcrumb_root: str
    disclaimer: str
    notices: tuple[str, ...]
    footer: Footer
    sections: Mapping[str, str]
    """Section name -> folder name, in display order."""
    templates: Path | None = None
    """Folder whose files stand in for the packaged templates of the same name."""

    def folder(self, section: str) -> str:
        """The ASCII folder of a section's pages; always the same for one name."""
        return self.sections.get(section) or "s" + hashlib.sha256(section.encode()).hexdigest()[:10]

    def page_url(self, record_id: str) -> str | None:
        """Public URL of a record's own page, None while no base URL is set."""
        return f"{self.base_url}{page_path(record_id)}" if self.base_url else None


def page_path(record_id: str) -> str:
    """Where the `site` format keeps a record's page, relative to the site's folder."""
    return f"posts/{record_id}.html"


def load_identity(path: Path | None = None) -> Identity:
    """The packaged identity, overlaid with the keys of the operator's file.

    Args:
        path: a TOML file in UTF-8; None or a file that does not exist leaves the default. A folder
            `templates` beside it holds the operator's own templates.

    Raises:
        ValueError: no TOML, an unknown key, a value of the wrong type or form; the message names
            file and key.
    """
    default = files("exporters").joinpath("identity.toml").read_text("utf-8")
    values = tomllib.loads(default)
    if path is None:
        return _identity(values)
    try:
        if path.exists():
            _overlay(values, tomllib.loads(path.read_text("utf-8-sig")))
        identity = _identity(values)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    templates = path.parent / "templates"
    return replace(identity, templates=templates) if templates.is_dir() else identity


def _overlay(values: dict[str, Any], own: Mapping[str, Any], above: str = "") -> None:
    """Put the operator's values over the default ones, whose keys and types are the schema."""
    for key, value in own.items():
        name = above + key
        if key not in values:
            raise ValueError(f"unknown key {name!r}")
        if type(value) is not type(values[key]):
            raise ValueError(f"{name!r} must be {_KINDS[type(values[key]).__name__]}")
        if isinstance(value, list) and not all(isinstance(entry, str) for entry in value):
            raise ValueError(f"{name!r} must be a list of strings")
        if isinstance(value, dict) and name != "sections":
            _overlay(values[key], value, f"{name}.")
        else:
            values[key] = value


def _identity(values: dict[str, Any]) -> Identity:
    site_name = values["site_name"]
    if not site_name:
        raise ValueError("'site_name' must not be empty")
    base_url = values["base_url"]
    if base_url and not _BASE_URL.fullmatch(base_url):
        raise ValueError("'base_url' must be an http(s) URL without query")
    _check_sections(values["sections"])

    def filled(value: Any) -> Any:
        if isinstance(value, str):
            return clean_text(value.replace("{site_name}", site_name))
        if isinstance(value, list):
            return tuple(filled(entry) for entry in value)
        return value

    texts = {name: filled(value) for name, value in values.items()}
    footer = {name: filled(value) for name, value in values["footer"].items()}
    return Identity(
        **texts
        | {"base_url": f"{base_url.rstrip('/')}/" if base_url else "", "footer": Footer(**footer)}
    )


def _check_sections(sections: dict[str, Any]) -> None:
    for name, folder in sections.items():
        if not isinstance(folder, str) or not _FOLDER.fullmatch(folder):
            raise ValueError(f"'sections.{name}' must be a folder name of a-z, 0-9 and hyphens")
    if len(set(sections.values())) < len(sections):
        raise ValueError("two 'sections' share a folder")
