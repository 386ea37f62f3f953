"""A web server for a folder of raw pages, on this machine only: for the demo and for tests."""

from __future__ import annotations

import hashlib
import mimetypes
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import Message
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Self
from urllib.parse import unquote, urlsplit

SITE = Path(__file__).parent / "site"
"""The sample site: an invented city's organisation department, `www.sample.example`."""

Answer = tuple[int, dict[str, str], bytes]
"""Status, headers, body."""
_NOT_FOUND: Answer = (
    HTTPStatus.NOT_FOUND,
    {"Content-Type": "text/html"},
    '<!DOCTYPE html><meta charset="utf-8"><title>404</title><h1>页面不存在</h1>'.encode(),
)


class SiteServer:
    """Serves `root` on a free port of 127.0.0.1 while the `with` block runs.

    Also answers as an HTTP proxy (`GET http://any.host/path`): the path alone decides. HTML goes
    out without a charset, as on many government sites, so that the page's own meta tag counts.

    Args:
        root: a folder laid out by URL path; `/x/` is `x/index.html`.
        answers: path -> what to answer instead of the file, or a function that makes the answer
            from the request's headers. May be changed while the server runs.
    """

    def __init__(
        self, root: Path, answers: dict[str, Answer | Callable[[Message], Answer]] | None = None
    ) -> None:
        self.root = root.resolve()
        self.answers = answers if answers is not None else {}
        self.requests: list[tuple[str, str, int]] = []
        """What was served, in order: (method, path without query, status)."""

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.site = self
        # The default of 0.5 s is how long leaving the block would take.
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        return self._server.server_port

    @property
    def url(self) -> str:
        """Address of the root, with the slash at its end."""
        return f"http://127.0.0.1:{self.port}/"

    def answer(self, path: str, headers: Message) -> Answer:
        """The answer for a path as it stands in the request line, query cut off."""
        if special := self.answers.get(path):
            return special(headers) if callable(special) else special
        file = self._file(unquote(path))
        if file is None:
            return _NOT_FOUND
        body = file.read_bytes()
        etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
        changed = datetime.fromtimestamp(int(file.stat().st_mtime), UTC)
        validators = {"ETag": etag, "Last-Modified": format_datetime(changed, usegmt=True)}
        if _is_known(headers, etag, changed):
            return HTTPStatus.NOT_MODIFIED, validators, b""
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        return HTTPStatus.OK, {"Content-Type": kind, **validators}, body

    def _file(self, path: str) -> Path | None:
        """The file behind a path; None where there is none, or it lies outside of the root."""
        if "\0" in path:
            return None
        file = self.root / (path + "index.html" if path.endswith("/") else path).lstrip("/")
        return file if file.resolve().is_relative_to(self.root) and file.is_file() else None


def _is_known(headers: Message, etag: str, changed: datetime) -> bool:
    """Whether the client has this version (RFC 9110, 13.2.2: If-None-Match goes first)."""
    if known := headers.get("If-None-Match"):
        return etag in (tag.strip().removeprefix("W/") for tag in known.split(","))
    try:
        return parsedate_to_datetime(headers.get("If-Modified-Since", "")) >= changed
    except (TypeError, ValueError):
        return False


class _Server(ThreadingHTTPServer):
    site: SiteServer

    def handle_error(self, request: object, client_address: object) -> None:
        # A client that hangs up is its own affair; anything else is a fault here.
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    # Head and body in one packet: two make every answer wait 40 ms for the client's ACK.
    wbufsize = -1

    def do_GET(self) -> None:
        path = urlsplit(self.path).path or "/"
        self._send(path, *self.server.site.answer(path, self.headers))

    do_HEAD = do_GET

    def do_CONNECT(self) -> None:
        """https through the proxy: refused, and in the list of requests for tests to see."""
        self._send(self.path, HTTPStatus.METHOD_NOT_ALLOWED, {}, b"")

    def _send(self, path: str, status: int, headers: dict[str, str], body: bytes) -> None:
        self.server.site.requests.append((self.command, path, int(status)))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: the demo's own lines are what its reader wants to see."""
