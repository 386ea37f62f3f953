"""kill -9 at any moment: the next runs make what an unbroken run would have made."""

from __future__ import annotations

import random
import secrets
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text

from crawler.demo.server import SiteServer
from pipelines.archive import Archive
from tests.conftest import ROOT, Scrapy
from tests.site import channel

POSTS = 60


def killed(scrapy: Scrapy, url: str, posts: int, store: Path) -> None:
    """A crawl that is killed as soon as it has stored so many posts more."""
    before = stored(store)
    command = [sys.executable, "-m", "scrapy", "crawl", "gdzz", "-a", f"url={url}"]
    process = subprocess.Popen(
        [*command, "-s", "DOWNLOAD_DELAY=0.02"],
        cwd=ROOT,
        env=scrapy.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while stored(store) < before + posts and time.monotonic() < deadline:
        assert process.poll() is None, "the run ended before it could be killed"
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert stored(store) > before


def rows(store: Path, query: str) -> list[tuple[Any, ...]]:
    engine = create_engine(f"sqlite:///{store}")
    try:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query))]
    finally:
        engine.dispose()


def stored(store: Path) -> int:
    if not store.exists():
        return 0
    try:
        return int(rows(store, "SELECT count(*) FROM records")[0][0])
    except Exception:  # the tables are being made
        return 0


def content(store: Path) -> list[tuple[Any, ...]]:
    return rows(
        store,
        "SELECT r.url, r.version, c.kind, v.content_hash, v.capture_sha256 FROM records r"
        " JOIN changes c ON c.record_id = r.id JOIN revisions v ON v.id = r.revision_id"
        " ORDER BY r.url",
    )


@pytest.fixture
def unbroken(site: SiteServer, tmp_path: Path) -> list[tuple[Any, ...]]:
    site.answers.update(channel("zgxc/gddt", POSTS, page_size=20))
    scrapy = Scrapy(tmp_path / "unbroken", f"127.0.0.1:{site.port}")
    scrapy.crawl("gdzz", "-a", f"url={site.url}zgxc/gddt/")
    return content(tmp_path / "unbroken" / "store.db")


def test_killed_runs_add_up_to_an_unbroken_one(
    site: SiteServer, scrapy: Scrapy, tmp_path: Path, unbroken: list[tuple[Any, ...]]
) -> None:
    data = tmp_path / "data"
    store = data / "store.db"
    for _ in range(3):
        killed(scrapy, f"{site.url}zgxc/gddt/", 1, store)
    # A crash between the archive's append and the commit, and a torn last member.
    (path,) = (data / "archive").glob("*.warc.gz")
    with path.open("ab") as file:
        file.write(path.read_bytes()[-700:] + b"\x1f\x8b\x08torn")
    status, figures, stderr = scrapy.crawl("gdzz", "-a", f"url={site.url}zgxc/gddt/")
    assert (status, figures["problems"]) == (0, []), stderr
    assert content(store) == unbroken
    assert len(unbroken) == POSTS
    engine = create_engine(f"sqlite:///{store}")
    _check_archive(engine, data / "archive")
    engine.dispose()
    owed = rows(store, "SELECT count(*) FROM ledger WHERE state IN ('owed', 'deferred')")
    assert owed == [(0,)]


@pytest.mark.nightly
def test_twenty_kills_at_random_moments(
    site: SiteServer,
    scrapy: Scrapy,
    tmp_path: Path,
    second_source: Callable[[str], str],
    record_property: Callable[[str, object], None],
) -> None:
    """Runs of a few seconds, killed whenever: each brings new posts while any remain."""
    posts, kills = 800, 20
    site.answers.update(channel("tzgg", posts, page_size=20))
    source = second_source(f"{site.url}tzgg/")
    data = Path(scrapy.environment["ZHUANZAI_DATA_DIR"])
    scrapy.environment["ZHUANZAI_DATA_DIR"] = str(tmp_path / "unbroken")
    assert scrapy.crawl(source)[0] == 0
    expected = content(tmp_path / "unbroken" / "store.db")
    assert len(expected) == posts

    scrapy.environment["ZHUANZAI_DATA_DIR"] = str(data)
    store = data / "store.db"
    site.requests.clear()
    seed = secrets.randbelow(10**6)
    moment = random.Random(seed)
    command = [sys.executable, "-m", "scrapy", "crawl", source, "-s", "DOWNLOAD_DELAY=0.05"]
    gains = []
    for number in range(kills):
        before, asked = stored(store), len(site.requests)
        lived = moment.uniform(0, 4)
        with subprocess.Popen(
            command,
            cwd=ROOT,
            env=scrapy.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            while number % 5 and len(site.requests) == asked:  # every fifth dies on its way up
                time.sleep(0.01)
            time.sleep(lived)
            process.kill()
        # A kill may leave a hot journal; whatever is committed has to be whole.
        if store.exists():
            assert rows(store, "PRAGMA integrity_check") == [("ok",)]
        gains.append((round(lived, 1), stored(store) - before))
        if number % 5 and lived > 3 and before < posts:
            assert gains[-1][1] > 0, f"seed {seed}: {gains}"
    fetched = Counter(path for _, path, status in site.requests if "post_" in path)
    status, figures, stderr = scrapy.crawl(source)
    assert (status, figures["problems"]) == (0, []), f"seed {seed}: {stderr}"
    assert content(store) == expected  # none is missing, doubled or withdrawn
    engine = create_engine(f"sqlite:///{store}")
    _check_archive(engine, data / "archive")
    engine.dispose()
    # At most what waited to be written (half a second) and what was on its way.
    twice = sum(count - 1 for count in fetched.values())
    assert twice <= 15 * kills
    record_property("seconds lived, new posts", gains)
    record_property("pages fetched twice", twice)


def _check_archive(engine: Engine, folder: Path) -> None:
    """Every byte is indexed, every capture comes back, every post was kept."""
    archive = Archive(folder, 1)
    assert archive.recover(engine) == 0
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT sha256, url FROM captures")).all()
        needed = set(connection.execute(text("SELECT capture_sha256 FROM revisions")).scalars())
    assert needed <= {row.sha256 for row in kept}
    for row in kept:
        capture = archive.load(engine, row.sha256)
        assert capture is not None
        assert capture.sha256 == row.sha256
    future = datetime.now(UTC) + timedelta(days=1)
    assert archive.expire(engine, future, 30) == []
