"""NFCMS; the traps are listed in tests/crawler/families."""

from pathlib import Path

from crawler.demo.server import SiteServer
from crawler.families import detect
from crawler.families.base import NextPage
from crawler.families.nfcms import Nfcms
from crawler.reading.page import Page, parse
from tests.conftest import NOW, Scrapy
from tests.crawler.families.sites.stored import exported, sentences
from tests.site import ROBOTS, article, html

URL = "https://www.yunwan.example/tzgg/"
HEAD = (
    '<!DOCTYPE html><html><head><meta charset="utf-8"><meta name="SiteName" content="云湾市教育局">'
    '<base target="_blank"><title>{title}&nbsp;&nbsp;云湾市教育局</title>'
    '<script>window.NFCMS_SITE_ID=7;window.NFCMS_PUB_TYPE="post";</script></head><body>'
)
ARTICLE = (
    HEAD + '<h3 class="articleTitle">{title}</h3><div class="info">'
    '<span class="time">时间  :  2024-08-25 10:03:47</span><span class="ly">来源  :  云湾日报</span>'
    '<span class="wh" style="display:none">云教〔2024〕3号</span></div>'
    '<div class="article">{body}</div><div class="fj">{files}</div></body></html>'
)
SHENZHEN = (
    HEAD + '<h2 class="tBox">{title}</h2><div class="sourceBox">信息来源：<em>云湾日报</em></div>'
    '<div class="publishTime">发布时间：<em>2024-08-25 10:03</em></div>'
    '<div class="detailBox">{body}</div><div id="appendix">{files}</div></body></html>'
)


def file(number: int, name: str) -> str:
    return (
        f'<p><a class="nfw-cms-attachment" attachment-id="{number}" alt="{name}"'
        f' href="/attachment/0/1/{number}/2.pdf">附件</a></p>'
    )


def listing(rows: str, paging: str = "") -> str:
    return (
        '<html><head><meta charset="utf-8"><title>通知公告</title>'
        '<script>window.NFCMS_SITE_ID=7;window.NFCMS_PUB_TYPE="cat";</script></head><body>'
        f'<div class="mainContent"><ul>{rows}</ul></div><div class="pageNumBox">{paging}</div></body></html>'
    )


def read(text: str, url: str = URL) -> Page:
    return parse(text.encode(), url, NOW)


def test_crawl(site: SiteServer, scrapy: Scrapy, tmp_path: Path) -> None:
    first = "".join(
        f'<li class="clearfix"><a href="/tzgg/content/post_{n}.html" title="第{n}件事项的完整通知">'
        f'第{n}件事…</a><div class="time">2024-08-25</div></li>'
        for n in range(1, 4)
    )
    first += (
        '<li class="clearfix"><a href="/tzgg/content/mpost_1.html">第1件事项的完整通知</a></li>'
    )
    second = "".join(
        f'<li><a href="/tzgg/content/post_{n}.html">第{n}件事项的完整通知<i class="time">08-2{n}</i></a></li>'
        for n in range(4, 6)
    )
    second += (
        '<li><a href="https://www.other.example/content/post_9.html">外单位的一件事项</a></li>'
    )
    site.answers |= {
        "/robots.txt": ROBOTS,
        "/tzgg/": html(
            listing(
                first, '<a class="current">1</a><a class="next" href="/tzgg/index_2.html">&gt;</a>'
            )
        ),
        "/tzgg/index_2.html": html(
            listing(second, '<a href="/tzgg/index.html">1</a><a class="current">2</a>')
        ),
    }
    for n in (1, 4, 5):
        site.answers[f"/tzgg/content/post_{n}.html"] = article(f"第{n}件事项的完整通知")
    files = file(11, "方案.pdf") + file(12, "名单.pdf")
    for n, skin in ((2, ARTICLE), (3, SHENZHEN)):
        title = f"第{n}件事项的完整通知"
        site.answers[f"/tzgg/content/post_{n}.html"] = html(
            skin.format(title=title, body=sentences(title), files=files)
        )
    status, figures, log = scrapy.crawl("channel", "-a", f"url={site.url}tzgg/")
    assert (status, figures["listed"], figures["created"], figures["lists"]) == (0, 6, 5, 2), log
    assert figures["refused"] == {"other_host": 1}
    assert len(site.requests) == 1 + 2 + 5
    posts = exported(scrapy, tmp_path, site.url)
    for n in range(1, 6):
        post = posts[f"tzgg/content/post_{n}.html"]
        assert post["title"] == f"第{n}件事项的完整通知"
        assert post["source"] == ("云湾日报" if n in (2, 3) else "某某日报")
        assert post["date_published"].startswith("2024-08-25T10:03")
        assert post["text"].startswith(f"{post['title']}的第1段")
    assert posts["tzgg/content/post_2.html"]["doc_number"] == "云教〔2024〕3号"
    for n in (2, 3):
        found = posts[f"tzgg/content/post_{n}.html"]["attachments"]
        assert [(f["name"], f["url"].removeprefix(site.url)) for f in found] == [
            ("方案.pdf", "attachment/0/1/11/2.pdf"),
            ("名单.pdf", "attachment/0/1/12/2.pdf"),
        ]


def test_rows() -> None:
    text = listing(
        '<li><a href="content/post_1.html">一件事项的通知<i class="time">08-25</i></a></li>'
    )
    (row,) = Nfcms().rows(read(text))
    assert (row.url, row.title, row.date_raw) == (
        f"{URL}content/post_1.html",
        "一件事项的通知",
        "08-25",
    )


def test_paging() -> None:
    rows = '<li><a href="content/post_1.html">一件事项的通知</a>2024-08-25</li>'
    last = listing(rows, '<a href="index.html">1</a><a class="current">2</a>')
    assert Nfcms().next_page(read(last, f"{URL}index_2.html"), 2) is None
    guess = NextPage(f"{URL}index_2.html", guessed=True)
    assert Nfcms().next_page(read(listing(rows)), 1) == guess
    # a walk may begin on a later page
    guess = NextPage(f"{URL}index_8.html", guessed=True)
    assert Nfcms().next_page(read(listing(rows), f"{URL}index_7.html"), 1) == guess


def test_identity() -> None:
    canonical = Nfcms().canonical_url
    one = canonical(f"{URL}content/post_1.html")
    assert canonical(f"{URL}content/mpost_1.html") == one
    assert canonical("https://www.yunwan.example/zwgk/content/post_1.html") != one
    assert canonical("https://www.yunwan.example/gkmlpt/content/0/0/post_1.html") != one


def test_fingerprint() -> None:
    assert detect(read(listing(""))).name == "nfcms"
    assert detect(read(ARTICLE.format(title="一件事", body="", files=""))).name == "nfcms"
