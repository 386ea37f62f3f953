"""The sample server: what the demo and the end-to-end tests stand on."""

import os
import socket
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from lxml.html import fromstring

from crawler.demo.server import SITE, SiteServer

PAGE = "<meta charset=gb2312>示例".encode("gb18030")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "secret.txt").write_text("outside")
    folder = tmp_path / "site"
    (folder / "tzgg").mkdir(parents=True)
    (folder / "tzgg" / "index.html").write_bytes(PAGE)
    (folder / "附件.pdf").write_bytes(b"%PDF-1.4")
    return folder


@pytest.fixture
def server(root: Path) -> Iterator[SiteServer]:
    with SiteServer(root) as server:
        yield server


def get(
    server: SiteServer, path: str, headers: dict[str, str] | None = None, method: str = "GET"
) -> tuple[HTTPResponse, bytes]:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=5)
    try:
        connection.request(method, path, headers=headers or {})
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def test_folder_is_its_index_page_byte_for_byte_and_without_charset(server: SiteServer) -> None:
    response, body = get(server, "/tzgg/?from=list")
    assert (response.status, body) == (200, PAGE)
    assert response.headers["Content-Type"] == "text/html"
    assert server.requests == [("GET", "/tzgg/", 200)]


def test_file_gets_its_content_type(server: SiteServer) -> None:
    response, body = get(server, "/%E9%99%84%E4%BB%B6.pdf")
    assert (response.headers["Content-Type"], body) == ("application/pdf", b"%PDF-1.4")


@pytest.mark.parametrize("url", ["http://www.sample.example/tzgg/", "http://other.example/tzgg/"])
def test_as_proxy_the_path_alone_decides(server: SiteServer, url: str) -> None:
    assert get(server, url)[1] == PAGE
    assert server.requests == [("GET", "/tzgg/", 200)]


def test_https_through_the_proxy_is_refused_and_seen(server: SiteServer) -> None:
    response, _ = get(server, "mp.weixin.qq.com:443", method="CONNECT")
    assert response.status == 405
    assert server.requests == [("CONNECT", "mp.weixin.qq.com:443", 405)]


@pytest.mark.parametrize("validator", ["ETag", "Last-Modified"])
def test_known_version_is_not_sent_again(server: SiteServer, root: Path, validator: str) -> None:
    conditional = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}[validator]
    first, _ = get(server, "/tzgg/")
    known = {conditional: first.headers[validator]}
    again, body = get(server, "/tzgg/", known)
    assert (again.status, body) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]

    page = root / "tzgg" / "index.html"
    stat = page.stat()
    page.write_bytes(PAGE + b"!")
    os.utime(page, (stat.st_atime, stat.st_mtime + 10))
    assert get(server, "/tzgg/", known)[0].status == 200


def test_etag_goes_before_the_date(server: SiteServer) -> None:
    stale = {"If-None-Match": '"other"', "If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}
    assert get(server, "/tzgg/", stale)[0].status == 200


@pytest.mark.parametrize(
    "path",
    ["/missing.html", "/tzgg", "/", "/../secret.txt", "/tzgg/%2e%2e/%2E%2E/secret.txt", "/%00"],
)
def test_what_is_not_in_the_folder_is_404(server: SiteServer, path: str) -> None:
    response, body = get(server, path)
    assert response.status == 404
    assert b"outside" not in body


def test_link_out_of_the_folder_is_404(server: SiteServer, root: Path) -> None:
    (root / "link.txt").symlink_to(root.parent / "secret.txt")
    assert get(server, "/link.txt")[0].status == 404


def test_head_sends_no_body(server: SiteServer) -> None:
    response, body = get(server, "/tzgg/", method="HEAD")
    assert (response.status, body) == (200, b"")
    assert response.headers["Content-Length"] == str(len(PAGE))


def test_connection_is_kept(server: SiteServer) -> None:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=5)
    ports = set()
    for path in ("/tzgg/", "/missing", "/tzgg/"):
        connection.request("GET", path)
        connection.getresponse().read()
        assert isinstance(connection.sock, socket.socket)
        ports.add(connection.sock.getsockname()[1])
    connection.close()
    assert len(ports) == 1


def test_answers_come_before_files_and_may_change(server: SiteServer) -> None:
    server.answers["/tzgg/"] = (503, {"Retry-After": "3"}, b"busy")
    response, body = get(server, "/tzgg/")
    assert (response.status, response.headers["Retry-After"], body) == (503, "3", b"busy")
    server.answers["/tzgg/"] = lambda headers: (200, {}, str(headers["User-Agent"]).encode())
    assert get(server, "/tzgg/", {"User-Agent": "test"})[1] == b"test"
    del server.answers["/tzgg/"]
    assert get(server, "/tzgg/")[1] == PAGE


def test_nothing_is_written_to_the_terminal(
    server: SiteServer, capfd: pytest.CaptureFixture[str]
) -> None:
    get(server, "/tzgg/")
    with socket.create_connection(("127.0.0.1", server.port)) as rude:
        rude.sendall(b"GET /tzgg/ HTTP/1.1\r\n\r\n")
    assert capfd.readouterr() == ("", "")


def test_sample_site_is_complete() -> None:
    """Every page that the lists of the sample site name is there."""
    with SiteServer(SITE) as server:
        for path in ("/", "/robots.txt", "/zgxc/gddt/", "/zgxc/gddt/index_2.html", "/tzgg/"):
            assert get(server, path)[0].status == 200
    linked = {
        path
        for page in SITE.rglob("index*.html")
        for path in _own_links(page.read_text(encoding="utf-8"), page)
    }
    assert len(linked) > 18
    assert [path for path in sorted(linked) if not (SITE / path.lstrip("/")).exists()] == []


def _own_links(text: str, page: Path) -> Iterator[str]:
    base = f"http://www.sample.example/{page.relative_to(SITE)}"
    for element, _, link, _ in fromstring(text).iterlinks():
        url = urlsplit(urljoin(base, link))
        if url.netloc == "www.sample.example" and element.tag != "form":
            yield url.path
