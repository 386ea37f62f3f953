"""WXR 1.2, what the WordPress importer reads.

The importer takes a post for known by title and wp:post_date, never by guid: the date needs
distinct seconds where the source shows a day or a minute. Readers see the date in the content.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from crawler.items import Record
from exporters.base import cancel_notice, changed_at, guid
from exporters.body import reader_html
from exporters.xml import XmlExporter, namespaces

_SPANS = {"day": 86_400, "minute": 60, "second": 1}  # seconds in which the source's date lies


class WxrExporter(XmlExporter):
    """One WordPress post a record: `publish`, or `trash` where it is canceled.

    Names of posts and logins are ASCII, made from the id and the source. The original's link,
    attribution and disclaimer stand in the content and, for plugins, as zhuanzai_* postmeta.
    """

    format = "wxr"
    item = "item"
    outer = (("rss", {"version": "2.0", **namespaces("content", "dc", "wp")}), ("channel", {}))

    def start_exporting(self) -> None:
        super().start_exporting()
        self._logins: dict[str, str] = {}
        base = self.identity.base_url or "urn:zhuanzai:"
        self._write("title", self.identity.site_name)
        self._write("link", base)
        self._write("description", self.identity.welcome)
        self._write("language", "zh-CN")
        self._write("wp:wxr_version", "1.2")
        self._write("wp:base_site_url", base)
        self._write("wp:base_blog_url", base)
        self._write("generator", "zhuanzai")

    def export_record(self, record: Record) -> None:
        source = record.source or self.identity.site_name
        login = self._logins.get(source) or self._write_author(source)
        posted = post_date(record)
        self._open("item")
        self._write("guid", guid(record.id), isPermaLink="false")
        self._write_each(
            {
                "title": record.title or cancel_notice(record.reason)[0],
                "link": self.identity.page_url(record.id) or record.url,
                "dc:creator": login,
                "content:encoded": reader_html(record, self.identity),
                # A number that no other item of the file has, or the importer drops the second.
                "wp:post_id": str(record.seq),
                "wp:post_date": _wall(posted),
                "wp:post_date_gmt": _wall(posted.astimezone(UTC)),
                "wp:comment_status": "closed",
                "wp:ping_status": "closed",
                "wp:post_name": f"post-{record.id}",
                "wp:status": "publish" if record.status == "usable" else "trash",
                "wp:post_type": "post",
            }
        )
        if record.section:
            folder = self.identity.folder(record.section)
            self._write("category", record.section, domain="category", nicename=folder)
        self._write_meta(record)
        self._close("item")

    def _write_author(self, source: str) -> str:
        """Before the first post of a source; returns its login."""
        login = f"source-{hashlib.sha256(source.encode()).hexdigest()[:12]}"
        self._logins[source] = login
        self._write_all("wp:author", {"wp:author_login": login, "wp:author_display_name": source})
        return login

    def _write_meta(self, record: Record) -> None:
        values = {
            "zhuanzai_id": record.id,
            "zhuanzai_version": None if record.version is None else str(record.version),
            "zhuanzai_url": record.url,
            "zhuanzai_source": record.source,
            "zhuanzai_author": record.author,
            "zhuanzai_editor": record.editor,
            "zhuanzai_disclaimer": self.identity.disclaimer if record.status == "usable" else "",
        }
        self._write_pairs("wp:postmeta", "wp:meta_key", "wp:meta_value", values)


def post_date(record: Record) -> datetime:
    """When WordPress is told that a record was posted: the source's date, to a second.

    The seconds that the source does not show are derived from the id: always the same ones, and
    none later than we first saw the post, which WordPress would schedule for the future. A record
    without a date has the time when it was first seen.
    """
    if record.date_published is None:
        return datetime.fromisoformat(record.first_seen_at or changed_at(record).isoformat())
    published = datetime.fromisoformat(record.date_published)
    span = _SPANS[record.date_precision or "day"]
    if record.first_seen_at:
        first_seen = datetime.fromisoformat(record.first_seen_at)
        since = (first_seen - published).total_seconds()
        if since <= 0:  # sources date posts a day ahead
            return first_seen
        if since < span:
            span = int(since) or 1
    derived = int.from_bytes(hashlib.sha256(record.id.encode()).digest()[:8]) % span
    return published + timedelta(seconds=derived)


def _wall(moment: datetime) -> str:
    return moment.isoformat(" ", "seconds")[:19]  # without the offset
