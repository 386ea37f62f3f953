"""What two contents of one post differ in, and whether a reader would care."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, Literal
from urllib.parse import urlsplit

Weight = Literal["cosmetic", "material"]

_TEXTS = {
    "title": ("title", "subtitle", "kicker"),
    "source": ("source", "source_raw"),
    "author": ("authors", "editor"),
    "text": ("text",),
    "doc_number": ("doc_number",),
    "section": ("section", "channel"),
}
_FILES = ("images", "attachments")
_DATE = ("date_published", "date_precision", "date_raw")
_MARKUP = ("html", "language", "publisher")
COLUMNS = _TEXTS | {"date": _DATE, "markup": _MARKUP} | {name: (name,) for name in _FILES}
"""Field of a difference -> the columns of a revision that it stands for."""
# What may change without a reader's noticing: marks and spaces that stand beside no digit.
_UNMARKED = re.compile(r"(?<!\d)[^\w%‰℃°+±-]+|[^\w%‰℃°+±-]+(?!\d)|_+")


def difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Weight]:
    """Compare two revisions.

    Args:
        old, new: values of the columns of `pipelines.models.Revision`.

    Returns:
        The fields that differ: title, date, source, author, text, images, attachments,
        doc_number, section, and markup where only the HTML does. `cosmetic`: width, case,
        spaces, punctuation, addresses of the same files, or a time added to the same day;
        `material`: everything else.
    """
    found: dict[str, Weight] = {}
    for field, names in _TEXTS.items():
        if any(old[name] != new[name] for name in names):
            same = all(_weighed(old[name]) == _weighed(new[name]) for name in names)
            found[field] = "cosmetic" if same else "material"
    if any(old[n] != new[n] for n in _DATE):
        day = (old["date_published"] or "")[:10]
        found["date"] = "cosmetic" if day == (new["date_published"] or "")[:10] else "material"
    for field in _FILES:
        if old[field] != new[field]:
            same = _files(old[field]) == _files(new[field])
            found[field] = "cosmetic" if same else "material"
    if not found and any(old[n] != new[n] for n in _MARKUP):
        found["markup"] = "cosmetic"
    return found


def _weighed(value: Any) -> str:
    text = "、".join(value) if isinstance(value, list) else value
    return _UNMARKED.sub("", unicodedata.normalize("NFKC", text).lower())


def _files(files: Iterable[Mapping[str, str]]) -> list[tuple[str, str]]:
    """Name or caption, and the last part of the path, of each: hosts and queries may change."""
    return [
        (
            _weighed(file.get("name") or file.get("caption") or ""),
            urlsplit(file["url"]).path.rpartition("/")[2],
        )
        for file in files
    ]
