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
from sqlalchemy import Engine, make_url, text

from crawler.demo.server import SiteServer
from crawler.items import Article
from pipelines.batch import save as store_articles
from pipelines.database import connect, open_store, writing
from pipelines.fingerprint import content_hash, fingerprint
from pipelines.reconcile import Outcome

ROOT = Path(__file__).parent.parent
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


def save(engine: Engine, articles: list[Article]) -> list[tuple[Outcome, Any]]:
    """Store articles in a transaction of their own."""
    with writing(engine).begin() as connection:
        return store_articles(connection, articles)


def to_schema_0003(engine: Engine) -> None:
    """Take a new SQLite store back to how it was before the later migrations."""
    with writing(engine).begin() as connection:
        connection.execute(text("DROP TABLE pauses"))
        for column in ("story", "exported"):
            connection.execute(text(f"DROP INDEX ix_records_{column}"))
            connection.execute(text(f"ALTER TABLE records DROP COLUMN {column}"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0003'"))


POSTGRES = os.environ.get("TEST_POSTGRES", "postgresql://postgres@127.0.0.1/postgres")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """URL of a PostgreSQL database of the tests' own; skips where no server runs."""
    psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed")
    name = f"zhuanzai_test_{os.getpid()}"
    try:
        server = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        pytest.skip(f"no PostgreSQL at {POSTGRES}: {error}")
    with server:
        server.execute(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
        yield make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty store, on each engine in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store.db"
    url: str = request.getfixturevalue("postgres")
    engine = connect(url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return url


@pytest.fixture
def store(store_url: str) -> Iterator[Engine]:
    """An empty store."""
    engine = open_store(store_url, create=True)
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


@pytest.fixture
def second_source(scrapy: Scrapy, tmp_path: Path) -> Callable[[str], str]:
    """Makes a source for a URL with genspider, in a package of its own."""

    def make(url: str) -> str:
        package = tmp_path / "sources"
        package.mkdir()
        (package / "__init__.py").touch()
        scrapy.environment["PYTHONPATH"] += f":{tmp_path}"
        done = scrapy("genspider", "-s", "NEWSPIDER_MODULE=sources", "-t", "nfcms", "second", url)
        assert done.returncode == 0, done.stderr
        scrapy.environment["SCRAPY_SETTINGS_MODULE"] = "second_settings"
        (tmp_path / "second_settings.py").write_text(
            "from crawler.settings import *\n"
            "SPIDER_MODULES = ['crawler.spiders', 'sources']\n"
            "NEWSPIDER_MODULE = 'sources'\n"
        )
        return "second"

    return make
