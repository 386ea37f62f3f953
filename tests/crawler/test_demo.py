"""`scrapy demo` as a newcomer runs it: a process of its own, in a folder of its own, twice."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from lxml.html import fromstring

ROOT = Path(__file__).parents[2]
EXPECTED = {
    page["path"]: page
    for page in json.loads((ROOT / "tests/pages/sample_expected.json").read_text(encoding="utf-8"))
}
DUPLICATE = "/gwygz/lypytzgg/content/post_2164.html"


def run_demo(folder: Path) -> "subprocess.CompletedProcess[str]":
    env = {k: v for k, v in os.environ.items() if not k.startswith(("ZHUANZAI_", "SCRAPY_"))}
    # A proxy that is not there: nothing may go out through the machine's own.
    env |= {"PYTHONPATH": str(ROOT), "http_proxy": "http://127.0.0.1:9", "no_proxy": ""}
    return subprocess.run(
        [sys.executable, "-m", "scrapy", "demo"],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
    )


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    shutil.copy(ROOT / "scrapy.cfg", folder)
    return folder


@pytest.fixture(scope="module")
def first(project: Path) -> "subprocess.CompletedProcess[str]":
    return run_demo(project)


@pytest.fixture(scope="module")
def records(project: Path, first: object) -> dict[str, dict[str, Any]]:
    """The exported records by path of their original."""
    lines = (project / "public" / "posts.jsonl").read_text(encoding="utf-8").splitlines()
    found = [json.loads(line) for line in lines]
    return {r["url"].removeprefix("http://www.sample.example"): r for r in found}


def test_demo_succeeds_and_is_quiet(first: "subprocess.CompletedProcess[str]") -> None:
    assert (first.returncode, first.stderr) == (0, "")


def test_every_post_once(records: dict[str, dict[str, Any]]) -> None:
    assert set(records) == set(EXPECTED) - {DUPLICATE}
    story = records["/zgxc/gddt/content/post_2163.html"]
    assert story["duplicates"] == [f"http://www.sample.example{DUPLICATE}"]


@pytest.mark.parametrize("path", sorted(set(EXPECTED) - {DUPLICATE}))
def test_record_says_what_the_page_says(path: str, records: dict[str, dict[str, Any]]) -> None:
    record, page = records[path], EXPECTED[path]
    same = (
        *("title", "subtitle", "kicker", "date_raw", "date_published"),
        *("source_raw", "authors", "editor", "doc_number"),
    )
    shown = {name: None if page[name] == "" else page[name] for name in same}
    assert {name: record[name] for name in same} == shown
    assert record["text"].split("\n") == page["paragraphs"]
    assert [(file["name"], file["url"]) for file in record["attachments"]] == [
        (file["name"], f"http://www.sample.example{file['path']}") for file in page["attachments"]
    ]
    assert len(record["images"]) == page["images"]


def test_page_carries_original_link_and_disclaimer(
    project: Path, records: dict[str, dict[str, Any]]
) -> None:
    record = records["/zgxc/gddt/content/post_2087.html"]
    page = project / "public" / "posts" / f"{record['id']}.html"
    text = fromstring(page.read_text(encoding="utf-8")).text_content()
    assert f"原文链接:{record['url']}" in text.replace("：", ":")
    assert "免责声明" in text
    assert EXPECTED["/zgxc/gddt/content/post_2087.html"]["paragraphs"][0] in text


def test_index_leads_to_every_post(project: Path, records: dict[str, dict[str, Any]]) -> None:
    index = (project / "public" / "index.html").read_text(encoding="utf-8")
    assert [r["title"] for r in records.values() if f"posts/{r['id']}.html" not in index] == []


def test_summary_says_what_came_in(first: "subprocess.CompletedProcess[str]") -> None:
    lines = [" ".join(line.split()) for line in first.stdout.splitlines()]
    listed = len(EXPECTED) + 2  # the error page, the row that leads to another host
    for line in (
        f"{listed} posts listed",
        f"{len(EXPECTED) - 1} stored",
        "1 the same text in another channel: kept with the first",
        "1 refused: the list leads to another site, which is never fetched",
        "1 refused: an error page that says 200 OK",
        "public/index.html",
    ):
        assert line in lines


def test_again_changes_nothing(project: Path, first: object) -> None:
    before = files(project / "public")
    again = run_demo(project)
    assert again.returncode == 0, again.stderr
    assert files(project / "public") == before
    assert len(before) > len(EXPECTED)
    assert "known, and not yet due for another look" in again.stdout


def test_the_real_archive_is_left_alone(project: Path, first: object) -> None:
    kept = project / "data" / "archive" / "zhuanzai-20240101000000-00000000.warc.gz"
    kept.parent.mkdir()
    kept.write_bytes(b"of the operator's crawls")
    assert run_demo(project).returncode == 0
    assert list(kept.parent.iterdir()) == [kept]
    assert list((project / "data" / "demo" / "archive").glob("*.warc.gz"))


def test_what_somebody_keeps_in_public_stays(project: Path, tmp_path: Path) -> None:
    shutil.copy(project / "scrapy.cfg", tmp_path)
    page = tmp_path / "public" / "index.html"
    page.parent.mkdir()
    page.write_text("<h1>mine</h1>", encoding="utf-8")
    done = run_demo(tmp_path)
    assert (done.returncode, page.read_text(encoding="utf-8")) == (1, "<h1>mine</h1>")
    assert done.stderr.startswith(f"demo: failed: {page} was not written by this program")
    assert len(done.stderr.splitlines()) == 1
