"""Crawls of a local site by the real command."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.demo.server import SiteServer
from tests.conftest import Scrapy
from tests.site import ROBOTS, article, channel, html, listing


def records(tmp_path: Path) -> list[tuple[str, str, str]]:
    """(url, channel, section) of what is stored, by url."""
    store = sqlite3.connect(tmp_path / "data" / "store.db")
    rows = store.execute(
        "SELECT records.url, channel, section FROM records"
        " JOIN revisions ON revisions.id = revision_id ORDER BY records.url"
    ).fetchall()
    store.close()
    return rows


@pytest.fixture
def gdzz(site: SiteServer) -> SiteServer:
    """25 posts of gdzz's channel gddt on two list pages."""
    site.answers.update(channel("zgxc/gddt", 25))
    return site


def test_a_local_copy_by_url(gdzz: SiteServer, scrapy: Scrapy, tmp_path: Path) -> None:
    url = f"url={gdzz.url}zgxc/gddt/"
    status, figures, _ = scrapy.crawl("gdzz", "-a", url)
    assert (status, figures["listed"], figures["created"]) == (0, 25, 25)
    assert figures["requests"] == {f"127.0.0.1:{gdzz.port}": {"200": 28}}
    # whatever the host, the path tells the channel
    assert {row[1:] for row in records(tmp_path)} == {("zgxc/gddt", "廉政要闻")}
    status, figures, _ = scrapy.crawl("gdzz", "-a", url)
    assert (status, figures["stored"], figures["unchanged"]) == (0, 0, 25)


def test_an_article_by_url(gdzz: SiteServer, scrapy: Scrapy) -> None:
    url = f"url={gdzz.url}zgxc/gddt/content/mpost_7.html"
    gdzz.answers["/zgxc/gddt/content/mpost_7.html"] = gdzz.answers["/zgxc/gddt/content/post_7.html"]
    status, figures, _ = scrapy.crawl("gdzz", "-a", url)
    assert (status, figures["listed"], figures["created"]) == (0, 1, 1)
    # the desktop twin is the same post
    status, figures, _ = scrapy.crawl("gdzz", "-a", url.replace("mpost", "post"))
    assert (status, figures["unchanged"]) == (0, 1)


def test_max_pages_and_since(gdzz: SiteServer, scrapy: Scrapy) -> None:
    url = f"url={gdzz.url}zgxc/gddt/"
    status, figures, _ = scrapy.crawl("gdzz", "-a", url, "-a", "max_pages=1")
    assert (status, figures["listed"], figures["lists"]) == (0, 20, 1)
    status, figures, _ = scrapy.crawl("gdzz", "-a", url, "-a", "since=2024-01-20")
    assert (status, figures["listed"], figures["lists"]) == (0, 7, 2)


def test_since_ends_the_walk_after_a_page_of_older_posts(site: SiteServer, scrapy: Scrapy) -> None:
    site.answers.update(channel("tzgg", 24, page_size=6))
    url = f"url={site.url}tzgg/"
    _, figures, _ = scrapy.crawl("gdzz", "-a", url, "-a", "since=2024-01-24")
    assert (figures["listed"], figures["lists"]) == (2, 2)


def test_correction_makes_a_revision(gdzz: SiteServer, scrapy: Scrapy, tmp_path: Path) -> None:
    url = f"url={gdzz.url}zgxc/gddt/"
    scrapy.crawl("gdzz", "-a", url)
    gdzz.answers["/zgxc/gddt/content/post_20.html"] = article("更正后的标题是这样的")
    _, figures, _ = scrapy.crawl("gdzz", "-a", url)
    assert (figures["revised"], figures["unchanged"], figures["created"]) == (1, 24, 0)


def test_what_is_refused_and_deferred_adds_up(site: SiteServer, scrapy: Scrapy) -> None:
    rows = [
        ("content/post_1.html", "一篇好好的文章标题", "2024-08-25"),
        ("content/post_2.html", "已经删除的文章标题", "2024-08-24"),
        ("content/post_3.html", "暂时打不开的文章标题", "2024-08-23"),
        ("content/post_4.html", "说自己不存在的文章标题", "2024-08-22"),
        ("https://b.example/s/1", "外站的一篇文章标题", "2024-08-21"),
        ("/files/list.pdf", "直接是文件的一行标题", "2024-08-20"),
        ("/admin/content/post_5.html", "机器人不能看的文章标题", "2024-08-19"),
    ]
    site.answers |= {
        "/robots.txt": ROBOTS,
        "/tzgg/": listing(rows),
        "/tzgg/content/post_1.html": article(),
        "/tzgg/content/post_3.html": html("busy", 503),
        "/tzgg/content/post_4.html": html("<title>提示</title><p>您访问的页面不存在</p>"),
    }
    status, figures, _ = scrapy.crawl("gdzz", "-a", f"url={site.url}tzgg/")
    assert status == 0
    assert figures["stored"] == 1
    assert figures["refused"] == {
        "direct_file": 1,
        "http_404": 1,
        "other_host": 1,
        "robots_disallowed": 1,
        "soft_404": 1,
    }
    assert figures["deferred"] == {"http_503": 1}
    assert figures["listed"] == 7
    assert ("GET", "/admin/content/post_5.html", 404) not in site.requests


def test_redirects_leave_the_site_for_nowhere(site: SiteServer, scrapy: Scrapy) -> None:
    away = (302, {"Location": "http://b.example/"}, b"")
    site.answers |= {
        "/robots.txt": ROBOTS,
        "/tzgg/": listing([("content/post_1.html", "一篇好好的文章标题", "2024-08-25")]),
        "/tzgg/content/post_1.html": away,
    }
    status, figures, _ = scrapy.crawl("gdzz", "-a", f"url={site.url}tzgg/")
    assert (status, figures["refused"]) == (0, {"other_host": 1})


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        ({"/robots.txt": ROBOTS, "/tzgg/": html("<p>改版了</p>")}, "no rows"),
        ({"/robots.txt": ROBOTS}, "http_404"),
        ({"/robots.txt": html("", 500)}, "robots.txt"),
    ],
)
def test_failures_exit_with_1_and_say_why(
    site: SiteServer, scrapy: Scrapy, answers: dict[str, object], problem: str
) -> None:
    site.answers.update(answers)  # type: ignore[arg-type]
    status, figures, stderr = scrapy.crawl("gdzz", "-a", f"url={site.url}tzgg/")
    assert status == 1
    assert problem in stderr
    assert figures["outcome"] == "failed"


def test_disallowed_urls_waiting_for_robots_are_all_refused(
    site: SiteServer, scrapy: Scrapy
) -> None:
    rows = [
        (f"/admin/content/post_{n}.html", f"第{n}号不许看的文章", "2024-08-25") for n in range(6)
    ]

    def slow(_headers: object) -> tuple[int, dict[str, str], bytes]:
        return ROBOTS

    site.answers |= {"/robots.txt": slow, "/tzgg/": listing(rows)}
    _, figures, _ = scrapy.crawl(
        "gdzz", "-a", f"url={site.url}tzgg/", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=8"
    )
    assert figures["refused"] == {"robots_disallowed": 6}
    assert sum(path == "/robots.txt" for _, path, _ in site.requests) == 1


def test_a_callback_that_raises_exits_with_1(
    site: SiteServer, scrapy: Scrapy, tmp_path: Path
) -> None:
    site.answers |= {
        "/robots.txt": ROBOTS,
        "/tzgg/": listing(
            [
                ("content/post_1.html", "一篇好好的文章标题", "2024-08-25"),
                ("content/post_2.html", "另一篇好好的文章标题", "2024-08-25"),
                ("content/post_3.html", "一篇不要的文章的标题", "2024-08-25"),
            ]
        ),
        "/tzgg/content/post_1.html": article("一篇好好的文章标题"),
        "/tzgg/content/post_2.html": article("另一篇好好的文章标题"),
        "/tzgg/content/post_3.html": article("一篇不要的文章的标题"),
    }
    broken = tmp_path / "broken.py"
    broken.write_text(
        "from scrapy.exceptions import DropItem\n"
        "class Broken:\n"
        "    def process_item(self, item):\n"
        "        if '另一篇' in item.title:\n"
        "            raise RuntimeError('boom')\n"
        "        if '不要' in item.title:\n"
        "            raise DropItem('not wanted')\n"
        "        return item\n"
    )
    scrapy.environment["PYTHONPATH"] += f":{tmp_path}"
    pipelines = json.dumps({"broken.Broken": 50, "pipelines.store.StorePipeline": 900})
    status, figures, stderr = scrapy.crawl(
        "gdzz", "-a", f"url={site.url}tzgg/", "-s", f"ITEM_PIPELINES={pipelines}"
    )
    assert status == 1
    assert (figures["stored"], figures["deferred"]) == (1, {"pipeline_error": 1})
    assert figures["refused"] == {"dropped": 1}
    assert "boom" in stderr
    store = sqlite3.connect(tmp_path / "data" / "store.db")
    states = store.execute("SELECT state, reason FROM ledger ORDER BY url").fetchall()
    store.close()
    assert states == [("stored", ""), ("owed", ""), ("refused", "dropped")]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["gdzz", "-a", "chanel=gddt"], "chanel"),
        (["gdzz", "-a", "channel=nosuch"], "zgxc/gddt"),
        (["gdzz", "-a", "since=yesterday"], "2024-08-01"),
        (["gdzz", "-a", "max_pages=0"], "max_pages"),
        (["gdzz", "-a", "url=ftp://a.example/"], "http"),
        (["nosuch"], "gdzz"),
        (["gdzz"], "ZHUANZAI_CONTACT"),
        ([], "which spider"),
    ],
)
def test_misuse_exits_with_2(scrapy: Scrapy, arguments: list[str], message: str) -> None:
    done = scrapy("crawl", *arguments)
    assert done.returncode == 2
    assert message in done.stderr


def test_arguments_of_scrapyd_are_no_misuse(gdzz: SiteServer, scrapy: Scrapy) -> None:
    status, _, _ = scrapy.crawl(
        "gdzz", "-a", f"url={gdzz.url}zgxc/gddt/", "-a", "max_pages=1", "-a", "_job=1"
    )
    assert status == 0


def test_private_addresses_are_not_fetched(gdzz: SiteServer, scrapy: Scrapy) -> None:
    scrapy.environment |= {"ZHUANZAI_ALLOW_HOSTS": "", "ZHUANZAI_CONTACT": "me@a.example"}
    for host in ("127.0.0.1", "localhost"):
        status, _, stderr = scrapy.crawl("gdzz", "-a", f"url=http://{host}:{gdzz.port}/tzgg/")
        assert status == 1
        assert "no public address" in stderr
    assert gdzz.requests == []


def test_feed_writes_what_was_stored(gdzz: SiteServer, scrapy: Scrapy, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    scrapy.crawl("gdzz", "-a", f"url={gdzz.url}zgxc/gddt/", "-O", str(out))
    lines = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert len(lines) == 25
    assert sorted(line["seq"] for line in lines) == list(range(1, 26))
    assert all(line["version"] == 1 and len(line["id"]) == 16 for line in lines)


def test_daily_crawl_stops_at_known_posts(
    site: SiteServer, scrapy: Scrapy, second_source: Callable[[str], str]
) -> None:
    """A declared channel, walked to its end once, is followed from its first page afterwards."""
    site.answers.update(channel("tzgg", 30, page_size=10))
    name = second_source(f"{site.url}tzgg/")
    _, figures, _ = scrapy.crawl(name)
    assert (figures["created"], figures["lists"]) == (30, 3)
    site.answers.update(channel("tzgg", 31, page_size=10))
    _, figures, _ = scrapy.crawl(name)
    assert (figures["created"], figures["not_due"], figures["lists"]) == (1, 19, 2)


def test_a_failed_post_stays_owed(
    site: SiteServer, scrapy: Scrapy, second_source: Callable[[str], str]
) -> None:
    site.answers.update(channel("tzgg", 30, page_size=10))
    name = second_source(f"{site.url}tzgg/")
    good = site.answers["/tzgg/content/post_3.html"]
    site.answers["/tzgg/content/post_3.html"] = html("busy", 503)
    _, figures, _ = scrapy.crawl(name)
    assert figures["deferred"] == {"http_503": 1}
    site.answers["/tzgg/content/post_3.html"] = good
    _, figures, _ = scrapy.crawl(name)
    assert (figures["created"], figures["listed"], figures["lists"]) == (1, 1, 1)


def test_posts_of_other_lists_are_visited_again(
    site: SiteServer, scrapy: Scrapy, second_source: Callable[[str], str]
) -> None:
    """What a list showed that was named once is the source's: owed and re-checked like the rest."""
    site.answers.update(channel("tzgg", 2))
    site.answers.update(channel("zcfg", 3, first=10))
    name = second_source(f"{site.url}tzgg/")
    scrapy.crawl(name)
    site.answers["/zcfg/content/post_11.html"] = html("busy", 503)
    scrapy.crawl(name, "-a", f"url={site.url}zcfg/")
    later = ("-s", "NOW=2031-01-01T00:00:00+08:00")
    _, figures, _ = scrapy.crawl(name, *later, "-a", "channel=tzgg")
    assert (figures["listed"], figures["unchanged"]) == (2, 2)
    # The budget is for what the schedule asks for, not for what the list shows or is owed.
    _, figures, _ = scrapy.crawl(name, *later, "-s", "RECHECK_BUDGET=1")
    assert (figures["listed"], figures["unchanged"], figures["deferred"]) == (2, 1, {"http_503": 1})


def test_a_walk_cut_short_goes_on_where_it_was(
    site: SiteServer, scrapy: Scrapy, second_source: Callable[[str], str]
) -> None:
    site.answers.update(channel("tzgg", 60, page_size=10))
    name = second_source(f"{site.url}tzgg/")
    _, figures, _ = scrapy.crawl(name, "-a", "max_pages=2")
    assert (figures["created"], figures["lists"]) == (20, 2)
    site.requests.clear()
    _, figures, _ = scrapy.crawl(name)
    assert (figures["created"], figures["lists"]) == (40, 5)
    assert [path for _, path, _ in site.requests if "index" in path] == [
        f"/tzgg/index_{n}.html" for n in (3, 4, 5, 6)
    ]


def test_genspider_makes_a_working_source(
    site: SiteServer, scrapy: Scrapy, second_source: Callable[[str], str], tmp_path: Path
) -> None:
    site.answers.update(channel("zwgk/tzgg", 3))
    status, figures, _ = scrapy.crawl(second_source(f"{site.url}zwgk/tzgg/"))
    assert (status, figures["created"]) == (0, 3)
    assert {row[1:] for row in records(tmp_path)} == {("zwgk/tzgg", "要闻")}


@pytest.mark.parametrize("template", ["basic", "crawl", "csvfeed", "xmlfeed"])
def test_stock_templates_still_work(scrapy: Scrapy, template: str) -> None:
    done = scrapy("genspider", "-d", template)
    assert done.returncode == 0
    assert "class $classname" in done.stdout


def test_templates_are_listed(scrapy: Scrapy) -> None:
    listed = scrapy("genspider", "-l").stdout.split()
    assert {"nfcms", "basic", "crawl"} <= set(listed)


@pytest.mark.parametrize("spider", ["gdzz", "channel"])
def test_scrapy_parse_reads_an_article(gdzz: SiteServer, scrapy: Scrapy, spider: str) -> None:
    """Scrapy's own command, for those who know it: its callback is `parse`."""
    url = f"{gdzz.url}zgxc/gddt/content/post_7.html"
    done = scrapy("parse", url, "--spider", spider, "-a", f"url={url}", "--nocolour")
    assert done.returncode == 0, done.stderr
    assert "ERROR" not in done.stderr
    assert "'title': '第7号消息的完整标题'" in done.stdout
    assert "'channel': 'zgxc/gddt'" in done.stdout
    assert not Path(scrapy.environment["ZHUANZAI_DATA_DIR"]).exists()  # it leaves no trace


def test_scrapy_parse_follows_a_list(gdzz: SiteServer, scrapy: Scrapy) -> None:
    url = f"{gdzz.url}zgxc/gddt/"
    done = scrapy("parse", url, "--spider", "gdzz", "-a", f"url={url}", "--nocolour")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("/content/post_") == 20
    assert f"<GET {url}index_2.html>" in done.stdout
    deeper = ("-d", "2", "--nolinks", "-s", "DOWNLOAD_DELAY=0")
    done = scrapy("parse", url, "--spider", "gdzz", "-a", f"url={url}", *deeper)
    assert done.stdout.count("'capture_sha256'") == 20, done.stderr
