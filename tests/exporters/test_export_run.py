import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import Engine

from crawler.items import Record
from exporters.destinations import unnamed
from exporters.identity import Identity
from exporters.run import Edition, Exports, Mode
from pipelines.selection import EVERYTHING, Selection

MakeRecord = Callable[..., Record]

ENGINE = cast("Engine", None)
FORMATS = {"site": "exporters.site.SiteExporter", "jsonl": "exporters.jsonl.JsonlExporter"}


def export(
    format: str, path: Path, identity: Identity, *, mode: Mode = "all", **options: Any
) -> Edition:
    return Exports(ENGINE, identity, FORMATS, **options).export(unnamed(format, path), mode)


@dataclass
class Store:
    """What pipelines.records offers, in memory."""

    records: list[Record] = field(default_factory=list)
    cursors: dict[str, int] = field(default_factory=dict)

    def stream_records(
        self, engine: Engine, *, after: int = 0, selection: Selection = EVERYTHING
    ) -> Iterator[Record]:
        yield from (record for record in self.records if record.seq > after)

    def newest_change(self, engine: Engine) -> datetime:
        return datetime(2026, 11, 25, tzinfo=UTC)

    def destinations(self, engine: Engine) -> list[str]:
        return sorted(self.cursors)

    def read_cursor(self, engine: Engine, destination: str) -> int:
        return self.cursors.get(destination, 0)

    def save_cursor(self, engine: Engine, destination: str, seq: int, at: datetime) -> None:
        assert at.utcoffset() is not None
        self.cursors[destination] = seq


@pytest.fixture
def store(
    monkeypatch: pytest.MonkeyPatch, make_record: MakeRecord, canceled: list[Record]
) -> Store:
    store = Store([make_record(1), make_record(2), *canceled])
    for name in ("stream_records", "newest_change", "destinations", "read_cursor", "save_cursor"):
        monkeypatch.setattr(f"exporters.run.{name}", getattr(store, name))
    return store


def seqs(path: Path) -> list[int]:
    return [json.loads(line)["seq"] for line in path.read_bytes().splitlines()]


def test_all_writes_everything_and_moves_the_cursor(
    tmp_path: Path, store: Store, identity: Identity
) -> None:
    path = tmp_path / "out" / "posts.jsonl"
    edition = export("jsonl", path, identity)
    assert seqs(path) == [1, 2, 11, 12, 13]
    assert str(edition) == f"jsonl: 5 records (2 usable, 3 canceled) -> {path}"
    assert store.cursors == {f"jsonl:{path}": 13}


def test_since_last_writes_what_changed_at_this_destination(
    tmp_path: Path, store: Store, identity: Identity, make_record: MakeRecord
) -> None:
    here, there = tmp_path / "a.jsonl", tmp_path / "b.jsonl"

    def delta(path: Path) -> list[int]:
        export("jsonl", path, identity, mode="since-last")
        return seqs(path)

    assert delta(here) == [1, 2, 11, 12, 13]
    assert delta(here) == []
    store.records.append(make_record(3, seq=20))
    assert delta(here) == [20]
    assert delta(there) == [1, 2, 11, 12, 13, 20]


def test_paths_that_mean_one_file_are_one_destination(
    tmp_path: Path, store: Store, identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for path in ("a.jsonl", "./x/../a.jsonl", str(tmp_path / "a.jsonl")):
        export("jsonl", Path(path), identity)
    assert list(store.cursors) == [f"jsonl:{tmp_path / 'a.jsonl'}"]


@pytest.mark.parametrize("mode", ["all", "since-last", "rebuild"])
def test_site_is_always_whole(tmp_path: Path, store: Store, identity: Identity, mode: Mode) -> None:
    export("site", tmp_path, identity)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    edition = export("site", tmp_path, identity, mode=mode)
    after = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    assert edition.manifest.records == 5
    assert (after == before) is (mode != "rebuild")
    assert set(after) == set(before)
    assert store.cursors == {f"site:{tmp_path}": 13}


def test_failure_leaves_file_and_cursor(
    tmp_path: Path, store: Store, identity: Identity, make_record: MakeRecord
) -> None:
    path = tmp_path / "posts.jsonl"
    export("jsonl", path, identity)
    before = path.read_bytes()
    store.records.append(make_record(30, images=cast("Any", 1)))
    with pytest.raises(TypeError):
        export("jsonl", path, identity, mode="since-last")
    assert path.read_bytes() == before
    assert sorted(found.name for found in tmp_path.iterdir()) == [
        *("posts.jsonl", "posts.jsonl.edition.json")
    ]
    assert store.cursors == {f"jsonl:{path}": 13}
