"""Why a request is not made or a page not kept; `reason` is what runs count by."""

from __future__ import annotations

import re

from scrapy.exceptions import (
    DownloadCancelledError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)

# What Scrapy and Twisted raise, by the words of this project; the first that fits counts.
_NAMES: dict[type[BaseException], str] = {
    DownloadCancelledError: "too_big",  # only what grows beyond its bounds is cancelled
    DownloadTimeoutError: "timeout",
    ResponseDataLossError: "truncated",
    IgnoreRequest: "too_many_redirects",  # by itself it is only raised for these
    ValueError: "bad_redirect",  # to something that is no URL
}


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


def name_of(error: BaseException) -> str:
    """The word by which runs count an error: its class in snake case, where it has no other."""
    if isinstance(error, Refused | Deferred):
        return error.reason
    for kind, word in _NAMES.items():
        if isinstance(error, kind):
            return word
    name = type(error).__name__.removesuffix("Error").removeprefix("Download")
    return re.sub(r"(?<!^)(?=[A-Z][a-z])", "_", name).lower()
