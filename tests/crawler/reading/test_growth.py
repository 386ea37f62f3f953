"""Four times the page takes about four times the work: counted in calls, not in seconds."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable

import pytest

from crawler.families import detect, read
from crawler.items import NotAnArticle
from crawler.reading.page import parse
from crawler.reading.paging import has_paging, next_page
from tests.conftest import NOW

URL = "http://www.sample.example/tzgg/content/post_1.html"
PAGE = (
    "<title>关于某事的通知_某市政府</title><h1>关于某事的通知</h1>"
    "<p>发布时间：2024-08-25 来源：某局</p>{}"
)
LINK = '<a href="/tzgg/content/post_{0}.html">第{0}条通知的标题有十几个字</a>'
# What a page may have very many of; {0} is its number.
SHAPES = {
    "links in one parent": f"{LINK} 2024-01-01<br>",
    "items": f"<li>{LINK}<span>2024-01-01</span></li>",
    "items of one address": f"<li>{LINK.replace('{0}', '7', 1)}</li>",
    "terms and dates": f"<dt>{LINK}</dt><dd>2024-01-01</dd>",
    "rows": f"<tr><td>{LINK}</td><td>2024-01-01</td></tr>",
    "boxes": f"<div>{LINK}</div><div>2024-01-01</div>",
    "paragraphs": "<p>这是第{0}段文字，说明了一些事情。</p>",
    "short lines": "短行{0}<br>",
    "spans": "<span>字</span>",
    "headings": "<h1>关于某事的通知</h1>",
    "info lines": "<p>来源：某报 作者：张三 2024-01-01</p>",
    "authors in the head": '<meta name="author" content="张三{0}">',
    "marked authors": '<span class="author" itemprop="author">张三{0}</span>',
    "words against reprinting": "<div>未经许可<b>不得转载</b></div>",
    "article nodes": '<div id="zoom">正文{0}</div>',
    "hidden elements": '<div style="display:none"><p>字</p></div>',
    "tables": "<table><tr><td>{0}</td><td>名称</td></tr></table>",
    "files": '<p><a href="/x{0}.pdf">附件{0}</a></p>',
    "furniture": "<p>相关新闻</p><p>责任编辑：张三</p><p>打印本页</p>",
    "style rules": "<style>.a{{color:red}} .b</style>",
}


def calls(work: Callable[[], object]) -> int:
    """How many calls of functions, built-in ones among them, some work takes."""
    count = 0

    def note(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        with contextlib.suppress(NotAnArticle):
            work()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_work_grows_with_the_page(shape: str) -> None:
    def all_of(number: int) -> int:
        body = PAGE.format("".join(shape.format(n) for n in range(number))).encode()
        page = parse(body, URL, NOW)
        family = detect(page)
        return (
            calls(lambda: parse(body, URL, NOW))
            + calls(lambda: read(page))
            + calls(lambda: (family.rows(page), next_page(page, 1), has_paging(page)))
        )

    all_of(2)  # what is compiled and kept the first time
    small = all_of(200)
    assert all_of(800) < 5 * small
