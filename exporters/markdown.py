"""Markdown with YAML front matter for site generators: Hugo and Hexo."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from crawler.items import Record
from exporters.base import attribution, changed_at
from exporters.body import reader_html
from exporters.commonmark import to_markdown
from exporters.folder import HIDDEN_MANIFEST, FolderExporter


class MarkdownExporter(FolderExporter):
    """One post a usable record; what is canceled is removed.

    `hugo`: page bundles, for a folder below content/. `hexo`: for source/_posts, with
    `post_asset_folder: true` where pictures and files are mirrored.
    """

    format = "markdown"

    def __init__(self, folder: Path, *, flavour: str = "hugo", **options: Any) -> None:
        super().__init__(folder, **options)
        self.flavour = flavour
        if flavour == "hexo":
            self.manifest_name = HIDDEN_MANIFEST  # of the other one Hexo would make a post

    def export_record(self, record: Record) -> None:
        if record.status == "canceled":
            return
        copies = self.media.of(record) if self.media else []
        for path in copies:
            self._put_media(f"{record.id}/{path.name}", path)
        page = f"{record.id}/index.md" if self.flavour == "hugo" else f"{record.id}.md"
        made_from = " ".join((str(record.seq), *(path.name for path in copies)))
        if not self._keep(page, made_from):
            self._put(page, self._page(record).encode(), made_from)

    def check(self) -> int:
        pages = (name for name in self.manifest.files if name.endswith(".md"))
        return sum((self.folder / name).is_file() for name in pages) + self.manifest.canceled

    def _page(self, record: Record) -> str:
        mirrored = self.media.linked("", lambda *_: None) if self.media else None
        body = to_markdown(reader_html(record, self.identity, mirrored))
        return f"---\n{_yaml(self._front_matter(record))}---\n\n{body}"

    def _front_matter(self, record: Record) -> dict[str, Any]:
        moment = record.date_published or record.first_seen_at
        published = datetime.fromisoformat(moment) if moment else changed_at(record)
        fields: dict[str, Any] = {"title": record.title}
        if self.flavour == "hugo":
            fields |= {
                "date": published.isoformat(),
                "lastmod": changed_at(record).isoformat(),
                "slug": record.id,
            }
        else:
            # Hexo takes an offset for another day on a machine of another time zone, and would
            # run {{ }} and {% %} of the text.
            fields |= {
                "date": _wall(published),
                "updated": _wall(changed_at(record).astimezone(published.tzinfo)),
                "disableNunjucks": True,
            }
        fields |= {
            "categories": [record.section] if record.section else [],
            "author": record.author,
            "source": record.source,
            "editor": record.editor,
            "doc_number": record.doc_number,
            "original_url": record.url,
            "attribution": attribution(record),
            "disclaimer": self.identity.disclaimer,
            "record_id": record.id,
            "record_version": record.version,
            "generator": "zhuanzai",
        }
        return {name: value for name, value in fields.items() if value not in (None, "")}


def _yaml(fields: Mapping[str, Any]) -> str:
    """A mapping whose values are JSON, which is YAML: nothing in a text can end a string."""
    return "".join(f"{name}: {_value(value)}\n" for name, value in fields.items())


def _value(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    # Line breaks to YAML 1.1, a byte order mark, and markup to what takes all this for text.
    for character in "\u2028\u2029\ufeff<":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _wall(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(" ", "seconds")
