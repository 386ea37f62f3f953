"""A static site: a page a post, lists by section, a feed. No script, no request to other hosts."""

from __future__ import annotations

import heapq
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from importlib.resources import files
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar, cast

from lxml import html as lxml_html
from markupsafe import Markup

from crawler.items import Record
from exporters.base import TEMPLATES, cancel_notice, machine_date, shown_date
from exporters.clean import EXTERNAL, clean_html, clean_record
from exporters.identity import Identity, page_path
from exporters.rss import RssExporter
from exporters.storage import open_aside, put_in_place, sweep, sync_folder

_PAGE_SIZE = 30  # posts on a list page
_FEED_SIZE = 50  # posts in feed.xml
_MANIFEST = "edition.json"
_FORMAT = "zhuanzai-site-1"
# Stands in every file we make: what an interrupted first export left is known as ours.
_OURS = re.compile(rb'content="zhuanzai"|/\* zhuanzai:|<generator>zhuanzai<')
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class _Entry:
    """What lists need of a post; bodies are not kept."""

    id: str
    title: str
    date: str
    source: str
    section: str
    order: tuple[float, str, str]

    @property
    def path(self) -> str:
        return page_path(self.id)


@dataclass(frozen=True, slots=True)
class _Section:
    name: str
    path: str


class SiteExporter:
    """Writes the site to a folder.

    Every file is rendered, compared with the one on disk and written only if it differs, aside
    and renamed; edition.json, which names them all, comes last. Afterwards the files go that the
    edition before had and this one has not. Nothing else in the folder is touched.

    Names of files come from record ids and section folders, never from a source.
    """

    format: ClassVar[str] = "site"

    def __init__(self, folder: Path, *, identity: Identity, rebuild: bool = False) -> None:
        """
        Args:
            folder: made if it is not there.
            identity: who republishes.
            rebuild: write also the files that would stay the same.
        """
        self.folder = folder.resolve()
        self.identity = identity
        self.rebuild = rebuild

    def start_exporting(self) -> None:
        """Look at the edition that is there.

        Raises:
            FileExistsError: the folder holds an edition.json that is not ours.
            NotADirectoryError: the folder is a file.
        """
        if self.folder.exists() and not self.folder.is_dir():
            raise NotADirectoryError(f"{self.folder} is not a folder")
        self._files: dict[str, dict[str, str | int]] = {}
        self._folders: set[Path] = set()
        self._before = self._read_manifest()
        self._entries: list[_Entry] = []
        self._canceled: list[Record] = []
        self._newest: list[tuple[tuple[float, str, str], Record]] = []
        self._first = self._last = 0
        self._put("style.css", files("exporters").joinpath("templates/style.css").read_bytes())

    def export_item(self, item: Record) -> None:
        """Write the page of a post.

        Raises:
            FileExistsError: a file of somebody else has the name of one of ours.
            ValueError: the record's id is none that could be a file name.
        """
        if not _ID.fullmatch(item.id):
            raise ValueError(f"{item.id!r} is no record id")
        record = clean_record(item)
        self._first = min(record.seq, self._first or record.seq)
        self._last = max(record.seq, self._last)
        order = _order(record)
        keep = heapq.heappush if len(self._newest) < _FEED_SIZE else heapq.heappushpop
        keep(self._newest, (order, record))
        if record.status == "canceled":
            self._canceled.append(record)  # without content, so light
            return
        section = record.section or ""
        entry = _Entry(
            id=record.id,
            title=record.title or "",
            date=shown_date(record),
            source=record.source or "",
            section=section,
            order=order,
        )
        self._entries.append(entry)
        self._render(
            entry.path,
            "post.html",
            record=record,
            section=self._section(section) if section else None,
            body=Markup(_body(record.html or "")),
            date=entry.date,
            machine_date=machine_date(record),
        )

    def finish_exporting(self) -> None:
        """Write notices, lists, feed and manifest, then remove what is no longer part."""
        self._entries.sort(key=lambda entry: entry.order, reverse=True)
        self._write_notices()
        self._write_lists()
        self._write_feed()
        for folder in self._folders:
            sync_folder(folder)
        stale = sorted(self._before - self._files.keys())
        self._write_manifest(stale)
        if stale:
            # Until they are gone the manifest names them: a killed removal is taken up again.
            self._remove(stale)
            self._write_manifest([])

    def _write_notices(self) -> None:
        titles = {entry.id: entry.title for entry in self._entries}
        for record in self._canceled:
            headline, sentence = cancel_notice(record)
            other = record.duplicate_of if record.duplicate_of in titles else None
            self._render(
                page_path(record.id),
                "notice.html",
                headline=headline,
                sentence=sentence,
                title=record.title,
                date=(record.canceled_at or "")[:10],
                other=page_path(other) if other else None,
                other_title=titles[other] if other else None,
            )

    def _write_lists(self) -> None:
        counts = Counter(entry.section for entry in self._entries if entry.section)
        names = [name for name in self.identity.sections if counts[name]]
        names += sorted(counts.keys() - set(names))
        sections = [self._section(name) for name in names]
        self._write_list("index{}.html", self._entries, len(self._entries), sections, None)
        for section in sections:
            entries = (entry for entry in self._entries if entry.section == section.name)
            pattern = section.path.replace("index.html", "index{}.html")
            self._write_list(pattern, entries, counts[section.name], sections, section)

    def _write_list(
        self,
        pattern: str,
        entries: Iterable[_Entry],
        count: int,
        sections: list[_Section],
        section: _Section | None,
    ) -> None:
        entries = iter(entries)
        paths = [
            pattern.format(f"_{page + 1}" if page else "")
            for page in range(max(1, -(-count // _PAGE_SIZE)))
        ]
        for page, path in enumerate(paths):
            self._render(
                path,
                "list.html",
                entries=list(islice(entries, _PAGE_SIZE)),
                sections=sections,
                section=section,
                page=page + 1,
                pages=len(paths),
                newer=paths[page - 1] if page else None,
                older=paths[page + 1] if page + 1 < len(paths) else None,
            )

    def _write_feed(self) -> None:
        file = BytesIO()
        feed = RssExporter(file, identity=self.identity)
        feed.start_exporting()
        for _, record in sorted(self._newest, key=lambda pair: pair[0], reverse=True):
            feed.export_item(record)
        feed.finish_exporting()
        self._put("feed.xml", file.getvalue())

    def _section(self, name: str) -> _Section:
        return _Section(name, f"sections/{self.identity.folder(name)}/index.html")

    def _render(self, path: str, template: str, **values: Any) -> None:
        page = TEMPLATES.get_template(template).render(
            values | {"identity": self.identity, "root": "../" * path.count("/")}
        )
        self._put(path, page.encode())

    def _put(self, name: str, content: bytes) -> None:
        path = self.folder / name
        self._files[name] = {"sha256": sha256(content).hexdigest(), "size": len(content)}
        there = path.read_bytes() if path.exists() else None
        if there is not None and name not in self._before and not _OURS.search(there):
            raise FileExistsError(f"{path} was not written by this program; it is left as it is")
        if there != content or self.rebuild:
            self._write(path, content)

    def _write(self, path: Path, content: bytes) -> None:
        if path.parent not in self._folders:
            path.parent.mkdir(parents=True, exist_ok=True)
            sweep(path.parent)
            self._folders.add(path.parent)
        file = open_aside(path.parent)
        try:
            file.write(content)
            put_in_place(file, path)
        except BaseException:
            file.close()
            Path(file.name).unlink(missing_ok=True)
            raise

    def _read_manifest(self) -> set[str]:
        """The names of the last edition's files."""
        path = self.folder / _MANIFEST
        if not path.exists():
            return set()
        try:
            manifest = json.loads(path.read_bytes())
            if manifest["format"] != _FORMAT:
                raise ValueError(manifest["format"])
            names = {*manifest["files"], *manifest.get("stale", [])}
        except (ValueError, KeyError, TypeError) as error:
            raise FileExistsError(
                f"{path} is no manifest of ours: choose another folder"
            ) from error
        return {
            name for name in names if (self.folder / name).resolve().is_relative_to(self.folder)
        }

    def _write_manifest(self, stale: list[str]) -> None:
        manifest: dict[str, Any] = {
            "format": _FORMAT,
            "seq": {"first": self._first, "last": self._last},
            "records": {"usable": len(self._entries), "canceled": len(self._canceled)},
            "files": dict(sorted(self._files.items())),
        }
        if stale:
            manifest["stale"] = stale
        content = (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode()
        path = self.folder / _MANIFEST
        if self.rebuild or not path.exists() or path.read_bytes() != content:
            self._write(path, content)
            sync_folder(self.folder)

    def _remove(self, names: list[str]) -> None:
        for name in names:
            path = self.folder / name
            path.unlink(missing_ok=True)
            if path.parent != self.folder and not any(path.parent.iterdir()):
                path.parent.rmdir()


def _order(record: Record) -> tuple[float, str, str]:
    """Newest first, when reversed: by date of publication; a canceled one by its withdrawal."""
    moment = record.canceled_at or record.date_published or record.first_seen_at
    stamp = datetime.fromisoformat(moment).timestamp() if moment else 0.0
    return stamp, record.first_seen_at or "", record.id


def _body(html: str) -> str:
    """A sanitised body for our pages: pictures become links, tables get a box to scroll in."""
    fragment = lxml_html.fragment_fromstring(html, create_parent="div")
    for image in cast("Iterator[lxml_html.HtmlElement]", list(fragment.iter("img"))):
        _link_image(image)
    page = clean_html(lxml_html.tostring(fragment, encoding="unicode"), rel=EXTERNAL)
    # The sanitiser escapes text and lets no attribute through: these are the tags themselves.
    opening = '<div class="table" role="region" aria-label="表格" tabindex="0"><table>'
    return page.replace("<table>", opening).replace("</table>", "</table></div>")


def _link_image(image: lxml_html.HtmlElement) -> None:
    url = image.get("src")
    if not url:
        image.drop_tree()
        return
    text = image.get("alt") or ""
    figure = next(image.iterancestors("figure"), None)
    caption = figure.find("figcaption") if figure is not None else None
    if caption is not None:
        text = caption.text_content() or text
        caption.drop_tree()
    image.tag = "a"
    image.attrib.clear()
    image.set("href", url)
    image.text = f"图片:{text.strip() or '查看原图'}"
