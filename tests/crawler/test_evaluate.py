import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from crawler.demo.server import SITE
from tests.conftest import Scrapy

PAGES = Path(__file__).parents[3] / "shared" / "pages"
URL = "http://www.sample.example/zgxc/gddt/content/post_2087.html"
LOST = "<title>404</title><p>您访问的页面不存在</p>"


class Breaks:
    """A pipeline with a defect that one page shows."""

    def process_item(self, item: Any) -> Any:
        if item.url == URL:
            raise KeyError("defect")
        return item


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A folder with a saved article and an error page; tests write the lines."""
    folder = tmp_path / "corpus"
    (folder / "html").mkdir(parents=True)
    post = SITE / "zgxc" / "gddt" / "content" / "post_2087.html"
    (folder / "html" / "post.html").write_bytes(post.read_bytes())
    (folder / "html" / "lost.html").write_text(LOST, "utf-8")
    return folder / "corpus.jsonl"


def write(corpus: Path, *rows: dict[str, Any]) -> Path:
    corpus.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return corpus


def read_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_readings_and_report(scrapy: Scrapy, corpus: Path, tmp_path: Path) -> None:
    post = {"url": URL, "html_path": "html/post.html", "kind": "article", "set": "own"}
    lost = {"url": None, "html_path": "html/lost.html", "set": "own"}
    predictions = tmp_path / "predictions.jsonl"
    write(corpus, {"id": "a", **post})
    assert scrapy("evaluate", str(corpus), "-o", str(predictions)).returncode == 0
    truth = read_lines(predictions)[0]
    assert set(truth) == {"id", "title", "date", "author", "source", "body"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", truth["date"])

    write(
        corpus,
        {**post, **truth, "id": "right"},
        {**post, **truth, "id": "wrong", "url": None, "date": "1999-09-09", "set": "other"},
        {**post, "id": "list", "kind": "list"},
        {**lost, "id": "none", "kind": "not-article"},
        {**lost, "id": "refused", "title": "一个标题", "body": "正文"},
    )
    done = scrapy(
        "evaluate", str(corpus), "-o", str(predictions), "--against", "trafilatura", "--worst", "2"
    )
    assert (done.returncode, done.stderr) == (0, "")
    out = done.stdout
    ours, theirs = out[: out.index("\ntrafilatura ")], out[out.index("\ntrafilatura ") :]
    assert re.search(
        r"^other +1 +1\.000 \(1\).* 0\.000 \(1\) +1\.000 \(1\) +1\.000 \(1\)$", ours, re.M
    )
    assert re.search(r"^ALL +5 +0\.667 \(3\) ", ours, re.M)
    assert "zhuanzai: 1 of 2 non-articles accepted\n  own  list  list, read as" in ours
    assert "zhuanzai: 1 of 3 articles refused\n  own  refused  soft_404" in ours
    assert re.search(r"^ALL +5 +0\.\d{3} \(3\) ", theirs, re.M)
    assert re.search(r"^trafilatura takes \d+\.\d times the CPU of zhuanzai$", theirs, re.M)
    assert re.search(r"^lxml parse +\d+\.\d\d +1\.0$", theirs, re.M)
    assert "\nguards that replaced trafilatura's result: " in theirs
    worst = out[out.index("own  refused  html/lost.html") :]
    assert "not read soft_404" in worst
    assert f"date     expected '1999-09-09', got '{truth['date']}'" in worst

    written = {line["id"]: line for line in read_lines(predictions)}
    assert written["right"] == {**truth, "id": "right"}
    assert written["none"]["refused"] == "soft_404"
    assert not (tmp_path / "data").exists()


def test_only_what_the_page_shows(scrapy: Scrapy, corpus: Path, tmp_path: Path) -> None:
    """A page that names neither author nor source has none, whoever publishes it."""
    paragraphs = "".join(
        f"<p>第{n}项工作由各单位按照方案抓好落实，并于月底前报告。</p>" for n in range(9)
    )
    (corpus.parent / "html" / "bare.html").write_text(
        "<meta charset=utf-8><title>关于一件事的通知</title><meta name=SiteName content=云湾市教育局>"
        f"<h1>关于一件事的通知</h1><div>2026-03-04</div><div id=content>{paragraphs}</div>",
        "utf-8",
    )
    write(corpus, {"id": "bare", "html_path": "html/bare.html"})
    predictions = tmp_path / "predictions.jsonl"
    done = scrapy("evaluate", str(corpus), "-o", str(predictions))
    assert done.returncode == 0, done.stderr
    got = read_lines(predictions)[0]
    assert (got["title"], got["date"]) == ("关于一件事的通知", "2026-03-04")
    assert (got["author"], got["source"]) == ("", "")


def test_a_page_that_crashes_the_reader_costs_no_other(
    scrapy: Scrapy, corpus: Path, tmp_path: Path
) -> None:
    pages = [{"id": "a", "url": URL}, {"id": "b", "url": URL.replace("2087", "2088")}]
    write(corpus, *({**page, "html_path": "html/post.html"} for page in pages))
    predictions = tmp_path / "predictions.jsonl"
    pipelines = {f"{__name__}.Breaks": 1, "pipelines.store.StorePipeline": 900}
    setting = f"ITEM_PIPELINES={json.dumps(pipelines)}"
    done = scrapy("evaluate", str(corpus), "-o", str(predictions), "-s", setting)
    assert done.returncode == 1
    assert "zhuanzai: 1 crashed\n  -  a  KeyError: 'defect'" in done.stdout
    crashed, read = read_lines(predictions)
    assert (crashed["refused"], crashed["body"]) == ("crashed", "")
    assert "refused" not in read
    assert read["body"]


def test_misuse(scrapy: Scrapy, corpus: Path) -> None:
    missing = scrapy("evaluate", "/nosuch/corpus.jsonl")
    assert (missing.returncode, "/nosuch/corpus.jsonl" in missing.stderr) == (2, True)
    write(corpus, {"id": "a", "html_path": "html/nosuch.html"})
    no_page = scrapy("evaluate", str(corpus))
    assert (no_page.returncode, "there is no file html/nosuch.html" in no_page.stderr) == (2, True)
    write(corpus, {"id": "a", "html_path": "html/post.html"})
    before = corpus.read_bytes()
    over = scrapy("evaluate", str(corpus), "-o", str(corpus))
    assert (over.returncode, "would overwrite the corpus" in over.stderr) == (2, True)
    assert corpus.read_bytes() == before
    assert scrapy("evaluate", str(corpus), "--worst", "-1").returncode == 2
    assert scrapy("evaluate", str(corpus), "-o", "/nosuch/folder/p.jsonl").returncode == 2
    assert scrapy("evaluate").returncode == 2


@pytest.mark.skipif(
    not (PAGES / "score.py").is_file(), reason="the labelled real pages are not on this machine"
)
def test_counts_as_the_scorer_of_the_real_pages_does(scrapy: Scrapy, tmp_path: Path) -> None:
    corpus, predictions = PAGES / "corpus.jsonl", tmp_path / "predictions.jsonl"
    done = scrapy("evaluate", str(corpus), "-o", str(predictions))
    assert done.returncode == 0, done.stdout + done.stderr
    ours = [line.split() for line in done.stdout.split("\n\n")[0].splitlines()[1:]]
    assert len(ours) > 2
    for name, *figures in ours:
        only = [] if name == "ALL" else ["--set", name]
        scored = subprocess.run(
            [sys.executable, PAGES / "score.py", predictions, "--corpus", corpus, *only],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONUTF8": "1"},
        )
        theirs = {line.split()[0]: line.split()[1:] for line in scored.stdout.splitlines()}
        assert figures == theirs["ALL"], name
