"""PHPCMS and 动易, by `scrapy crawl channel` alone; the traps are listed in tests/crawler/families."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.demo.server import Answer
from tests.crawler.families.sites.dynamic import Asked, crawl, serve
from tests.crawler.families.sites.plain import page, post

POSTS = 11
SIZE = 4
LINE = (
    "文章来源：本站原创&nbsp;&nbsp;&nbsp;作者：佚名&nbsp;&nbsp;&nbsp;发布时间：2024-8-25 10:03:27"
    '&nbsp;&nbsp;&nbsp;点击数：<script src="/Count/{n}.js"></script>'
)
SHOW = "/index.php?m=content&c=index&a=show&catid=6&id="
LISTS = "/index.php?m=content&c=index&a=lists&catid=6"
FORMS: dict[str, tuple[str, Callable[[int], str], Callable[[int], str]]] = {
    # start, address of page k, address of post n
    "static": ("/tzgg/", lambda k: f"/tzgg/{k}.html", lambda n: f"/2024/0825/{n}.html"),
    "dynamic": (LISTS, lambda k: f"{LISTS}&page={k}", lambda n: f"{SHOW}{n}"),
    "动易": (
        "/Category_6/Index.aspx",
        lambda k: f"/Category_6/Index_{k}.aspx",
        lambda n: f"/Item/{n}.aspx",
    ),
    "动易, older": (
        "/Article/tz/",
        lambda k: f"/Article/tz/?page={k}",
        lambda n: f"/Article/tz/{n}.html",
    ),
}


def title(n: int) -> str:
    return f"云湾县第{n}项工作的通知"


def site_of(form: str) -> Callable[[Asked], Answer | None]:
    start, page_at, post_at = FORMS[form]

    def listing(number: int) -> Answer:
        numbers = range(POSTS - SIZE * (number - 1), max(0, POSTS - SIZE * number), -1)
        rows = "".join(
            f'<li><span class="rt">2024-08-25 10:03:27</span>·<a href="{post_at(n).replace("&", "&amp;")}"'
            f' target="_blank" style="color:red">{title(n)}</a></li>'
            for n in numbers
        )
        links = [f'<a class="a1">{POSTS}条</a>', f'<a href="{page_at(1)}" class="a1">上一页</a>']
        links += [f'<a href="{page_at(k)}">{k}</a>' for k in (1, 2, 3)]
        links.append(f'<a href="{page_at(min(3, number + 1))}" class="a1">下一页</a>')
        paging = "".join(links).replace("&", "&amp;")
        nav = f'<div class=nav><a href="{LISTS.replace("6", "7").replace("&", "&amp;")}">政策法规</a></div>'
        mark = '<link href="/statics/css/phpcms.css" rel="stylesheet">'
        return page(f'{nav}<ul class="list">{rows}</ul><div id="pages">{paging}</div>', head=mark)

    def article(n: int) -> Answer:
        near = f'<p class="f14"><strong>上一篇：</strong><a href="{post_at(n + 1)}">别的一项工作的通知</a></p>'
        head = '<meta name="SiteName" content="云湾县人民政府">'
        return post(title(n), info=LINE.format(n=n), tail=near, head=head)

    def answer(asked: Asked) -> Answer | None:
        query = "&".join(f"{name}={value}" for name, value in asked.query.items())
        address = f"{asked.path}?{query}" if query else asked.path
        lists = {start: 1} | {page_at(k): k for k in (1, 2, 3)}
        if number := lists.get(address):
            return listing(number)
        return next((article(n) for n in range(1, POSTS + 1) if post_at(n) == address), None)

    return answer


@pytest.mark.parametrize("form", FORMS)
def test_crawl(tmp_path: Path, form: str) -> None:
    with serve(site_of(form)) as site:
        found = crawl(site, FORMS[form][0], tmp_path)
    assert (found.status, set(found.posts)) == (0, {title(n) for n in range(1, POSTS + 1)})
    assert not found.figures["refused"]
    # On the last page 下一页 leads to itself: it is asked for once more at most.
    assert len(site.requests) <= 1 + 4 + POSTS
    one = found.posts[title(4)]
    # the platform's own words for "nobody said": the publisher, and no author
    assert (one["source"], one["authors"]) == ("云湾县人民政府", "[]")
    assert one["date_published"].startswith("2024-08-25T10:03:27")
    assert [line[:11] for line in one["text"].split("\n")] == [title(4)[:11]] * 5
