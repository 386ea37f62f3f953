"""`scrapy crawl channel`: what it makes of a list, and what it leaves alone."""

import json
import re
import shutil
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import pytest

from crawler.demo.server import SITE, Answer, SiteServer
from crawler.spiders.gdzz import GdzzSpider
from tests.conftest import Scrapy
from tests.crawler.families.sites.dynamic import Asked, crawl, serve
from tests.site import ROBOTS, article, html, listing

Records = dict[str, dict[str, Any]]
TIMES = {"fetched_at", "first_seen_at", "updated_at"}
# What a declaration says, and the hash over all fields.
DECLARED = {"publisher", "section", "content_hash"}


@pytest.fixture
def crawled(tmp_path: Path) -> Callable[..., Records]:
    """The records (by path) of the demo site, crawled by a spider as if it lay on a host."""

    def crawl(spider: str, host: str, channels: Collection[str]) -> Records:
        data = tmp_path / spider
        root = data / "site"
        shutil.copytree(SITE, root)
        for page in root.rglob("*.html"):
            page.write_bytes(page.read_bytes().replace(b"www.sample.example", host.encode()))
        with SiteServer(root) as server:
            scrapy = Scrapy(data, f"{host}:80,127.0.0.1:{server.port}")
            # The server is also a proxy: pages keep their addresses.
            scrapy.environment |= {"http_proxy": server.url, "no_proxy": ""}
            scrapy.environment |= {"ZHUANZAI_CONTACT": "test@sample.example"}
            for channel in channels:
                url = f"url=http://{host}/{channel}/"
                status, _, log = scrapy.crawl(spider, "-a", url, "-s", "CONCURRENT_REQUESTS=1")
                assert status == 0, log
        out = data / "posts.jsonl"
        assert scrapy("export", "jsonl", "-o", str(out)).returncode == 0
        records = map(json.loads, out.read_text("utf-8").splitlines())
        return {record["url"].removeprefix(f"http://{host}/"): record for record in records}

    return crawl


def without(record: dict[str, Any], fields: set[str]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in fields}


def test_on_a_declared_site_the_records_are_those_of_its_source(
    crawled: Callable[..., Records],
) -> None:
    by_source, by_channel = (
        crawled(name, "www.gdzz.gov.cn", GdzzSpider.channels) for name in ("gdzz", "channel")
    )
    assert len(by_source) == 16
    assert by_channel.keys() == by_source.keys()
    for path, record in by_source.items():
        assert without(by_channel[path], TIMES) == without(record, TIMES)


def test_elsewhere_only_what_a_declaration_says_differs(
    crawled: Callable[..., Records],
) -> None:
    by_source, by_channel = (
        crawled(name, "www.sample.example", ["tzgg"]) for name in ("gdzz", "channel")
    )
    assert len(by_source) == 4
    assert by_channel.keys() == by_source.keys()
    for path, record in by_source.items():
        found = by_channel[path]
        # 本网 and no source at all both mean the publisher
        own = {"source", "attribution"} if record["source"] == GdzzSpider.publisher else set()
        left = TIMES | DECLARED | own
        assert without(found, left) == without(record, left)
        assert found["publisher"] == "云湾组织工作网"
        assert found["section"] == "综合"


AWAY = "http://b.example/s/1"
JUMPS: dict[str, tuple[Answer, str]] = {
    "301": ((301, {"Location": AWAY}, b""), "other_host"),
    "302": ((302, {"Location": AWAY}, b""), "other_host"),
    "two hops": ((302, {"Location": "/hop.html"}, b""), "other_host"),
    "meta refresh": (
        html(f'<html><head><meta http-equiv="refresh" content="0; url={AWAY}"></head></html>'),
        "other_host",
    ),
    "slow meta refresh": (
        html(f'<meta http-equiv="Refresh" content="999;URL={AWAY}"><p>正在跳转，请稍候</p>'),
        "redirect_page",
    ),
}
JUMPS |= {
    script: (
        html(f"<html><head><script>{script}</script></head><body></body></html>"),
        "redirect_page",
    )
    for script in (
        f'location.href = "{AWAY}";',
        f"window.location='{AWAY}'",
        f'window.location.replace("{AWAY}")',
        f'top.location.assign("{AWAY}");',
        f'var url = "{AWAY}"; self.location.href = url;',
        f'window.open("{AWAY}", "_self");',
    )
}


def test_rows_that_jump_away(site: SiteServer, scrapy: Scrapy) -> None:
    titles = {f"/tzgg/{n}.html": f"第{n}件事情的完整通知" for n in range(len(JUMPS) + 1)}
    site.answers |= {
        "/robots.txt": ROBOTS,
        "/tzgg/": listing([(path, title, "2024-08-25") for path, title in titles.items()]),
        "/tzgg/0.html": article(titles["/tzgg/0.html"]),
        "/hop.html": (302, {"Location": AWAY}, b""),
    }
    expected = {}
    for path, (answer, reason) in zip(list(titles)[1:], JUMPS.values(), strict=True):
        site.answers[path] = answer
        expected[path] = reason
    # Everything would come here, were it asked for.
    scrapy.environment |= {"http_proxy": site.url, "no_proxy": "127.0.0.1"}
    status, figures, log = scrapy.crawl("channel", "-a", f"url={site.url}tzgg/", "-L", "INFO")
    assert (status, figures["created"]) == (0, 1), log
    refused = re.findall(r"refused \S+(/tzgg/\d+\.html): (\w+)", log)
    assert dict(refused) == expected
    assert list(figures["requests"]) == [f"127.0.0.1:{site.port}"]
    assert "/s/1" not in {path for _, path, _ in site.requests}


def test_rows_of_other_hosts_and_files(site: SiteServer, scrapy: Scrapy) -> None:
    rows = [
        ("/tzgg/1.html", "第1件事情的完整通知", "2024-08-25"),
        ("http://b.example/s/1", "外站的一篇文章标题", "2024-08-24"),
        (f"http://127.0.0.1:{site.port + 1}/tzgg/2.html", "别的端口的文章标题", "2024-08-24"),
        ("https://c.example/2.pdf", "外站的一个文件", "2024-08-23"),
        ("/files/名单 1.pdf", "直接是文件的一行", "2024-08-22"),
        ("/files/3.XLS", "直接是表格的一行", "2024-08-21"),
        ("/module/download/downfile.jsp?filename=4.doc", "要下载的一行标题", "2024-08-20"),
        ("/zt/", "另一个栏目的首页", "2024-08-19"),
    ]
    site.answers |= {
        "/robots.txt": ROBOTS,
        "/tzgg/": listing(rows),
        "/tzgg/1.html": article("第1件事情的完整通知"),
    }
    scrapy.environment |= {"http_proxy": site.url, "no_proxy": "127.0.0.1"}
    status, figures, log = scrapy.crawl("channel", "-a", f"url={site.url}tzgg/")
    assert (status, figures["listed"], figures["created"]) == (0, 8, 1), log
    assert figures["refused"] == {"other_host": 3, "direct_file": 3, "other_page": 1}
    # the guess is page 2 of a list that shows no paging
    asked = [path for _, path, _ in site.requests]
    assert asked == ["/robots.txt", "/tzgg/", "/tzgg/1.html", "/tzgg/index_2.html"]


def test_a_copy_whose_links_lead_to_the_original(site: SiteServer, scrapy: Scrapy) -> None:
    rows = [
        (f"http://www.sample.example/tzgg/{n}.html", f"第{n}件事情", "2024-08-25") for n in (1, 2)
    ]
    site.answers |= {"/robots.txt": ROBOTS, "/tzgg/": listing(rows)}
    status, figures, log = scrapy.crawl("channel", "-a", f"url={site.url}tzgg/")
    assert (status, figures["refused"]) == (0, {"other_host": 2})
    (line,) = [line for line in log.splitlines() if "WARNING" in line]
    assert "all 2 rows lead to other hosts (sample.example)" in line
    assert line.endswith("-a url=http://www.sample.example/tzgg/")


def test_a_list_with_rows_of_its_own_needs_no_warning(site: SiteServer, scrapy: Scrapy) -> None:
    rows = [
        ("http://b.example/1.html", "外站的一篇文章", "2024-08-25"),
        ("/1.pdf", "一个文件", "2024-08-25"),
    ]
    site.answers |= {"/robots.txt": ROBOTS, "/tzgg/": listing(rows)}
    _, figures, log = scrapy.crawl("channel", "-a", f"url={site.url}tzgg/")
    assert figures["refused"] == {"other_host": 1, "direct_file": 1}
    assert "WARNING" not in log


def test_a_list_that_is_paged_by_a_form(tmp_path: Path) -> None:
    def answer(asked: Asked) -> Answer | None:
        if asked.path == "/robots.txt":
            return ROBOTS
        if asked.path == "/show.aspx":
            return article(f"第{asked.query['id']}件事情的完整通知")
        if asked.path != "/list.aspx" or asked.query != {"cid": "5"}:
            return None
        number = int(asked.form.get("__EVENTARGUMENT", 1))
        rows = "".join(
            f'<tr><td><a href="show.aspx?id={number}{n}">第{number}{n}件事情的完整通知</a></td>'
            f"<td>2024-0{number}-1{n}</td></tr>"
            for n in range(5)
        )
        following = f" href=\"javascript:__doPostBack('Pager','{number + 1}')\"" * (number < 3)
        return html(
            f"<form method=post><input type=hidden name=__VIEWSTATE value=v{number}>"
            f"<table>{rows}</table><a{following}>下一页</a></form>"
        )

    with serve(answer) as site:
        found = crawl(site, "/list.aspx?cid=5", tmp_path)
        asked = [(a.method, a.form) for a in site.asked_for("/list.aspx")]
    assert (found.status, len(found.posts)) == (0, 15), found.figures
    sent = {"__EVENTTARGET": "Pager"}
    assert asked == [
        ("GET", {}),
        ("POST", {"__VIEWSTATE": "v1", "__EVENTARGUMENT": "2", **sent}),
        ("POST", {"__VIEWSTATE": "v2", "__EVENTARGUMENT": "3", **sent}),
    ]
