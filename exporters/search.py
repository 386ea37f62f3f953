"""Search without a server: one script that holds the posts it searches.

A page opened from a disk may load scripts, but nothing else; so the data stand in the script.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator

import orjson

from exporters.catalogue import Order, Post

_BUDGET = 600_000  # characters of text: about 2 MB, 1 MB as a web server sends it


class SearchIndex:
    """Titles, sources and document numbers of all posts, and the text of the newest ones.

    Chinese has no spaces between words: the script looks for the very characters, in the text
    itself, which needs no index and finds any word.
    """

    def __init__(self) -> None:
        self._texts: list[tuple[Order, str]] = []
        self._size = 0

    def add(self, order: Order, text: str) -> None:
        """The text of a post."""
        heapq.heappush(self._texts, (order, text))
        self._size += len(text)
        while self._size > _BUDGET and len(self._texts) > 1:
            self._size -= len(heapq.heappop(self._texts)[1])

    def script(self, code: bytes, posts: Iterable[Post]) -> Iterator[bytes]:
        """The script with its data, piece by piece, in the order of the posts."""
        texts = {order[-1]: text for order, text in self._texts}
        before, _, after = code.partition(b"/* posts */ []")
        yield before + b"["
        comma = b""
        for post in posts:
            row = [post.id, post.title, post.date[:10], post.section, post.source]
            yield comma + orjson.dumps([*row, post.doc_number, texts.get(post.id, "")])
            comma = b","
        yield b"]" + after
