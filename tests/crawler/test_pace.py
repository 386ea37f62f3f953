"""The pace of a host: by the clock of the machine, with short times."""

import asyncio
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from socket import socket
from subprocess import run
from time import monotonic, sleep
from types import SimpleNamespace

import pytest
from scrapy import Request
from scrapy.http import Response
from scrapy.settings import Settings

from crawler.middlewares import pace
from crawler.middlewares.pace import Answer, Host, PaceMiddleware, retry_after
from crawler.middlewares.robots import parse_robots
from tests.conftest import ROOT, Scrapy
from tests.hostile import RawServer
from tests.site import channel, html, listing

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
GOOD, BAD = Answer(False, True), Answer(True, True)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "3"}, 3),
        ({"Retry-After": " 120 "}, 120),
        ({"Retry-After": "99999999999999"}, 86400),
        ({"Retry-After": "Wed, 25 Nov 2026 12:00:30 GMT"}, 30),
        # by a clock that is a day slow
        (
            {
                "Retry-After": "Tue, 24 Nov 2026 12:00:30 GMT",
                "Date": "Tue, 24 Nov 2026 12:00:00 GMT",
            },
            30,
        ),
        ({"Retry-After": "Wed, 25 Nov 2099 12:00:00 GMT"}, 86400),
        ({"Retry-After": "Tue, 24 Nov 2026 12:00:00 GMT"}, None),
        *(
            ({"Retry-After": value}, None)
            for value in ("", "0", "-1", "soon", "1.5", "٣", "9" * 9000 + "x")
        ),
        *(
            ({"Retry-After": f"Wed, 25 Nov 2026 12:00:30 {zone}"}, None)
            for zone in ("+99999999", "+9999999999999999999999")
        ),
        ({}, None),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: int | None) -> None:
    wait = retry_after(headers, NOW)
    assert wait == (None if seconds is None else timedelta(seconds=seconds))


def test_one_refusal_slows_and_good_answers_speed_up_again() -> None:
    host = Host("a.example")
    slow = []
    for answer in (BAD, BAD, BAD, BAD, BAD, BAD, GOOD, GOOD, GOOD, GOOD, GOOD):
        host.answered(answer)
        slow.append(host.slow)
    assert slow == [5, 10, 20, 40, 60, 60, 30, 15, 7.5, 3.75, 1.875]
    host.answered(GOOD)
    assert host.slow == 0


def test_a_delay_of_the_command_line_does_not_grow() -> None:
    host = Host("a.example")
    host.answered(Answer(refused=True, slower=False))
    assert host.slow == 0


@pytest.mark.parametrize(
    ("answers", "stops_at"),
    [
        ([BAD] * 12, 10),
        ([BAD] * 9 + [GOOD], None),
        # 16 of 30, never 10 in a row
        (([BAD] * 4 + [GOOD] * 3) * 6, 30),
        ([BAD, GOOD] * 30, None),
    ],
)
def test_a_host_that_refuses_is_left_alone(answers: list[Answer], stops_at: int | None) -> None:
    host = Host("a.example")
    stopped = None
    for number, answer in enumerate(answers, start=1):
        host.answered(answer)
        if host.stopped and stopped is None:
            stopped = number
    assert stopped == stops_at


def test_a_silent_host_is_left_alone() -> None:
    host = Host("a.example")
    for _ in range(14):
        host.unanswered()
    host.answered(GOOD)
    for _ in range(14):
        host.unanswered()
    assert not host.stopped
    host.unanswered()
    assert host.stopped


def test_a_challenge_counts_as_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "hosts", {})
    host = pace.host("https://a.example/x")
    for _ in range(10):
        answer = Answer(refused=False, slower=True)
        host.answered(answer)
        request = Request("https://a.example/x", meta={"answer": answer})
        pace.challenged(Response("https://a.example/x", request=request))
    assert host.stopped
    assert host.slow == 60


def test_delay_and_concurrency_hold_for_all_who_ask() -> None:
    async def times() -> tuple[list[float], int]:
        host, began, most = Host("a.example"), [], 0

        async def ask() -> None:
            nonlocal most
            assert await host.enter(1, 0.1)
            began.append(monotonic())
            most = max(most, host.active)
            await asyncio.sleep(0.02)
            host.leave()

        await asyncio.gather(*(ask() for _ in range(4)))
        return began, most

    began, most = asyncio.run(times())
    assert most == 1
    assert all(b - a >= 0.099 for a, b in pairwise(began))


def test_a_pause_holds_even_without_delay_and_a_stop_ends_the_wait() -> None:
    async def ask() -> tuple[float, bool]:
        host, began = Host("a.example"), monotonic()
        host.pause(0.2)
        assert await host.enter(8, 0)
        waited = monotonic() - began
        for _ in range(10):
            host.answered(BAD)
        return waited, await host.enter(8, 0)

    waited, entered = asyncio.run(ask())
    assert waited >= 0.199
    assert not entered


@pytest.mark.parametrize(
    ("crawl_delay", "given_by", "delay"),
    [
        (0, "project", 2),
        (1, "project", 2),
        (7, "project", 7),
        (9999, "project", 60),
        (7, "cmdline", 2),
    ],
)
def test_a_crawl_delay_is_bounded_and_the_command_line_beats_it(
    monkeypatch: pytest.MonkeyPatch, crawl_delay: float, given_by: str, delay: float
) -> None:
    delays = []

    async def enter(self: Host, concurrency: int, delay: float) -> bool:
        delays.append(delay)
        return True

    host = Host("a.example", crawl_delay=crawl_delay)
    monkeypatch.setattr(pace, "hosts", {"a.example": host})
    monkeypatch.setattr(Host, "enter", enter)
    settings = Settings()
    settings.set("DOWNLOAD_DELAY", 2, given_by)
    middleware = PaceMiddleware(SimpleNamespace(settings=settings, spider=None))  # type: ignore[arg-type]
    asyncio.run(middleware.process_request(Request("http://a.example/x")))
    assert delays == [delay]


# --- by the real command -------------------------------------------------------------------------


@pytest.fixture
def server() -> RawServer:
    with RawServer() as server:
        yield server


@pytest.fixture
def crawl(server: RawServer, tmp_path: Path) -> Callable[..., tuple]:
    scrapy = Scrapy(tmp_path / "data", f"127.0.0.1:{server.port}")
    return lambda *more: scrapy.crawl("gdzz", "-a", f"url={server.url}tzgg/", *more)


def test_a_long_retry_after_defers_its_url_alone_and_the_next_run_knows(
    server: RawServer, crawl: Callable[..., tuple]
) -> None:
    server.answers.update(channel("tzgg", 3))
    path = "/tzgg/content/post_2.html"
    server.answers[path] = (503, {"Retry-After": "3600"}, b"")
    status, figures, _ = crawl()
    assert (status, figures["created"], figures["deferred"]) == (0, 2, {"retry_after": 1})
    status, figures, _ = crawl()  # -a url= means now, but never before the server wants it
    assert (status, figures["unchanged"], figures["deferred"]) == (0, 2, {"retry_after": 1})
    assert server.requests.count(path) == 1
    # a day later
    server.answers.update(channel("tzgg", 3))
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    _, figures, _ = crawl("-s", f"NOW={later}")
    assert (figures["created"], figures["deferred"]) == (1, {})


@pytest.mark.nightly
def test_a_short_retry_after_holds_for_the_next_run_too(
    server: RawServer, crawl: Callable[..., tuple]
) -> None:
    server.answers.update(channel("tzgg", 1))
    server.answers["/tzgg/content/post_1.html"] = (429, {"Retry-After": "4"}, b"")
    crawl()
    asked = len(server.requests)
    crawl()
    assert server.times[asked] - server.times[asked - 1] >= 3.9


def test_a_host_that_refuses_everything_is_left_alone_and_the_rest_stays_owed(
    server: RawServer, crawl: Callable[..., tuple]
) -> None:
    posts = channel("tzgg", 20)
    server.answers.update(posts)
    for path in posts:
        if "content" in path:
            server.answers[path] = html("no", 403)
    status, figures, stderr = crawl()
    assert status == 1
    assert figures["deferred"] == {"host_stopped": 10, "http_403": 10}
    assert figures["requests"][f"127.0.0.1:{server.port}"] == {"200": 2, "403": 10}
    assert "refused 10 requests in a row" in stderr
    server.answers.update(posts)
    status, figures, _ = crawl()
    assert (status, figures["created"]) == (0, 20)


def test_a_crawl_delay_is_kept(server: RawServer, tmp_path: Path) -> None:
    server.answers.update(channel("tzgg", 1))
    server.answers["/robots.txt"] = (200, {}, b"User-agent: *\nCrawl-delay: 2\nDisallow: /x/\n")
    scrapy = Scrapy(tmp_path / "data", f"127.0.0.1:{server.port}")
    assert (
        scrapy("crawl", "gdzz", "-a", f"url={server.url}tzgg/", "-a", "max_pages=1").returncode == 0
    )
    assert len(server.times) == 3
    assert min(b - a for a, b in pairwise(server.times)) >= 1.9


TWO = """
import sys
from scrapy.crawler import CrawlerProcess
from scrapy.utils.project import get_project_settings
from crawler.spiders.gdzz import GdzzSpider
class Other(GdzzSpider):
    name = "other"
settings = get_project_settings()
settings.setdict({"DOWNLOAD_DELAY": 0.3}, priority="cmdline")
process = CrawlerProcess(settings)
process.crawl(GdzzSpider, url=sys.argv[1] + "tzgg/")
process.crawl(Other, url=sys.argv[1] + "gwygz/")
process.start()
"""


def test_two_sources_of_a_process_keep_one_pace(server: RawServer, tmp_path: Path) -> None:
    server.answers.update(channel("tzgg", 3))
    server.answers.update(channel("gwygz", 3, first=11))
    scrapy = Scrapy(tmp_path / "data", f"127.0.0.1:{server.port}")
    done = run(
        [sys.executable, "-c", TWO, server.url],
        cwd=ROOT,
        env=scrapy.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert sum("content" in target for target in server.requests) == 6
    gaps = [b - a for a, b in pairwise(server.times[1:])]  # the first connection takes its time
    assert min(gaps) >= 0.15  # a loaded machine blurs 0.3; two paces would come close to 0


# --- robots.txt ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "robots",
    [
        "User-agent: *\nDisallow: /通知/".encode(),
        "User-agent: *\nDisallow: /通知/公告/".encode("gb18030"),
        "User-agent: *\nDisallow: /通知/".encode("utf-16"),
        "\ufeffUSER-AGENT:*\rDISALLOW:/%e9%80%9a%e7%9f%a5/ # 不许".encode(),
        b"User-agent: *\x00\nDisallow: /*",
        b"User-agent: ZhuanZai/1.0 (news)\nDisallow: /\n\nUser-agent: *\nAllow: /",
        b"User-agent: zhuanzai\nDisallow: /x\n\nUser-agent: a\nUser-agent: zhuanzai\nDisallow: /*.html$",
        b"User-agent: *\nDisallow: /" + b"*%E9" * 50_000 + b"\nDisallow: /*1.html",
    ],
)
def test_what_robots_txt_may_look_like(robots: bytes) -> None:
    rules = parse_robots(robots)
    url = "http://a.example/%E9%80%9A%E7%9F%A5/%E5%85%AC%E5%91%8A/1.html"
    assert not rules.can_fetch(url, "zhuanzai")


HUGE = b"User-agent: *\n" + b"Disallow: /never/seen/anywhere\n" * 20_000 + b"Disallow: /secret/\n"
RULES = b"\xef\xbb\xbfUser-agent: *\nDisallow: /secret/\n"


def _hops(count: int) -> dict[str, object]:
    answers: dict[str, object] = {
        f"/robots{n}.txt": (301, {"Location": f"/robots{n + 1}.txt"}, b"") for n in range(1, count)
    }
    answers |= {"/robots.txt": (301, {"Location": "/robots1.txt"}, b"")}
    return answers | {f"/robots{count}.txt": (200, {}, RULES)}


def _case(name: str, robots: dict[str, object], status: int, secret: str = "") -> object:
    marks = () if name == "600 KB" else pytest.mark.nightly
    return pytest.param(robots, status, secret, id=name, marks=marks)


@pytest.mark.parametrize(
    ("robots", "status", "secret"),
    [
        _case("rules", {"/robots.txt": (200, {}, RULES)}, 0, "refused"),
        _case("600 KB", {"/robots.txt": (200, {}, HUGE)}, 0, "refused"),
        _case("5 hops", _hops(5), 0, "refused"),
        _case("404", {}, 0, "created"),
        _case("html", {"/robots.txt": html("<h1>欢迎</h1>")}, 0, "created"),
        _case("403", {"/robots.txt": html("", 403)}, 0, "created"),
        _case("500", {"/robots.txt": html("", 500)}, 1),
        _case("loop", {"/robots.txt": (302, {"Location": "/robots.txt"}, b"")}, 1),
        _case("hangs", {"/robots.txt": "hang"}, 1),
    ],
)
def test_robots(
    server: RawServer,
    crawl: Callable[..., tuple],
    robots: dict[str, object],
    status: int,
    secret: str,
) -> None:
    """Six disallowed URLs wait for robots.txt at once, and one that is not."""
    from tests.hostile import hang
    from tests.site import article

    posts = [f"/secret/content/post_{n}.html" for n in range(1, 7)] + ["/tzgg/content/post_7.html"]
    server.answers.update({path: article(f"{path}的完整标题") for path in posts})
    server.answers["/tzgg/"] = listing([(p, f"{p}的完整标题", "2024-08-25") for p in posts])
    server.answers.update({k: hang if v == "hang" else v for k, v in robots.items()})  # type: ignore[misc]
    got, figures, stderr = crawl(
        "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=8", "-s", "DOWNLOAD_TIMEOUT=2"
    )
    assert got == status
    seen = [target for target in server.requests if target.startswith("/secret/")]
    if status:
        assert server.requests == ["/robots.txt"] * len(server.requests)
        assert "robots.txt" in stderr
        return
    assert server.requests.count("/robots.txt") == 1
    assert len(seen) == (6 if secret == "created" else 0)
    assert figures["refused"] == ({"robots_disallowed": 6} if secret == "refused" else {})


SEVEN = """
from crawler.families.nfcms import Nfcms
from crawler.source import SourceSpider
class Seven(SourceSpider):
    name = "seven"
    home = "{url}"
    channels = {{"secret/1": "", "secret/2": "", "secret/3": "", "secret/4": "", "secret/5": "", "secret/6": "", "tzgg": ""}}
    family = Nfcms()
"""


def test_requests_that_wait_for_robots_are_all_checked(server: RawServer, tmp_path: Path) -> None:
    """All start at once, while robots.txt is still on its way."""

    def slow(connection: socket) -> None:
        sleep(1)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(RULES), RULES))

    server.answers.update(channel("tzgg", 2))
    server.answers["/robots.txt"] = slow
    (tmp_path / "seven").mkdir()
    (tmp_path / "seven" / "__init__.py").write_text(SEVEN.format(url=server.url))
    (tmp_path / "seven_settings.py").write_text(
        "from crawler.settings import *\nSPIDER_MODULES = ['seven']\n"
    )
    scrapy = Scrapy(tmp_path / "data", f"127.0.0.1:{server.port}")
    scrapy.environment["PYTHONPATH"] += f":{tmp_path}"
    scrapy.environment["SCRAPY_SETTINGS_MODULE"] = "seven_settings"
    status, figures, stderr = scrapy.crawl("seven", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=8")
    assert server.requests.count("/robots.txt") == 1
    assert not [target for target in server.requests if target.startswith("/secret/")]
    assert (status, figures["created"]) == (1, 2)  # six lists could not be had
    assert "robots_disallowed" in stderr
