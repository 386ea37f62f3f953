"""What all formats share: the wording around a post, the templates, the single-file exporter."""

from __future__ import annotations

from abc import abstractmethod
from datetime import UTC, datetime
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import IO, Any, ClassVar, Protocol, Self

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    StrictUndefined,
    Template,
)
from scrapy.crawler import Crawler
from scrapy.exporters import BaseItemExporter
from scrapy.settings import BaseSettings

from crawler.items import CancelReason, Record
from exporters.clean import EXTERNAL, clean_record
from exporters.identity import Identity, load_identity

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
    `clean_record`, and reads its own files back in `check`. The fields of a format are a contract
    with its readers, so Scrapy's options for feeds (fields, encoding, indent) are accepted and
    change nothing: files are UTF-8.
    """

    format: ClassVar[str]
    """Name on the command line."""
    place: ClassVar[str] = ""
    """Where a feed stands below the base URL, if it is not told."""

    def __init__(
        self,
        file: IO[bytes],
        *,
        identity: Identity,
        updated: datetime | None = None,
        place: str | None = None,
        title: str | None = None,
        **options: Any,
    ) -> None:
        """
        Args:
            file: written to from where it stands, never read or rewound.
            identity: who republishes.
            updated: when the newest of the records changed, aware; now, where it is not known.
            place: where a feed stands below the base URL.
            title: of a feed; the site's name, if it is not told.
        """
        super().__init__(dont_fail=True, **options)
        self.file = file
        self.identity = identity
        self.title = title or identity.site_name
        self.address = identity.base_url and identity.base_url + (place or self.place)
        self.updated = updated or datetime.now(UTC)

    @classmethod
    def from_crawler(cls, crawler: Crawler, file: IO[bytes], **options: Any) -> Self:
        now = getattr(crawler.spider, "now", None)
        return cls(
            file,
            identity=identity_from(crawler.settings),
            updated=now() if now else None,
            **options,
        )

    def export_item(self, item: Record) -> None:
        self.export_record(clean_record(item))

    @abstractmethod
    def export_record(self, record: Record) -> None:
        """Write one record, clean already."""

    @classmethod
    @abstractmethod
    def check(cls, file: IO[bytes]) -> int:
        """Read a finished file back; how many records it holds.

        Raises:
            ValueError: it is not well-formed.
        """


def identity_from(settings: BaseSettings) -> Identity:
    """The identity that the setting ZHUANZAI_IDENTITY names.

    Raises:
        ValueError: see `load_identity`.
    """
    path = settings["ZHUANZAI_IDENTITY"]
    return load_identity(Path(path) if path else None)


def template(identity: Identity, name: str) -> Template:
    """A template by file name: the operator's own, otherwise the packaged one."""
    return _template(identity.templates, name)


def asset(identity: Identity, name: str) -> bytes:
    """A file that is no template: the operator's own, otherwise the packaged one."""
    own = identity.templates and identity.templates / name
    if own and own.is_file():
        return own.read_bytes()
    return files("exporters").joinpath("templates", name).read_bytes()


@lru_cache
def _template(folder: Path | None, name: str) -> Template:
    found = _environment(folder).get_template(name)
    found.globals = dict(found.globals)  # every rendering copies them: slow from a ChainMap
    return found


@lru_cache
def _environment(folder: Path | None) -> Environment:
    loader: BaseLoader = PackageLoader("exporters")
    if folder is not None:
        loader = ChoiceLoader([FileSystemLoader(folder), loader])
    environment = Environment(
        loader=loader,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        auto_reload=False,  # or every rendering would ask the disk
    )
    environment.globals["EXTERNAL"] = EXTERNAL
    return environment


def guid(record_id: str) -> str:
    """The name of a record in feeds: a URI that never changes."""
    return f"urn:zhuanzai:{record_id}"


def changed_at(record: Record) -> datetime:
    """When the record last changed; of a canceled one, when it was canceled."""
    moment = record.canceled_at or record.updated_at or record.fetched_at or record.date_published
    return datetime.fromisoformat(moment) if moment else datetime.fromtimestamp(0, UTC)


def shown_date(record: Record) -> str:
    """The date as a reader should see it: no more precise than the source; "" where unknown."""
    if record.date_published is None:
        return record.date_raw or ""
    precision = record.date_precision or "day"
    if precision == "day":
        return record.date_published[:10]
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


def cancel_notice(reason: CancelReason | None) -> tuple[str, str]:
    """Headline and sentence that stand where a canceled record's text was."""
    return _NOTICES[reason or "withdrawn"]
