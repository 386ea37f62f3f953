"""A hostile, broken and busy site, crawled and republished."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, Scrapy
from tests.hostile import STORED, RawServer, build

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


def crawl(
    folder: Path, server: RawServer, *settings: str
) -> tuple[int, dict[str, Any], str, int, float]:
    """Exit status, figures, log, peak memory in MiB and seconds of a crawl of the whole site."""
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
    return (
        process.returncode,
        figures,
        (folder / "log").read_text(),
        usage.ru_maxrss // 1024,
        seconds,
    )


def ledger(folder: Path) -> dict[str, str]:
    """What the ledger says of each URL: STORED or the reason."""
    store = sqlite3.connect(folder / "data" / "store.db")
    rows = store.execute("SELECT url, state, reason FROM ledger").fetchall()
    store.close()
    return {
        url: reason or (STORED if state in ("stored", "unchanged") else state)
        for url, state, reason in rows
    }


def test_the_whole_site_in_one_crawl(server: RawServer, canary: RawServer, tmp_path: Path) -> None:
    expected = build(server, canary.port)
    status, figures, log, memory, seconds = crawl(
        tmp_path,
        server,
        "DOWNLOAD_DELAY=0",
        "CONCURRENT_REQUESTS_PER_DOMAIN=4",
        "DOWNLOAD_TIMEOUT=3",
    )
    outcomes = ledger(tmp_path)
    found = {url.removeprefix(server.url.rstrip("/")): outcome for url, outcome in outcomes.items()}
    assert {href: found.get(href) for href in expected} == expected
    assert canary.requests == []
    assert memory < MEMORY
