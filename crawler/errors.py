"""Why a request is not made or a page not kept; `reason` is what runs count by."""

from __future__ import annotations

from scrapy.exceptions import IgnoreRequest


class Misuse(ValueError):
    """The operator asked for something that does not exist: exit status 2."""


class Refused(IgnoreRequest):
    """A request that must not be made: it will not be made later either."""

    def __init__(self, reason: str, url: str) -> None:
        super().__init__(f"{url}: {reason}")
        self.reason = reason


class Deferred(IgnoreRequest):
    """A request that must not be made now."""

    def __init__(self, reason: str, url: str) -> None:
        super().__init__(f"{url}: {reason}")
        self.reason = reason
