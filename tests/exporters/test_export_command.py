"""`scrapy export` over a real store, and the exporters as Scrapy's feeds use them."""

import json
import sqlite3
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree
from scrapy import cmdline
from scrapy.settings import Settings
from scrapy.utils.misc import build_from_crawler
from scrapy.utils.test import get_crawler

from crawler.items import Article, Record
from exporters.jsonl import JsonlExporter
from exporters.rss import RssExporter
from pipelines.database import open_store
from tests.conftest import save

FORMATS = {
    "site": "exporters.site.SiteExporter",
    "jsonl": "exporters.jsonl.JsonlExporter",
    "rss": "exporters.rss.RssExporter",
}


def article(number: int) -> Article:
    url = f"https://www.example.gov.cn/zgxc/gddt/content/post_{number}.html"
    digest = f"{number:064x}"
    return Article(
        url=url,
        canonical_url=url,
        fetched_at=datetime(2026, 11, 24, tzinfo=UTC),
        capture_sha256=digest,
        title=f"第{number}篇",
        text="正文。",
        html="<p>正文。</p>",
        source="云湾日报",
        section="廉政要闻",
        fingerprint=digest,
        content_hash=digest,
    )


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("SCRAPY_SETTINGS_MODULE", "crawler.settings")
    monkeypatch.chdir(tmp_path)
    return Settings(
        {
            "COMMANDS_MODULE": "crawler.commands",
            "DATABASE_URL": f"sqlite:///{tmp_path}/store.db",
            "EXPORT_FORMATS": FORMATS,
            "ZHUANZAI_IDENTITY": str(tmp_path / "identity.toml"),
            "EXPORT_DESTINATIONS": str(tmp_path / "destinations.toml"),
            "EXPORT_HISTORY": str(tmp_path / "editions.jsonl"),
            "MEDIA_DIR": str(tmp_path / "media"),
        }
    )


@pytest.fixture
def stored(settings: Settings) -> Settings:
    engine = open_store(settings["DATABASE_URL"], create=True)
    save(engine, [article(1), article(2)])
    engine.dispose()
    return settings


def run(settings: Settings, *argv: str) -> int:
    """The exit status of `scrapy export`."""
    with pytest.raises(SystemExit) as caught:
        cmdline.execute(["scrapy", "export", *argv], settings)
    return int(caught.value.code or 0)


@pytest.mark.parametrize("name", FORMATS)
def test_export_writes_and_says_so(
    stored: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    path = tmp_path / "out"
    assert run(stored, name, "-o", str(path)) == 0
    said = capsys.readouterr()
    assert said.out.startswith(f"{name}: 2 records (2 usable, 0 canceled) -> {path} in ")
    assert said.err == ""
    assert path.is_dir() is (name == "site")


def test_since_last_goes_on_from_the_last_export(stored: Settings, tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    assert run(stored, "jsonl", "-o", str(path)) == 0
    engine = open_store(stored["DATABASE_URL"])
    save(engine, [article(3)])
    engine.dispose()
    assert run(stored, "jsonl", "-o", str(path), "--since-last") == 0
    titles = [json.loads(line)["title"] for line in path.read_bytes().splitlines()]
    assert titles == ["第3篇"]


def test_operator_file_is_read(stored: Settings, tmp_path: Path) -> None:
    (tmp_path / "identity.toml").write_text('disclaimer = "本站声明。"', encoding="utf-8")
    assert run(stored, "jsonl", "-o", str(tmp_path / "out.jsonl")) == 0
    line = json.loads((tmp_path / "out.jsonl").read_bytes().splitlines()[0])
    assert line["disclaimer"] == "本站声明。"


@pytest.mark.parametrize(
    ("argv", "complaint"),
    [
        (("-o", "x"), "one FORMAT of site, jsonl, rss is needed, none given"),
        (("pdf", "-o", "x"), "not pdf"),
        (("jsonl", "rss", "-o", "x"), "not jsonl rss"),
        (("jsonl", "-o", "x", "--alll"), "not jsonl --alll"),
        (("jsonl",), "-o PATH is needed"),
        (("jsonl", "-o", "x", "--all", "--since-last"), "not allowed with argument --all"),
        (("jsonl", "-o", "x", "--rebuild", "--since-last"), "not allowed with"),
        (("jsonl", "-o", "."), "is not a regular file"),
        (("site", "-o", "store.db"), "is not a folder"),
    ],
)
def test_misuse_is_named(
    stored: Settings, capsys: pytest.CaptureFixture[str], argv: tuple[str, ...], complaint: str
) -> None:
    assert run(stored, *argv) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert complaint in said.err.splitlines()[-1]


def test_missing_store(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(settings, "jsonl", "-o", "out.jsonl") == 2
    assert "there is no store at" in capsys.readouterr().err.splitlines()[-1]
    assert not Path("out.jsonl").exists()


def test_wrong_identity(
    stored: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "identity.toml").write_text("name = 1")
    assert run(stored, "jsonl", "-o", "out.jsonl") == 2
    assert "identity.toml: unknown key 'name'" in capsys.readouterr().err.splitlines()[-1]


def test_all_destinations(
    stored: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(stored, "--all-destinations") == 2
    assert "names no destination" in capsys.readouterr().err
    (tmp_path / "destinations.toml").write_text(
        '[a]\nformat = "rss"\npath = "folder"\n'
        '[b]\nformat = "jsonl"\npath = "b.jsonl"\nsince_last = true\n'
    )
    (tmp_path / "folder").mkdir()
    assert run(stored, "--all-destinations") == 1
    said = capsys.readouterr()
    assert "export: a: " in said.err
    assert "is not a regular file" in said.err
    assert said.out.startswith("jsonl: 2 records")
    (tmp_path / "folder").rmdir()
    assert run(stored, "--all-destinations") == 0
    assert Path("b.jsonl").read_bytes() == b""
    assert len(etree.parse("folder").findall("channel/item")) == 2


@pytest.mark.parametrize(
    "argv",
    [
        ["--all-destinations", "rss"],
        ["--all-destinations", "--since-last"],
        ["--all-destinations", "-o", "x"],
        ["rss", "-o", "x", "--flavour", "hexo"],
        ["rss", "-o", "x", "--media"],
    ],
)
def test_options_that_do_not_go_together(stored: Settings, argv: list[str]) -> None:
    assert run(stored, *argv) == 2


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc, where nothing can be made")
def test_destination_that_cannot_be_written_is_a_failure(
    stored: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(stored, "jsonl", "-o", "/proc/out.jsonl") == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1


@pytest.mark.parametrize("exporter", [JsonlExporter, RssExporter])
def test_exporters_work_as_scrapy_feeds(
    settings: Settings,
    tmp_path: Path,
    make_record: Callable[..., Record],
    exporter: type[JsonlExporter | RssExporter],
) -> None:
    (tmp_path / "identity.toml").write_text('site_name = "某网"', encoding="utf-8")
    crawler = get_crawler(settings_dict={"ZHUANZAI_IDENTITY": settings["ZHUANZAI_IDENTITY"]})
    options = {"fields_to_export": None, "encoding": None, "indent": None}
    with (tmp_path / "out").open("wb") as file:
        feed = build_from_crawler(exporter, crawler, file, **options)
        feed.start_exporting()
        feed.export_item(make_record())
        feed.finish_exporting()
    output = (tmp_path / "out").read_bytes()
    if exporter is RssExporter:
        assert etree.fromstring(output).findtext("channel/title") == "某网"
    else:
        assert json.loads(output)["id"]


@pytest.mark.parametrize(
    ("template", "complaint"),
    [
        ("<h1>\n{{ nosuch }}", "home.html:2: 'nosuch' is undefined"),
        ("{% if %}", "home.html:1: Expected an expression"),
        ('{% extends "nosuch.html" %}', "nosuch.html"),
    ],
)
def test_mistake_in_a_template_is_named_and_keeps_no_other_destination_from_its_edition(
    stored: Settings,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    template: str,
    complaint: str,
) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "home.html").write_text(template, encoding="utf-8")
    (tmp_path / "destinations.toml").write_text(
        '[www]\nformat = "site"\npath = "www"\n[feed]\nformat = "rss"\npath = "feed.xml"\n'
    )
    assert run(stored, "--all-destinations") == 1
    said = capsys.readouterr()
    assert said.err.startswith("export: www: ")
    assert complaint in said.err
    assert said.out.startswith("rss: 2 records")


def test_full_disk_of_temporary_files_is_named(
    stored: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("exporters.catalogue.Posts.add", full)
    assert run(stored, "site", "-o", "www") == 1
    assert "database or disk is full" in capsys.readouterr().err
