"""RSS 2.0 with content:encoded, Dublin Core, Atom links and tombstones."""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from urllib.parse import urljoin

from crawler.items import Record
from exporters.base import cancel_notice, changed_at, guid
from exporters.body import reader_html
from exporters.xml import XmlExporter, namespaces


class RssExporter(XmlExporter):
    """One RSS item a record, written as it comes: memory does not grow with the feed.

    Readers show title, author, date and content only, so attribution and disclaimer stand in the
    content too. A canceled record keeps its guid and gets a notice as content: that makes readers
    replace the copy they hold, which leaving it out would not. The tombstone before it says the
    same to programs.
    """

    format = "rss"
    place = "feed.xml"
    item = "item"
    outer = (
        ("rss", {"version": "2.0", **namespaces("atom", "content", "dc", "at")}),
        ("channel", {}),
    )

    def start_exporting(self) -> None:
        super().start_exporting()
        self._changed: datetime | None = None
        self._home = self.identity.base_url
        self._write("title", self.title)
        self._write("description", self.identity.welcome or self.identity.site_name)
        self._write("language", "zh-cn")
        self._write("generator", "zhuanzai")
        if self.address:
            self._write("atom:link", rel="self", type="application/rss+xml", href=self.address)

    def export_record(self, record: Record) -> None:
        self._note(record)
        if record.status == "canceled":
            when = changed_at(record).isoformat()
            self._write("at:deleted-entry", ref=guid(record.id), when=when)
        self._open("item")
        self._write("guid", guid(record.id), isPermaLink="false")
        self._write_each(
            {
                "title": record.title or cancel_notice(record.reason)[0],
                "link": self.identity.page_url(record.id) or record.url,
                "pubDate": record.date_published and _rfc822(record.date_published),
                "dc:creator": record.author,
                "dc:contributor": record.editor,
                "category": record.section,
                "dc:rights": (record.status == "usable" and self.identity.disclaimer) or None,
                "content:encoded": reader_html(record, self.identity),
            }
        )
        if record.url:
            if record.source:
                self._write("source", record.source, url=record.url)
            self._write("atom:link", rel="via", type="text/html", href=record.url)
        self._close("item")

    def finish_exporting(self) -> None:
        # Last, because only now they are known; RSS leaves the order inside a channel open.
        if self._home:
            self._write("link", self._home)
        if self._changed:
            self._write("lastBuildDate", format_datetime(self._changed))
        super().finish_exporting()

    def _note(self, record: Record) -> None:
        changed = changed_at(record)
        self._changed = max(self._changed or changed, changed)
        # RSS demands a link for the channel: without a site of its own, the originals' site.
        if not self._home and record.url:
            self._home = urljoin(record.url, "/")


@lru_cache
def _rfc822(date: str) -> str:
    return format_datetime(datetime.fromisoformat(date))
