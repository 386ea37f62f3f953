"""One story on three sites, from its first post to its last: one live record at any time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from crawler.demo.server import SiteServer
from tests.conftest import ROOT, Scrapy
from tests.pipelines.material import Maker
from tests.site import ROBOTS, article, html, listing

TITLE = "一座小城的突围之路"
BODY = [f"　　{Maker('tuning', n).paragraph(3)}" for n in range(8)]
SOURCES = """
from crawler.families.nfcms import Nfcms
from crawler.source import SourceSpider

class CitySpider(SourceSpider):
    name, publisher, home, family = "city", "某市某局", {city!r}, Nfcms()
    channels = {{"zgxc/gddt": "动态", "tzgg": "公告"}}

class CountySpider(SourceSpider):
    name, publisher, home, family = "county", "某县某局", {county!r}, Nfcms()
    channels = {{"zgxc/gddt": "动态"}}

class DailySpider(SourceSpider):
    name, publisher, home, family = "daily", "某某日报", {daily!r}, Nfcms()
    channels = {{"zgxc/gddt": "动态"}}
"""


@dataclass
class World:
    """Three sites, and an operator who republishes them."""

    scrapy: Scrapy
    folder: Path
    city: SiteServer
    county: SiteServer
    daily: SiteServer

    def post(self, site: SiteServer, number: int, *more: str, channel: str = "zgxc/gddt") -> str:
        """A page of the story, each with lines of its own; returns its URL."""
        lines = [*more[:1], *BODY, *more[1:]]
        body = "".join(f"<p>{line}</p>" for line in lines)
        path = f"{channel}/content/post_{number}.html"
        site.answers["/robots.txt"] = ROBOTS
        site.answers[f"/{path}"] = article(TITLE, body=body)
        site.answers[f"/{channel}/"] = listing([(f"/{path}", TITLE, "2024-08-25")])
        return f"{site.url}{path}"

    def crawl(self, source: str, site: SiteServer, channel: str = "zgxc/gddt") -> dict[str, Any]:
        status, figures, stderr = self.scrapy.crawl(source, "-a", f"url={site.url}{channel}/")
        assert status == 0, stderr
        return figures

    def do(self, *command: str) -> str:
        done = self.scrapy(*command)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def lines(self) -> dict[str, dict[str, Any]]:
        """What changed since the last look, by id."""
        out = self.folder / "out.jsonl"
        self.do("export", "jsonl", "-o", str(out), "--since-last")
        lines = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
        assert [line["seq"] for line in lines] == sorted(line["seq"] for line in lines)
        return {line["id"]: line for line in lines}

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        engine = create_engine(f"sqlite:///{self.folder}/data/store.db")
        with engine.connect() as connection:
            found = [tuple(row) for row in connection.execute(text(query))]
        engine.dispose()
        return found

    def records(self) -> dict[str, str]:
        """URL -> status of every record, with the reason why it is not live."""
        query = "SELECT url, status, coalesce(held_reason, reason, '') FROM records"
        return {url: f"{status} {reason}".strip() for url, status, reason in self.rows(query)}

    def log(self) -> list[tuple[str, str]]:
        """What is new in the change log: (URL, kind)."""
        query = "SELECT url, kind FROM changes JOIN records ON records.id = record_id"
        changes = self.rows(f"{query} ORDER BY changes.seq")
        new = changes[self.logged :]
        self.logged = len(changes)
        return [(url, kind) for url, kind in new]

    logged: int = 0


@pytest.fixture
def world(scrapy: Scrapy, tmp_path: Path) -> Iterator[World]:
    with ExitStack() as stack:
        sites = []
        for name in ("city", "county", "daily"):
            (tmp_path / name).mkdir()
            sites.append(stack.enter_context(SiteServer(tmp_path / name)))
        project = tmp_path / "project"
        project.mkdir()
        homes = dict(zip(("city", "county", "daily"), (site.url for site in sites), strict=True))
        (project / "own_sources.py").write_text(SOURCES.format(**homes), "utf-8")
        (project / "own_settings.py").write_text(
            "from crawler.settings import *\nSPIDER_MODULES = ['own_sources']\n"
        )
        scrapy.environment |= {
            "SCRAPY_SETTINGS_MODULE": "own_settings",
            "PYTHONPATH": f"{project}:{ROOT}",
            "ZHUANZAI_ALLOW_HOSTS": ",".join(f"127.0.0.1:{site.port}" for site in sites),
        }
        yield World(scrapy, tmp_path, *sites)


def test_one_story(world: World) -> None:
    city, county, daily = world.city, world.county, world.daily
    first = world.post(city, 1)
    second = world.post(city, 2, channel="tzgg")
    third = world.post(county, 3, "本报讯 （记者 张三）", "（责任编辑：李四）")

    # The same post in two channels and on two hosts.
    assert world.crawl("city", city)["created"] == 1
    assert world.crawl("city", city, "tzgg")["merged"] == 1
    assert world.crawl("county", county)["merged"] == 1
    assert world.log() == [(first, "created"), (first, "merged"), (first, "merged")]
    (line,) = world.lines().values()
    assert (line["url"], line["status"], set(line["duplicates"])) == (
        *(first, "usable"),
        {second, third},
    )
    one = line["id"]

    # It is withdrawn in the one channel: the other takes over.
    city.answers["/zgxc/gddt/content/post_1.html"] = html("gone", 410)
    figures = world.crawl("city", city)
    assert (figures["withdrawn"], figures["taken_over"]) == (1, 1)
    assert world.log() == [(first, "withdrawn"), (second, "created"), (second, "merged")]
    lines = world.lines()
    two = next(id_ for id_ in lines if id_ != one)
    assert (lines[one]["status"], lines[one]["reason"]) == ("canceled", "withdrawn")
    assert "text" not in lines[one]
    assert (lines[two]["url"], lines[two]["duplicates"]) == (second, [third])
    assert lines[two]["text"].startswith(BODY[0].strip())

    # The page of the publisher, whom all name as their source, appears.
    own = world.post(daily, 4)
    assert world.crawl("daily", daily)["created"] == 1
    assert world.log() == [(own, "created"), (second, "duplicate")]
    lines = world.lines()
    three = next(id_ for id_ in lines if id_ != two)
    assert (lines[two]["reason"], lines[two]["duplicate_of"]) == ("duplicate", three)
    assert (lines[three]["status"], set(lines[three]["duplicates"])) == ("usable", {second, third})
    state = {first: "canceled withdrawn", second: "canceled duplicate", own: "usable"}
    assert world.records() == state

    # A rights holder asks: the story goes, by whichever address.
    world.do("takedown", third, "--reason", "权利人要求")
    assert {kind for _, kind in world.log()} == {"taken_down"}
    lines = world.lines()
    assert set(lines) == {one, two, three}
    assert all(
        set(line) == {"id", "status", "seq", "reason", "canceled_at"} for line in lines.values()
    )

    # Posted elsewhere: in the same words it is refused, in nearly the same it waits.
    world.post(county, 5)
    assert world.crawl("county", county)["refused"] == {"taken_down": 1}
    again = world.post(county, 6, "来源：乙报", BODY[3].replace("会议", "大会") + "编者略有删改。")
    figures = world.crawl("county", county)
    assert (figures["created"], figures["held_for"]) == (0, {"like_taken_down": 1})
    assert world.records()[again] == "held like_taken_down"

    # A replay brings nothing back, nor does a crawl of any of the pages.
    world.do("replay", "--apply")
    assert world.crawl("daily", daily)["refused"] == {"taken_down": 1}
    assert (world.log(), world.lines()) == ([], {})

    # The takedown was a mistake: all is as it was, and the new copy is one.
    world.do("restore", third)
    assert world.records() == state | {again: "held like_taken_down"}
    lines = world.lines()
    assert {id_: line.get("reason") for id_, line in lines.items()} == {
        **{one: "withdrawn", two: "duplicate"},
        three: None,
    }
    assert lines[two]["duplicate_of"] == three
    assert lines[three]["text"].startswith(BODY[0].strip())
    world.log()
    assert world.scrapy("release", again).returncode == 2  # its story is published
    assert world.crawl("county", county)["merged"] == 1
    assert world.log() == [(own, "merged")]
    (line,) = world.lines().values()
    assert (line["id"], set(line["duplicates"])) == (three, {second, third, again})
