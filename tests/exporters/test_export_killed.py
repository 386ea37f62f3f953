"""kill -9 in the middle of exports: no torn file, no change lost or doubled."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from lxml import etree

from pipelines.database import open_store
from tests.bench.export import fill
from tests.conftest import ROOT, Scrapy, save
from tests.exporters.test_export_destinations import article

pytestmark = pytest.mark.nightly
POSTS, KILLS = 3000, 20

DESTINATIONS = """
[changes]
format = "jsonl"
path = "out/changes.jsonl"
since_last = true
[feed]
format = "atom"
path = "out/atom.xml"
[site]
format = "site"
path = "out/site"
[blog]
format = "markdown"
path = "out/blog"
"""


def whole(out: Path) -> None:
    """Every file that has its name is complete."""
    for path in out.rglob("*"):
        if not path.is_file() or path.name.startswith(".zhuanzai-"):
            continue
        if path.suffix == ".xml":
            etree.parse(path)
        elif path.suffix == ".html":
            assert path.read_bytes().rstrip().endswith(b"</html>"), path
        elif path.suffix == ".jsonl":
            assert all(json.loads(line) for line in path.read_bytes().splitlines())
        elif path.suffix == ".json":
            json.loads(path.read_bytes())
        elif path.suffix == ".md":
            assert path.read_text("utf-8").count("免责声明") == 1, path


def test_killed_exports_lose_and_repeat_nothing(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "destinations.toml").write_text(DESTINATIONS)
    engine = open_store(f"sqlite:///{data}/store.db", create=True)
    fill(engine, POSTS)
    scrapy = Scrapy(data)
    command = [sys.executable, "-m", "scrapy", "export", "--all-destinations"]
    chance = random.Random(17)
    taken: list[int] = []
    seen = ""
    killed = 0

    def take() -> None:
        """A consumer that takes the changes of every edition that it has not seen."""
        nonlocal seen
        manifest = data / "out" / "changes.jsonl.edition.json"
        if not manifest.exists():
            return
        entry = json.loads(manifest.read_text())["files"]["changes.jsonl"]
        file = data / "out" / "changes.jsonl"
        if not file.exists() or file.stat().st_size != entry["size"] or entry["sha256"] == seen:
            return
        seen = entry["sha256"]
        taken.extend(json.loads(line)["seq"] for line in file.read_bytes().splitlines())

    for number in range(KILLS):
        process = subprocess.Popen(
            command, cwd=ROOT, env=scrapy.environment, stdout=subprocess.DEVNULL
        )
        # From start-up to the last file of a first or following edition.
        time.sleep(chance.uniform(0.4, 4))
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            killed += 1
        process.wait()
        whole(data / "out")
        take()
        save(engine, [article(1, url=f"https://www.sample.example/{number}.html",
                              canonical_url=f"https://www.sample.example/{number}.html",
                              title=f"新{number}", fingerprint=f"a{number:063x}",
                              content_hash=f"a{number:063x}")])  # fmt: skip
    assert killed >= KILLS // 2
    for _ in range(2):  # the first may be the edition that a kill cut off from its cursor
        done = scrapy("export", "--all-destinations")
        assert done.returncode == 0, done.stderr
        take()
    whole(data / "out")
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT seq FROM records ORDER BY seq").scalars().all()
    assert taken == list(rows)
    engine.dispose()

    calm = tmp_path / "calm"
    for format, name in (("atom", "atom.xml"), ("site", "site"), ("markdown", "blog")):
        done = scrapy("export", format, "-o", str(calm / name))
        assert done.returncode == 0, done.stderr
    for path in calm.rglob("*"):
        if path.is_file() and path.name != "edition.json" and ".edition." not in path.name:
            survived = data / "out" / path.relative_to(calm)
            assert survived.read_bytes() == path.read_bytes(), path
    left = {p.relative_to(data / "out" / "site") for p in (data / "out" / "site").rglob("*")}
    assert left == {p.relative_to(calm / "site") for p in (calm / "site").rglob("*")}
