"""A corpus: saved pages, and what is to be read of each."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from pathlib import Path

from crawler.errors import Misuse

NAMED = ("author", "source")
"""Fields that may hold several names."""


@dataclass(slots=True, kw_only=True)
class Label:
    """One page of a corpus: what a reader should make of it."""

    id: str
    html_path: str
    """Of the saved bytes, relative to the corpus file."""
    url: str | None = None
    set: str = "-"
    lang: str = "zh"
    kind: str | None = None
    """Anything but `article` or None: the page carries no article."""
    title: str | None = None
    date: str | None = None
    """YYYY-MM-DD."""
    author: str | list[str] | None = None
    source: str | list[str] | None = None
    body: str | None = None

    @property
    def is_article(self) -> bool:
        return self.kind in (None, "article")


def load_corpus(path: Path) -> list[Label]:
    """The labels of a corpus, every page's file at hand.

    Raises:
        Misuse: there is no such corpus, a line is not a label, or a file is missing.
    """
    try:
        lines = path.read_text("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise Misuse(f"cannot read the corpus {path}: {error}") from error
    labels: dict[str, Label] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            label = _label(line)
            if label.id in labels:
                raise ValueError(f"another page has the id {label.id}")
            if not (path.parent / label.html_path).is_file():
                raise ValueError(f"page {label.id}: there is no file {label.html_path}")
        except ValueError as error:
            raise Misuse(f"{path}, line {number}: {error}") from error
        labels[label.id] = label
    if not labels:
        raise Misuse(f"the corpus {path} has no pages")
    return list(labels.values())


def _label(line: str) -> Label:
    """One line of a corpus. Raises ValueError: it is not JSON, or not a label."""
    values = json.loads(line)
    if not isinstance(values, dict):
        raise ValueError("not an object")
    for name in ("id", "html_path"):
        if not isinstance(values.get(name), str) or not values[name]:
            raise ValueError(f"{name} is missing")
    known = {one.name for one in fields(Label)}
    values = {name: value for name, value in values.items() if name in known and value is not None}
    for name, value in values.items():
        listed = name in NAMED and isinstance(value, list) and all(type(v) is str for v in value)
        if not isinstance(value, str) and not listed:
            raise ValueError(f"{name} is not text: {value!r}")
    return Label(**values)
