"""A hostile site: one handler a trap, by raw sockets where HTTP has to be broken.

`TRAPS` is the catalogue: which risk a page stands for, how it is served, and what has to become
of it. Good posts stand between the traps, and have to be stored whatever happens around them.
"""

from __future__ import annotations

import gzip
import socket
import socketserver
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from itertools import count
from random import Random
from threading import Thread
from typing import Self

from crawler.demo.server import Answer
from tests.site import article, html, listing

Raw = Callable[[socket.socket], None]
"""Answers a request that was read, on its connection."""

STORED = "stored"
HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
PAGE = article("一篇没有传完的文章标题")[2]


class RawServer:
    """Answers by path; what it has no answer for is counted, and answered by 404."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer | Raw] = {}
        self.fallback: Callable[[str], Answer] | None = None
        self.requests: list[str] = []
        """Targets of the requests, in order."""
        self.times: list[float] = []
        """When they came."""

    def __enter__(self) -> Self:
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with suppress(OSError):
                    while outer.handle(self.request):
                        pass

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True
            block_on_close = False
            request_queue_size = 100

        self._server = Server(("127.0.0.1", 0), Handler)
        Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def handle(self, connection: socket.socket) -> bool:
        """Answer one request; False when the connection is used up."""
        head = b""
        while b"\r\n\r\n" not in head:
            if not (data := connection.recv(65536)):
                return False
            head += data
        target = head.split(b" ", 2)[1].decode("latin-1")
        self.requests.append(target)
        self.times.append(time.monotonic())
        path = target.split("?")[0]
        answer = self.answers.get(path)
        if answer is None:
            answer = self.fallback(target) if self.fallback else html("<h1>404</h1>", 404)
        if callable(answer):
            answer(connection)
            return False
        status, headers, body = answer
        lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in headers.items())]
        lines += [f"Content-Length: {len(body)}", "", ""]
        connection.sendall("\r\n".join(lines).encode("latin-1") + body)
        return True


# --- broken answers ------------------------------------------------------------------------------


def send(*pieces: bytes) -> Raw:
    """Send these bytes and hang up."""

    def answer(connection: socket.socket) -> None:
        for piece in pieces:
            connection.sendall(piece)

    return answer


def endless(piece: bytes, first: bytes = HTTP + b"\r\n", pause: float = 0.0) -> Raw:
    """Send a piece again and again, until the client has enough."""

    def answer(connection: socket.socket) -> None:
        connection.sendall(first)
        while True:
            connection.sendall(piece)
            if pause:
                time.sleep(pause)

    return answer


def hang(connection: socket.socket) -> None:
    """Say nothing until the client goes."""
    while connection.recv(65536):
        pass


def reset(connection: socket.socket) -> None:
    """Break the connection off (RST)."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def bomb(size: int, wbits: int = 31) -> bytes:
    """`size` bytes of zeros, compressed a thousand times smaller."""
    squeeze = zlib.compressobj(9, wbits=wbits)
    piece = bytes(1 << 20)
    return b"".join(squeeze.compress(piece) for _ in range(size >> 20)) + squeeze.flush()


def encoded(body: bytes, encoding: str) -> Answer:
    return 200, {"Content-Type": "text/html", "Content-Encoding": encoding}, body


def redirect(location: str, status: int = 302) -> Answer:
    return status, {"Location": location}, b""


def refresh(url: str) -> Answer:
    return html(f'<html><head><meta http-equiv="refresh" content="0;url={url}"></head></html>')


def later(seconds: float) -> Answer:
    """503 with Retry-After as a date, by a server whose clock is a day slow."""
    now = datetime.now(UTC) - timedelta(days=1)
    date = format_datetime(now, usegmt=True)
    until = format_datetime(now + timedelta(seconds=seconds), usegmt=True)
    return 503, {"Content-Type": "text/html", "Date": date, "Retry-After": until}, b"busy"


def once(first: Answer | Raw, then: Answer) -> Raw:
    """Another answer from the second request on."""
    asked = count()

    def answer(connection: socket.socket) -> None:
        given = first if next(asked) == 0 else then
        if callable(given):
            given(connection)
            return
        status, headers, body = given
        lines = [f"HTTP/1.1 {status} X", *(f"{k}: {v}" for k, v in headers.items())]
        lines += ["Connection: close", f"Content-Length: {len(body)}", "", ""]
        connection.sendall("\r\n".join(lines).encode() + body)

    return answer


# --- the catalogue -------------------------------------------------------------------------------


@dataclass(slots=True, frozen=True)
class Trap:
    """One page of the site."""

    name: str
    risk: int
    """Number in the table of `tests/crawler/test_hostile.py`."""
    outcome: str
    """STORED, or the reason for which it is refused or deferred."""
    answer: Answer | Raw | None = None
    """None: the row of the list leads elsewhere, to `href`."""
    href: str = ""
    title: str = ""
    """Of the row, and of the article that is stored; "" is one made of the name."""

    @property
    def shown(self) -> str:
        return self.title or f"陷阱{self.name}的完整标题"


CHARACTERS = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面"
SCRIPT = "<script>fetch(`/hit`)</script>"
EVIL = "'\"><img src=x onerror=fetch(`/hit`)><svg onload=fetch(`/hit`)>"


def words(seed: str) -> str:
    """Paragraphs that no other page has anything like."""
    chance = Random(seed)
    return "".join(f"<p>　　{''.join(chance.choices(CHARACTERS, k=60))}。</p>" for _ in range(8))


def _xss(name: str, risk: int, body: str, title: str = "", **parts: str) -> Trap:
    shown = title or f"陷阱{name}的完整标题"
    page = article(escape(shown), body=words(name) + body, **parts)
    return Trap(name, risk, STORED, page, title=shown)


def traps(canary: int, bomb_size: int = 64 << 20) -> Iterator[Trap]:
    """The catalogue.

    Args:
        canary: port of 127.0.0.1 at which nothing may ever be asked.
        bomb_size: bytes that a bomb decompresses to; a multiple of 2^20.
    """
    inside = f"127.0.0.1:{canary}"
    # 1, 2: robots.txt has tests of its own; here are pages that it disallows.
    for n in range(6):
        yield Trap(
            f"robots-{n}", 1, "robots_disallowed", article(), f"/admin/content/post_{n}.html"
        )
    # 3: servers that are busy
    good = article("忙过以后的一篇文章标题", body=words("busy"))
    yield Trap("retry-seconds", 3, STORED, once((429, {"Retry-After": "1"}, b""), good))
    good = article("按日期等过以后的文章标题", body=words("date"))
    yield Trap("retry-date", 3, STORED, once(later(1), good))
    yield Trap("retry-absurd", 3, "retry_after", (503, {"Retry-After": "99999999999"}, b""))
    yield Trap("retry-nonsense", 3, "http_429", (429, {"Retry-After": "-1"}, b""))
    # 4: away from home
    for n, host in enumerate(
        [
            *(inside, f"127.1:{canary}", f"2130706433:{canary}", f"0x7f000001:{canary}"),
            *(f"0177.0.0.1:{canary}", f"0.0.0.0:{canary}", f"localhost:{canary}"),
            *(f"[::1]:{canary}", f"[::ffff:127.0.0.1]:{canary}", f"localtest.me:{canary}"),
            *("169.254.169.254", "[fd00:ec2::254]", "100.100.100.200", "192.168.0.1", "10.0.0.1"),
        ]
    ):
        yield Trap(
            f"link-{n}", 4, "other_host", None, f"http://{host}/latest/content/post_{n}.html"
        )
    for n, url in enumerate(
        ["file:///etc/passwd", "ftp://127.0.0.1:x/a.html", "data:text/html,<h1>x</h1>", "smb://a/b"]
    ):
        yield Trap(f"scheme-{n}", 4, "other_scheme", None, url)
    yield Trap("link-user", 4, "other_host", None, f"http://www.gdzz.gov.cn@{inside}/x/post_1.html")
    yield Trap("to-canary", 4, "other_host", redirect(f"http://{inside}/x.html"))
    yield Trap("to-metadata", 4, "other_host", redirect("http://169.254.169.254/latest/meta-data/"))
    yield Trap("to-odd", 4, "other_host", redirect(f"//127.1:{canary}/x.html", 307))
    yield Trap("to-file", 4, "bad_redirect", redirect("file:///etc/passwd"))
    yield Trap("to-nonsense", 4, "bad_redirect", redirect("http://[::1"))
    yield Trap("refresh-canary", 4, "other_host", refresh(f"http://{inside}/x.html"))
    yield Trap("refresh-file", 4, "empty_body", refresh("file:///etc/passwd"))
    yield Trap("refresh-data", 4, "empty_body", refresh("data:text/html,<h1>x</h1>"))
    yield Trap("loop", 4, "too_many_redirects", redirect("/tzgg/content/loop.html"))
    # 5, 6: without end
    yield Trap("bomb-gzip", 5, "too_big", encoded(bomb(bomb_size), "gzip"))
    yield Trap("bomb-deflate", 5, "too_big", encoded(bomb(bomb_size, 15), "deflate"))
    yield Trap(
        "bomb-layers", 5, "bad_encoding", encoded(gzip.compress(bomb(bomb_size)), "gzip, gzip")
    )
    yield Trap("unasked", 5, "bad_encoding", encoded(b"\x0b\x02\x80", "br"))
    yield Trap("endless", 5, "too_big", endless(b"<p>" + b"x" * 65533))
    length = HTTP + b"Content-Length: 99999999999\r\n\r\n"
    yield Trap("endless-said", 5, "too_big", endless(b"x" * 65536, length))
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    chunked = HTTP + b"Transfer-Encoding: chunked\r\n\r\n"
    yield Trap("endless-chunks", 5, "too_big", endless(chunk, chunked))
    yield Trap("many-tags", 5, "too_big", html("<p>" + "<b>" * 5_000_000))
    yield Trap("slow", 5, "timeout", endless(b"x", HTTP + b"Content-Length: 9999\r\n\r\n", 0.2))
    yield Trap("slow-head", 5, "timeout", endless(b"X", b"HTTP/1.1 200 OK\r\nA: ", 0.2))
    yield Trap("hang", 5, "timeout", hang)
    yield Trap("reset", 5, "failed", reset)
    header = b"X-Header: " + b"y" * 1000 + b"\r\n"
    yield Trap("endless-head", 6, "too_big", endless(header, HTTP))
    continued = b"HTTP/1.1 100 Continue\r\n\r\n"
    yield Trap("endless-100", 6, "too_big", endless(continued * 100, continued))
    # 7: cut off
    half = PAGE[: len(PAGE) * 2 // 3]
    yield Trap("cut", 7, "truncated", send(HTTP + b"Content-Length: %d\r\n\r\n" % len(PAGE) + half))
    piece = b"%x\r\n%s\r\n" % (len(half), half)
    yield Trap("cut-chunk", 7, "truncated", send(chunked + piece))
    yield Trap("cut-open", 7, "truncated", send(HTTP + b"Connection: close\r\n\r\n" + half))
    part = {"Content-Type": "text/html", "Content-Range": f"bytes 0-{len(PAGE)}/99999"}
    yield Trap("part", 7, "truncated", (206, part, PAGE))
    yield Trap("no-change", 7, "http_304", (304, {}, b""))
    squeezed = gzip.compress(PAGE)
    yield Trap("cut-gzip", 7, "truncated", encoded(squeezed[: len(squeezed) * 2 // 3], "gzip"))
    squeezed = zlib.compress(PAGE)
    yield Trap("cut-deflate", 7, "truncated", encoded(squeezed[:-50], "deflate"))
    # 5, 17: what readers choke on
    block = f"<script type='application/ld+json'>{'[' * 100_000}</script>"
    yield _xss("json-deep", 5, block)
    yield _xss("digits", 5, f"<p><img src='/1.png' width={'9' * 5000}></p>")
    for name, headers in (
        ("header-nul", {"ETag": '"a\0b"', "Last-Modified": "\0"}),
        ("header-cookies", {"Set-Cookie": "a=1; Domain=.com.cn"}),
    ):
        title = f"陷阱{name}的完整标题"
        status, said, body = article(title, body=words(name))
        yield Trap(name, 17, STORED, (status, said | headers, body), title=title)
    # 11-13, 16-20: code in the text
    yield _xss(
        "script",
        11,
        f"<p>正文{SCRIPT}<a href='javascript:fetch(`/hit`)' onclick=fetch(`/hit`)>链接</a></p>",
    )
    yield _xss("title", 11, "", f"标题里有代码{SCRIPT}{EVIL}的文章")
    yield _xss("source", 11, "", source="某报&lt;script&gt;fetch(`/hit`)&lt;/script&gt;")
    yield _xss(
        "colon",
        11,
        "<p><a href='javascript&colon;fetch(`/hit`)'>一</a><a href='java&#10;script:fetch(`/hit`)'>二</a></p>",
    )
    yield _xss(
        "frames", 11, "<iframe src='//e.example/'></iframe><object data=x></object><embed src=x>"
    )
    yield _xss(
        "form", 11, "<form action='//e.example/'><input name=password><button>登</button></form>"
    )
    yield _xss(
        "mutation",
        12,
        "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=fetch(`/hit`)&gt;'>"
        "</mglyph></table></mtext></math><noscript><p title='</noscript><img src=x onerror=fetch(`/hit`)>'></noscript>",
    )
    yield _xss(
        "style",
        12,
        "<style>body{background:url(//e.example/x)}</style><p style='background:url(//e.example/y)'>三</p>",
    )
    yield _xss(
        "twice", 13, "<p>两次转义：&amp;lt;script&amp;gt;fetch(`/hit`)&amp;lt;/script&amp;gt;</p>"
    )
    yield _xss("control", 16, "<p>控制&#x1F;字符&#0;和\x0b\x1f\x7f\u0085\ufffe也在</p>")
    yield _xss("surrogate", 17, "<p>代理&#xD800;字符&#xDFFF;和\x00也在</p>")
    yield _xss("cdata", 16, "<p>]]&gt;<![CDATA[ <script>fetch(`/hit`)</script> ]]&gt;</p>")
    for n, formula in enumerate(
        ["=HYPERLINK(1)", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1", "＝1+1"]
    ):
        yield _xss(f"formula-{n}", 18, "", f"{formula}第{n}个公式一样的标题")
    yield _xss(
        "path",
        19,
        "<p><a href='/files/..%2f..%2fetc%2fpasswd.pdf'>../../../etc/passwd.pdf</a></p>",
        "../../../index.html第一个标题",
    )
    yield _xss("reserved", 19, "", "CON 和 index.html 一样的标题")
    yield _xss("bidi", 20, "", "请看\u202egpj.exe\u202c和\u200b零宽\u2066字符\U000e0041的标题")
    yield _xss(
        "template",
        20,
        "<p>{{ config }} {% include 'x' %} ${7*7} %(x)s {0} %s</p>",
        "{{ 7*7 }}模板的标题%s%(url)s{0}",
    )
    yield _xss(
        "sql", 20, "<p>'; DROP TABLE records; --</p>", "罗伯特'); DROP TABLE records;--的标题"
    )
    yield _xss(
        "shortcode", 20, "<p>[gallery ids='1'] &lt;!--more--&gt; &lt;?php phpinfo(); ?&gt;</p>"
    )
    yield _xss("log", 20, "", "一行\r\n2026-01-01 ERROR: 假的日志\x1b[31m行的标题")
    # 4, 11: addresses that readers' browsers would follow
    yield _xss(
        "addresses",
        4,
        f"<p><img src='http://{inside}/hit.png'><img src='http://192.168.1.1/reboot'><img src='http://0x7f.1/'>"
        "<img src='http://router.local/'><img src='data:image/svg+xml,<svg onload=fetch(`/hit`)>'>"
        f"<a href='http://[::1]:{canary}/'>一</a><a href='http://localhost:{canary}/a.pdf'>附件一.pdf</a>"
        f"<a href='http://{inside}\\@www.gdzz.gov.cn/hit'>二</a><a href='http://127.0.0.1\u00ad/hit'>三</a>"
        "<a href='http://u:s3cret@a.example/'>四</a></p>",
    )
    yield _xss("picture", 11, "<p><img src='http://pictures.example/1.png'></p>")
    yield _xss(
        "hidden",
        13,
        "<div style='display:none'>看不见的广告一</div><p hidden>看不见的广告二</p>"
        "<p style='font-size:0'>看不见的广告三</p><p style='position:absolute;left:-9999px'>看不见的广告四</p>"
        "<p style='opacity:0'>看不见的广告五</p><style>.gone{display:none}</style><p class='gone'>看不见的广告六</p>",
    )
    # 23: no articles
    yield Trap("empty", 23, "empty_page", html(""))
    yield Trap("soft-404", 23, "soft_404", html("<title>提示</title><p>您访问的页面不存在</p>"))
    yield Trap("login", 23, "login_wall", html("<title>登录</title><p>请先登录后查看</p>"))
    yield Trap("pdf", 23, "not_html", (200, {"Content-Type": "text/html"}, b"%PDF-1.7 xxxx"))
    script = "<script>document.cookie='__jsl_clearance=1';location.reload()</script>"
    yield Trap("challenge", 23, "challenge", html(script))
    yield Trap("challenge-412", 23, "http_412", html(script, 412))
    yield Trap("forbidden", 23, "http_403", html("no", 403))
    yield Trap("broken", 23, "http_500", html("no", 500))
    yield Trap("gone", 23, "http_404", html("no", 404))
    # deep pages stop parsers or stacks
    yield Trap("deep", 23, "empty_body", html("<div>" * 50_000))
    # lists lead to such addresses
    circle = "/a/b" * 10
    yield Trap("circle", 23, "trap", None, f"{circle}/content/post_1.html")
    yield Trap("long", 23, "trap", None, f"/tzgg/content/{'x' * 3000}.html")


def good(number: int) -> tuple[str, Answer]:
    """Title and page of a good post."""
    title = f"第{number}篇好好的文章标题"
    return title, article(
        title, body=words(title), minute=f"2024-{1 + number % 12:02}-{1 + number % 28:02} 09:00"
    )


def build(server: RawServer, canary: int, bomb_size: int = 64 << 20) -> dict[str, str]:
    """Put the whole site on a server: four channels, a good post after every second trap.

    Returns:
        Path of each post -> what has to become of it; of good ones STORED.
    """
    outcomes: dict[str, str] = {}
    rows: list[tuple[str, str, str]] = []
    server.answers["/robots.txt"] = (
        200,
        {"Content-Type": "text/plain"},
        b"User-agent: *\nDisallow: /admin/\n",
    )
    for number, trap in enumerate(traps(canary, bomb_size)):
        href = trap.href or f"/tzgg/content/{trap.name}.html"
        rows.append((href, trap.shown, "2024-08-25"))
        if trap.answer is not None:
            server.answers[href] = trap.answer
        outcomes[href] = trap.outcome
        if number % 2:
            title, page = good(number)
            path = f"/tzgg/content/post_{number}.html"
            rows.append((path, title, "2024-08-24"))
            server.answers[path] = page
            outcomes[path] = STORED
    pages = [rows[i : i + 40] for i in range(0, len(rows), 40)]
    for number, part in enumerate(pages, start=1):
        name = "" if number == 1 else f"index_{number}.html"
        following = f"/tzgg/index_{number + 1}.html" if number < len(pages) else ""
        escaped = [(escape(href), escape(title), date) for href, title, date in part]
        server.answers[f"/tzgg/{name}"] = listing(escaped, following)
    title, page = good(1000)
    server.answers["/calendar/content/post_1.html"] = page
    outcomes["/calendar/content/post_1.html"] = STORED
    server.fallback = _made_up
    return outcomes


def _made_up(target: str) -> Answer:
    """Lists without end: whatever page of them is asked for is there, and has a next one."""
    path = target.split("?")[0]
    folder, _, name = path.strip("/").partition("/")
    page = int("".join(filter(str.isdigit, name)) or 1)
    if folder not in ("calendar", "session", "deeper") or "content" in name:
        return html("<h1>404</h1>", 404)
    month = datetime(2026, 12, 1, tzinfo=UTC) + timedelta(days=31 * page)
    rows = {
        # a page a month, for ever
        "calendar": [
            (
                f"/calendar/content/post_{page * 100 + n}.html",
                f"第{page}月第{n}天的安排是什么",
                f"{month:%Y-%m}-{n:02}",
            )
            for n in range(1, 4)
        ],
        # the same posts under a new address at every sight
        "session": [
            (
                f"/session/content/post_{n}.html?k={time.monotonic_ns()}",
                f"第{n}篇总是一样的文章",
                "2024-08-25",
            )
            for n in range(1, 5)
        ],
        # a folder more on every page
        "deeper": [
            (
                f"/deeper{'/x' * page}/content/post_{page * 10 + n}.html",
                f"第{page}层的第{n}篇文章标题",
                "2024-08-25",
            )
            for n in range(1, 5)
        ],
    }[folder]
    if folder == "calendar" and page == 1:
        rows.insert(0, ("/calendar/content/post_1.html", good(1000)[0], "2024-08-25"))
    return listing(rows, f"/{folder}/index_{page + 1}.html")
