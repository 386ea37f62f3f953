"""Manifests are written and read a file a line, whatever their size."""

import json
from pathlib import Path

import pytest

from exporters.catalogue import File
from exporters.edition import Manifest, read_manifest


def edition() -> Manifest:
    manifest = Manifest("site", "a1", {"media": True}, first=3, last=9, usable=2, checked=2)
    manifest.files["posts/b.html"] = File("bb", 2, "7")
    manifest.files["index.html"] = File("aa", 1)
    manifest.stale = ["posts/c.html"]
    return manifest


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "edition.json"
    path.write_bytes(b"".join(edition().encode()))
    assert list(json.loads(path.read_text())["files"]) == ["index.html", "posts/b.html"]
    read = read_manifest(path)
    assert read is not None
    assert b"".join(read.encode()) == path.read_bytes()
    assert dict(read.files) == dict(edition().files)
    assert read.summary() == edition().summary()
    alone = read_manifest(path, files=False)
    assert alone is not None
    assert (alone.stale, len(alone.files)) == (["posts/c.html"], 0)


@pytest.mark.parametrize("indent", [None, 2])
def test_layout_of_others_and_of_earlier_versions(tmp_path: Path, indent: int | None) -> None:
    path = tmp_path / "edition.json"
    path.write_text(json.dumps(json.loads(b"".join(edition().encode())), indent=indent))
    read = read_manifest(path)
    assert read is not None
    assert dict(read.files) == dict(edition().files)


@pytest.mark.parametrize("cut", [10, -2, -4, -5, -20])
def test_torn_manifest_is_none_of_ours(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "edition.json"
    path.write_bytes(b"".join(edition().encode())[:cut])
    with pytest.raises(FileExistsError, match="no manifest of ours"):
        read_manifest(path)


def test_empty_edition(tmp_path: Path) -> None:
    path = tmp_path / "edition.json"
    path.write_bytes(b"".join(Manifest("site").encode()))
    assert json.loads(path.read_text())["files"] == {}
    read = read_manifest(path)
    assert read is not None
    assert len(read.files) == 0
