import gzip
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from warcio.archiveiterator import ArchiveIterator

from crawler.items import Capture
from pipelines.archive import Archive, ArchiveError
from pipelines.database import writing
from tests.conftest import NOW

HEADERS = (("Content-Type", "text/html"), ("Transfer-Encoding", "chunked"), ("ETag", '"1"'))


def capture(body: bytes = b"<p>1</p>", url: str = "http://a.example/1", days: int = 0) -> Capture:
    return Capture.of(url, NOW + timedelta(days=days), 200, HEADERS, body)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    made = Archive(tmp_path / "archive", 100_000)
    yield made
    made.close()


def keep(archive: Archive, store: Engine, *captures: Capture) -> None:
    with writing(store).begin() as connection:
        archive.keep(connection, captures)


def files(archive: Archive) -> list[Path]:
    return sorted(archive.folder.glob("*"))


def test_what_was_kept_comes_back(archive: Archive, store: Engine) -> None:
    raw = gzip.compress("<p>压缩的正文</p>".encode("gb18030"))
    kept = Capture.of(
        "http://a.example/1", NOW, 200, (("Content-Encoding", "gzip"), ("ETag", '"1"')), raw
    )
    keep(archive, store, kept)
    back = archive.load(store, kept.sha256)
    assert back is not None
    assert (back.url, back.fetched_at, back.body) == (kept.url, kept.fetched_at, raw)
    assert (back.header("content-encoding"), back.header("ETag")) == ("gzip", '"1"')
    assert archive.load(store, "0" * 64) is None


def test_standard_readers_open_the_files(archive: Archive, store: Engine) -> None:
    keep(archive, store, capture(), capture(days=1), capture(b"<p>2</p>", "http://a.example/2"))
    (path,) = files(archive)
    with path.open("rb") as file:
        records = [
            (r.rec_type, r.rec_headers.get_header("WARC-Target-URI"), r.content_stream().read())
            for r in ArchiveIterator(file, check_digests="raise")
        ]
    assert [r[0] for r in records] == ["warcinfo", "response", "revisit", "response"]
    assert [r[2] for r in records[1:]] == [b"<p>1</p>", b"", b"<p>2</p>"]
    assert path.read_bytes().count(b"\x1f\x8b\x08") == 4  # a gzip member a record
    with gzip.open(path) as plain:
        assert plain.read().startswith(b"WARC/1.1\r\n")


def test_a_payload_is_kept_once(archive: Archive, store: Engine) -> None:
    body = bytes(range(256)) * 40
    keep(archive, store, capture(body))
    keep(archive, store, capture(body, "http://a.example/copy", days=3))
    with store.connect() as connection:
        rows = connection.execute(text("SELECT revisit FROM captures ORDER BY id")).scalars().all()
    assert [bool(row) for row in rows] == [False, True]
    newest = archive.load(store, capture(body).sha256)
    assert newest is not None
    assert (newest.url, newest.body) == ("http://a.example/copy", body)
    assert newest.fetched_at == NOW + timedelta(days=3)


def test_the_capture_of_a_certain_time(archive: Archive, store: Engine) -> None:
    """The same bytes came from several places, at several times."""
    twin = capture(url="http://a.example/twin")
    keep(archive, store, capture(), twin, capture(days=3))
    sha256 = twin.sha256

    def found(at: datetime, url: str) -> tuple[str, datetime]:
        back = archive.load(store, sha256, at, url)
        assert back is not None
        return back.url, back.fetched_at

    assert found(NOW, twin.url) == (twin.url, NOW)
    assert found(NOW, "http://a.example/1") == ("http://a.example/1", NOW)
    assert found(NOW + timedelta(days=1), twin.url)[1] == NOW + timedelta(days=3)


def test_files_are_rolled_by_size(archive: Archive, store: Engine) -> None:
    noise = random.Random(1)
    bodies = [noise.randbytes(60_000) for _ in range(4)]
    for body in bodies:
        keep(archive, store, capture(body))
    assert len(files(archive)) == 2
    for body in bodies:
        back = archive.load(store, capture(body).sha256)
        assert back is not None
        assert back.body == body


def test_what_no_transaction_committed_is_cut_off(archive: Archive, store: Engine) -> None:
    keep(archive, store, capture())
    (path,) = files(archive)
    whole = path.read_bytes()
    archive.close()
    for torn in (b"\x1f\x8b\x08\x00torn member", gzip.compress(b"WARC/1.1 and no commit")):
        path.write_bytes(whole + torn)
        assert archive.recover(store) == len(torn)
        assert path.read_bytes() == whole
    lost = path.with_name("zhuanzai-20240101000000-00000000.warc.gz")
    lost.write_bytes(gzip.compress(b"nothing of it was committed"))
    archive.recover(store)
    assert files(archive) == [path]
    keep(archive, store, capture(b"<p>after</p>"))
    assert files(archive) == [path]  # the file goes on


def test_a_file_in_use_is_left_alone(archive: Archive, store: Engine) -> None:
    keep(archive, store, capture())
    other = Archive(archive.folder, archive.file_size)
    assert other.recover(store) == 0
    keep(other, store, capture(b"<p>2</p>"))
    assert len(files(archive)) == 2
    other.close()


def test_a_failed_transaction_leaves_no_bytes(archive: Archive, store: Engine) -> None:
    keep(archive, store, capture())
    before = files(archive)[0].read_bytes()
    with writing(store).begin() as connection:
        archive.keep(connection, [capture(b"<p>2</p>")])
        connection.rollback()
    archive.take_back(store)
    assert files(archive)[0].read_bytes() == before
    keep(archive, store, capture(b"<p>3</p>"))
    back = archive.load(store, capture(b"<p>3</p>").sha256)
    assert back is not None
    assert back.body == b"<p>3</p>"


def test_old_files_go_unless_a_younger_capture_needs_them(archive: Archive, store: Engine) -> None:
    archive.file_size = 1  # a file a transaction
    keep(archive, store, capture(b"<p>needed</p>"))
    keep(archive, store, capture(b"<p>old</p>"))
    keep(archive, store, capture(b"<p>needed</p>", days=90))
    assert len(files(archive)) == 3
    assert len(archive.expire(store, NOW + timedelta(days=100), 30)) == 1
    assert archive.load(store, capture(b"<p>old</p>").sha256) is None
    needed = archive.load(store, capture(b"<p>needed</p>").sha256)
    assert needed is not None
    assert needed.body == b"<p>needed</p>"


def test_a_missing_file_is_named(archive: Archive, store: Engine) -> None:
    keep(archive, store, capture())
    (path,) = files(archive)
    path.unlink()
    with pytest.raises(ArchiveError, match=path.name):
        archive.load(store, capture().sha256)


def test_dates_are_utc(archive: Archive, store: Engine) -> None:
    at = datetime.fromisoformat("2024-08-25T10:00:00.5+08:00")
    keep(archive, store, Capture.of("http://a.example/", at, 200, (), b"x"))
    with gzip.open(files(archive)[0]) as plain:
        assert b"WARC-Date: 2024-08-25T02:00:00.500000Z" in plain.read()
