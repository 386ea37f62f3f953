"""Atom (RFC 4287) with tombstones (RFC 6721)."""

from __future__ import annotations

import hashlib

from crawler.items import Record
from exporters.base import cancel_notice, changed_at, guid
from exporters.body import reader_html
from exporters.xml import NAMESPACES, XmlExporter, namespaces


class AtomExporter(XmlExporter):
    """One entry a record; a canceled one has a notice as content, and a tombstone before it."""

    format = "atom"
    place = "atom.xml"
    item = f"{{{NAMESPACES['atom']}}}entry"
    outer = (("feed", {"xmlns": NAMESPACES["atom"], **namespaces("at")}),)

    def start_exporting(self) -> None:
        super().start_exporting()
        identity = self.identity
        self._write("title", self.title)
        self._write("subtitle", identity.welcome or identity.site_name)
        self._write("generator", "zhuanzai")
        self._write("updated", self.updated.isoformat(timespec="seconds"))
        self._write_all("author", {"name": identity.site_name})
        if self.address:
            self._write("id", self.address)
            self._write("link", rel="self", type="application/atom+xml", href=self.address)
            self._write("link", rel="alternate", type="text/html", href=identity.base_url)
        else:
            name = hashlib.sha256(identity.site_name.encode()).hexdigest()[:16]
            self._write("id", guid(f"feed:{name}"))

    def export_record(self, record: Record) -> None:
        name, changed = guid(record.id), changed_at(record).isoformat()
        headline, _ = cancel_notice(record.reason)
        if record.status == "canceled":
            self._open("at:deleted-entry", ref=name, when=changed)
            self._write("at:comment", headline)
            self._close("at:deleted-entry")
        self._open("entry")
        self._write_each(
            {
                "id": name,
                "title": record.title or headline,
                "updated": changed,
                "published": record.date_published,
                "rights": (record.status == "usable" and self.identity.disclaimer) or None,
            }
        )
        for author in record.authors or [record.author or self.identity.site_name]:
            self._write_all("author", {"name": author})
        if record.editor:
            self._write_all("contributor", {"name": record.editor})
        if record.section:
            self._write("category", term=record.section)
        if page := self.identity.page_url(record.id) or record.url:
            self._write("link", rel="alternate", type="text/html", href=page)
        if record.url:
            self._write("link", rel="via", type="text/html", href=record.url)
        if record.source:
            self._write_all("source", {"title": record.source})
        self._write("content", reader_html(record, self.identity), type="html")
        self._close("entry")
