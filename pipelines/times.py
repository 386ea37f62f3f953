"""Times as columns of the store keep them: ISO 8601 text, to the second, that sorts like time."""

from __future__ import annotations

from datetime import UTC, datetime

from crawler.reading.dates import CST


def in_utc(at: datetime) -> str:
    """An aware time as the ledger keeps it."""
    return at.astimezone(UTC).isoformat(timespec="seconds")


def in_cst(at: datetime) -> str:
    """An aware time as records keep it: in China's, which readers are shown."""
    return at.astimezone(CST).isoformat(timespec="seconds")
