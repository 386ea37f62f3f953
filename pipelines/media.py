"""Our own copies of pictures and attachments, where they were mirrored."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path

from crawler.items import Record


def media_name(url: str) -> str:
    """Name of a copy without its ending: it depends on the address alone."""
    return hashlib.sha1(url.encode(), usedforsecurity=False).hexdigest()


class Media:
    """The folder that the crawl's mirroring pipelines fill: `media_name(url)` and an ending."""

    def __init__(self, folder: Path) -> None:
        self._files: dict[str, Path] = {}
        if folder.is_dir():
            whole = (path for path in folder.iterdir() if not path.name.startswith("."))
            self._files = {path.stem: path for path in whole}

    def find(self, url: str) -> Path | None:
        """The copy of what stands at an address."""
        return self._files.get(media_name(url))

    def of(self, record: Record) -> list[Path]:
        """All copies that a record's body and attachments need."""
        urls = [*(i.url for i in record.images), *(file.url for file in record.attachments)]
        return [path for url in urls if (path := self.find(url))]

    def linked(self, place: str, used: Callable[[str, Path], None]) -> Callable[[str], str | None]:
        """A finder for `shown_body`.

        Args:
            place: of the copies, relative to the page; ends with a slash or is empty.
            used: is told name and path of every copy that is asked for.
        """

        def find(url: str) -> str | None:
            path = self.find(url)
            if path is None:
                return None
            used(path.name, path)
            return place + path.name

        return find


def purge_media(folder: Path, urls: Iterable[str]) -> int:
    """Remove the copies of what stands at these addresses; how many there were."""
    media = Media(folder)
    paths = {path for url in urls if (path := media.find(url))}
    for path in paths:
        path.unlink(missing_ok=True)
    return len(paths)
