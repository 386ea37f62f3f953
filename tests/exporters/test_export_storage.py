import os
import subprocess
import sys
from pathlib import Path
from typing import IO, cast

import pytest
from scrapy import Spider

from exporters.storage import AtomicFileFeedStorage, written_whole

NO_SPIDER = cast("Spider", None)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_file_takes_its_place_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "new" / "out.jsonl"
    with written_whole(path) as file:
        file.write(b"one")
        assert not path.exists()
    assert path.read_bytes() == b"one"
    assert names(path.parent) == ["out.jsonl"]


def test_failure_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_bytes(b"before")

    def write_half(file: IO[bytes]) -> None:
        file.write(b"half")
        file.flush()
        raise EOFError

    with pytest.raises(EOFError), written_whole(path) as file:
        write_half(file)
    assert path.read_bytes() == b"before"
    assert names(tmp_path) == ["out.jsonl"]


def test_new_file_has_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    umask = os.umask(0o027)
    try:
        with written_whole(tmp_path / "out"):
            pass
    finally:
        os.umask(umask)
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o640


def test_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with written_whole(tmp_path / "link") as file:
        file.write(b"one")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"one"


def test_device_and_folder_are_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(IsADirectoryError), written_whole(path):
            pass
    assert names(tmp_path) == ["pipe"]


def test_leftover_of_a_killed_writer_goes_and_a_living_one_stays(tmp_path: Path) -> None:
    killed = (
        "import os, signal, sys; from pathlib import Path;"
        "from exporters.storage import written_whole\n"
        "with written_whole(Path(sys.argv[1])) as file:\n"
        "    file.write(b'half'); file.flush(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    path = tmp_path / "out"
    subprocess.run([sys.executable, "-c", killed, str(path)], cwd=Path(__file__).parents[2])
    (leftover,) = names(tmp_path)
    assert leftover != "out"
    with written_whole(path) as one, written_whole(path) as two:
        assert leftover not in names(tmp_path)
        one.write(b"one")
        two.write(b"two")
    assert path.read_bytes() == b"one"  # closed last
    assert names(tmp_path) == ["out"]


def test_overwriting_feed_is_complete_or_absent(tmp_path: Path) -> None:
    path = tmp_path / "feeds" / "out.jsonl"
    storage = AtomicFileFeedStorage(path.as_uri(), feed_options={"overwrite": True})
    file = storage.open(NO_SPIDER)
    file.write(b"one")
    file.flush()
    assert not path.exists()
    storage.store(file)
    assert path.read_bytes() == b"one"
    assert names(path.parent) == ["out.jsonl"]
    assert file.closed


def test_overwriting_feed_that_is_never_stored_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_bytes(b"before")
    storage = AtomicFileFeedStorage(str(path), feed_options={"overwrite": True})
    with storage.open(NO_SPIDER) as file:
        file.write(b"half")
    assert path.read_bytes() == b"before"


def test_appending_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    for text in (b"one\n", b"two\n"):
        storage = AtomicFileFeedStorage(str(path), feed_options={"overwrite": False})
        file = storage.open(NO_SPIDER)
        file.write(text)
        storage.store(file)
    assert path.read_bytes() == b"one\ntwo\n"


def test_feed_to_a_device_is_written_through(tmp_path: Path) -> None:
    storage = AtomicFileFeedStorage("/dev/null", feed_options={"overwrite": True})
    file = storage.open(NO_SPIDER)
    file.write(b"one")
    storage.store(file)
    assert Path("/dev/null").is_char_device()
