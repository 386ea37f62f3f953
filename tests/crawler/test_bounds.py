"""Addresses, streams, lists, logs: the guards of a crawl, one by one."""

import gzip
import logging
import socket
import ssl
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urljoin

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from scrapy import Request
from scrapy.http import Response
from scrapy.utils.project import get_project_settings
from scrapy.utils.test import get_crawler
from twisted.internet.address import IPv4Address

from crawler import resolver
from crawler.crawling.traps import Trail, is_trap
from crawler.errors import Deferred, Refused
from crawler.logs import SafeLogFormatter, one_line, without_secrets
from crawler.middlewares.compression import CompressionMiddleware
from crawler.middlewares.cookies import HostCookiesMiddleware
from crawler.reading.address import is_public, is_public_url
from crawler.reading.listing import Row
from crawler.reading.urls import canonical_url
from crawler.resolver import GuardedResolver
from tests.conftest import Scrapy
from tests.hostile import RawServer, bomb
from tests.site import channel

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)

# --- addresses -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "168.63.129.16",
        "fec0::1",
        "::127.0.0.1",
        "2001:4860::5efe:a00:1",
        "64:ff9b:1::a00:1",
        "2001::1",
        "192.0.0.8",
    ],
)
def test_not_public_either(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "0.0.0.0", "0"),
        *(
            "１２７.０.０.１",
            "127。0。0。1",
            "①②⑦.1",
            "%31%32%37.1",
            "localhost",
            "LOCALHOST.",
            "a.localhost",
        ),
        *(
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[fe80::1]",
            "[64:ff9b::7f00:1]",
            "[::",
        ),
        *(
            "router.local",
            "nas.lan",
            "db.internal",
            "intranet",
            "169.254.169.254",
            "100.100.100.200",
        ),
        *("999.999.999.999", "1.2.3.4.5", "192.168.1.1:8080", "user@10.0.0.1", "a.example@[::1]"),
        # a slash to browsers; what they drop; what ends a host once it is unescaped
        *("127.0.0.1\\@www.a.example", "127.0.0.1\u00ad", "127.0.0.1\ufe0f", "router.local\u00ad"),
        *("127.0.0.1%2f.a.example", "127.0.0.1%23.a.example", "a.default.svc"),
    ],
)
def test_addresses_inside_networks(host: str) -> None:
    assert not is_public_url(f"http://{host}/x")


@pytest.mark.parametrize(
    "host",
    ["www.gdzz.gov.cn", "8.8.8.8", "134744072", "[2606:4700::1111]", "例子.中国", "local.example"],
)
def test_addresses_of_the_internet(host: str) -> None:
    assert is_public_url(f"http://{host}/x")


class _Names:
    """A name server that answers otherwise at every question, as one that rebinds does."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)

    def resolveHostName(self, receiver: Any, *_: Any) -> Any:
        receiver.resolutionBegan(None)
        receiver.addressResolved(IPv4Address("TCP", self.answers.pop(0), 80))
        receiver.resolutionComplete()
        return receiver


class _Receiver:
    def __init__(self) -> None:
        self.got: list[str] = []

    def resolutionBegan(self, _: Any) -> None: ...

    def addressResolved(self, address: Any) -> None:
        self.got.append(address.host)

    def resolutionComplete(self) -> None: ...


def _resolve(names: _Names, host: str, port: int, size: int) -> list[str]:
    class Reactor:
        nameResolver = names

    guarded = GuardedResolver(Reactor(), size)  # type: ignore[arg-type]
    guarded.allowed = frozenset(["allowed.example:81"])
    receiver = _Receiver()
    guarded.resolveHostName(receiver, host, port)  # type: ignore[arg-type]
    return receiver.got


def test_a_name_that_changes_its_address_is_looked_at_each_time() -> None:
    names = _Names("8.8.8.8", "127.0.0.1")
    assert _resolve(names, "rebound.example", 80, 0) == ["8.8.8.8"]
    resolver.forbidden.clear()
    from scrapy.resolver import dnscache

    dnscache.clear()
    assert _resolve(names, "rebound.example", 80, 0) == []
    assert "rebound.example" in resolver.forbidden


def test_what_is_allowed_is_one_port_of_one_host(monkeypatch: pytest.MonkeyPatch) -> None:
    from scrapy.resolver import dnscache

    monkeypatch.setattr(resolver, "proxies", {("proxy.example", 3128)})
    for host, port, expected in (
        *(("allowed.example", 81, ["10.0.0.1"]), ("allowed.example", 82, [])),
        *(("proxy.example", 3128, ["10.0.0.1"]), ("proxy.example", 80, [])),
    ):
        dnscache.clear()
        assert _resolve(_Names("10.0.0.1"), host, port, 0) == expected


def test_allowed_hosts_are_written_as_in_urls(tmp_path: Path) -> None:
    scrapy = Scrapy(tmp_path / "data", "A.example:81, [::1]:8000,")
    assert scrapy("settings", "--get", "ALLOW_HOSTS").stdout == "['a.example:81', '::1:8000']\n"


@pytest.mark.parametrize(
    "host", ["127.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "localhost"]
)
@pytest.mark.nightly
def test_odd_spellings_are_not_connected_to(tmp_path: Path, host: str) -> None:
    with RawServer() as server:
        scrapy = Scrapy(tmp_path / "data")
        scrapy.environment["ZHUANZAI_CONTACT"] = "me@a.example"
        status, _, _ = scrapy.crawl("gdzz", "-a", f"url=http://{host}:{server.port}/tzgg/")
        assert (status, server.requests) == (1, [])


# --- certificates --------------------------------------------------------------------------------


def _certificate(path: Path) -> None:
    """A certificate for 127.0.0.1 that nobody has signed, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(made.public_bytes(pem) + private)


def test_a_certificate_is_verified_and_an_exception_shows(tmp_path: Path) -> None:
    _certificate(tmp_path / "pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "pem")
    with RawServer() as server, socket.create_server(("127.0.0.1", 0)) as listener:
        server.answers.update(channel("tzgg", 1))

        def serve() -> None:
            while True:
                try:
                    connection = context.wrap_socket(listener.accept()[0], server_side=True)
                    while server.handle(connection):
                        pass
                except OSError:
                    if listener.fileno() < 0:
                        return

        Thread(target=serve, daemon=True).start()
        host = f"127.0.0.1:{listener.getsockname()[1]}"
        scrapy = Scrapy(tmp_path / "data", host)
        status, figures, _ = scrapy.crawl("gdzz", "-a", f"url=https://{host}/tzgg/")
        assert (status, figures["certificates"], server.requests) == (1, "verified", [])
        # the exception is the source's: custom_settings beats the project's settings
        (tmp_path / "careless").mkdir()
        (tmp_path / "careless" / "__init__.py").write_text(
            "from crawler.spiders.gdzz import GdzzSpider\n"
            "class Careless(GdzzSpider):\n"
            "    name = 'careless'\n"
            "    custom_settings = {'DOWNLOAD_VERIFY_CERTIFICATES': False}\n"
        )
        scrapy.environment["PYTHONPATH"] += f":{tmp_path}"
        scrapy.environment["SCRAPY_SETTINGS_MODULE"] = "careless_settings"
        (tmp_path / "careless_settings.py").write_text(
            "from crawler.settings import *\nSPIDER_MODULES = ['careless']\n"
        )
        status, figures, _ = scrapy.crawl("careless", "-a", f"url=https://{host}/tzgg/")
        assert (status, figures["certificates"], figures["created"]) == (0, "not verified", 1)


# --- streams -------------------------------------------------------------------------------------

TEXT = ("<html>" + "正文里的一句话。" * 500 + "</html>").encode()


def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)  # the same at every collection


def _decompress(body: bytes, encoding: str) -> bytes:
    middleware = CompressionMiddleware.from_crawler(
        get_crawler(settings_dict={"DOWNLOAD_MAXSIZE": 1 << 24})
    )
    headers = {"Content-Encoding": encoding} if encoding else {}
    response = Response("http://a.example/", headers=headers, body=body)
    return middleware.process_response(Request("http://a.example/"), response).body


def _raw(body: bytes) -> bytes:
    squeeze = zlib.compressobj(wbits=-15)
    return squeeze.compress(body) + squeeze.flush()


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        *(
            (_gzip(TEXT), "gzip"),
            (_gzip(TEXT), "X-GZIP"),
            (TEXT, ""),
            (TEXT, "identity"),
        ),
        *((zlib.compress(TEXT), "deflate"), (_raw(TEXT), "deflate")),
        (_gzip(TEXT[:99]) + _gzip(TEXT[99:]), "gzip"),
        (_gzip(TEXT) + bytes(512), "gzip"),
    ],
)
def test_whole_streams_are_taken(body: bytes, encoding: str) -> None:
    assert _decompress(body, encoding) == TEXT


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        *((_gzip(TEXT)[:-20], "gzip"), (zlib.compress(TEXT)[:-8], "deflate")),
        *((_raw(TEXT)[:-8], "deflate"), (b"\x1f\x8b\x08junk", "gzip"), (TEXT, "gzip")),
        (_gzip(TEXT[:99]) + _gzip(TEXT[99:])[:-9], "gzip"),
    ],
)
def test_broken_streams_are_no_article(body: bytes, encoding: str) -> None:
    with pytest.raises(Deferred, match="truncated"):
        _decompress(body, encoding)


@pytest.mark.parametrize(
    ("body", "encoding", "reason"),
    [
        *((bomb(32 << 20), "gzip", "too_big"), (bomb(32 << 20, 15), "deflate", "too_big")),
        *(
            (TEXT, "gzip, gzip", "bad_encoding"),
            (TEXT, "br", "bad_encoding"),
            (TEXT, "x", "bad_encoding"),
        ),
    ],
)
def test_bombs_and_layers_are_refused(body: bytes, encoding: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        _decompress(body, encoding)


# --- cookies -------------------------------------------------------------------------------------


def _cookies(*given: str) -> tuple[bytes | None, bytes | None]:
    """What a host and its neighbour get back of the cookies that the host has set."""
    middleware = HostCookiesMiddleware.from_crawler(get_crawler())
    first = Request("http://www.a.example.cn/")
    headers = {"Set-Cookie": list(given)}
    middleware.process_response(first, Response(first.url, headers=headers))
    again, other = Request(first.url), Request("http://b.example.cn/")
    for request in (again, other):
        middleware.process_request(request)
    return again.headers.get("Cookie"), other.headers.get("Cookie")


def test_a_cookie_is_its_hosts_and_nobody_is_asked_whose_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def ask(*_: Any) -> None:
        raise AssertionError("a list of domains was loaded from the web")

    monkeypatch.setattr("scrapy.downloadermiddlewares.cookies._split_domain", ask)
    assert _cookies("a=1") == (b"a=1", None)
    assert _cookies("a=1; Domain=.example.cn; Path=/") == (b"a=1", None)
    assert _cookies("a=1; Domain=b.example.cn") == (b"a=1", None)


def test_more_cookies_than_a_request_can_carry_are_none() -> None:
    assert _cookies(*(f"c{n}={'v' * 100}; Path=/" for n in range(70)))[0] is not None
    assert _cookies(*(f"c{n}={'v' * 100}; Path=/" for n in range(90)))[0] is None


# --- answers that nobody asked for ---------------------------------------------------------------


def test_a_list_that_has_not_changed_since_never(tmp_path: Path) -> None:
    with RawServer() as server:
        server.answers |= {"/robots.txt": (404, {}, b""), "/tzgg/": (304, {}, b"")}
        scrapy = Scrapy(tmp_path / "data", f"127.0.0.1:{server.port}")
        status, figures, _ = scrapy.crawl("gdzz", "-a", f"url={server.url}tzgg/")
        assert (status, figures["lists"], server.requests) == (1, 0, ["/robots.txt", "/tzgg/"])


def test_user_and_password_in_an_address_are_misuse(tmp_path: Path) -> None:
    url = "http://u:s3cret@a.example/"
    for command in (["crawl", "gdzz", "-a", f"url={url}"], ["preview", url]):
        done = Scrapy(tmp_path / "data")(*command)
        assert done.returncode == 2
        assert "s3cret" not in done.stdout + done.stderr


# --- traps ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["a/" * 30, "x/y/" * 4, "a/" * 4, "zwgk/tzgg/" * 4 + "post_1.html", "x" * 2000]
)
def test_addresses_that_are_made_up(path: str) -> None:
    assert is_trap(f"http://a.example/{path}")


@pytest.mark.parametrize(
    "path",
    ["zwgk/tzgg/202411/t20241125_1.html", "0/0/0/0/0/1.html", "a/a/a/1.html", "?u=" + "a/" * 30],
)
def test_addresses_as_sites_have_them(path: str) -> None:
    assert not is_trap(f"http://a.example/{path}")


def test_session_ids_are_no_part_of_an_address() -> None:
    plain = canonical_url("http://a.example/x/post_1.html?id=7")
    for tail in (";jsessionid=AB12?id=7", "?id=7&PHPSESSID=abc", "?JSESSIONID=1&id=7"):
        assert canonical_url(f"http://a.example/x/post_1.html{tail}") == plain


def _rows(*dates: str, title: str = "一条消息的标题") -> list[Row]:
    return [
        Row(f"http://a.example/{i}?k={title}", f"{title}{i}", date) for i, date in enumerate(dates)
    ]


def test_lists_without_end_are_told() -> None:
    assert Trail().turn(_rows("2028-01-01", "2028-01-02"), NOW)
    assert Trail().turn(_rows("1948-01-01"), NOW)
    trail = Trail()
    assert not trail.turn(_rows("2024-08-25", "2024-08-24", ""), NOW)
    assert trail.turn(_rows("2024-08-25", "2024-08-24", ""), NOW)
    assert Trail(fruitless=100).turn(_rows("2024-08-25"), NOW)


@pytest.mark.parametrize(
    ("leads_to", "problem"),
    [("/s.xml", "has no rows"), ("http://b.example/s.xml", "only leads to")],
)
def test_an_index_that_leads_in_circles_or_away(
    tmp_path: Path, leads_to: str, problem: str
) -> None:
    with RawServer() as server:
        loc = urljoin(server.url, leads_to)
        index = f"<sitemapindex><sitemap><loc>{loc}</loc></sitemap></sitemapindex>"
        server.answers |= {
            "/robots.txt": (404, {}, b""),
            "/s.xml": (200, {"Content-Type": "application/xml"}, index.encode()),
        }
        scrapy = Scrapy(tmp_path / "data", f"127.0.0.1:{server.port}")
        status, figures, _ = scrapy.crawl("channel", "-a", f"url={server.url}s.xml")
        assert status == 1
        assert problem in figures["problems"][0]
        assert len(server.requests) < 30


def test_long_lists_are_no_traps() -> None:
    trail = Trail(fruitless=99)
    assert not trail.turn(_rows("1987-06-01", "2027-03-01", ""), NOW)
    assert not trail.turn(_rows("2024-08-25", "2024-08-25", title="另一条消息"), NOW)
    assert not trail.turn([], NOW)


# --- logs ----------------------------------------------------------------------------------------


def test_a_log_line_is_one_line() -> None:
    assert one_line("标题\r\n2026-01-01 ERROR\x1b[31m\u202e\u2028\ud800") == (
        r"标题\r\n2026-01-01 ERROR\x1b[31m\u202e\u2028\ud800"
    )


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("to postgresql://u:s3/cr@et@h:5432/x failed", "to postgresql://u:***@h:5432/x failed"),
        (
            "{'DATABASE_URL': 'postgresql+psycopg://u:s3cret@h/x'}",
            "{'DATABASE_URL': 'postgresql+psycopg://u:***@h/x'}",
        ),
        (
            "http://proxy:s3cret@h:3128 and http://a.example:80/@x",
            "http://proxy:***@h:3128 and http://a.example:80/@x",
        ),
        ("postgresql://h/x?user=u&password=s3cret&a=b", "postgresql://h/x?user=u&password=***&a=b"),
        ("postgresql://u:s3'cr\"et@h/x", "postgresql://u:***@h/x"),
        ("{'WORDPRESS_PASSWORD': 's3cret'}", "{'WORDPRESS_PASSWORD': '***'}"),
    ],
)
def test_passwords_are_masked(text: str, masked: str) -> None:
    assert without_secrets(text) == masked


def test_every_logger_is_made_safe() -> None:
    factory = logging.getLogRecordFactory()
    lines: list[str] = []

    class Handler(logging.StreamHandler[Any]):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    handler = Handler()
    handler.setFormatter(logging.Formatter("%(levelname)s: %(message)s"))
    logging.root.addHandler(handler)
    try:
        SafeLogFormatter.from_crawler(get_crawler())
        logging.getLogger("anything").warning("refused %s", "x\nERROR: http://u:s3cret@h/")
        logging.getLogger("anything").warning("%s", "a." * 20_000)  # what pages may make of a URL
        try:
            raise ValueError("\nERROR: forged http://u:s3cret@h/")
        except ValueError:
            logging.getLogger("anything").exception("it broke")
    finally:
        logging.root.removeHandler(handler)
        logging.setLogRecordFactory(factory)
    first, long, *traceback = "\n".join(lines).split("\n")
    assert first == r"WARNING: refused x\nERROR: http://u:***@h/"
    assert long.endswith("a.… (40000 characters)")
    assert len(long) < 11_000
    assert traceback[0] == "ERROR: it broke"
    assert all(line.startswith("  | ") for line in traceback[1:])
    assert "s3cret" not in "".join(lines)


@pytest.mark.parametrize(
    "command", [["crawl", "gdzz"], ["export", "jsonl", "-o", "x"], ["upgradedb"]]
)
@pytest.mark.parametrize(
    "url",
    [
        *("postgresql://u:s3cret@127.0.0.1:1/x", "postgresql://u:s3cret"),
        "postgresql://127.0.0.1:1/x?user=u&password=s3cret",
    ],
)
@pytest.mark.nightly
def test_no_message_tells_the_password(tmp_path: Path, command: list[str], url: str) -> None:
    scrapy = Scrapy(tmp_path / "data")
    scrapy.environment |= {"ZHUANZAI_DATABASE_URL": url, "ZHUANZAI_CONTACT": "me@a.example"}
    done = scrapy(*command, "-L", "DEBUG")
    assert done.returncode != 0
    assert "s3cret" not in done.stdout + done.stderr


# --- doors ---------------------------------------------------------------------------------------


def test_doors_that_nobody_needs_are_shut() -> None:
    settings = get_project_settings()
    assert settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES")
    assert settings.getbool("DOWNLOAD_FAIL_ON_DATALOSS")
    assert not settings.getbool("TELNETCONSOLE_ENABLED")
    assert not settings.getbool("REMOTE_CONTROL_ENABLED")
    stock = "scrapy.downloadermiddlewares.{0}.{1}Middleware".format
    middlewares = settings.getwithbase("DOWNLOADER_MIDDLEWARES")
    for name in ("Cookies", "Offsite", "HttpCompression"):
        assert middlewares[stock(name.lower(), name)] is None
    handlers = settings.getwithbase("DOWNLOAD_HANDLERS")
    assert {scheme for scheme, handler in handlers.items() if handler} == {"http", "https"}
