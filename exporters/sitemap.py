"""Sitemaps (sitemaps.org 0.9) of the site's pages."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote
from xml.sax.saxutils import escape  # nosec B406

from crawler.items import Record
from exporters.base import changed_at
from exporters.folder import FolderExporter
from exporters.identity import Identity
from exporters.xml import count_elements

_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
Parts = tuple[bytearray, bytes]
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
                self._put_parts(name, content)

    def write_rest(self) -> None:
        for name, content in self.sitemap.rest():
            self._put_parts(name, content)

    def check(self) -> int:
        tag = f"{{{_NAMESPACE}}}url"
        found = sum(count_elements(self.folder / name, tag) for name in self.manifest.files)
        return found + self.manifest.canceled


class Sitemap:
    """Collects addresses and gives files as they fill."""

    def __init__(self, identity: Identity) -> None:
        self.identity = identity
        self._pages = _Document("urlset", "url")
        self._files = _Document("sitemapindex", "sitemap")

    def add(self, record_id: str, changed: str) -> None:
        """The page of a usable record, and when that changed."""
        self._pages.add(self.identity.page_url(record_id) or "", changed)

    def full(self) -> Iterable[tuple[str, Parts]]:
        """Name and parts of a file that has come to the limit."""
        if self._pages.count >= _LIMIT:
            yield self._take()

    def rest(self) -> Iterable[tuple[str, Parts]]:
        """The files that are left to write, sitemap.xml the last."""
        if not self._files.count:
            yield "sitemap.xml", self._pages.whole()
            return
        if self._pages.count:
            yield self._take()
        yield "sitemap.xml", self._files.whole()

    def _take(self) -> tuple[str, Parts]:
        name = f"sitemap-{self._files.count + 1}.xml"
        content = self._pages.whole()
        self._files.add(self.identity.base_url + name, self._pages.newest)
        self._pages = _Document("urlset", "url")
        return name, content


class _Document:
    """Addresses as XML; the text alone is kept."""

    def __init__(self, root: str, tag: str) -> None:
        self._root = root
        self._tag = tag
        self._text = bytearray(
            b'<?xml version="1.0" encoding="utf-8"?>\n<!-- zhuanzai sitemap -->\n'
            + f'<{root} xmlns="{_NAMESPACE}">'.encode()
        )
        self.count = 0
        self.newest = ""

    def add(self, location: str, changed: str) -> None:
        """An address, and when what is there changed."""
        values = f"<loc>{escape(quote(location, safe=':/%'))}</loc><lastmod>{changed}</lastmod>"
        self._text += f"\n<{self._tag}>{values}</{self._tag}>".encode()
        self.count += 1
        self.newest = max(self.newest, changed)

    def whole(self) -> Parts:
        """The document; it is not put together, for it may be large."""
        return self._text, f"\n</{self._root}>\n".encode()
