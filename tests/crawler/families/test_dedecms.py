"""DedeCMS; the traps are listed in tests/crawler/families."""

from pathlib import Path

import pytest

from crawler.demo.server import SiteServer
from crawler.families import detect
from crawler.families.base import further_by_number
from crawler.reading.page import parse
from tests.conftest import NOW, Scrapy
from tests.crawler.families.sites.plain import page, post
from tests.crawler.test_crawl import records
from tests.site import ROBOTS

MARK = '<link href="/templets/default/style.css" rel="stylesheet">'


def test_crawl(site: SiteServer, scrapy: Scrapy, tmp_path: Path) -> None:
    def listing(numbers: range, paging: str) -> str:
        rows = "".join(
            f'<tr><td>·[<a href="/a/sx/">市县</a>]<a href="/a/tz/{n}.html">第{n}件事的通知</a></td>'
            f"<td><font color=gray>2024-08-{n + 10}</font></td></tr>"
            for n in numbers
        )
        hot = '<div class="hot"><a href="/a/zc/77.html">热门的文章标题若干字</a> 2024-08-01</div>'
        other = '<div class="hot"><a href="/a/zc/list_6_2.html">下一页</a></div>'
        return f"{hot}{other}<table width=700>{rows}</table>{paging}"

    site.answers |= {
        "/robots.txt": ROBOTS,
        "/a/tz/": page(
            listing(range(6), '<a href="list_5_2.html">2</a><a href="list_5_2.html">下一页</a>'),
            head=MARK,
            charset="gb2312",
        ),
        "/a/tz/list_5_2.html": page(
            listing(range(6, 9), '<a href="list_5_1.html">上一页</a>'), head=MARK, charset="gb2312"
        ),
        "/a/tz/3_2.html": post("第3件事的通知", head=MARK, charset="gb2312"),
    }
    for n in range(9):
        tail = '<div class="dede_pages"><a href="3_2.html">2</a><a href="3_2.html">下一页</a></div>'
        site.answers[f"/a/tz/{n}.html"] = post(
            f"第{n}件事的通知", head=MARK, tail=tail if n == 3 else "", charset="gb2312"
        )
    status, figures, log = scrapy.crawl("channel", "-a", f"url={site.url}a/tz/")
    assert (status, figures["listed"], figures["created"], figures["lists"]) == (0, 9, 9, 2), log
    asked = [path for _, path, _ in site.requests]
    assert len(asked) == 1 + 2 + 9 + 1, asked
    assert {row[1] for row in records(tmp_path)} == {"a/tz"}


@pytest.mark.parametrize(
    ("mark", "name"),
    [
        (MARK, "dedecms"),
        ('<meta name="generator" content="DedeCMS V57">', "dedecms"),
        ('<script src="/e/public/ViewClick/?classid=1&id=2"></script>', "empirecms"),
        ('<a href="index.php?m=content&c=index&a=lists&catid=6">x</a>', "phpcms"),
        ("<p>文章来源：本站原创 作者：佚名 发布时间：2024-08-25 点击数：</p>", "phpcms"),
        ("<p>与平台无关</p>", "generic"),
    ],
)
def test_fingerprints(mark: str, name: str) -> None:
    html = (
        f"<p>一篇文章，有若干的字。</p><ul><li><a href='/1'>有一个长标题的链接</a></li></ul>{mark}"
    )
    assert detect(parse(html.encode(), "https://a.example/a/1.html", NOW)).name == name


def test_further_pages() -> None:
    html = "".join(f'<a href="{x}">x</a>' for x in ("12_3.html", "12_2.html", "13.html", "12.html"))
    found = further_by_number(parse(html.encode(), "https://a.example/a/12.html", NOW))
    assert found == ["https://a.example/a/12_2.html", "https://a.example/a/12_3.html"]
