"""`scrapy upgradedb`: makes a store, leaves a current one alone, and says why it cannot."""

import sqlite3
from pathlib import Path

from tests.conftest import Scrapy


def test_upgrades_once(scrapy: Scrapy) -> None:
    first, second = scrapy("upgradedb"), scrapy("upgradedb")
    assert (first.returncode, second.returncode) == (0, 0)
    assert first.stdout.startswith("schema none -> ")
    assert second.stdout.endswith("up to date\n")


def test_no_database_and_one_of_a_later_version(scrapy: Scrapy, tmp_path: Path) -> None:
    scrapy("upgradedb")
    with sqlite3.connect(tmp_path / "data/store.db") as store:
        store.execute("UPDATE alembic_version SET version_num = '9999'")
    store.close()
    done = scrapy("upgradedb")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("upgradedb: ")
    assert "9999" in done.stderr
    (tmp_path / "data/store.db").write_bytes(b"not a database at all" * 50)
    (tmp_path / "data/store.db-wal").unlink(missing_ok=True)
    done = scrapy("upgradedb")
    assert done.returncode == 1
    assert "file is not a database" in done.stderr
    assert "Traceback" not in done.stderr
