"""UCAP, by `scrapy crawl channel` alone; the traps are listed in tests/crawler/families."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.families import detect
from crawler.families.ucap import Ucap
from crawler.reading.page import Page, parse
from tests.conftest import NOW
from tests.crawler.families.sites import ucap
from tests.crawler.families.sites.dynamic import Crawled, DynamicSite, crawl, serve

ALL = {ucap.title(n) for n in range(1, ucap.POSTS + 1)}


@pytest.fixture(scope="module")
def site() -> Iterator[DynamicSite]:
    with serve(ucap.answer) as served:
        yield served


@pytest.fixture(scope="module")
def api(site: DynamicSite, tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    site.requests.clear()
    return crawl(site, "/yw/tz/index.shtml", tmp_path_factory.mktemp("ucap"))


def test_api(api: Crawled) -> None:
    assert api.status == 0
    assert set(api.posts) == ALL
    assert api.figures["refused"] == {"other_host": 1, "direct_file": 1}
    asked = api.site.asked_for(ucap.API)
    assert [each.query["page"] for each in asked] == ["1", "2", "3"]
    # robots.txt, the shell, three answers, the posts
    assert len(api.site.requests) == 1 + 1 + 3 + ucap.POSTS


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 6])
def test_article(api: Crawled, number: int) -> None:
    post = api.posts[ucap.title(number)]
    assert post["date_published"].startswith("2024-08-25T10:03")
    assert post["source"] == "云湾日报"
    assert post["attachments"] == [f"第{number}号报名表.doc"]
    lines = post["text"].split("\n")
    assert len(lines) == 6
    assert lines[0].startswith(f"{post['title']}的第1段")
    assert post["channel"] == ("yw/tz/c100" if number % 3 < 2 else "yw/tz")


def test_shell_without_script(site: DynamicSite, tmp_path: Path) -> None:
    """No script names the API: it is asked because the page shows no list."""
    found = crawl(site, "/yw/kb/index.shtml", tmp_path)
    assert (found.status, set(found.posts)) == (0, ALL)


def test_info(site: DynamicSite, tmp_path: Path) -> None:
    site.requests.clear()
    found = crawl(site, "/yw/xx/nav_list.shtml", tmp_path)
    assert (found.status, set(found.posts)) == (0, ALL)
    # without counts, one page too many is asked for
    assert [each.query["currpage"] for each in site.asked_for(ucap.INFO)] == ["1", "2", "3", "4"]


def test_static(site: DynamicSite, tmp_path: Path) -> None:
    site.requests.clear()
    found = crawl(site, "/yw/tz/list.shtml", tmp_path)
    assert (found.status, set(found.posts)) == (0, {ucap.title(n) for n in range(1, 16)})
    assert len(site.requests) == 1 + 3 + 15


def page(text: str, url: str = f"https://www.yunwan.example{ucap.API}?page=1") -> Page:
    return parse(text.encode(), url, NOW)


@pytest.mark.parametrize("text", ["<html>412</html>", "[]", '{"data": null}', '{"results": "x"}'])
def test_broken_answers(text: str) -> None:
    assert Ucap().rows(page(text)) == []


def test_fingerprint() -> None:
    assert detect(page("<ucapcontent>一件事</ucapcontent>", "https://a.example/")).name == "ucap"
    other = page('<meta name="channelid" content="news">', "https://a.example/")
    assert detect(other).name == "generic"
