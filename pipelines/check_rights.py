"""Hold what may not be published without the operator's word."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from scrapy.crawler import Crawler

from crawler.items import Article
from crawler.reading.dates import CST
from crawler.reading.text import fold


@dataclass(slots=True, frozen=True)
class Allowed:
    """A source that may be republished."""

    name: str
    names: frozenset[str]
    """Name and aliases, folded for comparison."""
    category: str
    valid_from: date
    valid_to: date


@dataclass(slots=True, frozen=True)
class AllowList:
    """The operator's dated list of sources, and the sections that require one of them.

    A file in TOML (UTF-8):

        required_sections = ["廉政要闻"]

        [[source]]
        name = "新华社"
        aliases = ["新华网"]
        category = "中央新闻单位"
        valid_from = 2021-10-20
        valid_to = 2027-12-31
    """

    sections: frozenset[str] = frozenset()
    sources: tuple[Allowed, ...] = ()

    @classmethod
    def load(cls, path: Path) -> AllowList:
        """Read the file; without one, nothing is required.

        Raises:
            ValueError: the file is malformed; the message names it and the fault.
        """
        if not path.is_file():
            return cls()
        try:
            known = tomllib.loads(path.read_text("utf-8"))
            sources = tuple(_allowed(entry) for entry in known.get("source", []))
            return cls(frozenset(known.get("required_sections", [])), sources)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
            raise ValueError(f"{path}: {error}") from error

    def allows(self, source: str, on: date) -> bool:
        """Whether a source is on the list, and was on a day."""
        folded = fold(source)
        return any(
            folded in allowed.names and allowed.valid_from <= on <= allowed.valid_to
            for allowed in self.sources
        )


def _allowed(entry: dict[str, Any]) -> Allowed:
    dates = entry.get("valid_from", date.min), entry.get("valid_to", date.max)
    if not all(isinstance(day, date) for day in dates):
        raise TypeError(f"valid_from and valid_to of {entry['name']} are dates: 2024-08-01")
    return Allowed(
        entry["name"],
        frozenset(fold(name) for name in (entry["name"], *entry.get("aliases", []))),
        entry.get("category", ""),
        *dates,
    )


class CheckRightsPipeline:
    """Sets `hold`: `no_reprint` where the page forbids it in words, `noarchive` where it does for
    robots, `not_allowed` where the section requires a listed source and this is none.
    """

    def __init__(self, allow_list: AllowList) -> None:
        self.allow_list = allow_list

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CheckRightsPipeline:
        return cls(AllowList.load(Path(crawler.settings["ALLOWED_SOURCES"])))

    def process_item(self, item: Any) -> Any:
        if isinstance(item, Article):
            item.hold = self._reason(item)
        return item

    def _reason(self, article: Article) -> str:
        if said := article.candidates.get("rights"):
            article.chosen["rights"] = said[0]
            return said[0].origin
        day = (article.date_published or article.fetched_at).astimezone(CST).date()
        required = article.section in self.allow_list.sections
        if required and not self.allow_list.allows(article.source, day):
            return "not_allowed"
        return ""
