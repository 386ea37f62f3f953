"""What the operator asked of a crawl: the `-a` arguments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from crawler.errors import Misuse

_MAX_PAGES = 1000  # of one list: what is longer is a trap


@dataclass(slots=True, frozen=True)
class Options:
    """The arguments, read."""

    channels: list[str]
    """Column paths of the lists to be walked, where no `url` is given."""
    every_channel: bool
    since: date | None
    max_pages: int
    url: str | None


def read_options(
    arguments: Mapping[str, str], *, name: str, home: str, channels: Mapping[str, str]
) -> Options:
    """Check the `-a` arguments; `name`, `home` and `channels` are those of the source.

    Raises:
        Misuse: an unknown argument, or a value that makes no sense.
    """
    # scrapyd adds _job and _version to every run.
    unknown = set(arguments) - {"channel", "since", "max_pages", "url", "_job", "_version"}
    if unknown:
        raise Misuse(
            f"unknown argument {', '.join(sorted(unknown))}:"
            " -a takes channel, since, max_pages and url"
        )
    url = arguments.get("url")
    if url and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname):
        raise Misuse(f"url={url} is no http(s) URL")
    if url and "@" in urlsplit(url).netloc:
        raise Misuse("url= has a user name, which no site would be sent: leave it out")
    if not url and not (home and channels):
        raise Misuse("this source declares no channels: say which list with -a url=URL")
    try:
        since = date.fromisoformat(arguments["since"]) if "since" in arguments else None
    except ValueError:
        raise Misuse(f"since={arguments['since']} is no date like 2024-08-01") from None
    pages = arguments.get("max_pages")
    if pages is not None and not (pages.isdecimal() and int(pages) > 0):
        raise Misuse(f"max_pages={pages} is no number above 0")
    asked = list(channels)
    if wanted := arguments.get("channel"):
        asked = [path for path in asked if wanted.strip("/") in (path, path.rpartition("/")[2])]
        if not asked:
            raise Misuse(f"channel={wanted}: {name} has {', '.join(channels)}")
    limit = int(pages) if pages else _MAX_PAGES
    return Options(asked, "channel" not in arguments, since, limit, url)
