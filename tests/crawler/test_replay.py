"""`scrapy replay`: what is stored, read again from the archive, by the same rules and by others."""

from __future__ import annotations

import fcntl
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from crawler.demo.server import SITE, SiteServer
from tests.conftest import ROOT, Scrapy
from tests.site import ROBOTS, article, channel, html, listing

NOTED = (3, 11, 19)  # posts with a note at their end
POSTS = 60
NOTE = '<p class="note">　　（本栏目由本站整理，欢迎投稿。）</p>'

# A source as an operator writes one, and as he changes it.
SOURCE = """
from dataclasses import replace
from crawler.families.nfcms import Nfcms
from crawler.source import SourceSpider


class Site(Nfcms):
    rules = replace(Nfcms.rules, drop=(*Nfcms.rules.drop, {drop!r}))


class SiteSpider(SourceSpider):
    name = "site"
    publisher = "某市某局"
    home = {home!r}
    channels = {{"zgxc/gddt": {section!r}}}
    family = Site()
    {hook}
"""

CRASH = """
    def read(self, pages, *args, **options):
        if "post_7.html" in pages[0].url:
            raise KeyError("a mistake")
        return super().read(pages, *args, **options)
"""


class Operator:
    """Somebody with a source of his own, who changes its rules."""

    def __init__(self, site: SiteServer, scrapy: Scrapy, folder: Path) -> None:
        self.site, self.scrapy, self.data = site, scrapy, folder / "data"
        self.sources = folder / "project"
        self.sources.mkdir()
        (self.sources / "own_settings.py").write_text(
            "from crawler.settings import *\nSPIDER_MODULES = ['crawler.spiders', 'own_source']\n"
        )
        scrapy.environment |= {
            "SCRAPY_SETTINGS_MODULE": "own_settings",
            "PYTHONPATH": f"{self.sources}:{ROOT}",
        }
        self.declare()

    def declare(self, section: str = "动态", drop: str = ".no-such-class", hook: str = "") -> None:
        """Write the source's file."""
        source = SOURCE.format(home=self.site.url, section=section, drop=drop, hook=hook)
        (self.sources / "own_source.py").write_text(source, "utf-8")

    def crawl(self, *arguments: str) -> dict[str, Any]:
        status, figures, stderr = self.scrapy.crawl("site", *arguments)
        assert status == 0, stderr
        return figures

    def replay(self, *arguments: str, status: int = 0) -> str:
        """What it printed."""
        done = self.scrapy("replay", *arguments)
        assert done.returncode == status, done.stderr
        return done.stdout + done.stderr

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        engine = create_engine(f"sqlite:///{self.data}/store.db")
        with engine.connect() as connection:
            found = [tuple(row) for row in connection.execute(text(query))]
        engine.dispose()
        return found

    def store(self) -> list[tuple[Any, ...]]:
        """All that replays may change."""
        return self.rows(
            "SELECT r.id, r.status, r.version, r.seq, r.updated_at, v.content_hash, v.text,"
            " v.fetched_at, v.capture_sha256 FROM records r JOIN revisions v"
            " ON v.id = r.revision_id ORDER BY r.id"
        )

    def revised(self) -> list[tuple[int, dict[str, str]]]:
        """Number and difference of every revised post."""
        query = (
            "SELECT r.url, c.difference FROM changes c JOIN records r ON r.id = c.record_id"
            " WHERE c.kind = 'revised' ORDER BY c.seq"
        )
        found = [(number(url), json.loads(difference)) for url, difference in self.rows(query)]
        return sorted(found, key=lambda change: change[0])


def number(url: str) -> int:
    return int(url.rpartition("_")[2].removesuffix(".html"))


def counted(printed: str) -> dict[str, int]:
    """The counts at the head of a report, by what they count."""
    lines = (line.strip().partition("  ") for line in printed.splitlines())
    return {what.partition(":")[0]: int(count) for count, _, what in lines if count.isdecimal()}


def fields(printed: str) -> dict[str, list[int]]:
    """Field -> how many material and cosmetic differences."""
    lines = [line.split() for line in printed.splitlines()]
    return {
        line[0]: [int(line[1]), int(line[2])]
        for line in lines
        if len(line) == 3 and line[1].isdecimal() and line[2].isdecimal()
    }


@pytest.fixture
def operator(site: SiteServer, scrapy: Scrapy, tmp_path: Path) -> Operator:
    site.answers.update(channel("zgxc/gddt", POSTS, page_size=POSTS))
    for n in NOTED:
        path = f"/zgxc/gddt/content/post_{n}.html"
        status, headers, body = site.answers[path]  # type: ignore[misc]
        changed = body.replace(b"</p></div></div>", f"</p>{NOTE}</div></div>".encode())
        assert changed != body
        site.answers[path] = (status, headers, changed)
    return Operator(site, scrapy, tmp_path)


def test_the_sample_site_by_the_same_rules(scrapy: Scrapy) -> None:
    created = 0
    with SiteServer(SITE) as served:
        scrapy.environment["ZHUANZAI_ALLOW_HOSTS"] = f"127.0.0.1:{served.port}"
        for path in ("zgxc/gddt/", "tzgg/", "gwygz/lypytzgg/"):
            status, figures, stderr = scrapy.crawl("gdzz", "-a", f"url={served.url}{path}")
            assert status == 0, stderr
            created += figures["created"]
    done = scrapy("replay")
    assert created > 5
    assert (done.returncode, counted(done.stdout)) == (0, {"as stored": created}), done.stdout
    assert done.stdout.endswith("Nothing to change.\n")


def test_a_channel_without_a_source_by_the_same_rules(site: SiteServer, scrapy: Scrapy) -> None:
    """Posts whose date only the list shows, whose list leads to other addresses, the same page
    under two, and a correction dated later.
    """
    undated = article("只有列表写明日期的消息")
    body = undated[2].decode().replace("2024-08-25 10:03", "")  # type: ignore[index]
    moved = (302, {"Location": "/zt/content/post_9.html"}, b"")
    site.answers |= {
        "/robots.txt": ROBOTS,
        "/zt/": listing(
            [
                ("/zt/content/post_1.html", "只有列表写明日期的消息", "2024-08-21"),
                ("/zt/content/post_2.html", "先后两次发布的消息", "2024-08-25"),
                ("/zt/content/post_3.html", "换了地址又没有日期的消息", "2024-08-22"),
            ]
        ),
        "/zt/content/post_1.html": html(body),
        "/zt/content/post_2.html": article("先后两次发布的消息"),
        "/zt/content/post_3.html": moved,
        "/zt/content/post_9.html": html(body.replace("只有列表写明日期", "换了地址又没有日期")),
    }
    crawl = ("channel", "-a", f"url={site.url}zt/")
    assert scrapy.crawl(*crawl)[1]["created"] == 3
    site.answers["/zt/content/post_2.html"] = article(
        "先后两次发布的消息（更正）", minute="2024-09-02 08:00"
    )
    assert scrapy.crawl(*crawl)[1]["revised"] == 1
    site.answers |= {"/zt/": listing([("/zt/content/post_1.html", "一个新标题", "2024-10-01")])}
    done = scrapy("replay")
    assert (done.returncode, counted(done.stdout)) == (0, {"as stored": 3}), done.stdout


def test_a_changed_rule_shows_its_own_difference_alone(operator: Operator) -> None:
    operator.crawl()
    assert counted(operator.replay()) == {"as stored": POSTS}
    before, fetched = operator.store(), operator.rows("SELECT count(*) FROM captures")

    operator.declare(drop="p.note")
    shown = operator.replay("site")
    assert counted(shown) == {"as stored": POSTS - len(NOTED), "read otherwise": len(NOTED)}
    assert fields(shown) == {"text": [len(NOTED), 0]}
    assert "本栏目由本站整理" in shown
    assert "Nothing was changed" in shown
    assert operator.store() == before

    requests = len(operator.site.requests)
    applied = operator.replay("site", "--apply", "-s", "NOW=2030-01-01T00:00:00+08:00")
    assert "3 records have a new revision." in applied
    assert operator.revised() == [(n, {"text": "material"}) for n in NOTED]
    assert operator.rows("SELECT DISTINCT at FROM changes WHERE kind = 'revised'") == [
        ("2030-01-01T00:00:00+08:00",)
    ]
    after = operator.store()
    assert [row[0] for row in after] == [row[0] for row in before]
    assert [row[7:] for row in after] == [row[7:] for row in before]  # fetched as they were
    assert sum(old != new for old, new in zip(before, after, strict=True)) == len(NOTED)
    assert not any("本栏目由本站整理" in row[6] for row in after)
    assert operator.rows("SELECT count(*) FROM captures") == fetched
    assert len(operator.site.requests) == requests  # offline

    assert counted(operator.replay("--apply")) == {"as stored": POSTS}
    assert operator.store() == after
    # A crawl with the same rules finds what the replay has left.
    assert operator.crawl("-a", f"url={operator.site.url}zgxc/gddt/")["unchanged"] == POSTS
    # And back again: an old content keeps its revision.
    operator.declare()
    operator.replay("--apply")
    assert [(row[5], row[6]) for row in operator.store()] == [(row[5], row[6]) for row in before]
    assert counted(operator.replay()) == {"as stored": POSTS}


def test_only_what_was_asked_for(operator: Operator) -> None:
    operator.crawl()
    operator.declare(section="要闻")
    late = sum(
        date >= "2024-02-20" for (date,) in operator.rows("SELECT date_published FROM revisions")
    )
    assert 0 < late < POSTS
    shown = operator.replay("site", "--since", "2024-02-20")
    assert counted(shown) == {"read otherwise": late}
    assert "section: '动态' -> '要闻'" in shown
    assert counted(operator.replay("gdzz")) == {}
    assert fields(operator.replay("--apply")) == {"section": [POSTS, 0]}


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["nobody"], "there is no source nobody, but channel, gdzz, site"),
        (["site", "gdzz"], "replay takes one SOURCE at most"),
        (["--since", "yesterday"], "--since yesterday is no date"),
    ],
)
def test_misuse(operator: Operator, arguments: list[str], problem: str) -> None:
    operator.crawl()
    assert problem in operator.replay(*arguments, status=2)


def test_misuse_without_a_store(operator: Operator) -> None:
    assert "there is no store" in operator.replay(status=2)


def test_what_is_gone_stays_gone(operator: Operator) -> None:
    operator.crawl()
    operator.site.answers["/zgxc/gddt/content/post_3.html"] = html("gone", 410)
    withdrawn = operator.crawl("-a", f"url={operator.site.url}zgxc/gddt/")
    assert withdrawn["withdrawn"] == 1
    before = operator.store()
    operator.declare(drop="p.note")
    applied = operator.replay("--apply")
    assert counted(applied)["withdrawn or taken down"] == 1
    assert [n for n, _ in operator.revised()] == [11, 19]
    changed = [old[1] for old, new in zip(before, operator.store(), strict=True) if old != new]
    assert changed == ["usable", "usable"]


def test_what_is_refused_today_or_no_longer_kept_is_named_and_left(operator: Operator) -> None:
    operator.crawl()
    before = operator.store()
    operator.declare(drop="p")  # nothing of a text is left
    ((url,),) = operator.rows("SELECT url FROM captures WHERE url LIKE '%/post_5.html'")
    engine = create_engine(f"sqlite:///{operator.data}/store.db")
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM captures WHERE url = :url"), {"url": url})
    engine.dispose()
    applied = operator.replay("--apply")
    assert counted(applied) == {
        "refused by today's rules": POSTS - 1,
        "no longer in the archive": 1,
    }
    assert "refused: empty_body  59" in applied
    assert "and 39 more" in applied
    assert url in applied
    assert operator.store() == before


def test_a_source_that_is_no_longer_declared(operator: Operator) -> None:
    """Without its declaration posts would lose publisher and section: they are not read."""
    operator.crawl()
    file = operator.sources / "own_source.py"
    source = file.read_text("utf-8")
    # Renamed, it still is the source of that site.
    source = source.replace('name = "site"', 'name = "other"')
    file.write_text(source, "utf-8")
    assert counted(operator.replay("site", "--apply")) == {"as stored": POSTS}
    file.write_text(source.replace(operator.site.url, "http://elsewhere.example/"), "utf-8")
    applied = operator.replay("site", "--apply")
    assert counted(applied) == {"refused by today's rules": POSTS}
    assert f"refused: no_source  {POSTS}" in applied


def test_failures_are_named_and_cost_no_other_page(operator: Operator) -> None:
    operator.crawl()
    operator.declare(section="要闻", hook=CRASH)
    applied = operator.replay("--apply", status=1)
    assert "replay: failed: 1 pages crashed the reader, 0 could not be had" in applied
    assert "crashed: KeyError  1" in applied
    assert len(operator.revised()) == POSTS - 1
    for path in (operator.data / "archive").glob("*.warc.gz"):
        path.write_bytes(b"")
    operator.declare()
    assert "60 could not be had from the archive" in operator.replay(status=1)


SLOW = """
    def read(self, pages, *args, **options):
        import time
        time.sleep(0.02)
        return super().read(pages, *args, **options)
"""


def replaying(operator: Operator, stop: Callable[[subprocess.Popen[str]], None]) -> str:
    """Stop a replay as soon as it has written a batch; what it said on stderr."""
    process = subprocess.Popen(
        [sys.executable, "-m", "scrapy", "replay", "--apply"],
        cwd=ROOT,
        env=operator.scrapy.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while not operator.revised():
        assert process.poll() is None, "the replay ended before it could be stopped"
        assert time.monotonic() < deadline
        time.sleep(0.02)
    stop(process)
    # Read to the end: nothing that it began lives on and holds the pipe open.
    said = process.communicate(timeout=60)[1]
    assert process.returncode != 0
    return said


@pytest.mark.nightly  # a slow machine may end the replay before it is stopped
@pytest.mark.parametrize("how", ["kill -9", "Ctrl-C"])
def test_a_broken_replay_goes_on_where_it_was(operator: Operator, scrapy: Scrapy, how: str) -> None:
    posts = 400  # worth two processes
    operator.site.answers.update(channel("zgxc/gddt", posts, page_size=posts))
    scrapy.crawl("site", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=8")
    operator.declare(section="要闻", hook=SLOW)

    def stop(process: subprocess.Popen[str]) -> None:
        process.send_signal(signal.SIGKILL if how == "kill -9" else signal.SIGINT)

    said = replaying(operator, stop)
    done = len(operator.revised())
    assert 0 < done < posts
    if how == "Ctrl-C":
        assert f"replay: interrupted at {done} of {posts}; run again" in said
    again = operator.replay("--apply")
    assert f"replay: going on at {done} of {posts}" in again
    assert counted(again) == {"read otherwise": posts}
    assert f"{posts} records have a new revision." in again
    revised = operator.revised()
    assert [n for n, _ in revised] == list(range(1, posts + 1))
    assert counted(operator.replay("--apply")) == {"as stored": posts}


def test_other_rules_begin_anew(operator: Operator, scrapy: Scrapy) -> None:
    posts = 200
    operator.site.answers.update(channel("zgxc/gddt", posts, page_size=posts))
    scrapy.crawl("site", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=8")
    operator.declare(section="要闻", hook=SLOW)
    replaying(operator, lambda process: process.kill())
    operator.declare(section="新闻")
    again = operator.replay("--apply")
    assert "going on" not in again
    assert counted(again) == {"read otherwise": posts}
    assert operator.rows(
        "SELECT DISTINCT section FROM revisions v JOIN records r ON r.revision_id = v.id"
    ) == [("新闻",)]


def test_two_at_once_are_refused(operator: Operator) -> None:
    operator.crawl()
    with (operator.data / "replay.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert "another replay is at work" in operator.replay(status=1)
