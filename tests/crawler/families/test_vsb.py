"""Boda VSB, by `scrapy crawl channel` alone; the traps are listed in tests/crawler/families."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.families import detect, read
from crawler.families.base import NextPage
from crawler.families.vsb import Vsb
from crawler.items import NotAnArticle
from crawler.reading.page import Page, parse
from tests.conftest import NOW, Scrapy
from tests.crawler.families.sites import vsb
from tests.crawler.families.sites.dynamic import Crawled, DynamicSite, crawl, serve

HOME = "https://www.yunwan.example"
OWN = {vsb.title(n) for n in range(1, vsb.POSTS + 1)} - {vsb.title(vsb.LINK)}
OTHER = "别的系统里的一则通知"


@pytest.fixture(scope="module")
def site() -> Iterator[DynamicSite]:
    with serve(vsb.answer) as served:
        yield served


@pytest.fixture(scope="module")
def linked(site: DynamicSite, tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    site.requests.clear()
    return crawl(site, "/tzgg.htm", tmp_path_factory.mktemp("vsb"))


def test_pages_count_down(linked: Crawled) -> None:
    assert linked.status == 0
    assert set(linked.posts) == OWN | {OTHER}
    assert linked.figures["refused"] == {"other_host": 1, "redirect_page": 1}
    # robots.txt, four pages, the posts: no click counter, and no twin of a post
    assert len(linked.site.requests) == 1 + 4 + vsb.POSTS + 1
    assert not linked.site.asked_for("/content.jsp")


@pytest.mark.parametrize("number", [3, 4])
def test_article(linked: Crawled, number: int) -> None:
    post = linked.posts[vsb.title(number)]
    assert post["date_published"].startswith(f"2024-08-{number:02}")
    assert (post["source"], post["channel"]) == ("教务处", "tzgg")
    assert post["attachments"] == [f"第{number}号报名表.docx"]
    assert [line[:8] for line in post["text"].split("\n")] == [post["title"][:8]] * 5


def test_pager_without_links(site: DynamicSite, tmp_path: Path) -> None:
    site.requests.clear()
    found = crawl(site, "/jwtz.htm", tmp_path)
    assert (found.status, set(found.posts)) == (0, OWN | {OTHER})
    assert {post["channel"] for name, post in found.posts.items() if name != OTHER} == {"jwtz"}
    assert len(site.requests) == 1 + 4 + vsb.POSTS + 1


def test_dynamic(site: DynamicSite, tmp_path: Path) -> None:
    site.requests.clear()
    found = crawl(site, f"/list.jsp?urltype=tree.TreeTempUrl&wbtreeid={vsb.TREE}", tmp_path)
    assert (found.status, set(found.posts)) == (0, OWN)
    assert len(site.requests) == 1 + 4 + vsb.POSTS


def test_identity() -> None:
    canonical = Vsb().canonical_url
    assert canonical(HOME + vsb.twin(7)) == canonical(HOME + vsb.path(7))
    assert canonical(HOME + vsb.path(7)) != canonical(HOME + vsb.path(8))


def page(text: bytes, path: str) -> Page:
    return parse(text, HOME + path, NOW)


def test_what_only_leads_elsewhere(site: DynamicSite, tmp_path: Path) -> None:
    """Also for those who read one page: preview and evaluation."""
    with pytest.raises(NotAnArticle, match="redirect_page"):
        read(page(vsb.link_only(7)[2], vsb.path(7)))
    scrapy = Scrapy(tmp_path, f"127.0.0.1:{site.port}")
    done = scrapy("preview", f"{site.url}{vsb.path(vsb.LINK)}")
    assert "refused: redirect_page" in done.stdout


def test_last_page() -> None:
    last = page(vsb.listing(4, linked=False)[2], "/jwtz/1.htm")
    assert Vsb().next_page(last, 4) is None
    second = page(vsb.listing(2, linked=False)[2], "/jwtz/3.htm")
    assert Vsb().next_page(second, 2) == NextPage(f"{HOME}/jwtz/2.htm", guessed=True)


def test_fingerprint() -> None:
    assert detect(page(vsb.listing(1, linked=True)[2], "/tzgg.htm")).name == "vsb"
    assert detect(page(vsb.article(1)[2], vsb.path(1))).name == "vsb"
