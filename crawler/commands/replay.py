"""`scrapy replay`: the archive, read again with today's rules."""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from importlib.util import find_spec
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import DropItem, UsageError
from scrapy.settings import Settings
from scrapy.spiderloader import get_spider_loader
from sqlalchemy.exc import SQLAlchemyError
from tqdm import tqdm

from crawler.errors import Refused
from crawler.items import NotAnArticle

if TYPE_CHECKING:
    from pipelines.records import Stored
    from pipelines.replay import Reading, Replay

_LINE = 10.0  # seconds between plain lines
_WORTH = 200  # pages for which starting another process pays
_AHEAD = 2  # chunks that wait for each process


class Command(ScrapyCommand):
    """0: done. 1: a page crashed the reader, a damaged archive, an interruption. 2: misuse."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[SOURCE] [--since DATE] [--apply]"

    def short_desc(self) -> str:
        return "Read the archive again with today's rules, and show what differs"

    def long_desc(self) -> str:
        return (
            "Reads the page of every published record again from the archive, offline, on all"
            " cores, and shows field by field what today's rules make of it. What was withdrawn"
            " or taken down stays so. Interrupted, it goes on where it was."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            *("--since",),
            metavar="DATE",
            help="posts published on this day (YYYY-MM-DD) or later, and those without a date",
        )
        parser.add_argument(
            "--apply", action="store_true", help="make revisions of what differs (default: show)"
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        from pipelines.database import StoreError, open_store
        from pipelines.records import sources
        from pipelines.replay import Replay

        assert self.settings is not None
        if len(args) > 1:
            raise UsageError("replay takes one SOURCE at most", print_help=False)
        try:
            since = date.fromisoformat(opts.since) if opts.since else None
        except ValueError:
            text = f"--since {opts.since} is no date like 2024-08-01"
            raise UsageError(text, print_help=False) from None
        try:
            engine = open_store(self.settings["DATABASE_URL"])
        except StoreError as error:
            raise UsageError(str(error), print_help=False) from error
        source = args[0] if args else None
        known = {*get_spider_loader(self.settings).list(), *sources(engine)}
        if source is not None and source not in known:
            text = f"there is no source {source}, but {', '.join(sorted(known))}"
            raise UsageError(text, print_help=False)
        try:
            with _alone(Path(self.settings["DATA_DIR"])):
                rules = _rules(self.settings)
                replayed = Replay(engine, source, since, rules, self._now(), apply=opts.apply)
                self._replay(replayed)
        except _Interrupted as interruption:
            print(f"replay: {interruption}", file=sys.stderr)
            self.exitcode = 1
        finally:
            engine.dispose()

    def _replay(self, replayed: Replay) -> None:
        assert self.settings is not None
        began, before = time.monotonic(), replayed.done
        worth = (replayed.total - before) // _WORTH
        processes = max(1, min(len(os.sched_getaffinity(0)), worth))
        if before:
            print(f"replay: going on at {before} of {replayed.total}", file=sys.stderr)
        progress = _Progress(replayed)
        try:
            with closing(_read_all(self.settings, replayed.chunks(), processes)) as read:
                for readings in read:
                    replayed.take(readings, self._now())
                    progress.show()
        except (KeyboardInterrupt, OSError, BrokenExecutor, SQLAlchemyError) as error:
            reason = "interrupted" if isinstance(error, KeyboardInterrupt) else f"failed: {error}"
            text = f"{reason} at {replayed.done} of {replayed.total}; run again, it goes on there"
            raise _Interrupted(text) from error
        finally:
            progress.bar.close()
        well = replayed.finish(self._now())
        print(report(replayed, replayed.done - before, time.monotonic() - began, processes))
        if not well:
            outcomes = replayed.figures["outcomes"]
            print(
                f"replay: failed: {outcomes.get('crashed', 0)} pages crashed the reader,"
                f" {outcomes.get('damaged', 0)} could not be had from the archive",
                file=sys.stderr,
            )
            self.exitcode = 1

    def _now(self) -> datetime:
        assert self.settings is not None
        said = self.settings["NOW"]
        return datetime.fromisoformat(said).astimezone(UTC) if said else datetime.now(UTC)


class _Interrupted(Exception):
    """The replay did not come to its end; the message says where it stands."""


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder's lock: two replays at once would count as one."""
    with (folder / "replay.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _Interrupted("another replay is at work") from None
        yield


def _rules(settings: Settings) -> str:
    """A hash over the code that pages are read by."""
    found = hashlib.sha256()
    for name in ("crawler", "pipelines", *settings.getlist("SPIDER_MODULES")):
        spec = find_spec(name)
        assert spec is not None
        for folder in spec.submodule_search_locations or [str(spec.origin)]:
            path = Path(folder)
            for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
                found.update(file.read_bytes())
    return found.hexdigest()


# --- reading, in processes of its own ------------------------------------------------------------


class _Worker:
    """Reads the records with given ids again."""

    def __init__(self, settings: Settings) -> None:
        from pipelines.archive import Archive
        from pipelines.database import open_store

        self.engine = open_store(settings["DATABASE_URL"])
        self.archive = Archive(Path(settings["ARCHIVE_DIR"]), 0)
        from crawler.reread import Reader

        self.reader = Reader(settings)

    def __call__(self, ids: list[str]) -> list[Reading]:
        from pipelines.records import stored
        from pipelines.replay import Reading

        readings = []
        for record in stored(self.engine, ids):
            reading = Reading(
                id=record.id, url=record.url, revision_id=record.revision_id, outcome="same"
            )
            self._read(record, reading)
            readings.append(reading)
        return readings

    def _read(self, record: Stored, reading: Reading) -> None:
        from pipelines.archive import ArchiveError
        from pipelines.replay import excerpts
        from pipelines.revision import compare

        try:
            captures = [
                self.archive.load(self.engine, sha256, record.fetched_at, record.url)
                for sha256 in record.captures
            ]
            kept = [capture for capture in captures if capture is not None]
            if len(kept) < len(captures):
                reading.outcome, reading.reason = "missing", "no longer kept"
                return
            channel = record.content["channel"]
            article = self.reader(kept, record.spider, record.listed, channel)
            if article.hold and article.content_hash != record.content["content_hash"]:
                raise Refused("held", article.url)  # what a crawl would hold is not published here
            found, new = compare(record.content, article, first_day=record.first_day)
        except (NotAnArticle, DropItem, Refused) as refusal:
            reading.outcome, reading.detail = "refused", str(refusal)
            reading.reason = getattr(refusal, "reason", type(refusal).__name__)
        except ArchiveError as error:
            reading.outcome, reading.reason, reading.detail = "damaged", "archive", str(error)
        except Exception as error:  # one page's; it is counted, and the replay has failed
            reading.outcome, reading.detail = "crashed", str(error)
            reading.reason = type(error).__name__
        else:
            if found:
                reading.outcome, reading.found = "differs", found
                reading.shown = {name: excerpts(record.content, new, name) for name in found}
                article.captures = tuple(replace(capture, body=b"") for capture in kept)
                reading.article = article


_worker: _Worker


def _begin(settings: Settings) -> None:
    """Make this process a worker. It ends with the one that began it, however that ends."""
    global _worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent sees to it
    threading.Thread(target=_follow_parent, daemon=True).start()
    _worker = _Worker(settings)


def _follow_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os._exit(1)


def _read(ids: list[str]) -> list[Reading]:
    return _worker(ids)


def _read_all(
    settings: Settings, chunks: Iterable[list[str]], processes: int
) -> Generator[list[Reading]]:
    """The readings of every chunk, in order."""
    if processes <= 1:
        yield from map(_Worker(settings), chunks)
        return
    # Spawned, not forked: connections to the store are no child's to inherit.
    pool = ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), _begin, (settings,))
    try:
        waiting: deque[Future[list[Reading]]] = deque()
        for ids in chunks:
            waiting.append(pool.submit(_read, ids))
            if len(waiting) > processes * _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


# --- what the operator sees ----------------------------------------------------------------------


class _Progress:
    """A bar on a terminal, a line now and then elsewhere."""

    def __init__(self, replayed: Replay) -> None:
        self.replayed = replayed
        self.bar = tqdm(
            desc="replay",
            unit="page",
            initial=replayed.done,
            total=replayed.total,
            disable=not sys.stderr.isatty(),
        )
        self.said = time.monotonic()

    def show(self) -> None:
        done, now = self.replayed.done, time.monotonic()
        self.bar.update(done - self.bar.n)
        if self.bar.disable and now - self.said >= _LINE:
            self.said = now
            print(f"replay: {done} of {self.replayed.total} pages", file=sys.stderr, flush=True)


def report(replayed: Replay, read: int, seconds: float, processes: int) -> str:
    """What a replay found: counts, then samples."""
    figures = replayed.figures
    outcomes, revised = figures["outcomes"], figures["revised"]
    differs = outcomes.get("differs", 0)
    counts = {
        "as stored": outcomes.get("same", 0),
        "read otherwise": differs,
        "refused by today's rules: left as they are": outcomes.get("refused", 0),
        "no longer in the archive": outcomes.get("missing", 0),
        "not to be had from a damaged archive": outcomes.get("damaged", 0),
        "crashed the reader": outcomes.get("crashed", 0),
        "withdrawn or taken down: not read": replayed.left,
    }
    rate = f"{read / seconds:.0f} a second" if seconds else "at once"
    at_work = f"{processes} process{'es' if processes > 1 else ''}"
    lines = [f"{replayed.done} pages, {read} of them in {seconds:.1f} s ({rate}, {at_work})", ""]
    lines += [f"{count:8}  {what}" for what, count in counts.items() if count]
    if figures["fields"]:
        lines += ["", f"{'field':<12}{'material':>10}{'cosmetic':>10}"]
    for name, weights in sorted(figures["fields"].items()):
        material, cosmetic = weights.get("material", 0), weights.get("cosmetic", 0)
        lines.append(f"{name:<12}{material:>10}{cosmetic:>10}")
    for name, samples in sorted(figures["samples"].items()):
        lines += ["", f"{name}, for example"]
        for record, url, shown in samples:
            lines.append(f"  {record}  {url}")
            lines += [f"    {column}: {old!r} -> {new!r}" for column, old, new in shown]
    for name, count in sorted(figures["reasons"].items()):
        lines += ["", f"{name}  {count}"]
        named = figures["named"][name]
        lines += [f"  {record}  {url}  {detail}".rstrip() for record, url, detail in named]
        if count > len(named):
            lines.append(f"  and {count - len(named)} more")
    lines.append("")
    if not differs:
        lines.append("Nothing to change.")
    elif not replayed.apply:
        lines.append("Nothing was changed: --apply makes revisions of what is read otherwise.")
    else:
        lines.append(f"{revised} records have a new revision.")
        if revised < differs:
            lines.append(f"{differs - revised} were changed or withdrawn meanwhile, and left.")
    return "\n".join(lines)
