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
# The part before the host; a slash or a quote ends it on the web, but not for every database
# driver. All is bounded: what pages contain may stand here.
_PASSWORDS = (
    re.compile(r"((?:(?<=http)|(?<=https))://[^\s:/@'\"]{0,100}:)[^\s/'\"]{1,2000}(@)", re.I),
    re.compile(r"((?<!http)(?<!https)://[^\s:/@]{0,100}:)\S{1,2000}(@)", re.I),
    re.compile(r"(password['\"]?\s?[:=]\s?['\"]?)[^\s&'\",}]+()", re.I),
)
_LONGEST = 10_000  # characters of a line
_BEHIND = 3000  # what a password that begins in it may need to be known by


def one_line(text: str) -> str:
    """The text with line ends and controls written as escapes: `\\n`, `\\x1b`."""
    return _UNSAFE.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)


def without_secrets(text: str) -> str:
    """The text without passwords: `postgresql://user:***@host/`, `password=***`."""
    for password in _PASSWORDS:
        text = password.sub(r"\1***\2", text)
    return text


def _safe(text: str) -> str:
    """Both, and cut where it is too long."""
    line = one_line(without_secrets(text[: _LONGEST + _BEHIND])[:_LONGEST])
    return line if len(text) <= _LONGEST else f"{line}… ({len(text)} characters)"


class _Record(logging.LogRecord):
    """A record whose message is one line without secrets, whoever logs and formats it."""

    def getMessage(self) -> str:
        return _safe(super().getMessage())


class _Formatter(logging.Formatter):
    """Marks the lines of a traceback: one may end in whatever a page contains."""

    def __init__(self, formatter: logging.Formatter) -> None:
        super().__init__(formatter._fmt, formatter.datefmt)

    def format(self, record: logging.LogRecord) -> str:
        record.exc_text = None  # what another formatter may have made of it
        return super().format(record)

    def formatException(self, info: Any) -> str:
        lines = super().formatException(info).split("\n")
        return "\n".join(f"  | {_safe(line)}" for line in lines)


class SafeLogFormatter(LogFormatter):
    """Scrapy's, made first of all of a crawl's parts: it makes the whole log safe."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        logging.setLogRecordFactory(_Record)
        for handler in logging.root.handlers:
            if type(handler.formatter) is logging.Formatter:
                handler.setFormatter(_Formatter(handler.formatter))
        return super().from_crawler(crawler)
