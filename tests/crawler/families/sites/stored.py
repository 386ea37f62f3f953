"""What a crawl of a test's site left behind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.conftest import Scrapy


def exported(scrapy: Scrapy, tmp_path: Path, home: str) -> dict[str, dict[str, Any]]:
    """Path of the post's URL -> its record as exported."""
    out = tmp_path / "posts.jsonl"
    done = scrapy("export", "jsonl", "-o", str(out))
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in out.read_text().splitlines()]
    return {record["url"].removeprefix(home): record for record in found}


def sentences(title: str, count: int = 5) -> str:
    """Paragraphs that name their title."""
    return "".join(
        f"<p>　　{title}的第{n}段，讲这件事的经过和结果。</p>" for n in range(1, count + 1)
    )
