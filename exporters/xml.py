"""Formats that are XML: written element by element, so that memory does not grow with the file."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import IO, ClassVar
from xml.sax.saxutils import escape  # nosec B406

from lxml import etree

from crawler.items import Record
from exporters.base import FileExporter

NAMESPACES = {
    "at": "http://purl.org/atompub/tombstones/1.0",  # RFC 6721
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "wp": "http://wordpress.org/export/1.2/",
}


class XmlExporter(FileExporter):
    """A subclass writes elements with `_write` and names its outermost ones.

    Texts and values are escaped here, in one place, by the standard library; its own serialiser,
    or lxml's, would take as long as all the rest. `check` reads the file back with a parser. That
    there are no forbidden characters is for `clean_record` and the identity to see to.
    """

    item: ClassVar[str]
    """Tag that stands once for every record, in Clark notation."""

    outer: ClassVar[tuple[tuple[str, dict[str, str]], ...]]
    """The elements around all others, with their attributes."""

    def start_exporting(self) -> None:
        self._parts = ['<?xml version="1.0" encoding="utf-8"?>\n', ""]
        for tag, attributes in self.outer:
            self._open(tag, **attributes)

    def export_item(self, item: Record) -> None:
        self._parts += ("\n", "")
        super().export_item(item)
        self._flush()

    def finish_exporting(self) -> None:
        self._parts += ("\n", "")
        for tag, _ in reversed(self.outer):
            self._close(tag)
        self._parts += ("\n", "")
        self._flush()

    @classmethod
    def check(cls, file: IO[bytes]) -> int:
        try:
            return count_elements(file, cls.item)
        except etree.XMLSyntaxError as error:
            raise ValueError(f"not well-formed: {error}") from error

    def _flush(self) -> None:
        parts = self._parts  # markup and text by turns
        # All texts at once: most are a few characters, for which the call costs more than the work.
        parts[1::2] = escape("\0".join(parts[1::2])).split("\0")
        self.file.write("".join(parts).encode())
        parts.clear()

    def _open(self, tag: str, **attributes: str) -> None:
        self._parts += (_start(tag, attributes), "")

    def _close(self, tag: str) -> None:
        self._parts += ("</" + tag + ">", "")

    def _write(self, tag: str, text: str = "", **attributes: str) -> None:
        """An element with text."""
        self._parts += (_start(tag, attributes), text, "</" + tag + ">", "")

    def _write_each(self, children: Mapping[str, str | None]) -> None:
        """Elements with text, one after the other; None is left out."""
        parts, before = self._parts, ""
        for tag, text in children.items():
            if text is not None:
                parts += (f"{before}<{tag}>", text)
                before = f"</{tag}>"
        parts += (before, "")

    def _write_pairs(
        self, tag: str, key_tag: str, value_tag: str, pairs: Mapping[str, str | None]
    ) -> None:
        """An element of a key and a value for each pair; what has no value is left out."""
        parts, before, end = self._parts, "", f"</{value_tag}></{tag}>"
        for key, value in pairs.items():
            if value:
                parts += (before + _head(tag, key_tag, value_tag, key), value)
                before = end
        parts += (before, "")

    def _write_all(self, tag: str, children: Mapping[str, str | None]) -> None:
        """An element that holds elements with text."""
        self._open(tag)
        self._write_each(children)
        self._close(tag)


def _start(tag: str, attributes: Mapping[str, str]) -> str:
    if not attributes:
        return "<" + tag + ">"
    values = [
        " " + name + '="' + escape(value).replace('"', "&quot;") + '"'
        for name, value in attributes.items()
    ]
    return "<" + tag + "".join(values) + ">"


@lru_cache
def _head(tag: str, key_tag: str, value_tag: str, key: str) -> str:
    """Up to the value, which alone differs from record to record."""
    return "<" + tag + "><" + key_tag + ">" + escape(key) + "</" + key_tag + "><" + value_tag + ">"


def namespaces(*prefixes: str) -> dict[str, str]:
    """The attributes that declare prefixes."""
    return {f"xmlns:{prefix}": NAMESPACES[prefix] for prefix in prefixes}


def count_elements(file: IO[bytes] | Path, tag: str) -> int:
    """How many elements of a tag a file holds; in constant memory.

    Raises:
        etree.XMLSyntaxError: it is not well-formed.
    """
    count = 0
    for _, element in etree.iterparse(file, tag=tag, resolve_entities=False, huge_tree=True):
        count += 1
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]  # type: ignore[union-attr]
    return count
