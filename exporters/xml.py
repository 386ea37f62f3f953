"""Formats that are XML: written element by element, so that memory does not grow with the file."""

from __future__ import annotations

import io
from typing import IO, ClassVar, cast
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

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

    The serialiser of the standard library takes half the time of lxml's for small elements. It
    escapes, but trusts that there are no forbidden characters: `clean_record` and the identity
    see to that.
    """

    item: ClassVar[str]
    """Tag that stands once for every record, in Clark notation."""

    outer: ClassVar[tuple[tuple[str, dict[str, str]], ...]]
    """The elements around all others, with their attributes."""

    def start_exporting(self) -> None:
        self._text = io.StringIO()
        self._xml = XMLGenerator(self._text, "utf-8", short_empty_elements=True)
        self._xml.startDocument()
        for tag, attributes in self.outer:
            self._open(tag, attributes)

    def export_item(self, item: Record) -> None:
        self._text.write("\n")
        super().export_item(item)
        self._flush()

    def finish_exporting(self) -> None:
        self._text.write("\n")
        for tag, _ in reversed(self.outer):
            self._close(tag)
        self._text.write("\n")
        self._flush()

    @classmethod
    def check(cls, file: IO[bytes]) -> int:
        count = 0
        try:
            for _, element in etree.iterparse(
                file, tag=cls.item, resolve_entities=False, huge_tree=True
            ):
                count += 1
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]  # type: ignore[union-attr]
        except etree.XMLSyntaxError as error:
            raise ValueError(f"not well-formed: {error}") from error
        return count

    def _flush(self) -> None:
        self.file.write(self._text.getvalue().encode())
        self._text.seek(0)
        self._text.truncate()

    def _open(self, tag: str, attributes: dict[str, str] | None = None) -> None:
        # What the serialiser needs of attributes is items().
        self._xml.startElement(tag, cast("AttributesImpl[str]", attributes or {}))

    def _close(self, tag: str) -> None:
        self._xml.endElement(tag)

    def _write(self, tag: str, text: str = "", **attributes: str) -> None:
        self._open(tag, attributes)
        if text:
            self._xml.characters(text)
        self._close(tag)

    def _write_all(self, tag: str, children: dict[str, str]) -> None:
        """An element that holds elements with text."""
        self._open(tag)
        for child, text in children.items():
            self._write(child, text)
        self._close(tag)


def namespaces(*prefixes: str) -> dict[str, str]:
    """The attributes that declare prefixes."""
    return {f"xmlns:{prefix}": NAMESPACES[prefix] for prefix in prefixes}
