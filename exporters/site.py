"""A static site: a page a post, lists by section and month, search, feeds.

Nothing is asked of other hosts, and no page but search.html has a script.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup

from crawler.items import Record
from exporters.atom import AtomExporter
from exporters.base import (
    FileExporter,
    asset,
    cancel_notice,
    changed_at,
    machine_date,
    shown_date,
    template,
)
from exporters.body import local_files, shown_body
from exporters.catalogue import Gone, Order, Post, Posts
from exporters.folder import FolderExporter
from exporters.identity import page_path
from exporters.jsonfeed import JsonFeedExporter
from exporters.rss import RssExporter
from exporters.search import SearchIndex
from exporters.sitemap import Sitemap

_PAGE_SIZE = 30  # posts on a list page
_HOME_SIZE = 20  # the newest ones on the home page
_SECTION_SIZE = 6  # of each section on the home page
_FEED_SIZE = 50
_EXCERPT = 110  # characters of the newest post on the home page
_PAUSES = " ，。、；：！？,.;:"  # what an ellipsis does not follow
_FEEDS: tuple[type[FileExporter], ...] = (RssExporter, AtomExporter, JsonFeedExporter)


@dataclass(frozen=True, slots=True)
class _List:
    """A section, a month or everything: a heading and the path of its first page."""

    name: str
    path: str
    feed: str = "feed.xml"
    count: int = 0


class SiteExporter(FolderExporter):
    """Writes the site to a folder; see `FolderExporter`."""

    format = "site"

    def start_exporting(self) -> None:
        super().start_exporting()
        self._posts = Posts()
        self._newest: defaultdict[str, list[tuple[Order, Record]]] = defaultdict(list)
        self._lead: tuple[Order, str] = ((0.0, "", ""), "")
        self._search = SearchIndex()
        self._put("style.css", asset(self.identity, "style.css"))

    def export_record(self, record: Record) -> None:
        order = _order(record)
        self._note_for_feeds(order, record)
        if record.status == "canceled":
            self._posts.add_gone(
                Gone(
                    id=record.id,
                    title=record.title,
                    reason=record.reason,
                    date=(record.canceled_at or "")[:10],
                    other=record.duplicate_of,
                )
            )
            return
        stamp, first_seen, _ = order
        post = Post(
            id=record.id,
            title=record.title or "",
            date=shown_date(record),
            source=record.source or "",
            section=record.section or "",
            month=(record.date_published or "")[:7],
            doc_number=record.doc_number or "",
            changed=changed_at(record).isoformat(),
            stamp=stamp,
            first_seen=first_seen,
        )
        self._posts.add(post)
        self._lead = max(self._lead, (order, _excerpt(record)))
        self._search.add(order, record.text or "")
        self._write_post(record, post)

    def write_rest(self) -> None:
        self._posts.sort()
        self._sections = self._list_sections()
        self._write_notices()
        self._write_home()
        self._write_lists()
        self._write_search()
        self._write_feeds()
        self._write_for_machines()

    def check(self) -> int:
        pages = (name for name in self.manifest.files if name.startswith("posts/"))
        return sum((self.folder / name).is_file() for name in pages)

    def _write_post(self, record: Record, post: Post) -> None:
        copies = self.media.of(record) if self.media else []
        for path in copies:
            self._put_media(f"media/{path.name}", path)
        made_from = " ".join((str(record.seq), *(path.name for path in copies)))
        if self._keep(post.path, made_from):
            return
        mirrored = self.media.linked("../media/", self._take_copy) if self.media else None
        body = shown_body(record.html or "", mirrored)
        # The sanitiser escapes text and lets no attribute through: these are the tags themselves.
        opening = '<div class="table" role="region" aria-label="表格" tabindex="0"><table>'
        body = body.replace("<table>", opening).replace("</table>", "</table></div>")
        self._render(
            post.path,
            "post.html",
            made_from=made_from,
            record=record,
            section=self._section(post.section) if post.section else None,
            body=Markup(body),
            files=local_files(record, mirrored),
            excerpt=_excerpt(record),
            date=post.date,
            machine_date=machine_date(record),
        )

    def _take_copy(self, name: str, path: Any) -> None:
        self._put_media(f"media/{name}", path)

    def _write_notices(self) -> None:
        for gone in self._posts.gone():
            headline, sentence = cancel_notice(gone.reason)
            self._render(
                page_path(gone.id),
                "notice.html",
                headline=headline,
                sentence=sentence,
                title=gone.title,
                date=gone.date,
                other=page_path(gone.other)
                if gone.other and gone.other_title is not None
                else None,
                other_title=gone.other_title,
            )

    def _list_sections(self) -> list[_List]:
        counts = self._posts.sections()
        names = [name for name in self.identity.sections if name in counts]
        names += sorted(counts.keys() - {"", *names})
        return [self._section(name, counts[name]) for name in names]

    def _section(self, name: str, count: int = 0) -> _List:
        folder = f"sections/{self.identity.folder(name)}"
        return _List(name, f"{folder}/index.html", f"{folder}/feed.xml", count)

    def _write_home(self) -> None:
        blocks = [
            (section, list(self._posts.of_section(section.name, _SECTION_SIZE)))
            for section in self._sections
        ]
        self._render(
            "index.html",
            "home.html",
            entries=list(self._posts.newest(limit=_HOME_SIZE)),
            excerpt=self._lead[1],
            blocks=blocks if len(blocks) > 1 else [],
            sections=self._sections,
            older="index_2.html" if len(self._posts) > _HOME_SIZE else None,
        )

    def _write_lists(self) -> None:
        everything = _List("全部文章", "index.html", count=len(self._posts) - _HOME_SIZE)
        self._write_list(everything, self._posts.newest(skip=_HOME_SIZE), first=2)
        for section in self._sections:
            self._write_list(section, self._posts.of_section(section.name))
        months = []
        for month, count in sorted(self._posts.months().items(), reverse=True):
            shown = _List(_month_name(month), f"archive/{month or 'undated'}.html", count=count)
            self._write_list(shown, self._posts.of_month(month))
            months.append(shown)
        years: defaultdict[str, list[_List]] = defaultdict(list)
        for shown in months:
            years[shown.name.partition("年")[0] if "年" in shown.name else ""].append(shown)
        self._render("archive/index.html", "archive.html", years=years, sections=self._sections)

    def _write_list(self, shown: _List, entries: Iterable[Post], first: int = 1) -> None:
        """The pages of a list, 30 posts each; `first` is the number of the first one."""
        entries = iter(entries)
        stem = shown.path.removesuffix(".html")
        last = first - 1 + max(0 if first > 1 else 1, -(-max(shown.count, 0) // _PAGE_SIZE))

        def path(number: int) -> str | None:
            if not 1 <= number <= last:
                return None
            return shown.path if number == 1 else f"{stem}_{number}.html"

        for number in range(first, last + 1):
            self._render(
                path(number) or "",
                "list.html",
                entries=list(islice(entries, _PAGE_SIZE)),
                sections=self._sections,
                shown=shown,
                page=number,
                pages=last,
                newer=path(number - 1),
                older=path(number + 1),
            )

    def _write_search(self) -> None:
        self._render("search.html", "search.html", sections=self._sections)
        code = asset(self.identity, "search.js")
        self._put_parts("search.js", self._search.script(code, self._posts.newest()))

    def _note_for_feeds(self, order: Order, record: Record) -> None:
        # One that was taken down has no section any more: readers of any may hold it.
        names = [""] if record.section is None else ["", record.section]
        if record.reason == "taken_down":
            names = ["", "\0taken down"]
        for name in names:
            newest = self._newest[name]
            keep = heapq.heappush if len(newest) < _FEED_SIZE else heapq.heappushpop
            keep(newest, (order, record))

    def _write_feeds(self) -> None:
        for exporter in _FEEDS:
            self._write_feed(exporter.place, exporter, self._newest[""], self.identity.site_name)
        gone = self._newest["\0taken down"]
        for section in self._sections:
            title = f"{section.name} - {self.identity.site_name}"
            newest = heapq.nlargest(_FEED_SIZE, [*self._newest[section.name], *gone])
            self._write_feed(section.feed, RssExporter, newest, title)

    def _write_feed(
        self,
        path: str,
        exporter: type[FileExporter],
        newest: list[tuple[Order, Record]],
        title: str,
    ) -> None:
        records = [record for _, record in sorted(newest, key=lambda pair: pair[0], reverse=True)]
        updated = max((changed_at(record) for record in records), default=self.updated)
        file = BytesIO()
        feed = exporter(file, identity=self.identity, updated=updated, place=path, title=title)
        feed.start_exporting()
        for record in records:
            feed.export_item(record)
        feed.finish_exporting()
        self._put(path, file.getvalue())

    def _write_for_machines(self) -> None:
        """The paths that a web server answers with 410, and the sitemap."""
        base = urlsplit(self.identity.base_url).path or "/"
        lines = ["# zhuanzai: pages of posts that are gone; answer them with 410"]
        lines += [f"{base}{page_path(gone.id)}" for gone in self._posts.gone()]
        self._put("gone.txt", ("\n".join(lines) + "\n").encode())
        if self.identity.base_url:
            sitemap = Sitemap(self.identity)
            for post in self._posts.newest():
                sitemap.add(post.id, post.changed)
                for name, content in sitemap.full():
                    self._put_parts(name, content)
            for name, content in sitemap.rest():
                self._put_parts(name, content)

    def _render(self, path: str, name: str, *, made_from: str = "", **values: Any) -> None:
        values |= {"identity": self.identity, "root": "../" * path.count("/")}
        page = template(self.identity, name).render(values)
        self._put(path, page.encode(), made_from)


def _order(record: Record) -> Order:
    """Newest first, when reversed: by date of publication; a canceled one by its withdrawal."""
    moment = record.canceled_at or record.date_published or record.first_seen_at
    stamp = datetime.fromisoformat(moment).timestamp() if moment else 0.0
    return stamp, record.first_seen_at or "", record.id


def _excerpt(record: Record) -> str:
    text = " ".join((record.text or "").split())
    return text if len(text) <= _EXCERPT else f"{text[:_EXCERPT].rstrip(_PAUSES)}…"


def _month_name(month: str) -> str:
    """`2024年8月` of `2024-08`."""
    return f"{month[:4]}年{int(month[5:])}月" if month else "日期不详"
