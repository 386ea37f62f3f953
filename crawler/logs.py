"""Log lines that nothing read from a page, and no secret, can spoil."""

from __future__ import annotations

import logging
import re
from typing import Any, Self

from scrapy.crawler import Crawler
from scrapy.logformatter import LogFormatter

# Line ends, terminal escapes, bidi controls: what makes a line look like another, or like two.
_UNSAFE = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
# The part before the host; a slash ends it on the web, but not for every database driver.
_PASSWORDS = (
    re.compile(r"\b(https?://[^\s:/@'\"]*):[^\s/'\"]+@", re.I),
    re.compile(r"\b((?!https?:)[a-z][a-z0-9+.-]*://[^\s:/@'\"]*):[^\s'\"]+@", re.I),
)


def one_line(text: str) -> str:
    """The text with line ends and controls written as escapes: `\\n`, `\\x1b`."""
    return _UNSAFE.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)


def without_secrets(text: str) -> str:
    """The text without the passwords of URLs: `postgresql://user:***@host/`."""
    for password in _PASSWORDS:
        text = password.sub(r"\1:***@", text)
    return text


class _Record(logging.LogRecord):
    """A record whose message is one line without secrets, whoever logs and formats it."""

    def getMessage(self) -> str:
        return one_line(without_secrets(super().getMessage()))


class _Formatter(logging.Formatter):
    """Marks the lines of a traceback: one may end in whatever a page contains."""

    def __init__(self, formatter: logging.Formatter) -> None:
        super().__init__(formatter._fmt, formatter.datefmt)

    def format(self, record: logging.LogRecord) -> str:
        record.exc_text = None  # what another formatter may have made of it
        return super().format(record)

    def formatException(self, info: Any) -> str:
        lines = without_secrets(super().formatException(info)).split("\n")
        return "\n".join(f"  | {one_line(line)}" for line in lines)


class SafeLogFormatter(LogFormatter):
    """Scrapy's, made first of all of a crawl's parts: it makes the whole log safe."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        logging.setLogRecordFactory(_Record)
        for handler in logging.root.handlers:
            if type(handler.formatter) is logging.Formatter:
                handler.setFormatter(_Formatter(handler.formatter))
        return super().from_crawler(crawler)
