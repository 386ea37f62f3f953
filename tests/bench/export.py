"""CPU, memory and time of an edition of 100,000 posts, format by format.

`python -m tests.bench.export [POSTS] [FORMAT ...]`. The target is the exporter's own cost; the
whole is `scrapy export`: it starts, reads the store and reads the edition back. Memory is that of
its process, beside what the libraries take that it cannot do without.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from scrapy.cmdline import execute
from scrapy.utils.misc import load_object
from sqlalchemy import Engine, func, insert, select

from crawler.items import Record
from crawler.reading.dates import CST
from crawler.settings import EXPORT_FORMATS
from exporters.base import FileExporter
from exporters.identity import Identity, load_identity
from pipelines import models
from pipelines.database import open_store
from pipelines.records import stream_records

POSTS = 100_000
TARGETS = {"jsonl": 30_000, "rss": 15_000, "atom": 15_000, "wxr": 15_000}  # items a CPU second
SECTIONS = ("廉政要闻", "通知公告", "公务员考录", "政策解读")
# What no export can do without, imported and idle.
LIBRARIES = "scrapy.cmdline, sqlalchemy.orm, sqlalchemy.dialects.sqlite, lxml, nh3, jinja2, orjson"
LINE = "各单位要按照第{n}号方案抓好落实，加强组织领导，明确责任分工，确保各项工作取得实效。"


def fill(engine: Engine, posts: int) -> None:
    """About 1,000 characters each; every fifth has a table, a link and strong text."""
    day = datetime(2015, 1, 1, tzinfo=CST)
    for first in range(1, posts + 1, 1000):
        records, revisions, changes = [], [], []
        for n in range(first, min(first + 1000, posts + 1)):
            url = f"https://www.example.gov.cn/tzgg/content/post_{n}.html"
            lines = [LINE.format(n=n) * 3 for _ in range(8)]
            html = "\n".join(f"<p>{line}</p>" for line in lines)
            if n % 5 == 0:
                html += (
                    f'<p><strong>附表</strong>见<a href="{url}">原文</a></p><table><tbody>'
                    "<tr><td>序号</td><td>姓名</td></tr><tr><td>1</td><td>张三</td></tr></tbody></table>"
                )
            at = (day + timedelta(hours=n)).isoformat()
            gone = n % 50 == 0
            records.append(
                {
                    **{"id": f"{n:016x}", "canonical_url": url, "url": url, "spider": "bench"},
                    **{"status": "canceled" if gone else "usable", "version": 1, "revision_id": n},
                    **{"reason": "withdrawn" if gone else None, "seq": n, "fingerprint": f"{n:x}"},
                    **{"canceled_at": at if gone else None, "first_seen_at": at, "updated_at": at},
                }
            )
            revisions.append(
                {
                    **{"id": n, "record_id": f"{n:016x}", "content_hash": f"{n:064x}"},
                    **{"title": f"关于印发第{n}号实施方案的通知", "subtitle": "", "kicker": ""},
                    **{"date_published": f"{at[:10]}T00:00:00+08:00", "date_precision": "day"},
                    "date_raw": at[:10],
                    **{"source": f"云湾市第{n % 40}局", "source_raw": "", "source_inferred": True},
                    **{
                        "publisher": "云湾市人民政府",
                        "authors": [],
                        "editor": "",
                        "channel": "tzgg",
                    },
                    **{"section": SECTIONS[n % 4], "doc_number": "", "language": "zh-CN"},
                    **{"text": "\n".join(lines), "html": html, "images": [], "attachments": []},
                    **{"origins": {}, "capture_sha256": f"{n:064x}", "fetched_at": at},
                }
            )
            changes.append(
                {
                    **{"seq": n, "record_id": f"{n:016x}", "kind": "created", "version": 1},
                    **{"revision_id": n, "at": at},
                }
            )
        with engine.begin() as connection:
            connection.execute(insert(models.Record), records)
            connection.execute(insert(models.Revision), revisions)
            connection.execute(insert(models.Change), changes)


def alone(engine: Engine, name: str, identity: Identity) -> float | None:
    """CPU microseconds an item of the exporter itself; None for folders."""
    exporter = load_object(EXPORT_FORMATS[name])
    if not issubclass(exporter, FileExporter):
        return None
    records: list[Record] = []
    for record in stream_records(engine):
        records.append(record)
        if len(records) == 2000:
            break
    best = float("inf")
    for _ in range(5):
        fresh = [replace(record) for record in records]
        with Path(os.devnull).open("wb") as file:
            began = time.process_time()
            writer = exporter(file, identity=identity)
            writer.start_exporting()
            for record in fresh:
                writer.export_item(record)
            writer.finish_exporting()
        best = min(best, time.process_time() - began)
    return best / len(records) * 1e6


def memory(name: str) -> float:
    """MB of this process; not ru_maxrss, which a child process has from its parent."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status[name].split()[0]) / 1024


def measure(url: str, name: str, folder: Path) -> dict[str, float | None]:
    """Of one format, in this process."""
    place = folder / f"out-{name}"
    command = ["scrapy", "export", name, "-o", str(place)]
    began, wall = time.process_time(), time.monotonic()
    with suppress(SystemExit):
        execute([*command])  # which takes it apart
    cpu, took = time.process_time() - began, time.monotonic() - wall
    peak = memory("VmHWM")
    wall = time.monotonic()
    said = subprocess.run(
        [sys.executable, "-m", *command], check=True, capture_output=True, text=True
    ).stdout
    second = time.monotonic() - wall
    assert "unchanged" in said, said
    engine = open_store(url)
    with engine.connect() as connection:
        records = connection.execute(select(func.count(models.Record.id))).scalar_one()
    written = [place] if place.is_file() else place.rglob("*")
    return {
        "alone": alone(engine, name, load_identity(folder / "identity.toml")),
        "whole": cpu / records * 1e6,
        "seconds": took,
        "peak": peak,
        "second": second,
        "size": sum(path.stat().st_size for path in written if path.is_file()) / 1e6,
    }


def idle() -> float:
    """MB of a process that has imported the libraries."""
    code = f"import {LIBRARIES}; print(open('/proc/self/status').read())"
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    status = dict(line.split(":", 1) for line in said.stdout.splitlines() if ":" in line)
    return int(status["VmHWM"].split()[0]) / 1024


def main() -> None:
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measure(sys.argv[2], sys.argv[3], Path(sys.argv[4]))))
        return
    posts = int(sys.argv[1]) if sys.argv[1:] else POSTS
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/store.db"
        engine = open_store(url, create=True)
        fill(engine, posts)
        engine.dispose()
        Path(folder, "identity.toml").write_text('base_url = "https://www.example.cn/"\n')
        environment = os.environ | {"ZHUANZAI_DATABASE_URL": url, "ZHUANZAI_DATA_DIR": folder}
        print(f"{posts:,} posts of about 1,000 characters; libraries alone take {idle():.0f} MB")
        print("           exporter alone      whole command             again")
        print("format   µs/item items/CPU s  µs/item wall s  peak MB  wall s    MB")
        for name in sys.argv[2:] or EXPORT_FORMATS:
            command = [sys.executable, "-m", "tests.bench.export", "--one", url, name, folder]
            said = subprocess.run(
                command, check=True, capture_output=True, text=True, env=environment
            ).stdout
            figures = json.loads(said.splitlines()[-1])
            own = figures["alone"]
            rate = f"{own:8.1f}{1e6 / own:12,.0f}" if own else " " * 20
            target = TARGETS.get(name)
            print(
                f"{name:<8}{rate}{figures['whole']:9.0f}{figures['seconds']:7.1f}"
                f"{figures['peak']:9.0f}{figures['second']:8.2f}{figures['size']:6.0f}"
                + (f"   (target {target:,})" if target else ""),
                flush=True,
            )


if __name__ == "__main__":
    main()
