"""A hostile, broken and busy site, crawled and republished.

The risks of republishing what others serve, and the tests that go red without their guard
("here": the crawl of the whole site below, in whose catalogue the number stands):

|  # | risk                                          | tests                                        |
|----|-----------------------------------------------|----------------------------------------------|
|  1 | requests that wait for robots.txt pass it     | test_pace (all_checked), here                |
|  2 | robots.txt 5xx or silent allows all; cut off  | test_pace (robots)                           |
|  3 | Retry-After ignored, absurd, forgotten        | test_pace (retry_after), here                |
|  4 | requests and readers led inside networks      | test_bounds (addresses), test_resolver, here |
|  5 | bombs, endless and slow bodies, parser floods | test_bounds, reading/test_floods, here       |
|  6 | endless headers                               | here                                         |
|  7 | half an article                               | test_bounds (streams, since_never), here     |
|  8 | kill -9                                       | test_crash, pipelines/test_archive           |
|  9 | power loss                                    | pipelines/test_batch (power_failure)         |
| 10 | withdrawal of everything at once              | pipelines/test_ledger, test_story            |
| 11 | code in bodies, titles, sources, addresses    | exporters/test_export_clean, here            |
| 12 | what sanitisers let through                   | exporters/test_export_clean, here            |
| 13 | text un-escaped twice, hidden text            | here                                         |
| 14 | a dependency that pip leaves out              | test_setup                                   |
| 15 | XML entities                                  | families/test_feed                           |
| 16 | characters that XML forbids                   | exporters/test_export_clean, here            |
| 17 | NUL and surrogates in the store               | pipelines/test_batch, test_ledger; here      |
| 18 | formulas in CSV                               | exporters/test_export_formats, here          |
| 19 | names of files                                | exporters/test_export_site, here             |
| 20 | bidi titles, forged log lines, templates, SQL | test_bounds (logs), here                     |
| 21 | passwords in logs and messages                | test_bounds (password)                       |
| 22 | encodings                                     | reading/test_decode                          |
| 23 | error pages as articles                       | reading/test_refusal, here                   |
| 24 | validators of what was not read well          | pipelines/test_ledger, test_story            |
| 25 | certificates, telnet                          | test_bounds (certificate, doors)             |
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from scrapy.utils.project import get_project_settings

from crawler.demo.server import SiteServer
from crawler.reading.urls import absolute
from tests.conftest import ROOT, Scrapy
from tests.harmless import harms
from tests.hostile import EVIL, SCRIPT, STORED, RawServer, build

SPIDER = """
from crawler.families.nfcms import Nfcms
from crawler.source import SourceSpider

class Hostile(SourceSpider):
    name = "hostile"
    publisher = "测试站"
    home = "{url}"
    channels = {{"tzgg": "公告", "calendar": "日历", "session": "会话", "deeper": "深处"}}
    family = Nfcms()
"""
FAST = ("DOWNLOAD_DELAY=0", "CONCURRENT_REQUESTS_PER_DOMAIN=4", "DOWNLOAD_TIMEOUT=8")
MEMORY = 600  # MiB
SECONDS = 15 * 60


@pytest.fixture
def server() -> Iterator[RawServer]:
    with RawServer() as server:
        yield server


@pytest.fixture
def canary() -> Iterator[RawServer]:
    """What may never be asked for anything."""
    with RawServer() as server:
        yield server


def declare(folder: Path, url: str) -> None:
    """A package with a source for the site, and settings that know it."""
    (folder / "sources").mkdir()
    (folder / "sources" / "__init__.py").write_text(SPIDER.format(url=url))
    (folder / "hostile_settings.py").write_text(
        "from crawler.settings import *\nSPIDER_MODULES = ['crawler.spiders', 'sources']\n"
    )


@dataclass(slots=True)
class Run:
    """A crawl that is over."""

    status: int
    figures: dict[str, Any]
    log: str
    memory: int
    """MiB at most."""
    seconds: float


def crawl(folder: Path, server: RawServer, *settings: str) -> Run:
    """Crawl the whole site by the real command."""
    declare(folder, server.url)
    scrapy = Scrapy(folder / "data", f"127.0.0.1:{server.port}")
    scrapy.environment["PYTHONPATH"] += f":{folder}"
    scrapy.environment["SCRAPY_SETTINGS_MODULE"] = "hostile_settings"
    arguments = [a for setting in settings for a in ("-s", setting)]
    began = time.monotonic()
    with (folder / "out").open("w") as out, (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "scrapy", "crawl", "hostile", "-L", "DEBUG", *arguments],
            cwd=ROOT,
            env=scrapy.environment,
            stdout=out,
            stderr=log,
        )
        _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    lines = (folder / "out").read_text().splitlines()
    figures = json.loads(lines[-1]) if lines else {}
    log = (folder / "log").read_text()
    return Run(process.returncode, figures, log, usage.ru_maxrss // 1024, seconds)


def ledger(folder: Path) -> dict[str, str]:
    """What the ledger says of each URL: STORED or the reason."""
    store = sqlite3.connect(folder / "data" / "store.db")
    rows = store.execute("SELECT url, state, reason FROM ledger").fetchall()
    store.close()
    return {
        url: reason or (STORED if state in ("stored", "unchanged") else state)
        for url, state, reason in rows
    }


FILES = {"site": "", "markdown": "", "jsonfeed": ".json", "jsonl": ".jsonl", "csv": ".csv"}


def export(folder: Path) -> Path:
    """Every format, exported into one folder."""
    scrapy = Scrapy(folder / "data")
    identity = folder / "data" / "identity.toml"  # a sitemap needs to know where it stands
    identity.write_text('base_url = "https://news.example.cn/"\n', "utf-8")
    for name in get_project_settings()["EXPORT_FORMATS"]:
        path = folder / "exports" / f"{name}{FILES.get(name, '.xml')}"
        done = scrapy("export", name, "-o", str(path))
        assert done.returncode == 0, done.stderr
    return folder / "exports"


@pytest.mark.parametrize("full", [False, pytest.param(True, marks=pytest.mark.nightly)])
def test_the_whole_site_in_one_crawl(
    server: RawServer, canary: RawServer, tmp_path: Path, full: bool
) -> None:
    """Exactly the good posts are stored, and nothing harmful leaves in any format."""
    expected = build(server, canary.port, 2 << 30 if full else 64 << 20)
    run = crawl(tmp_path, server, *FAST[: 2 if full else 3])
    found = ledger(tmp_path)
    outcomes = {href: found.get(absolute(server.url, href) or href) for href in expected}
    assert outcomes == expected
    assert canary.requests == []
    assert run.memory < MEMORY
    assert run.seconds < SECONDS
    # what is not stored is counted by the same reasons
    reasons = Counter(run.figures["refused"]) + Counter(run.figures["deferred"])
    named = Counter(outcome for outcome in expected.values() if outcome != STORED)
    assert named <= reasons
    assert sum(reasons.values()) + run.figures["stored"] == run.figures["listed"]
    assert run.figures["merged"] == 0
    # robots.txt: once, and nothing that it forbids
    assert server.requests.count("/robots.txt") == 1
    assert not [target for target in server.requests if target.startswith("/admin/")]
    # three lists have no end, and are told so
    assert run.status == 1
    assert run.figures["lists"] < 100
    assert {path.split("/")[1] for path in TRAPPED.findall(run.log)} == {
        "calendar",
        "session",
        "deeper",
    }
    # every line of the log is one that the program wrote; before, Scrapy tells its versions
    lines = run.log[run.log.index("Overridden settings") :].splitlines()[1:]
    assert "publicsuffix" not in run.log  # nor does a library ask anybody
    assert [line for line in lines if not LINE.match(line)] == []
    assert "\x1b" not in run.log
    exports = export(tmp_path)
    assert harms(exports, server.url) == []
    texts = {path: path.read_text("utf-8") for path in exports.rglob("*") if path.is_file()}
    assert [path for path, text in texts.items() if "看不见的广告" in text] == []
    # what looks like code to somebody is there, word for word
    records = [json.loads(line) for line in texts[exports / "jsonl.jsonl"].splitlines()]
    whole = "\n".join(f"{record['title']}\n{record['text']}" for record in records)
    for literal in LITERAL:
        assert literal in whole, literal
    assert "s3cret" not in "".join(texts.values())
    titles = {record["title"] for record in records}
    assert {"请看gpj.exe和零宽字符的标题", "一行 2026-01-01 ERROR: 假的日志[31m行的标题"} <= titles


TRAPPED = re.compile(r"list http://[^/]+(/\S+): a trap: ")
LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \[[\w.]+\] [A-Z]+: |  \| |hostile: ")
LITERAL = (
    *(
        "两次转义：&lt;script&gt;fetch(`/hit`)&lt;/script&gt;",
        "]]>",
        "{{ config }} {% include 'x' %}",
    ),
    *("${7*7} %(x)s {0} %s", "'; DROP TABLE records; --", "[gallery ids='1'] <!--more-->"),
    *("<?php phpinfo(); ?>", "{{ 7*7 }}模板的标题%s%(url)s{0}", "../../../index.html第一个标题"),
    *("罗伯特'); DROP TABLE records;--的标题", "=HYPERLINK(1)第0个公式一样的标题"),
    f"标题里有代码{SCRIPT}{EVIL}的文章",
)


@pytest.mark.nightly
def test_a_real_browser_runs_nothing_and_asks_nobody(
    server: RawServer, canary: RawServer, tmp_path: Path
) -> None:
    """Every page of the exported site, opened; and one page that shows that this would be seen."""
    names = ("chromium", "chromium-browser", "google-chrome")
    browser = next(filter(None, map(shutil.which, names)), None)
    if browser is None:
        pytest.skip("there is no Chromium here")
    build(server, canary.port)
    crawl(tmp_path, server, *FAST)
    site = export(tmp_path) / "site"
    pages = [str(page.relative_to(site)) for page in sorted(site.rglob("*.html"))]
    assert len(pages) > 70
    (site / "control.html").write_text(
        f"<h1>{SCRIPT}<img src='http://pictures.example/1.png'></h1>"
    )
    # What is not the site's own goes to a proxy, which only listens.
    with SiteServer(site) as own, RawServer() as proxy:

        def open_page(page: str) -> None:
            options = (
                *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"),
                *("--disable-background-networking", "--disable-component-update"),
                *("--disable-sync", "--disable-features=OptimizationHints,MediaRouter"),
                f"--proxy-server=127.0.0.1:{proxy.port}",
                "--proxy-bypass-list=<-loopback>;127.0.0.1:" + str(own.port),
                f"--user-data-dir={tmp_path / 'browser'}",
            )
            command = [browser, *options, "--virtual-time-budget=1000", "--dump-dom"]
            done = subprocess.run(
                [*command, f"{own.url}{page}"],
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            assert "<h1" in done.stdout, page

        open_page("control.html")
        assert [path for _, path, _ in own.requests if path == "/hit"]
        assert [target for target in proxy.requests if "pictures.example" in target]
        own.requests.clear()
        proxy.requests.clear()
        for page in pages:
            open_page(page)
        asked = {path for _, path, _ in own.requests} - {"/favicon.ico"}
        assert "/hit" not in asked
        assert {path for path in asked if not (site / path.lstrip("/")).exists()} == set()
        noise = ("google", "gstatic", "gvt1")  # the browser's own, whatever it is told
        assert [target for target in proxy.requests if not any(n in target for n in noise)] == []
        assert canary.requests == []
