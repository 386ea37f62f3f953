"""EmpireCMS, by `scrapy crawl channel` alone; the traps are listed in tests/crawler/families."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crawler.demo.server import Answer
from tests.crawler.families.sites.dynamic import Asked, crawl, serve
from tests.crawler.families.sites.plain import page, post

MARK = '<script src="/e/data/js/ajax.js"></script>'
POSTS = 14
SIZE = 5
TITLES = {f"第{n}件事的通知" for n in range(1, POSTS + 1)}


def path(n: int) -> str:
    """One site has several forms of address, one for each of its columns."""
    return (
        f"/html/tz/{n}.html",
        f"/tz/2024-08-25/{n}.html",
        f"/e/action/ShowInfo.php?classid=6&id={n}",
    )[n % 3]


def article(n: int) -> Answer:
    hits = f'<script src="/e/public/ViewClick/?classid=6&id={n}&addclick=1"></script>'
    tail = f'<div class="epages"><b>1</b> <a href="/html/tz/{n}_2.html">2</a> <a href="/html/tz/{n}_2.html">下一页</a></div>'
    return post(
        f"第{n}件事的通知",
        info=f"发布时间：2024-08-25 10:03:27　来源：云湾日报　作者：张三　点击：{hits}",
        head=MARK,
        tail=tail if n == 3 else "",
        charset="gb2312",
    )


def listing(number: int, following: str) -> Answer:
    numbers = range(POSTS - SIZE * (number - 1), max(0, POSTS - SIZE * number), -1)
    rows = "".join(
        f'<li><span>08-25</span><a href="{path(n).replace("&", "&amp;")}" title="第{n}件事的通知">第{n}件…</a></li>'
        for n in numbers
    )
    paging = f'<div class="epages"><a title="总数">&nbsp;<b>{POSTS}</b></a> <b>{number}</b>'
    paging += (
        f' <a href="{following}">下一页</a> <a href="{following}">尾页</a></div>'
        if following
        else "</div>"
    )
    hot = '<div class="hot"><h3>点击排行</h3><ul><li><a href="/html/zc/9.html">别的栏目里的热门文章</a> 2020-01-01</li></ul></div>'
    return page(f"{hot}<ul class=list>{rows}</ul>{paging}", head=MARK, charset="gb2312")


def answer(asked: Asked) -> Answer | None:
    static = {"/html/tz/": 1, "/html/tz/index_2.html": 2, "/html/tz/index_3.html": 3}
    if number := static.get(asked.path):
        return listing(number, f"/html/tz/index_{number + 1}.html" if number < 3 else "")
    if asked.path == "/e/action/ListInfo/":
        # Its pages are counted from 0.
        number = int(asked.query.get("page", 0)) + 1
        following = f"/e/action/ListInfo/index.php?page={number}&amp;classid=6&amp;totalnum={POSTS}"
        return listing(number, following if number < 3 else "")
    if asked.path == "/e/action/ListInfo/index.php":
        number = int(asked.query["page"]) + 1
        following = f"index.php?page={number}&amp;classid=6&amp;totalnum={POSTS}"
        return listing(number, following if number < 3 else "")
    if asked.path == "/html/tz/3_2.html":
        return post("第3件事的通知", head=MARK, charset="gb2312")
    for n in range(1, POSTS + 1):
        if asked.path == path(n).split("?")[0] and asked.query.get("id", str(n)) == str(n):
            return article(n)
    return None


@pytest.mark.parametrize("start", ["/html/tz/", "/e/action/ListInfo/?classid=6"])
def test_crawl(tmp_path: Path, start: str) -> None:
    with serve(answer) as site:
        found = crawl(site, start, tmp_path)
    assert (found.status, set(found.posts)) == (0, TITLES)
    assert not found.figures["refused"]
    # robots.txt, three pages, the posts, and the second page of one; no click counter
    assert len(site.requests) == 1 + 3 + POSTS + 1
    one = found.posts["第4件事的通知"]
    assert (one["source"], json.loads(one["authors"])) == ("云湾日报", ["张三"])
    assert one["date_published"].startswith("2024-08-25T10:03:27")
    assert len(one["text"].split("\n")) == 5
    assert len(found.posts["第3件事的通知"]["text"].split("\n")) == 10
