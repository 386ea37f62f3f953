"""What a crawl reports waits here, to be written together: a transaction costs more than a row."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import Any

from crawler.items import Article, Capture, Listing, Visit

logger = logging.getLogger(__name__)

_BATCH = 100  # reports
_BYTES = 8 * 1024 * 1024  # of bodies that wait
_WAIT = 0.5  # seconds that a report may wait for company

Report = Article | Visit | Listing


class ReportQueue:
    """Writes every 100 reports, every 8 MB, every half second, and when it is told to."""

    def __init__(self, write: Callable[[list[Report]], list[Any]]) -> None:
        """`write`: in one transaction; it returns a result for every report, or raises."""
        self._write = write
        self._queue: list[tuple[Report, asyncio.Future[Any] | None]] = []
        self._waiting_bytes = 0
        self._timer: asyncio.TimerHandle | None = None

    def put(self, report: Report, future: asyncio.Future[Any] | None = None) -> None:
        """Queue a report; `future` gets its result, or what was raised for it alone."""
        self._queue.append((report, future))
        self._waiting_bytes += sum(len(capture.body) for capture in captures_of(report))
        if len(self._queue) >= _BATCH or self._waiting_bytes >= _BYTES:
            self.flush()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_WAIT, self.flush)

    def flush(self) -> None:
        """Write what waits, in one transaction.

        If it fails, the reports are tried one by one: a bad one costs no other.
        """
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        queue, self._queue, self._waiting_bytes = self._queue, [], 0
        if not queue:
            return
        try:
            results = self._write([report for report, _ in queue])
        except Exception as error:
            if len(queue) > 1:
                logger.warning("a batch of %d failed, trying one by one: %s", len(queue), error)
                for entry in queue:
                    self._queue = [entry]
                    self.flush()
            elif (future := queue[0][1]) is not None:
                future.set_exception(error)
            else:
                raise
            return
        for (_, future), result in zip(queue, results, strict=True):
            if future is not None and not future.done():
                future.set_result(result)


def captures_of(report: Report) -> Iterable[Capture]:
    """The responses that a report was read from."""
    if isinstance(report, Listing):
        return (report.capture,) if report.capture else ()
    return report.captures
