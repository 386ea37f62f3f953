"""The life of posts: a site changes between runs, and store, change log and exports follow."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from crawler.demo.server import Answer, SiteServer
from pipelines.database import connect
from tests.conftest import Scrapy
from tests.site import ROBOTS, article, html, listing

START = datetime.fromisoformat("2024-08-26T09:00:00+08:00")
PATH = "/zgxc/gddt/"


def post(number: int) -> str:
    return f"{PATH}content/post_{number}.html"


class Story:
    """A channel, its site, and what the operator has of it."""

    def __init__(self, site: SiteServer, scrapy: Scrapy, folder: Path) -> None:
        self.site, self.scrapy, self.folder = site, scrapy, folder
        self.now = START
        self.store = scrapy.environment.get(
            "ZHUANZAI_DATABASE_URL", f"sqlite:///{folder}/data/store.db"
        )

    def list_posts(self, *numbers: int) -> None:
        rows = [(post(n), f"标题第{n}号说明一件事", "2024-08-25") for n in numbers]
        self.site.answers[PATH] = listing(rows)

    def show(self, number: int, answer: Answer | None = None) -> None:
        self.site.answers[post(number)] = answer or article(f"标题第{number}号说明一件事")

    def crawl(self, hours: float = 0, *arguments: str) -> tuple[int, dict[str, Any], str]:
        """A run, so many hours after the last."""
        self.now += timedelta(hours=hours)
        return self.scrapy.crawl(
            "gdzz",
            *("-a", f"url={self.site.url}{PATH[1:]}", "-s", f"NOW={self.now.isoformat()}"),
            *arguments,
        )

    def changes(self) -> list[tuple[str, str]]:
        """(post, kind) of the whole change log."""
        engine = connect(self.store)
        query = "SELECT r.url, c.kind FROM changes c JOIN records r ON r.id = c.record_id"
        with engine.connect() as connection:
            rows = connection.execute(text(f"{query} ORDER BY c.seq")).all()
        engine.dispose()
        return [(url.rpartition("_")[2].removesuffix(".html"), kind) for url, kind in rows]

    def differences(self) -> list[dict[str, str]]:
        """Of all revisions, in order of posts."""
        return [
            json.loads(row)
            for row in self._column(
                "SELECT c.difference FROM changes c JOIN records r ON r.id = c.record_id"
                " WHERE c.kind = 'revised' ORDER BY r.url"
            )
        ]

    def captures(self) -> int:
        return int(self._column("SELECT count(*) FROM captures")[0])

    def _column(self, query: str) -> list[Any]:
        engine = connect(self.store)
        with engine.connect() as connection:
            found = connection.execute(text(query)).scalars().all()
        engine.dispose()
        return list(found)

    def exported(self) -> dict[str, dict[str, Any]]:
        """The records changed since the last look, by number; the site is brought up to date."""
        out = self.folder / "out.jsonl"
        for command in (("jsonl", "-o", str(out), "--since-last"), ("site", "-o", self.public)):
            assert self.scrapy("export", *command).returncode == 0
        lines = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
        return {line["url"].rpartition("_")[2].removesuffix(".html"): line for line in lines}

    @property
    def public(self) -> str:
        return str(self.folder / "public")

    def page(self, record: dict[str, Any]) -> str:
        return (Path(self.public) / "posts" / f"{record['id']}.html").read_text("utf-8")


@pytest.fixture
def story(site: SiteServer, scrapy: Scrapy, tmp_path: Path) -> Story:
    site.answers["/robots.txt"] = ROBOTS
    made = Story(site, scrapy, tmp_path)
    made.list_posts(*range(1, 11))
    for number in range(1, 11):
        made.show(number)
    return made


def test_new_corrected_gone_and_back(story: Story) -> None:
    status, figures, _ = story.crawl()
    assert (status, figures["created"]) == (0, 10)
    lines = story.exported()
    assert len(lines) == 10
    assert "讲这件事的经过和结果" in story.page(lines["1"])

    # A correction of the text, and a comma that nobody sees.
    story.show(
        1,
        article("标题第1号说明一件事", body="<p>　　更正：会议改在周五举行，请相互转告。</p>" * 3),
    )
    title = "标题第2号说明一件事"
    paragraphs = "".join(f"<p>　　{title}的第{n}段,讲这件事的经过和结果。</p>" for n in range(1, 9))
    story.show(2, article(title, body=paragraphs))
    status, figures, _ = story.crawl(1)
    assert (status, figures["revised"], figures["unchanged"]) == (0, 2, 8)
    lines = story.exported()
    assert {n: line["version"] for n, line in lines.items()} == {"1": 2, "2": 2}
    assert "会议改在周五" in lines["1"]["text"]
    assert "会议改在周五" in story.page(lines["1"])
    assert lines["1"]["date_published"] == "2024-08-25T10:03:07+08:00"
    assert story.differences() == [{"text": "material"}, {"text": "cosmetic"}]

    # A view counter, a side bar: no change.
    plain = story.site.answers[post(3)]
    assert isinstance(plain, tuple)
    body = plain[2].replace(
        b"</body>", '<div class="hot"><a href="/x">热门文章</a> 浏览次数：18</div></body>'.encode()
    )
    story.show(3, (plain[0], plain[1], body))
    _, figures, _ = story.crawl(1)
    assert (figures["revised"], figures["unchanged"]) == (0, 10)
    assert story.exported() == {}

    # 410 withdraws at once; 404 does after two runs that are 20 hours apart.
    story.show(4, html("gone", 410))
    story.show(5, html("<title>404</title><h1>页面不存在</h1>", 404))
    status, figures, _ = story.crawl(1)
    assert (status, figures["withdrawn"], figures["suspect"]) == (0, 1, 1)
    lines = story.exported()
    assert set(lines) == {"4"}
    assert (lines["4"]["status"], lines["4"]["reason"]) == ("canceled", "withdrawn")
    assert "text" not in lines["4"]
    assert "本文已撤回" in story.page(lines["4"])
    assert "讲这件事的经过" not in story.page(lines["4"])
    _, figures, _ = story.crawl(10)
    assert (figures["withdrawn"], figures["suspect"]) == (0, 1)
    _, figures, _ = story.crawl(11)
    assert (figures["withdrawn"], figures["suspect"]) == (1, 0)
    lines = story.exported()
    assert {n: x["status"] for n, x in lines.items()} == {"5": "canceled"}
    assert "本文已撤回" in story.page(lines["5"])

    # Both come back, one with another text; the first one's place was an error page said to be 200.
    story.show(4)
    story.show(
        5,
        article(
            "标题第5号说明一件事", body="<p>　　重新发布，内容有较大修改，请以此为准。</p>" * 3
        ),
    )
    _, figures, _ = story.crawl(1)
    assert figures["restored"] == 2
    lines = story.exported()
    assert {n: (x["status"], x["version"]) for n, x in lines.items()} == {
        "4": ("usable", 1),
        "5": ("usable", 2),
    }
    assert "本文已撤回" not in story.page(lines["4"])
    assert "讲这件事的经过" in story.page(lines["4"])
    assert "重新发布" in story.page(lines["5"])
    assert sorted(change for change in story.changes() if change[0] in "45") == [
        *(("4", "created"), ("4", "restored"), ("4", "withdrawn")),
        *(("5", "created"), ("5", "restored"), ("5", "withdrawn")),
    ]


def test_what_is_no_evidence_withdraws_nothing(story: Story) -> None:
    story.crawl()
    before = story.changes()
    lines = story.exported()
    pages = {number: story.page(line) for number, line in lines.items()}
    whole = story.site.answers[post(1)]
    assert isinstance(whole, tuple)
    half = whole[2][: whole[2].index("第4段".encode())]
    empty = "<html><head><title>标题第7号说明一件事</title></head><body></body></html>"
    for number, answer in enumerate(
        [
            (200, {"Content-Type": "text/html"}, half),
            html("busy", 503),
            html("no", 403),
            html("precondition", 412),
            html("down", 521),
            html("<title>用户登录</title><h1>用户登录</h1><p>请先登录后查看</p></html>"),
            html(empty),
        ],
        start=1,
    ):
        story.show(number, answer)
    story.list_posts(8, 9)  # a post that merely left the list
    for _ in range(2):
        status, figures, _ = story.crawl(24)
        assert (status, figures["withdrawn"], figures["suspect"]) == (0, 0, 0)
    assert figures["refused"] == {"empty_body": 1, "login_wall": 1}
    assert figures["deferred"] == {
        **{"http_403": 1, "http_412": 1, "http_503": 1, "http_521": 1},
        "truncated": 1,
    }
    assert figures["unchanged"] == 3
    assert story.changes() == before
    assert story.exported() == {}
    assert {number: story.page(line) for number, line in lines.items()} == pages


def test_a_soft_404_counts_like_404(story: Story) -> None:
    story.crawl()
    story.exported()
    story.show(7, html("<html><title>404</title><body><h1>您访问的页面不存在</h1></body></html>"))
    assert [story.crawl(hours)[1]["withdrawn"] for hours in (1, 21)] == [0, 1]
    lines = story.exported()
    assert {n: (x["status"], x["reason"]) for n, x in lines.items()} == {
        "7": ("canceled", "withdrawn")
    }
    assert "本文已撤回" in story.page(lines["7"])


def test_a_page_for_all_freezes_the_source(story: Story) -> None:
    """404 for all, 410 for all, a maintenance page for all: nothing goes."""
    story.crawl()
    assert len(story.exported()) == 10
    maintenance = "<html><title>系统维护</title><body><h1>系统维护中</h1></body></html>"
    for answer in (html("gone", 404), html("gone", 410), html(maintenance)):
        for number in range(1, 11):
            story.show(number, answer)
        exit_status, figures, stderr = story.crawl(24)
        assert (exit_status, figures["withdrawn"]) == (1, 0)
        assert "frozen: 10 of 10 visited posts were gone at once" in stderr
    assert story.exported() == {}
    # One healthy run thaws it, and withdraws nothing itself.
    for number in range(1, 11):
        story.show(number)
    story.show(1, html("gone", 410))
    exit_status, figures, _ = story.crawl(24)
    assert (exit_status, figures["withdrawn"], figures["suspect"]) == (0, 0, 1)
    assert story.crawl(24)[1]["withdrawn"] == 1
    assert {n: x["status"] for n, x in story.exported().items()} == {"1": "canceled"}


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_on_postgresql(scrapy: Scrapy, store_url: str, story: Story) -> None:
    scrapy.environment["ZHUANZAI_DATABASE_URL"] = story.store = store_url
    status, figures, stderr = story.crawl()
    assert (status, figures["created"]) == (0, 10), stderr
    story.show(4, html("gone", 410))
    _, figures, _ = story.crawl(1)
    assert (figures["withdrawn"], figures["unchanged"]) == (1, 9)
    assert story.exported()["4"]["reason"] == "withdrawn"


def test_lists_and_posts_are_asked_conditionally(story: Story) -> None:
    """304 is unchanged and brings no capture; a list's rows come from its last one."""

    def known(answer: Answer, etag: str) -> Callable[[Any], Answer]:
        def answered(headers: Any) -> Answer:
            if headers.get("If-None-Match") == etag:
                return 304, {"ETag": etag}, b""
            return answer[0], {**answer[1], "ETag": etag}, answer[2]

        return answered

    for path, answer in list(story.site.answers.items()):
        if isinstance(answer, tuple) and path != "/robots.txt":
            story.site.answers[path] = known(answer, f'"{path}"')
    story.crawl()
    captures = story.captures()
    story.site.requests.clear()
    status, figures, _ = story.crawl(1)
    assert (status, figures["unchanged"], figures["lists"]) == (0, 10, 1)
    asked = [s for _, path, s in story.site.requests if path in story.site.answers]
    assert sorted(asked) == [200, *[304] * 11]  # robots.txt, the list and its posts
    assert story.captures() == captures == 11
