"""`scrapy evaluate`: how right and how fast labelled pages are read."""

from __future__ import annotations

import argparse
import gc
import json
import logging
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from scrapy import Spider
from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from tqdm import tqdm

from crawler.errors import Misuse
from crawler.evaluation.corpus import Label, load_corpus

if TYPE_CHECKING:
    from crawler.evaluation.readers import Run


class Command(ScrapyCommand):
    """0: every page was read or refused. 1: a page made the reader crash. 2: misuse."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "CORPUS.jsonl [-o PREDICTIONS.jsonl] [--against trafilatura] [--worst N]"

    def short_desc(self) -> str:
        return "Measure how right and how fast labelled pages are read"

    def long_desc(self) -> str:
        return (
            "CORPUS.jsonl has a page a line: id, html_path (relative to the file), url, set, lang,"
            " kind, title, date (YYYY-MM-DD), author, source, body. A label that is null or"
            ' missing was not judged, "" means that the page shows none; a kind other than'
            " article, that nothing may be stored of it."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "-o",
            "--output",
            metavar="PREDICTIONS.jsonl",
            help="write what was read: id, title, date, author, source, body; refused",
        )
        parser.add_argument(
            "--against",
            choices=["trafilatura"],
            help="read the same pages with it, in the same run",
        )
        parser.add_argument(
            "--worst", metavar="N", type=int, default=0, help="show the N pages furthest from right"
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        # Not needed to list the commands, and slow.
        from crawler.evaluation import report
        from crawler.evaluation.readers import Run, parse_only, read_ours, read_theirs
        from crawler.finish import Finish

        assert self.settings is not None
        if len(args) != 1:
            raise UsageError("evaluate takes one CORPUS.jsonl", print_help=False)
        if opts.worst < 0:
            raise UsageError("--worst takes a number of pages", print_help=False)
        corpus = Path(args[0])
        try:
            labels = load_corpus(corpus)
        except Misuse as error:
            raise UsageError(str(error), print_help=False) from error
        output = _open(Path(opts.output), corpus) if opts.output else None

        guards: Counter[str] = Counter()
        finish, now = Finish(Spider, self.settings), datetime.now(UTC)
        ours = Run(lambda body, url: read_ours(body, url, now, finish, guards))
        parsing, runs = Run(parse_only), {"zhuanzai": ours}
        if opts.against:
            for noisy in ("trafilatura", "htmldate"):
                logging.getLogger(noisy).setLevel(logging.CRITICAL + 1)
            runs[opts.against] = Run(read_theirs)
        # What is imported and compiled for the first page is no page's cost.
        for run in (parsing, *runs.values()):
            Run(run.read).take(labels[0], (corpus.parent / labels[0].html_path).read_bytes())
        guards.clear()
        gc.freeze()  # nor is looking through what is loaded
        for label in tqdm(labels, unit="page", leave=False, disable=not sys.stderr.isatty()):
            body = (corpus.parent / label.html_path).read_bytes()
            for run in (parsing, *runs.values()):
                run.take(label, body)

        if output is not None:
            with output:
                _write(output, labels, ours)
        for name, run in runs.items():
            print(report.accuracy(name, labels, run), end="\n\n")
            print(report.decisions(name, labels, run), end="\n\n")
        print(report.cost(len(labels), {"lxml parse": parsing, **runs}), end="\n\n")
        print(report.guards(guards))
        if opts.worst:
            print(f"\n{report.worst(labels, ours, opts.worst)}")
        self.exitcode = 1 if ours.crashed else 0


def _open(path: Path, corpus: Path) -> TextIO:
    """Open the file to write, before the work."""
    if path.exists() and path.samefile(corpus):
        raise UsageError("-o would overwrite the corpus", print_help=False)
    try:
        return path.open("w", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error}", print_help=False) from error


def _write(output: TextIO, labels: Sequence[Label], run: Run) -> None:
    """One line a page: its fields as the page shows them, or the reason why it was refused."""
    for label in labels:
        values = {"id": label.id, **asdict(run.predictions[label.id])}
        del values["detail"]
        if not values["refused"]:
            del values["refused"]
        output.write(json.dumps(values, ensure_ascii=False) + "\n")
