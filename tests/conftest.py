"""What several tests share."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from crawler.demo.server import SiteServer
from crawler.items import Article
from pipelines.database import open_store, writing
from pipelines.fingerprint import content_hash, fingerprint
from pipelines.store import Outcome
from pipelines.store import save as store_articles

ROOT = Path(__file__).parent.parent
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


def save(engine: Engine, articles: list[Article]) -> list[tuple[Outcome, Any]]:
    """Store articles in a transaction of their own."""
    with writing(engine).begin() as connection:
        return store_articles(connection, articles)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Engine]:
    """An empty store."""
    engine = open_store(f"sqlite:///{tmp_path}/store.db", create=True)
    yield engine
    engine.dispose()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SiteServer]:
    """A local site with nothing on it yet: tests put pages into `site.answers`."""
    root = tmp_path / "site"
    root.mkdir()
    with SiteServer(root) as server:
        yield server


@pytest.fixture
def make_article() -> Callable[..., Article]:
    """Builds articles as the pipelines hand them to the store."""

    def make(number: int = 1, **fields: Any) -> Article:
        url = fields.pop("url", f"https://www.sample.example/tzgg/content/post_{number}.html")
        text = f"第{number}号通知的正文。" + f"各单位要按照第{number}号方案抓好落实。" * 10
        values: dict[str, Any] = {
            "url": url,
            "canonical_url": url,
            "fetched_at": NOW,
            "capture_sha256": "0" * 64,
            "spider": "gdzz",
            "title": f"关于第{number}号事项的通知",
            "text": text,
            "html": f"<p>{text}</p>",
            "source": "某某日报",
            "source_raw": "某某日报",
        }
        article = Article(**(values | fields))
        article.content_hash = content_hash(article)
        article.fingerprint = fingerprint(article)
        return article

    return make


class Scrapy:
    """Runs the real command line in a process of its own."""

    def __init__(self, data: Path, hosts: str = "") -> None:
        self.environment = {
            key: value for key, value in os.environ.items() if not key.startswith("ZHUANZAI_")
        } | {
            "ZHUANZAI_DATA_DIR": str(data),
            "ZHUANZAI_ALLOW_HOSTS": hosts,
            "PYTHONPATH": str(ROOT),
        }

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "scrapy", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def crawl(self, spider: str, *arguments: str) -> tuple[int, dict[str, Any], str]:
        """Exit status, the closing line of figures, and stderr of a crawl without delay."""
        done = self("crawl", spider, "-s", "DOWNLOAD_DELAY=0", "-s", "RETRY_TIMES=0", *arguments)
        lines = done.stdout.strip().splitlines()
        return done.returncode, json.loads(lines[-1]) if lines else {}, done.stderr


@pytest.fixture
def scrapy(tmp_path: Path, site: SiteServer) -> Scrapy:
    """The command line with a store of its own, allowed to fetch the local site."""
    return Scrapy(tmp_path / "data", f"127.0.0.1:{site.port}")
