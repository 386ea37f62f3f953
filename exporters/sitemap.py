"""Sitemaps (sitemaps.org 0.9) of the site's pages."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import cast
from urllib.parse import quote
from xml.sax.saxutils import XMLGenerator  # nosec B406
from xml.sax.xmlreader import AttributesImpl  # nosec B406

from lxml import etree

from crawler.items import Record
from exporters.base import changed_at
from exporters.folder import FolderExporter
from exporters.identity import Identity

_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_LIMIT = 50_000  # URLs in a file, says the protocol


class SitemapExporter(FolderExporter):
    """A folder with sitemap.xml: the pages of the usable records, or, where these are more than
    50,000, an index of sitemap-1.xml, sitemap-2.xml …; the folder belongs at the base URL.
    """

    format = "sitemap"

    def start_exporting(self) -> None:
        """
        Raises:
            ValueError: the identity has no base URL, without which there are no addresses.
        """
        if not self.identity.base_url:
            raise ValueError("a sitemap needs base_url in identity.toml")
        super().start_exporting()
        self.sitemap = Sitemap(self.identity)

    def export_record(self, record: Record) -> None:
        if record.status == "usable":
            self.sitemap.add(record.id, changed_at(record).isoformat())
            for name, content in self.sitemap.full():
                self._put(name, content)

    def write_rest(self) -> None:
        for name, content in self.sitemap.rest():
            self._put(name, content)

    def check(self) -> int:
        found = 0
        for name in self.manifest.files:
            for _, element in etree.iterparse(self.folder / name, tag=f"{{{_NAMESPACE}}}url"):
                found += 1
                element.clear()
        return found + self.manifest.canceled


class Sitemap:
    """Collects addresses and gives files as they fill."""

    def __init__(self, identity: Identity) -> None:
        self.identity = identity
        self._entries: list[tuple[str, str]] = []
        self._files: list[tuple[str, str]] = []

    def add(self, record_id: str, changed: str) -> None:
        """The page of a usable record, and when that changed."""
        self._entries.append((self.identity.page_url(record_id) or "", changed))

    def full(self) -> Iterable[tuple[str, bytes]]:
        """Name and bytes of a file that has come to the limit."""
        if len(self._entries) >= _LIMIT:
            yield self._take()

    def rest(self) -> Iterable[tuple[str, bytes]]:
        """The files that are left to write, sitemap.xml the last."""
        if not self._files:
            yield "sitemap.xml", _document("urlset", "url", self._entries)
            return
        if self._entries:
            yield self._take()
        yield "sitemap.xml", _document("sitemapindex", "sitemap", self._files)

    def _take(self) -> tuple[str, bytes]:
        name = f"sitemap-{len(self._files) + 1}.xml"
        content = _document("urlset", "url", self._entries)
        self._files.append(
            (self.identity.base_url + name, max(changed for _, changed in self._entries))
        )
        self._entries = []
        return name, content


def _document(root: str, tag: str, entries: Iterable[tuple[str, str]]) -> bytes:
    text = io.StringIO()
    text.write("<!-- zhuanzai sitemap -->\n")
    xml = XMLGenerator(text, "utf-8")
    empty = cast("AttributesImpl[str]", {})
    xml.startElement(root, cast("AttributesImpl[str]", {"xmlns": _NAMESPACE}))
    for location, changed in entries:
        xml.characters("\n")
        xml.startElement(tag, empty)
        for name, value in (("loc", quote(location, safe=":/%")), ("lastmod", changed)):
            xml.startElement(name, empty)
            xml.characters(value)
            xml.endElement(name)
        xml.endElement(tag)
    xml.characters("\n")
    xml.endElement(root)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + text.getvalue().encode() + b"\n"
