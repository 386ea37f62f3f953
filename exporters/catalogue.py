"""What is looked up and sorted while a folder is written, in databases on disk.

An edition of a hundred thousand files takes no more memory than one of a hundred. The databases
are SQLite's temporary ones: no name leads to them, and they end with the process.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, MutableMapping
from dataclasses import astuple, dataclass, fields

from crawler.items import CancelReason
from exporters.identity import page_path


@dataclass(slots=True, frozen=True)
class File:
    """A file of an edition."""

    sha256: str
    size: int
    """Bytes."""
    made_from: str = ""
    """What it was made from, so that it need not be made again; "" where that is not known."""


class Files(MutableMapping[str, File]):
    """The files of an edition by name, in order of name."""

    def __init__(self) -> None:
        self._database = _open("files (name TEXT PRIMARY KEY, sha256, size, made_from)")

    def __getitem__(self, name: str) -> File:
        query = "SELECT sha256, size, made_from FROM files WHERE name = ?"
        row = self._database.execute(query, (name,)).fetchone()
        if row is None:
            raise KeyError(name)
        return File(*row)

    def __setitem__(self, name: str, file: File) -> None:
        values = (name, file.sha256, file.size, file.made_from)
        self._database.execute("REPLACE INTO files VALUES (?, ?, ?, ?)", values)

    def __delitem__(self, name: str) -> None:
        self._database.execute("DELETE FROM files WHERE name = ?", (name,))

    def __iter__(self) -> Iterator[str]:
        for (name,) in self._database.execute("SELECT name FROM files ORDER BY name"):
            yield name

    def __len__(self) -> int:
        return int(self._database.execute("SELECT count(*) FROM files").fetchone()[0])

    def rows(self) -> Iterator[tuple[str, File]]:
        """Names and files."""
        query = "SELECT name, sha256, size, made_from FROM files ORDER BY name"
        for name, *values in self._database.execute(query):
            yield name, File(*values)

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return int(self._database.execute("SELECT total(size) FROM files").fetchone()[0])


Order = tuple[float, str, str]
"""What posts are sorted by; it ends with the id, so no two are the same."""


@dataclass(frozen=True, slots=True)
class Post:
    """What lists, search and the sitemap need of a post; bodies are not kept."""

    id: str
    title: str
    date: str
    source: str
    section: str
    month: str
    """YYYY-MM, "" where the date is not known."""
    doc_number: str
    changed: str
    stamp: float
    first_seen: str

    @property
    def path(self) -> str:
        return page_path(self.id)

    @property
    def order(self) -> Order:
        return self.stamp, self.first_seen, self.id


@dataclass(frozen=True, slots=True)
class Gone:
    """What a notice needs of a canceled post."""

    id: str
    title: str | None
    reason: CancelReason | None
    date: str
    other: str | None
    """The record that tells the story now."""
    other_title: str | None = None
    """None where that one has no page."""


class Posts:
    """The posts of a site, the newest first."""

    def __init__(self) -> None:
        names = ", ".join(field.name for field in fields(Post))
        self._database = _open(f"posts ({names})", "gone (id, title, reason, date, other)")
        self._marks = ", ".join("?" for _ in fields(Post))

    def add(self, post: Post) -> None:
        """A usable one."""
        query = f"INSERT INTO posts VALUES ({self._marks})"  # nosec B608
        self._database.execute(query, astuple(post))

    def add_gone(self, gone: Gone) -> None:
        """A canceled one."""
        self._database.execute("INSERT INTO gone VALUES (?, ?, ?, ?, ?)", astuple(gone)[:5])

    def sort(self) -> None:
        """To be called once all are there."""
        for name, first in (("newest", ""), ("by_section", "section, "), ("by_month", "month, ")):
            columns = f"{first}stamp, first_seen, id"
            self._database.execute(f"CREATE INDEX {name} ON posts ({columns})")
        self._database.execute("CREATE INDEX by_id ON posts (id)")

    def newest(self, skip: int = 0, limit: int = -1) -> Iterator[Post]:
        """All of them, or so many after the first ones."""
        return self._select("", (), skip, limit)

    def of_section(self, section: str, limit: int = -1) -> Iterator[Post]:
        """Those of a section."""
        return self._select("WHERE section = ?", (section,), 0, limit)

    def of_month(self, month: str) -> Iterator[Post]:
        """Those of a month."""
        return self._select("WHERE month = ?", (month,), 0, -1)

    def sections(self) -> dict[str, int]:
        """How many posts each section has."""
        return self._count("section")

    def months(self) -> dict[str, int]:
        """How many posts each month has."""
        return self._count("month")

    def gone(self) -> Iterator[Gone]:
        """The canceled ones, in order of id."""
        query = (
            "SELECT gone.*, posts.title FROM gone LEFT JOIN posts ON posts.id = gone.other"
            " ORDER BY gone.id"
        )
        for row in self._database.execute(query):
            yield Gone(*row)

    def __len__(self) -> int:
        return int(self._database.execute("SELECT count(*) FROM posts").fetchone()[0])

    def _select(self, where: str, values: tuple[str, ...], skip: int, limit: int) -> Iterator[Post]:
        order = "ORDER BY stamp DESC, first_seen DESC, id DESC LIMIT ? OFFSET ?"
        query = f"SELECT * FROM posts {where} {order}"  # nosec B608
        for row in self._database.execute(query, (*values, limit, skip)):
            yield Post(*row)

    def _count(self, column: str) -> dict[str, int]:
        query = f"SELECT {column}, count(*) FROM posts GROUP BY {column}"  # nosec B608
        return dict(self._database.execute(query))


def _open(*tables: str) -> sqlite3.Connection:
    database = sqlite3.connect("", isolation_level=None)
    database.execute("PRAGMA journal_mode = OFF")  # nothing is ever taken back
    for table in tables:
        database.execute(f"CREATE TABLE {table}")
    database.execute("BEGIN")
    return database
