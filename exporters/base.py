"""What all formats share: the wording around a post, the templates, the single-file exporter."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import IO, Any, ClassVar, Protocol, Self

from jinja2 import Environment, PackageLoader, StrictUndefined
from scrapy.crawler import Crawler
from scrapy.exporters import BaseItemExporter
from scrapy.settings import BaseSettings

from crawler.items import Record
from exporters.clean import EXTERNAL, clean_record
from exporters.identity import Identity, load_identity

TEMPLATES = Environment(
    loader=PackageLoader("exporters"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)
TEMPLATES.globals["EXTERNAL"] = EXTERNAL

_DATE_FORMATS = {"day": "%Y-%m-%d", "minute": "%Y-%m-%d %H:%M", "second": "%Y-%m-%d %H:%M:%S"}
_NOTICES = {
    "withdrawn": ("本文已撤回", "原发布单位已撤下本文，本站随之撤回。"),
    "taken_down": ("本文已撤回", "应权利人的要求，本站已撤下本文。"),
    "duplicate": ("本文已转为另一篇", "本文与另一篇内容相同，已合并到那一篇。"),
}


class Exporter(Protocol):
    """What every format does, in this order; Scrapy's item exporters do the same."""

    def start_exporting(self) -> None: ...

    def export_item(self, item: Record) -> None: ...

    def finish_exporting(self) -> None: ...


class FileExporter(BaseItemExporter):
    """A format that is one file: works in FEEDS, `scrapy crawl -O` and `scrapy export`.

    A subclass writes to `self.file` in `export_record`, which gets records that went through
    `clean_record`. The fields of a format are a contract with its readers, so Scrapy's options
    for feeds (fields, encoding, indent) are accepted and change nothing: files are UTF-8.
    """

    format: ClassVar[str]
    """Name on the command line."""

    def __init__(self, file: IO[bytes], *, identity: Identity, **options: Any) -> None:
        super().__init__(dont_fail=True, **options)
        self.file = file
        self.identity = identity

    @classmethod
    def from_crawler(cls, crawler: Crawler, file: IO[bytes], **options: Any) -> Self:
        return cls(file, identity=identity_from(crawler.settings), **options)

    def export_item(self, item: Record) -> None:
        self.export_record(clean_record(item))

    def export_record(self, record: Record) -> None:
        raise NotImplementedError


def identity_from(settings: BaseSettings) -> Identity:
    """The identity that the setting ZHUANZAI_IDENTITY names.

    Raises:
        ValueError: see `load_identity`.
    """
    path = settings["ZHUANZAI_IDENTITY"]
    return load_identity(Path(path) if path else None)


def shown_date(record: Record) -> str:
    """The date as a reader should see it: no more precise than the source; "" where unknown."""
    if record.date_published is None:
        return record.date_raw or ""
    precision = record.date_precision or "day"
    return datetime.fromisoformat(record.date_published).strftime(_DATE_FORMATS[precision])


def machine_date(record: Record) -> str | None:
    """The date for `<time datetime>`, as precise as the source; None where unknown."""
    if record.date_published is None or record.date_precision == "second":
        return record.date_published
    published = datetime.fromisoformat(record.date_published)
    if record.date_precision == "minute":
        return published.isoformat(timespec="minutes")
    return published.date().isoformat()


def attribution(record: Record) -> str:
    """Source, author, editor and original link in one line of plain text, as the law asks for.

    互联网新闻信息服务管理规定 art. 15: source, author, title and editor of the original.
    """
    parts = [
        ("来源", record.source),
        ("作者", record.author),
        ("责任编辑", record.editor),
        ("原文链接", record.url),
    ]
    return " ".join(f"{label}:{value}" for label, value in parts if value)


def cancel_notice(record: Record) -> tuple[str, str]:
    """Headline and sentence that stand where a canceled record's text was."""
    return _NOTICES[record.reason or "withdrawn"]
