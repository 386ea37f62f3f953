"""Search without a server: one script that holds the posts it searches.

A page opened from a disk may load scripts, but nothing else; so the data stand in the script.
"""

from __future__ import annotations

import heapq
from typing import Any

import orjson

from crawler.items import Record

_BUDGET = 600_000  # characters of text: about 2 MB, 1 MB as a web server sends it


class SearchIndex:
    """Titles, sources and document numbers of all posts, and the text of the newest ones.

    Chinese has no spaces between words: the script looks for the very characters, in the text
    itself, which needs no index and finds any word.
    """

    def __init__(self) -> None:
        self._rows: list[tuple[Any, list[str]]] = []
        self._texts: list[tuple[Any, str, str]] = []
        self._size = 0

    def add(self, record: Record, date: str, order: Any) -> None:
        """A usable record; `order` grows with its newness."""
        row = [record.id, record.title or "", date[:10], record.section or ""]
        row += [record.source or "", record.doc_number or ""]
        self._rows.append((order, row))
        text = record.text or ""
        heapq.heappush(self._texts, (order, record.id, text))
        self._size += len(text)
        while self._size > _BUDGET and len(self._texts) > 1:
            self._size -= len(heapq.heappop(self._texts)[2])

    def script(self, code: bytes) -> bytes:
        """The script with its data, the newest post first."""
        texts = {record_id: text for _, record_id, text in self._texts}
        rows = [
            [*row, texts.get(row[0], "")]
            for _, row in sorted(self._rows, key=lambda pair: pair[0], reverse=True)
        ]
        return code.replace(b"/* posts */ []", orjson.dumps(rows))
