"""RSS 2.0 with content:encoded, Dublin Core and Atom links."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import urljoin

from lxml import etree
from markupsafe import Markup

from crawler.items import Record
from exporters.base import TEMPLATES, FileExporter, cancel_notice
from exporters.clean import EXTERNAL, clean_html, clean_text

_NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
}
_LINK = "{http://www.w3.org/2005/Atom}link"
_ENCODED = "{http://purl.org/rss/1.0/modules/content/}encoded"
_CREATOR = "{http://purl.org/dc/elements/1.1/}creator"


class RssExporter(FileExporter):
    """One RSS item a record, written as it comes: memory does not grow with the feed.

    Readers show title, author, date and content only, so attribution and disclaimer stand in the
    content too. A canceled record keeps its guid and gets a notice as content: that makes readers
    replace the copy they hold, which leaving it out would not.
    """

    format = "rss"

    def start_exporting(self) -> None:
        self._changed: datetime | None = None
        self._home = self.identity.base_url
        self._open = ExitStack()
        self._xml = self._open.enter_context(etree.xmlfile(self.file, encoding="utf-8"))
        self._xml.write_declaration()
        self._open.enter_context(self._xml.element("rss", version="2.0", nsmap=_NAMESPACES))
        self._open.enter_context(self._xml.element("channel"))
        self._write("title", self.identity.site_name)
        self._write("description", self.identity.welcome or self.identity.site_name)
        self._write("language", "zh-cn")
        self._write("generator", "zhuanzai")
        if self.identity.base_url:
            address = urljoin(self.identity.base_url, "feed.xml")
            self._write(_LINK, rel="self", type="application/rss+xml", href=address)

    def export_record(self, record: Record) -> None:
        self._note(record)
        self._xml.write("\n")
        with self._xml.element("item"):
            self._write("title", record.title or cancel_notice(record)[0])
            link = self.identity.page_url(record.id) or record.url
            if link:
                self._write("link", link)
            self._write("guid", f"urn:zhuanzai:{record.id}", isPermaLink="false")
            if record.date_published:
                published = datetime.fromisoformat(record.date_published)
                self._write("pubDate", format_datetime(published))
            if record.author:
                self._write(_CREATOR, record.author)
            if record.section:
                self._write("category", record.section)
            if record.url:
                if record.source:
                    self._write("source", record.source, url=record.url)
                self._write(_LINK, rel="via", type="text/html", href=record.url)
            self._write(_ENCODED, self._content(record))

    def finish_exporting(self) -> None:
        self._xml.write("\n")
        # Last, because only now they are known; RSS leaves the order inside a channel open.
        if self._home:
            self._write("link", self._home)
        if self._changed:
            self._write("lastBuildDate", format_datetime(self._changed))
        self._open.close()

    def _note(self, record: Record) -> None:
        for moment in (record.updated_at, record.canceled_at):
            if moment:
                changed = datetime.fromisoformat(moment)
                self._changed = max(self._changed or changed, changed)
        # RSS demands a link for the channel: without a site of its own, the originals' site.
        if not self._home and record.url:
            self._home = urljoin(record.url, "/")

    def _content(self, record: Record) -> str:
        if record.status == "canceled":
            headline, sentence = cancel_notice(record)
            other = record.duplicate_of and self.identity.page_url(record.duplicate_of)
            html = TEMPLATES.get_template("feed_notice.html").render(
                headline=headline, sentence=sentence, other=other
            )
        else:
            html = TEMPLATES.get_template("feed_post.html").render(
                record=record,
                body=Markup(record.html or ""),  # sanitised by clean_record, and again below
                identity=self.identity,
            )
        return clean_html(html, rel=EXTERNAL)

    def _write(self, tag: str, text: str = "", **attributes: str) -> None:
        with self._xml.element(tag, attributes):
            if text:
                self._xml.write(clean_text(text))
