"""JSON Feed 1.1, an item a line."""

from __future__ import annotations

import mimetypes
from typing import IO, Any

import orjson

from crawler.items import Record
from exporters.base import FileExporter, attribution, cancel_notice, changed_at, guid
from exporters.body import reader_html

_END = b"\n]}\n"
_FIELDS = ("id", "status", "seq", "version", "source", "publisher", "editor", "doc_number")
_CANCELED = ("id", "status", "seq", "reason", "canceled_at", "duplicate_of")


class JsonFeedExporter(FileExporter):
    """One item a record. What JSON Feed has no word for stands in the extension `_zhuanzai`.

    A canceled record keeps its id, has a newer `date_modified` and the notice as content.
    """

    format = "jsonfeed"
    place = "feed.json"

    def start_exporting(self) -> None:
        base = self.identity.base_url
        head: dict[str, Any] = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": self.title,
            "description": self.identity.welcome or self.identity.site_name,
            "language": "zh-CN",
            "authors": [{"name": self.identity.site_name}],
            "_zhuanzai": {"generator": "zhuanzai"},
        }
        if base:
            head |= {"home_page_url": base, "feed_url": self.address}
        # The list comes last and stays open: memory does not grow with the feed.
        self.file.write(orjson.dumps(head | {"items": []}).removesuffix(b"]}"))
        self._first = True

    def export_record(self, record: Record) -> None:
        self.file.write(b"\n" if self._first else b",\n")
        self._first = False
        self.file.write(orjson.dumps(self._item(record)))

    def finish_exporting(self) -> None:
        self.file.write(_END)

    def _item(self, record: Record) -> dict[str, Any]:
        usable = record.status == "usable"
        item: dict[str, Any] = {"id": guid(record.id)}
        if page := self.identity.page_url(record.id) or record.url:
            item["url"] = page
        if record.url:
            item["external_url"] = record.url
        item["title"] = record.title or cancel_notice(record.reason)[0]
        item["content_html"] = reader_html(record, self.identity)
        if record.date_published:
            item["date_published"] = record.date_published
        item["date_modified"] = changed_at(record).isoformat()
        if authors := record.authors or ([record.author] if record.author else []):
            item["authors"] = [{"name": author} for author in authors]
        if record.section:
            item["tags"] = [record.section]
        if record.language:
            item["language"] = record.language
        if record.attachments:
            item["attachments"] = [
                {"url": file.url, "mime_type": _mime_type(file.url), "title": file.name}
                for file in record.attachments
            ]
        own = {name: getattr(record, name) for name in (_FIELDS if usable else _CANCELED)}
        if usable:
            own["attribution"] = attribution(record)
            own["disclaimer"] = self.identity.disclaimer
        item["_zhuanzai"] = own
        return item

    @classmethod
    def check(cls, file: IO[bytes]) -> int:
        head = orjson.loads(file.readline().rstrip(b"\n") + b"]}")
        if head["items"]:
            raise ValueError("the first line holds items")
        count, last, comma = 0, b"", True
        for line in file:
            last = line
            if line == _END.lstrip(b"\n"):
                continue
            if not comma:
                raise ValueError("no comma between two items")
            count += bool(orjson.loads(line.rstrip(b"\n").removesuffix(b","))["id"])
            comma = line.endswith(b",\n")
        if last != _END.lstrip(b"\n") or (count and comma):
            raise ValueError("the feed does not come to its end")
        return count


def _mime_type(url: str) -> str:
    return mimetypes.guess_type(url)[0] or "application/octet-stream"
