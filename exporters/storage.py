"""Files that are complete or absent: written aside, synced, renamed."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from scrapy import Spider
from scrapy.extensions.feedexport import FileFeedStorage

_ASIDE = ".zhuanzai-{}.tmp"


@contextlib.contextmanager
def written_whole(path: Path) -> Iterator[IO[bytes]]:
    """A file to write to that takes the place of `path` at the end, or never if that fails.

    Args:
        path: a regular file or one that is not there yet; its folder is made. A link is followed.

    Raises:
        OSError: the folder cannot be written to, or `path` is no regular file.
    """
    path = path.resolve()
    if path.exists() and not path.is_file():
        raise IsADirectoryError(f"{path} is not a regular file")
    path.parent.mkdir(parents=True, exist_ok=True)
    sweep(path.parent)
    file = open_aside(path.parent)
    try:
        yield file
        put_in_place(file, path)
    except BaseException:
        file.close()
        Path(file.name).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def open_aside(folder: Path) -> IO[bytes]:
    """A new hidden file in a folder, with the permissions of any new file.

    It is locked until it is closed: that tells `sweep` that it is no leftover.
    """
    file = (folder / _ASIDE.format(secrets.token_hex(8))).open("xb")
    fcntl.flock(file, fcntl.LOCK_EX)
    return file


def put_in_place(file: IO[bytes], path: Path) -> None:
    """Bring what `open_aside` gave to disk and rename it to `path`, in the same folder."""
    file.flush()
    os.fsync(file.fileno())
    Path(file.name).replace(path)
    file.close()


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sweep(folder: Path) -> None:
    """Remove what killed writers left aside in a folder; files still being written stay."""
    for path in folder.glob(_ASIDE.format("*")):
        with contextlib.suppress(BlockingIOError, FileNotFoundError), path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink(missing_ok=True)


class AtomicFileFeedStorage(FileFeedStorage):
    """Scrapy's file storage, except that a feed that overwrites appears whole or not at all.

    For the setting FEED_STORAGES, schemes `""` and `file`. Appending, and writing to what is no
    regular file (/dev/stdout), stay as they are in Scrapy.
    """

    def open(self, spider: Spider) -> IO[bytes]:
        path = Path(self.path).resolve()
        if self.write_mode == "ab" or (path.exists() and not path.is_file()):
            return super().open(spider)
        path.parent.mkdir(parents=True, exist_ok=True)
        sweep(path.parent)
        self._aside = open_aside(path.parent)
        return self._aside

    def store(self, file: IO[bytes]) -> Any:
        if file is not getattr(self, "_aside", None):
            return super().store(file)
        path = Path(self.path).resolve()
        put_in_place(file, path)
        sync_folder(path.parent)
        return None
