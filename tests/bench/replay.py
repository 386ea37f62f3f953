"""Replay of 4,000 captures, or as many as are asked for: pages a second on one core and on all."""

import os
import resource
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from scrapy.utils.project import get_project_settings

from crawler.demo.server import SITE
from crawler.items import Capture, Listed
from crawler.reread import Reader
from pipelines.archive import Archive
from pipelines.batch import save
from pipelines.database import open_store, writing
from tests.conftest import ROOT, Scrapy

POSTS = 4000
BATCH = 100


def keep(folder: Path, posts: int) -> None:
    """Fill a store and an archive with variations of a sample post, each stored as a crawl does."""
    reader = Reader(get_project_settings())
    story = (SITE / "zgxc/gddt/content/post_2087.html").read_text("utf-8")
    engine = open_store(f"sqlite:///{folder}/store.db", create=True)
    archive = Archive(folder / "archive", 200 * 1024 * 1024)
    headers = (("Content-Type", "text/html"),)
    for first in range(1, posts + 1, BATCH):
        articles = []
        for n in range(first, min(first + BATCH, posts + 1)):
            url = f"https://www.gdzz.gov.cn/zgxc/gddt/content/post_{n}.html"
            body = story.replace("1268", str(10_000 + n)).replace("云湾：", f"云湾{n}：").encode()
            capture = Capture.of(url, datetime.now(UTC), 200, headers, body)
            article = reader([capture], "gdzz", Listed(url, url), "")
            article.captures = (capture,)
            articles.append(article)
        with writing(engine).begin() as connection:
            archive.keep(connection, (capture for a in articles for capture in a.captures))
            save(connection, articles)
    archive.close()
    engine.dispose()


def main() -> None:
    posts = int(sys.argv[1]) if len(sys.argv) > 1 else POSTS
    with tempfile.TemporaryDirectory() as folder:
        keep(Path(folder), posts)
        cores = sorted(os.sched_getaffinity(0))
        for count in sorted({1, len(cores)}):
            before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
            done = subprocess.run(
                [sys.executable, "-m", "scrapy", "replay"],
                cwd=ROOT,
                env=Scrapy(Path(folder)).environment,
                capture_output=True,
                text=True,
                preexec_fn=lambda count=count: os.sched_setaffinity(0, cores[:count]),
                check=False,
            )
            if done.returncode:
                sys.exit(done.stderr)
            used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
            print(f"{done.stdout.splitlines()[0]}: {used:.1f} CPU s")


if __name__ == "__main__":
    main()
