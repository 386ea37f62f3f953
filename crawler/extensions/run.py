"""The figures of a run: they add up, they decide the exit status, they are kept in the store."""

from __future__ import annotations

import time
from typing import Any

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.items import Article
from crawler.reread import read_copies
from crawler.source import SourceSpider

_OUTCOMES = ("created", "revised", "restored", "merged", "held", "unchanged")


class RunExtension:
    """Counts what happened; leaves `run/figures` and `run/exit` in the stats.

    The exit status is 1 when a callback raised, a list had no rows or could not be fetched,
    robots were unreachable, nothing at all could be fetched, the run was interrupted, or the
    figures do not add up.
    """

    def __init__(self, crawler: Crawler) -> None:
        assert crawler.stats is not None
        self.stats = crawler.stats
        self.errors = 0
        self.began = time.monotonic()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RunExtension:
        extension = cls(crawler)
        for handler, signal in (
            (extension.spider_opened, signals.spider_opened),
            (extension.spider_closed, signals.spider_closed),
            (extension.spider_error, signals.spider_error),
            (extension.item_error, signals.item_error),
            (extension.item_dropped, signals.item_dropped),
        ):
            crawler.signals.connect(handler, signal=signal)
        return extension

    def spider_opened(self, spider: Spider) -> None:
        self.began = time.monotonic()
        if isinstance(spider, SourceSpider):
            arguments = {k: v for k, v in vars(spider).items() if k in _ARGUMENTS}
            run = spider.ledger.start_run(spider.name, arguments, spider.now())
            self.stats.set_value("run/id", run)

    def spider_error(self, failure: Failure, response: Response, spider: Spider) -> None:
        self.errors += 1
        callback = response.request.callback if response.request else None
        if isinstance(spider, SourceSpider) and callback == spider.parse_article:
            self.stats.inc_value("deferred/callback_error")

    def item_error(self) -> None:
        self.errors += 1
        self.stats.inc_value("deferred/pipeline_error")

    def item_dropped(self, item: Any, exception: Exception, spider: Spider) -> None:
        if held := getattr(exception, "held", None):
            self.stats.inc_value(f"held/{held}")
        elif not hasattr(exception, "record_id"):  # of a copy, which is counted where it is stored
            reason = getattr(exception, "reason", "dropped")
            self.stats.inc_value(f"refused/{reason}")
            if isinstance(item, Article) and isinstance(spider, SourceSpider):
                spider.outcomes.dropped(item, reason)

    def spider_closed(self, spider: Spider, reason: str) -> None:
        left = self._balance(spider, reason) if isinstance(spider, SourceSpider) else 0
        if isinstance(spider, SourceSpider):
            self._settle(spider)
        figures = self._figures(spider)
        problems = self._problems(figures) if isinstance(spider, SourceSpider) else []
        if self.errors:
            problems.insert(0, f"{self.errors} callbacks or pipelines raised, see the log")
        if reason != "finished":
            why = "interrupted" if reason == "shutdown" else f"closed: {reason}"
            problems.append(f"{why}, {left} listed posts are left for the next run")
        figures["outcome"] = "failed" if problems else "done"
        figures["problems"] = problems
        self.stats.set_value("run/figures", figures)
        self.stats.set_value("run/exit", 1 if problems else 0)
        if isinstance(spider, SourceSpider):
            if reason == "finished" and not self.errors:
                spider.lists.finish()
            spider.ledger.finish_run(figures["run"], figures["outcome"], figures, spider.now())
            spider.ledger.close()

    def _balance(self, spider: SourceSpider, reason: str) -> int:
        """Square the figures of a run that was cut in two; returns how many posts it left.

        What an interrupted run did not come to is deferred. With a JOBDIR it comes back in the
        next run, which did not list it.
        """
        state = getattr(spider, "state", {})  # Scrapy keeps it in JOBDIR
        gap = self._listed() - self._accounted()
        earlier = state.get("left", 0)
        self.stats.inc_value("run/listed", min(earlier, max(-gap, 0)))
        left = max(gap, 0) if reason != "finished" else 0
        state["left"] = earlier + left if reason != "finished" else 0
        if left:
            self.stats.inc_value("deferred/interrupted", left)
        return left

    def _settle(self, spider: SourceSpider) -> None:
        """Withdraw what is gone, and remove what the archive need not keep."""
        settings = spider.crawler.settings
        settlement = spider.ledger.settle(
            spider.name,
            spider.now(),
            settings.getint("GONE_SIGHTINGS"),
            settings.getfloat("GONE_MIN_HOURS"),
            lists=bool(
                self.stats.get_value("run/lists") or not self.stats.get_value("run/lists_failed")
            ),
        )
        self.stats.set_value("run/withdrawn", settlement.withdrawn)
        self.stats.set_value("run/suspect", settlement.suspect)
        self.stats.set_value("run/frozen", settlement.frozen)
        if articles := list(read_copies(settlement.copies, settings)):
            for outcome, what in spider.ledger.adopt(articles, spider.now()):
                if outcome in ("created", "restored"):
                    self.stats.inc_value("run/taken_over")
                elif outcome == "held":
                    self.stats.inc_value(f"held/{what}")
        spider.ledger.expire(spider.now(), settings.getint("ARCHIVE_DAYS"))

    def _listed(self) -> int:
        return int(self.stats.get_value("run/listed", 0))

    def _accounted(self) -> int:
        stats = self.stats.get_stats()
        return sum(int(stats.get(f"store/{name}", 0)) for name in _OUTCOMES) + sum(
            sum(_below(stats, prefix).values()) for prefix in ("refused/", "deferred/")
        )

    def _figures(self, spider: Spider) -> dict[str, Any]:
        stats = self.stats.get_stats()

        def count(key: str) -> int:
            return int(stats.get(key, 0))

        outcomes = {name: count(f"store/{name}") for name in _OUTCOMES}
        seconds = time.monotonic() - self.began
        verified = spider.crawler.settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES")
        return {
            "run": stats.get("run/id"),
            "source": spider.name,
            "listed": count("run/listed"),
            "stored": sum(outcomes.values()) - outcomes["unchanged"],
            **outcomes,
            "held_for": _below(stats, "held/"),
            "refused": _below(stats, "refused/"),
            "deferred": _below(stats, "deferred/"),
            "skipped": count("run/skipped"),
            "not_due": count("run/not_due"),
            "withdrawn": count("run/withdrawn"),
            "taken_over": count("run/taken_over"),
            "suspect": count("run/suspect"),
            "lists": count("run/lists"),
            "guards": _below(stats, "article/guard/"),
            "missing": _below(stats, "article/missing/"),
            "requests": _by_host(_below(stats, "request/")),
            "certificates": "verified" if verified else "not verified",
            "seconds": round(seconds, 1),
        }

    def _problems(self, figures: dict[str, Any]) -> list[str]:
        problems = []
        if failed := self.stats.get_value("run/lists_failed"):
            problems.append(f"{failed} lists failed; {self.stats.get_value('run/problem')}")
        if unreachable := self.stats.get_value("robots/unreachable"):
            problems.append(f"robots.txt of {unreachable} hosts could not be had")
        if frozen := self.stats.get_value("run/frozen"):
            problems.append(f"nothing was withdrawn, the source is frozen: {frozen}")
        stopped = _below(self.stats.get_stats(), "stopped/")
        problems += [f"{host} is left alone: {why}" for host, why in stopped.items()]
        counts = figures["requests"].values()
        answered = any(status < "400" for statuses in counts for status in statuses)
        if not answered:
            problems.append("nothing could be fetched")
        if self._listed() != self._accounted():
            problems.append(f"{self._listed()} listed, {self._accounted()} accounted for")
        return problems


_ARGUMENTS = ("channel", "since", "max_pages", "url")


def _by_host(counts: dict[str, Any]) -> dict[str, dict[str, int]]:
    """`host/outcome` -> count, as host -> outcome -> count."""
    hosts: dict[str, dict[str, int]] = {}
    for key, count in counts.items():
        host, _, outcome = key.rpartition("/")
        hosts.setdefault(host, {})[outcome] = count
    return hosts


def _below(stats: dict[str, Any], prefix: str) -> dict[str, Any]:
    return {
        key.removeprefix(prefix): value
        for key, value in sorted(stats.items())
        if key.startswith(prefix)
    }
