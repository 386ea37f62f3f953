"""News sites of no platform: the date is in the address, the rest in JSON-LD, by `scrapy crawl
channel` alone; the traps are listed in tests/crawler/families.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.demo.server import Answer
from tests.crawler.families.sites.dynamic import Asked, crawl, serve
from tests.crawler.families.sites.stored import sentences
from tests.site import html

POSTS = 12
SIZE = 5
UUID = "0123456789abcdef0123456789abcd{n:02}"
DASHED = "01234567-89ab-cdef-0123-456789abcd{n:02}"
# Where dialects put the day; one list holds posts of all.
POST_AT = (
    "/yw/2024-08/{n:02}/content_{n}.shtml",
    "/yw/2024-08/{n:02}/c_112{n}.htm",
    f"/yw/202408{{n:02}}/{UUID}.html",
    f"/yw/202408/{UUID}.shtml",
    f"/yw/2024/8/{{n}}/{UUID}.shtml",
    f"/columns/{DASHED.format(n=0)}/202408/{{n:02}}/{DASHED}.html",
    "/yw/202408{n:02}100334123/index.shtml",
    "/yw/c1234{n:02}/content.html",
    "/2024/08/{n:02}/ARTI17245513{n:02}.shtml",
)
PAGE_AT = ("/yw/node_12_{k}.shtml", "/yw/column-index-{k}.shtml", "/yw/{k}.shtml")


def path(n: int) -> str:
    return POST_AT[n % len(POST_AT)].format(n=n)


def title(n: int) -> str:
    return f"云湾第{n}处街区改造完成居民生活更便利"


def article(n: int) -> Answer:
    crumbs = {"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": []}
    news = {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "Organization", "name": "云湾新闻网"},
            {
                "@type": "NewsArticle",
                "headline": title(n),
                "datePublished": f"2024-08-{n:02}T10:03:27+08:00",
                "dateModified": "2026-01-01T00:00:00+08:00",
                "author": [{"@type": "Person", "name": "张三"}],
            },
        ],
    }
    data = "".join(
        f'<script type="application/ld+json">{json.dumps(each, ensure_ascii=False)}</script>'
        for each in (crumbs, news)
    )
    related = "".join(
        f'<li><a href="/yw/2023-01/0{k}/content_{k}.shtml">去年的第{k}条相关新闻标题</a>（责任编辑：李四）</li>'
        for k in range(1, 6)
    )
    return html(
        f'<html><head><meta charset="utf-8"><title>{title(n)}--云湾新闻网</title>{data}</head><body>'
        f'<div class="nav"><a href="/">首页</a><a href="/yw/">要闻</a></div><h1>{title(n)}</h1>'
        f'<div class="article">{sentences(title(n))}</div>'
        f'<div class="related"><h3>相关新闻</h3><ul>{related}</ul></div></body></html>'
    )


def site_of(page_at: str) -> Callable[[Asked], Answer | None]:
    # The first page has its number, too.
    pages = {"/yw/": 1} | {page_at.format(k=k): k for k in (1, 2, 3)}

    def listing(number: int) -> Answer:
        numbers = range(POSTS - SIZE * (number - 1), max(0, POSTS - SIZE * number), -1)
        # No dates in the rows, a summary, and the picture links to the post, too.
        rows = "".join(
            f'<div class="item"><a href="{path(n)}"><img src="/i/{n}.jpg"></a>'
            f'<h3><a href="{path(n)}">{title(n)}</a></h3><p>这里是第{n}条新闻的摘要。</p></div>'
            for n in numbers
        )
        paging = "".join(f'<a href="{page_at.format(k=k)}">{k}</a>' for k in (1, 2, 3))
        if number < 3:
            paging += f'<a href="{page_at.format(k=number + 1)}">下一页</a>'
        hot = "".join(
            f'<li><a href="/sz/2023-01/0{k}/content_{k}.shtml">别的频道的第{k}条热点新闻标题</a></li>'
            for k in range(1, 9)
        )
        return html(
            f'<html><head><meta charset="utf-8"><title>要闻--云湾新闻网</title></head><body>'
            f'<div class="nav"><a href="/">首页</a><a href="/yw/">要闻</a></div><div class="main">{rows}'
            f'</div><div class="page">{paging}</div><div class="rank"><h3>热点排行</h3><ul>{hot}</ul></div>'
            "</body></html>"
        )

    def answer(asked: Asked) -> Answer | None:
        if number := pages.get(asked.path):
            return listing(number)
        posts = {path(n): n for n in range(1, POSTS + 1)}
        return article(posts[asked.path]) if asked.path in posts else None

    return answer


@pytest.mark.parametrize("page_at", PAGE_AT)
def test_crawl(tmp_path: Path, page_at: str) -> None:
    with serve(site_of(page_at)) as site:
        found = crawl(site, "/yw/", tmp_path)
    assert (found.status, set(found.posts)) == (0, {title(n) for n in range(1, POSTS + 1)})
    assert not found.figures["refused"]
    assert len(site.requests) == 1 + 3 + POSTS
    one = found.posts[title(7)]
    assert one["date_published"].startswith("2024-08-07T10:03:27")
    assert json.loads(one["authors"]) == ["张三"]
    assert not one["editor"], "that of another post"
    assert [line[:9] for line in one["text"].split("\n")] == [title(7)[:9]] * 5
