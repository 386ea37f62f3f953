"""Hanweb JCMS and jpaas, by `scrapy crawl channel` alone; the traps are listed in tests/crawler/families."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.families import detect
from crawler.families.jcms import Jcms
from crawler.reading.page import Page, parse
from tests.conftest import NOW
from tests.crawler.families.sites import jcms
from tests.crawler.families.sites.dynamic import Crawled, DynamicSite, crawl, serve

PROXY = "/module/web/jpage/dataproxy.jsp"
UNIT = "/api-gateway/jpaas-publish-server/front/page/build/unit"


@pytest.fixture(scope="module")
def site() -> Iterator[DynamicSite]:
    with serve(jcms.answer) as served:
        yield served


@pytest.fixture(scope="module")
def ranges(site: DynamicSite, tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    return crawl(site, "/col/col12/index.html", tmp_path_factory.mktemp("ranges"))


def page(source: str, url: str = "https://www.yunwan.example/col/col12/index.html") -> Page:
    return parse(source.encode(), url, NOW, "text/html; charset=utf-8")


def test_ranges(ranges: Crawled) -> None:
    assert ranges.status == 0
    assert set(ranges.posts) == {jcms.title(n) for n in range(1, jcms.POSTS + 1)}
    asked = ranges.site.asked_for(PROXY)
    assert [(a.method, a.query["startrecord"], a.query["endrecord"]) for a in asked] == [
        ("POST", "10", "18"),
        ("POST", "19", "27"),
    ]
    # robots.txt, the column, two groups, the posts
    assert len(ranges.site.requests) == 1 + 1 + 2 + jcms.POSTS


@pytest.mark.parametrize("number", [7, 8])
def test_article(ranges: Crawled, number: int) -> None:
    post = ranges.posts[jcms.title(number)]
    assert post["date_published"].startswith(f"{jcms.day(number)}T09:30")
    assert post["source"] == "云湾日报"
    assert post["attachments"] == [f"第{number}号公告附表.pdf"]
    lines = post["text"].split("\n")
    assert [line[:11] for line in lines[:5]] == [
        f"第{number}号公告的第{k}段，说" for k in range(1, 6)
    ]
    assert lines[5:] == [f"第{number}号公告附表.pdf"]
    assert post["channel"] == "col/col12"


def test_groups(site: DynamicSite, tmp_path: Path) -> None:
    before = len(site.requests)
    found = crawl(site, "/col/col13/index.html", tmp_path)
    assert found.status == 0
    assert len(found.posts) == jcms.POSTS
    assert len(site.requests) - before == 1 + 1 + 2 + jcms.POSTS


def test_unit(site: DynamicSite, tmp_path: Path) -> None:
    before = len(site.requests)
    found = crawl(site, "/gongkai/index.html", tmp_path)
    assert found.status == 0
    assert set(found.posts) == {jcms.title(n) for n in range(1, 9)}
    assert [a.query["pageId"] for a in site.asked_for(UNIT)] == ["p1", "p1"]
    # one page too many is asked for: only its answer shows that there is none
    assert len(site.requests) - before == 1 + 1 + 2 + 8


def test_rows() -> None:
    table = "".join(
        f"<record><![CDATA[<tr><td><a href='/art/2024/1/{n}/art_1_{n}.html'>第{n}条消息的标题</a>"
        f"</td><td>2024-01-0{n}</td></tr>]]></record>"
        for n in (1, 2, 3)
    )
    other = (
        "<record><![CDATA[<li><a href='/art/2024/1/9/art_2_9.html'>别的栏目</a></li>]]></record>"
    )
    shown = page(
        f"<datastore><recordset>{other}</recordset></datastore><datastore>{table}</datastore>"
    )
    assert isinstance(detect(shown), Jcms)
    rows = Jcms().rows(shown)
    assert [row.date_raw for row in rows] == ["2024-01-01", "2024-01-02", "2024-01-03"]
    assert rows[0].url == "https://www.yunwan.example/art/2024/1/1/art_1_1.html"
    assert Jcms().next_page(shown, 1) is None
    asked = f"https://www.yunwan.example{UNIT}?paramJson=%7B%22pageNo%22%3A3%7D"
    assert Jcms().rows(page("<html>502</html>", asked)) == []
