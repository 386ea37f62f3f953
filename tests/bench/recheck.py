"""2,000 posts, or as many as are asked for, crawled and then asked for again, unchanged.

Of the second crawl: how many answers were 304, revisions and captures made, bytes written to the
store and the archive, time and peak memory. The site offers validators, as most do.
"""

import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from email.message import Message
from pathlib import Path

from sqlalchemy import create_engine, text

from crawler.demo.server import SITE, Answer, SiteServer
from tests.conftest import ROOT, Scrapy
from tests.site import channel

POSTS = 2000
MIB = 1024 * 1024
_HAN = re.compile("[\u4e00-\u9fff]")


def with_validator(answer: Answer, etag: str) -> Callable[[Message], Answer]:
    status, headers, body = answer

    def answered(asked: Message) -> Answer:
        if asked.get("If-None-Match") == etag:
            return 304, {"ETag": etag}, b""
        return status, {**headers, "ETag": etag}, body

    return answered


def fill(site: SiteServer, posts: int) -> None:
    """A channel of posts of the size of a sample post, 20 on a list page.

    Each has other words: variations of one would be near copies, whose search is another matter.
    """
    answers = channel("zgxc/gddt", posts)
    story = (SITE / "zgxc/gddt/content/post_2087.html").read_text("utf-8")
    head, body = story.split('<div class="zw">')
    characters = _HAN.findall(body)
    for n in range(1, posts + 1):
        random.Random(n).shuffle(characters)
        others = iter(characters)
        text = _HAN.sub(lambda _, others=others: next(others), body)  # type: ignore[misc]
        page = head.replace("云湾：", f"云湾{n}：") + '<div class="zw">' + text
        path = f"/zgxc/gddt/content/post_{n}.html"
        answers[path] = (200, {"Content-Type": "text/html"}, page.encode())
    for path, answer in answers.items():
        assert isinstance(answer, tuple)
        site.answers[path] = with_validator(answer, f'"{path}"')


def rows(data: Path) -> dict[str, int]:
    engine = create_engine(f"sqlite:///{data}/store.db")
    with engine.connect() as connection:
        found = {
            name: int(connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one())
            for name in ("records", "revisions", "changes", "captures")
        }
    engine.dispose()
    return found


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main() -> None:
    posts = int(sys.argv[1]) if len(sys.argv) > 1 else POSTS
    with tempfile.TemporaryDirectory() as folder, SiteServer(Path(folder)) as site:
        data = Path(folder) / "data"
        fill(site, posts)
        environment = Scrapy(data, f"127.0.0.1:{site.port}").environment
        command = [sys.executable, "-m", "scrapy", "crawl", "gdzz"]
        command += ["-a", f"url={site.url}zgxc/gddt/", "-s", "DOWNLOAD_DELAY=0"]
        command += ["-s", "CONCURRENT_REQUESTS_PER_DOMAIN=8"]
        for name in ("first", "again"):
            site.requests.clear()
            before = rows(data) if name == "again" else {}
            archived = size(data / "archive")
            began = time.monotonic()
            run = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE)
            assert run.stdout is not None
            output = run.stdout.read()
            _, status, usage = os.wait4(run.pid, 0)
            run.returncode = os.waitstatus_to_exitcode(status)
            seconds = time.monotonic() - began
            figures = json.loads(output.splitlines()[-1])
            asked = len(site.requests)
            known = sum(answered == 304 for _, _, answered in site.requests)
            new = {key: count - before.get(key, 0) for key, count in rows(data).items()}
            print(
                f"{name}: {figures['listed']} posts in {seconds:.0f} s,"
                f" {figures['listed'] / seconds:.0f} a second, {usage.ru_utime:.0f} CPU s,"
                f" peak {usage.ru_maxrss // 1024} MiB; exit {run.returncode}"
            )
            print(
                f"    {figures['unchanged']} unchanged, {known} of {asked} answers"
                f" ({known / asked:.1%}) were 304; new rows: {new}"
            )
            print(
                f"    store {size(data) / MIB - size(data / 'archive') / MIB:.0f} MiB,"
                f" archive +{(size(data / 'archive') - archived) / MIB:.1f} MiB,"
                f" written to disk {usage.ru_oublock * 512 / MIB:.0f} MiB"
            )


if __name__ == "__main__":
    main()
