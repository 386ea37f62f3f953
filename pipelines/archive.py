"""The archive: every response that was read, as it came, in WARC 1.1 files.

A file is a run of gzip members, one a record, so that each can be read by its offset. The index
(table `captures`) is written in the same transaction as what was made of the responses. What a
file holds beyond its index was never committed: a crash left it, and the next run cuts it off.

Standard: ISO 28500:2017 (WARC 1.1); identical payloads are `revisit` records. warcio escapes what
is not ASCII in HTTP headers (`%C3%A9`).
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Engine, delete, func, insert, select, update
from sqlalchemy.orm import aliased
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.items import Capture
from crawler.reading.urls import canonical_url
from pipelines import models
from pipelines.database import writing

_NAME = "zhuanzai-{:%Y%m%d%H%M%S}-{}.warc.gz"
_PATTERN = "zhuanzai-*.warc.gz"
_CHUNK = 500  # SQLite binds at most 32,766 values
_SAME = 10  # captures of one payload within a second
_SECOND = len("2024-08-25T01:02:03")
# Not kept: the body is whole and its length known, however it was sent.
_OF_THE_WIRE = ("transfer-encoding", "content-length", "connection", "keep-alive")


class ArchiveError(Exception):
    """A capture cannot be had from the archive; the message tells which file and why."""


class Archive:
    """The files of one folder, and their index in the store.

    A process appends to one file, which it locks; files are closed when they are full.
    """

    def __init__(self, folder: Path, file_size: int) -> None:
        """
        Args:
            folder: where the files are; made when the first response is kept.
            file_size: bytes after which the next file is begun.
        """
        self.folder = folder
        self.file_size = file_size
        self._file: IO[bytes] | None = None

    # --- writing -----------------------------------------------------------------------------

    def keep(self, connection: Connection, captures: Iterable[Capture]) -> None:
        """Append responses and index them in the caller's transaction.

        The bytes are on disk when this returns. If the transaction fails, the caller calls
        `take_back`.

        Raises:
            OSError: the folder cannot be written to.
        """
        rows: list[dict[str, Any]] = []
        kept: dict[str, Capture] = {}
        for capture in captures:
            file = self._open(capture.fetched_at)
            first = kept.get(capture.sha256) or _first(connection, capture.sha256)
            kept.setdefault(capture.sha256, capture)
            offset = file.tell()
            if first is None:
                _write_response(file, capture)
            else:
                _write_revisit(file, capture, first.url, _time(first.fetched_at))
            row = {
                "sha256": capture.sha256,
                "url": capture.url,
                "fetched_at": _iso(capture.fetched_at),
                "file": Path(file.name).name,
                "offset": offset,
                "length": file.tell() - offset,
                "revisit": first is not None,
            }
            rows.append(row)
        if rows and self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())
            connection.execute(insert(models.Capture), rows)

    def take_back(self, engine: Engine) -> None:
        """Cut off what was appended for a transaction that failed."""
        if self._file is not None:
            with engine.connect() as connection:
                _cut(self._file, _end(connection, Path(self._file.name).name))

    def close(self) -> None:
        """Unlock the file that was written to."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _open(self, at: datetime) -> IO[bytes]:
        if self._file is not None and self._file.tell() >= self.file_size:
            self.close()
        if self._file is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._file = self._unfinished() or self._begin(at)
        return self._file

    def _unfinished(self) -> IO[bytes] | None:
        """The newest file with room that no other process writes to, locked."""
        for path in sorted(self.folder.glob(_PATTERN), reverse=True):
            if path.stat().st_size < self.file_size and (file := _locked(path)) is not None:
                file.seek(0, os.SEEK_END)
                return file
        return None

    def _begin(self, at: datetime) -> IO[bytes]:
        path = self.folder / _NAME.format(at.astimezone(UTC), secrets.token_hex(4))
        file = path.open("xb")
        fcntl.flock(file, fcntl.LOCK_EX)
        writer = WARCWriter(file, gzip=True, warc_version="1.1")
        info = {"software": "zhuanzai", "format": "WARC File Format 1.1"}
        writer.write_record(writer.create_warcinfo_record(path.name, info))
        return file

    # --- keeping house -----------------------------------------------------------------------

    def recover(self, engine: Engine) -> int:
        """Cut off what no transaction committed; returns how many bytes. Files in use are left."""
        cut = 0
        with engine.connect() as connection:
            for path in self.folder.glob(_PATTERN):
                file = _locked(path)
                if file is None:
                    continue
                with file:
                    end = _end(connection, path.name)
                    if end == 0:
                        cut += path.stat().st_size
                        path.unlink()
                    else:
                        cut += _cut(file, end)
        return cut

    def expire(self, engine: Engine, now: datetime, days: int) -> list[str]:
        """Remove files of which all captures are older than `days`; returns their names.

        A file stays while a younger capture elsewhere refers to a payload in it.
        """
        limit = _iso(now - timedelta(days=days))
        capture, younger = models.Capture, aliased(models.Capture)
        needed = (
            select(capture.file)
            .join(younger, younger.sha256 == capture.sha256)
            .where(younger.fetched_at >= limit)
        )
        removed = []
        with writing(engine).begin() as connection:
            query = select(capture.file).where(capture.file.not_in(needed)).distinct()
            for name in connection.execute(query).scalars().all():
                path = self.folder / name
                file = _locked(path) if path.exists() else None
                if path.exists() and file is None:
                    continue
                connection.execute(delete(capture).where(capture.file == name))
                path.unlink(missing_ok=True)
                if file is not None:
                    file.close()
                removed.append(name)
        return removed

    def purge(
        self, connection: Connection, hashes: Collection[str], canonical_urls: Collection[str]
    ) -> int:
        """Remove captures, in the caller's transaction; returns how many.

        What else their files hold is copied to new files; once the transaction is committed,
        nothing refers to the old ones, and `recover` removes them.

        Args:
            connection: of a transaction that may write.
            hashes: payloads to remove, with every capture of them.
            canonical_urls: addresses of which every capture is to go.

        Raises:
            ArchiveError: a crawl writes to one of the files.
        """
        capture = models.Capture
        query = select(capture.id, capture.sha256, capture.url, capture.file)
        rows = connection.execute(query).all()
        payloads = {
            row.sha256
            for row in rows
            if row.sha256 in hashes or canonical_url(row.url) in canonical_urls
        }
        gone = [row for row in rows if row.sha256 in payloads]
        for start in range(0, len(gone), _CHUNK):
            ids = [row.id for row in gone[start : start + _CHUNK]]
            connection.execute(delete(capture).where(capture.id.in_(ids)))
        for name in {row.file for row in gone}:
            self._copy(connection, self.folder / name)
        return len(gone)

    def _copy(self, connection: Connection, path: Path) -> None:
        """Copy what is indexed of a file to a new one, and index it there."""
        capture = models.Capture
        old = _locked(path) if path.exists() else None
        if old is None:
            if path.exists():
                raise ArchiveError(f"{path} is in use: try again when no crawl runs")
            return
        query = select(capture.id, capture.offset, capture.length).where(capture.file == path.name)
        kept = connection.execute(query.order_by(capture.offset)).all()
        if not kept:
            old.close()
            return
        new = self._begin(datetime.now(UTC))
        with old, new:
            for row in kept:
                old.seek(row.offset)
                values = {"file": Path(new.name).name, "offset": new.tell()}
                new.write(old.read(row.length))
                connection.execute(update(capture).where(capture.id == row.id).values(values))
            new.flush()
            os.fsync(new.fileno())

    # --- reading -----------------------------------------------------------------------------

    def load(
        self, engine: Engine, sha256: str, at: datetime | None = None, url: str = ""
    ) -> Capture | None:
        """The newest capture of a payload, None where the index knows none.

        Args:
            at: the first one since then is wanted, to the second.
            url: of several in that second, the one of this URL.

        Raises:
            ArchiveError: its file is missing or damaged.
        """
        capture = models.Capture
        with engine.connect() as connection:
            query = select(*capture.__table__.c).where(capture.sha256 == sha256)
            newest = connection.execute(query.order_by(capture.id.desc()).limit(1)).first()
            if at is not None:
                since = query.where(capture.fetched_at >= _iso(at.replace(microsecond=0)))
                rows = connection.execute(since.order_by(capture.fetched_at).limit(_SAME)).all()
                newest = min(
                    rows, key=lambda row: (row.fetched_at[:_SECOND], row.url != url), default=newest
                )
            first = _first(connection, sha256)
        if newest is None:
            return None
        headers, body = self._read(newest)
        if newest.revisit:
            if first is None:
                raise ArchiveError(f"{newest.file}: the payload {sha256} is no longer kept")
            _, body = self._read(first)
        return Capture.of(
            newest.url,
            datetime.fromisoformat(newest.fetched_at),
            int(headers.get_statuscode()),
            tuple(headers.headers),
            body,
        )

    def _read(self, row: Any) -> tuple[Any, bytes]:
        path = self.folder / row.file
        try:
            with path.open("rb") as file:
                file.seek(row.offset)
                # Not decoded: the body is wanted as it came.
                record = next(iter(ArchiveIterator(file)))
                return record.http_headers, record.raw_stream.read()
        except (OSError, StopIteration) as error:
            raise ArchiveError(f"{path} at {row.offset}: {error or 'no record'}") from error


def _write_response(file: IO[bytes], capture: Capture) -> None:
    writer = WARCWriter(file, gzip=True, warc_version="1.1")
    record = writer.create_warc_record(
        capture.url,
        "response",
        payload=BytesIO(capture.body),
        length=len(capture.body),
        warc_headers_dict={
            "WARC-Date": _date(capture.fetched_at),
            "WARC-Payload-Digest": _digest(capture),
        },
        http_headers=_http_headers(capture),
    )
    writer.write_record(record)


def _write_revisit(file: IO[bytes], capture: Capture, url: str, at: datetime) -> None:
    writer = WARCWriter(file, gzip=True, warc_version="1.1")
    record = writer.create_revisit_record(
        capture.url,
        _digest(capture),
        url,
        _date(at),
        http_headers=_http_headers(capture),
        warc_headers_dict={"WARC-Date": _date(capture.fetched_at)},
    )
    writer.write_record(record)


def _http_headers(capture: Capture) -> StatusAndHeaders:
    known = capture.status in HTTPStatus._value2member_map_
    phrase = HTTPStatus(capture.status).phrase if known else ""
    kept = [header for header in capture.headers if header[0].lower() not in _OF_THE_WIRE]
    kept.append(("Content-Length", str(len(capture.body))))
    return StatusAndHeaders(f"{capture.status} {phrase}".strip(), kept, protocol="HTTP/1.1")


def _digest(capture: Capture) -> str:
    return f"sha256:{capture.sha256}"


def _first(connection: Connection, sha256: str) -> Any | None:
    """The index row of the record that holds a payload."""
    capture = models.Capture
    columns = select(*capture.__table__.c)
    query = columns.where(capture.sha256 == sha256, capture.revisit.is_(False))
    return connection.execute(query.limit(1)).first()


def _end(connection: Connection, name: str) -> int:
    """How far a file is committed, in bytes; 0 where nothing in it is."""
    capture = models.Capture
    query = select(func.max(capture.offset + capture.length)).where(capture.file == name)
    return connection.execute(query).scalar() or 0


def _locked(path: Path) -> IO[bytes] | None:
    """A file opened for writing and locked, None where another process has it."""
    file = path.open("r+b")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def _cut(file: IO[bytes], end: int) -> int:
    """Cut a file to a length; returns how many bytes went."""
    size = file.seek(0, os.SEEK_END)
    if size > end:
        file.truncate(end)
        file.seek(end)
    return max(0, size - end)


def _time(at: datetime | str) -> datetime:
    return datetime.fromisoformat(at) if isinstance(at, str) else at


def _date(at: datetime) -> str:
    """WARC-Date: UTC, as precise as it is known."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _iso(at: datetime) -> str:
    """As the index keeps it: UTC, so that text sorts like time."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")
