"""Named destinations: the file, what they select, their cursors, and what a kill leaves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

import exporters.run
from crawler.items import Article, Order
from crawler.settings import EXPORT_FORMATS
from exporters.destinations import Destination, load_destinations, unnamed
from exporters.identity import load_identity
from exporters.run import Edition, Exports
from pipelines.database import open_store, writing
from pipelines.selection import Selection
from pipelines.takedown import take_down
from tests.conftest import NOW, save

EXAMPLE = """
[cms]
format = "jsonl"
path = "out/changes.jsonl"
since_last = true
sources = ["gdzz"]
sections = ["通知公告"]
since = 2024-01-01
until = 2024-12-31
[blog]
format = "markdown"
path = "/srv/blog"
flavour = "hexo"
media = true
"""


def article(number: int, **fields: Any) -> Article:
    url = f"https://www.sample.example/tzgg/content/post_{number}.html"
    values: dict[str, Any] = {
        **{"url": url, "canonical_url": url, "fetched_at": NOW, "capture_sha256": "0" * 64},
        **{"spider": "gdzz", "title": f"第{number}篇", "text": "正文。", "html": "<p>正文。</p>"},
        **{"section": "通知公告", "date_precision": "day"},
        "date_published": datetime(2024, 1, number, tzinfo=UTC),
        **{"fingerprint": f"{number:064x}", "content_hash": f"{number:064x}"},
    }
    return Article(**(values | fields))


def revised(number: int, mark: str, **fields: Any) -> Article:
    later = {"content_hash": mark * 64, "fetched_at": NOW + timedelta(hours=1)}
    return article(number, **(later | fields))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_store(f"sqlite:///{tmp_path}/store.db", create=True)
    save(engine, [article(1), article(2), article(3)])
    yield engine
    engine.dispose()


@pytest.fixture
def exports(engine: Engine, tmp_path: Path) -> Exports:
    history = tmp_path / "editions.jsonl"
    return Exports(engine, load_identity(), EXPORT_FORMATS, tmp_path / "media", history)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def seqs(path: Path) -> list[int]:
    return [line["seq"] for line in lines(path)]


def test_file_names_destinations(tmp_path: Path) -> None:
    file = tmp_path / "destinations.toml"
    assert load_destinations(file, EXPORT_FORMATS) == []
    file.write_text(EXAMPLE, encoding="utf-8")
    cms, blog = load_destinations(file, EXPORT_FORMATS)
    assert cms == Destination(
        name="cms",
        format="jsonl",
        path=tmp_path / "out" / "changes.jsonl",
        since_last=True,
        selection=Selection(
            sources=("gdzz",),
            sections=("通知公告",),
            since=date(2024, 1, 1),
            until=date(2024, 12, 31),
        ),
    )
    assert (blog.path, blog.flavour, blog.media) == (Path("/srv/blog"), "hexo", True)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[a", "Expected"),
        ("a = 1", "'a' must be a table"),
        ('["a/b"]\nformat = "rss"\npath = "x"', "letters, digits"),
        ('[a]\nformat = "rss"', "'a.path' is missing"),
        ('[a]\nformat = "odt"\npath = "x"', "'a.format' must be one of site, jsonl"),
        ('[a]\nformat = "rss"\npath = "x"\nfoo = 1', "unknown key 'a.foo'"),
        ('[a]\nformat = "rss"\npath = 1', "'a.path' must be a string"),
        ('[a]\nformat = "rss"\npath = "x"\nsections = "s"', "'a.sections' must be a list"),
        ('[a]\nformat = "rss"\npath = "x"\nsince = 2024-01-01T00:00:00', "must be a date"),
        ('[a]\nformat = "site"\npath = "x"\nsince_last = true', "site is always whole"),
        ('[a]\nformat = "rss"\npath = "x"\nflavour = "hexo"', "'a.flavour' is for markdown"),
        ('[a]\nformat = "rss"\npath = "x"\nmedia = true', "'a.media' is for site and markdown"),
        (
            '[a]\nformat="rss"\npath="x"\n[b]\nformat="atom"\npath="./x"',
            "'a' and 'b' have one path",
        ),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, complaint: str) -> None:
    file = tmp_path / "destinations.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"destinations\.toml: ") as caught:
        load_destinations(file, EXPORT_FORMATS)
    assert complaint in str(caught.value)


def named(tmp_path: Path, **fields: Any) -> Destination:
    values: dict[str, Any] = {"name": "cms", "format": "jsonl", "path": tmp_path / "cms.jsonl"}
    return Destination(**(values | fields))


def test_selection_hears_what_leaves_it(exports: Exports, engine: Engine, tmp_path: Path) -> None:
    save(engine, [article(4, section="其他")])
    chosen = Selection(sections=("通知公告",), since=date(2024, 1, 2), until=date(2024, 1, 31))
    cms = named(tmp_path, selection=chosen, since_last=True)
    exports.export(cms)
    assert [line["title"] for line in lines(cms.path)] == ["第2篇", "第3篇"]
    save(engine, [revised(2, "a", section="其他"), revised(4, "b", section="其他")])
    exports.export(cms)
    (left,) = lines(cms.path)
    assert (left["status"], left["reason"]) == ("canceled", "withdrawn")
    assert "text" not in left
    save(engine, [revised(2, "c", fetched_at=NOW + timedelta(hours=2))])
    exports.export(cms)
    assert [line["status"] for line in lines(cms.path)] == ["usable"]


def test_sources_select_by_spider(exports: Exports, engine: Engine, tmp_path: Path) -> None:
    save(engine, [article(5, spider="other")])
    cms = named(tmp_path, selection=Selection(sources=("other",)))
    assert exports.export(cms).manifest.records == 1


def test_each_follows_from_its_own_cursor(exports: Exports, engine: Engine, tmp_path: Path) -> None:
    cms, other = named(tmp_path, since_last=True), named(tmp_path, name="b", path=tmp_path / "b")
    exports.export(cms)
    assert seqs(cms.path) == [1, 2, 3]
    save(engine, [article(4)])
    exports.export(other)
    exports.export(cms)
    assert (seqs(cms.path), seqs(other.path)) == ([4], [1, 2, 3, 4])


@pytest.mark.parametrize("format", EXPORT_FORMATS)
def test_nothing_new_touches_nothing(exports: Exports, tmp_path: Path, format: str) -> None:
    exports.identity = replace(exports.identity, base_url="https://www.example.cn/")
    place = unnamed(format, tmp_path / "out" / "it")

    def state() -> dict[Path, int]:
        found = (tmp_path / "out").rglob("*")
        return {path: path.stat().st_mtime_ns for path in found if path.is_file()}

    assert exports.export(place).written
    before = state()
    again = exports.export(place)
    assert not again.written
    assert "3 records (3 usable, 0 canceled), unchanged" in str(again)
    assert state() == before
    assert exports.export(place, "rebuild").written
    assert all(state()[path] > at for path, at in before.items())


def test_other_identity_or_templates_make_it_anew(exports: Exports, tmp_path: Path) -> None:
    place = unnamed("site", tmp_path / "site")
    exports.export(place)
    own = tmp_path / "templates"
    own.mkdir()
    (own / "notice.html").write_text("x")
    exports.identity = replace(exports.identity, templates=own)
    assert exports.export(place).written
    assert not exports.export(place).written
    (own / "style.css").write_text("/* mine */")
    assert exports.export(place).written
    assert (tmp_path / "site" / "style.css").read_text() == "/* mine */"


def test_lost_or_cut_file_is_made_anew(exports: Exports, tmp_path: Path) -> None:
    place = unnamed("rss", tmp_path / "feed.xml")
    exports.export(place)
    whole = place.path.read_bytes()
    for spoil in (place.path.unlink, lambda: place.path.write_bytes(whole[:-5])):
        spoil()
        assert exports.export(place).written
        assert place.path.read_bytes() == whole


def test_manifest_tells_what_is_there(exports: Exports, engine: Engine, tmp_path: Path) -> None:
    cms = named(tmp_path, since_last=True)
    exports.export(cms)
    save(engine, [article(4)])
    exports.export(cms)
    manifest = json.loads((tmp_path / "cms.jsonl.edition.json").read_text())
    assert manifest["seq"] == {"after": 3, "first": 4, "last": 4}
    assert manifest["records"] == {"usable": 1, "canceled": 0}
    assert manifest["validation"] == {"read_back": 1, "valid": True}
    assert manifest["files"]["cms.jsonl"]["size"] == cms.path.stat().st_size
    kept = lines(tmp_path / "editions.jsonl")
    assert [(line["destination"], line["seq"]["last"]) for line in kept] == [("cms", 3), ("cms", 4)]


def test_what_does_not_read_back_is_not_put_in_place(
    exports: Exports, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cms = named(tmp_path)
    exports.export(cms)
    before = cms.path.read_bytes()
    save(engine, [article(4)])
    monkeypatch.setattr("exporters.jsonl.JsonlExporter.check", classmethod(lambda cls, file: 3))
    with pytest.raises(ValueError, match="3 of 4 records read back"):
        exports.export(cms)
    assert cms.path.read_bytes() == before


@pytest.mark.parametrize("moment", ["note", "save_cursor"])
def test_killed_before_the_cursor_moved_repeats_nothing(
    exports: Exports,
    engine: Engine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    moment: str,
) -> None:
    cms = named(tmp_path, since_last=True)
    exports.export(cms)
    save(engine, [article(4)])

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(exporters.run, moment, killed)
        with pytest.raises(KeyboardInterrupt):
            exports.export(cms)
    assert seqs(cms.path) == [4]
    save(engine, [article(5)])
    edition: Edition = exports.export(cms)
    assert (seqs(cms.path), edition.manifest.last) == ([4], 4)
    exports.export(cms)
    assert seqs(cms.path) == [5]
    kept = [line["seq"]["last"] for line in lines(tmp_path / "editions.jsonl")]
    assert kept == [3, 4, 5]


def test_killed_between_manifest_and_file_is_done_again(
    exports: Exports, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cms = named(tmp_path, since_last=True)
    exports.export(cms)
    save(engine, [article(4)])
    replacing = Path.replace

    def killed(self: Path, target: Path) -> Path:
        if Path(target) == cms.path:
            raise KeyboardInterrupt
        return replacing(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            exports.export(cms)
    assert seqs(cms.path) == [1, 2, 3]
    save(engine, [article(5)])
    exports.export(cms)
    assert seqs(cms.path) == [4, 5]


def test_purge_clears_what_exports_keep(exports: Exports, engine: Engine, tmp_path: Path) -> None:
    cms = named(tmp_path, since_last=True)
    blog = unnamed("markdown", tmp_path / "blog", flavour="hexo")
    exports.export(cms)
    exports.export(blog)
    save(engine, [article(4, text="秘密。", html="<p>秘密。</p>"), article(5)])
    exports.export(cms)
    exports.export(blog)
    with writing(engine).begin() as connection:
        take_down(connection, Order(article(4).url, "权利人要求"), NOW + timedelta(hours=1))
    assert len([exports.renew(destination) for destination in exports.made([cms])]) == 2
    assert [line["status"] for line in lines(cms.path)] == ["usable", "canceled"]
    left = [*tmp_path.glob("*.json*"), *(tmp_path / "blog").rglob("*")]
    assert not [path for path in left if path.is_file() and "秘密" in path.read_text("utf-8")]
    assert len(list((tmp_path / "blog").glob("*.md"))) == 4
