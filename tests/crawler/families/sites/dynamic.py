"""A local site whose answers depend on query and form, as the list APIs of platforms do."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from crawler.demo.server import Answer
from tests.conftest import Scrapy


class Asked(NamedTuple):
    """One request."""

    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]


class DynamicSite:
    """Answers with what `answer(asked)` makes; None is a 404. Keeps the requests, in order."""

    def __init__(self, answer: Callable[[Asked], Answer | None], port: int) -> None:
        self.answer = answer
        self.port = port
        self.requests: list[Asked] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def asked_for(self, path: str) -> list[Asked]:
        return [asked for asked in self.requests if asked.path == path]


@contextmanager
def serve(answer: Callable[[Asked], Answer | None]) -> Iterator[DynamicSite]:
    """Serve on a free port of 127.0.0.1 while the `with` block runs."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            asked = Asked(
                self.command,
                parts.path,
                dict(parse_qsl(parts.query, keep_blank_values=True)),
                dict(parse_qsl(body, keep_blank_values=True)),
            )
            site.requests.append(asked)
            status, headers, content = site.answer(asked) or (404, {}, "页面不存在".encode())
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site = DynamicSite(answer, server.server_port)
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Crawled:
    """What `scrapy crawl channel -a url=…` alone made of a site."""

    site: DynamicSite
    status: int
    figures: dict[str, Any]
    posts: dict[str, dict[str, Any]]
    """Title -> what is stored."""


def crawl(site: DynamicSite, path: str, data: Path) -> Crawled:
    """Crawl the list at `path` into a new store below `data`."""
    url = f"url={site.url}{path}"
    status, figures, _ = Scrapy(data, f"127.0.0.1:{site.port}").crawl("channel", "-a", url)
    store = sqlite3.connect(data / "store.db")
    store.row_factory = sqlite3.Row
    rows = store.execute(
        "SELECT revisions.*, records.url FROM revisions JOIN records ON revision_id = revisions.id"
    ).fetchall()
    store.close()
    posts = {row["title"]: dict(row) for row in rows}
    for post in posts.values():
        post["attachments"] = [file["name"] for file in json.loads(post["attachments"])]
    return Crawled(site, status, figures, posts)
