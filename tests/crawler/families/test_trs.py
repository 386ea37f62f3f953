"""TRS WCM; the traps are listed in tests/crawler/families."""

from pathlib import Path

import pytest

from crawler.demo.server import SiteServer
from crawler.families import detect
from crawler.families.base import NextPage
from crawler.families.trs import Trs
from crawler.reading.page import Page, parse
from tests.conftest import NOW, Scrapy
from tests.crawler.families.sites.stored import exported, sentences
from tests.site import ROBOTS, html

URL = "https://www.yunwan.example/xw/gzdt/"
POST = (
    '<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}_云湾市水务局</title>'
    '<meta name="SiteName" content="云湾市水务局"><meta name="ArticleTitle" content="{title}">'
    '<meta name="publishdate" content="2024-08-25"></head><body><h1>{title}</h1>'
    "<div class=info>发布时间：2024-08-25 10:03　来源：云湾日报</div>"
    "<div class=xl><div class=TRS_Editor>{body}</div></div>{tail}</body></html>"
)


def post(title: str, body: str = "", tail: str = "") -> str:
    return POST.format(title=title, body=body or sentences(title), tail=tail)


def listing(rows: str, script: str) -> str:
    return (
        '<html><head><meta charset="utf-8"><title>工作动态</title></head><body>'
        '<div class=nav><a href="/">首页</a><a href="../zwgk/">政务公开</a></div>'
        f"<ul class=gl>{rows}</ul><script>{script}</script></body></html>"
    )


def row(href: str, title: str) -> str:
    return f'<li><a href="{href}">{title}</a><span>2024-08-25</span></li>'


def read(text: str, url: str = URL) -> Page:
    return parse(text.encode(), url, NOW)


def test_crawl(site: SiteServer, scrapy: Scrapy, tmp_path: Path) -> None:
    first = "".join(
        row(f"./202408/t20240825_{n}.html", f"第{n}件工作的进展情况") for n in range(1, 6)
    )
    second = "".join(
        row(f"./202407/t20240725_{n}.html", f"第{n}件工作的进展情况") for n in range(6, 9)
    )
    second += row("../tzgg/202407/t20240701_9.html", "第9件工作的进展情况")
    second += row("https://www.other.example/202407/t20240701_10.html", "外单位的一件工作情况")
    second += row("./202407/P020240701.pdf", "只有一个文件的一行")
    site.answers |= {
        "/robots.txt": ROBOTS,
        "/xw/gzdt/": html(listing(first, 'createPageHTML(2, 0, "index", "html");')),
        "/xw/gzdt/index_1.html": html(listing(second, 'createPageHTML(2, 1, "index", "html");')),
        "/xw/tzgg/202407/t20240701_9.html": html(post("第9件工作的进展情况")),
    }
    for n in range(1, 6):
        site.answers[f"/xw/gzdt/202408/t20240825_{n}.html"] = html(post(f"第{n}件工作的进展情况"))
    for n in range(6, 9):
        site.answers[f"/xw/gzdt/202407/t20240725_{n}.html"] = html(post(f"第{n}件工作的进展情况"))
    body = (
        sentences("第1件工作的进展情况")
        + '<p>附件：<a href="./P020240825.pdf">工作方案.pdf</a></p>'
    )
    site.answers["/xw/gzdt/202408/t20240825_1.html"] = html(post("第1件工作的进展情况", body))
    for index, name in enumerate(("t20240825_2", "t20240825_2_1", "t20240825_2_2")):
        call = f'<script>createContPageHTML(3, {index}, "t20240825_2", "html");</script>'
        site.answers[f"/xw/gzdt/202408/{name}.html"] = html(
            post("第2件工作的进展情况", sentences(f"第{index}页"), call)
        )
    status, figures, log = scrapy.crawl("channel", "-a", f"url={site.url}xw/gzdt/")
    assert (status, figures["listed"], figures["created"], figures["lists"]) == (0, 11, 9, 2), log
    assert figures["refused"] == {"other_host": 1, "direct_file": 1}
    assert len(site.requests) == 1 + 2 + 9 + 2
    posts = exported(scrapy, tmp_path, site.url)
    one, two = (posts[f"xw/gzdt/202408/t20240825_{n}.html"] for n in (1, 2))
    assert (one["title"], one["source"]) == ("第1件工作的进展情况", "云湾日报")
    assert one["date_published"] == "2024-08-25T10:03:00+08:00"
    files = [(f["name"], f["url"]) for f in one["attachments"]]
    assert files == [("工作方案.pdf", f"{site.url}xw/gzdt/202408/P020240825.pdf")]
    assert two["text"].split("\n") == [
        f"第{index}页的第{n}段，讲这件事的经过和结果。" for index in range(3) for n in range(1, 6)
    ]


@pytest.mark.parametrize("own", [0, 2])
def test_posts_of_other_systems(site: SiteServer, scrapy: Scrapy, own: int) -> None:
    """One list, several systems on one host; and none of its own, beside a hot list of its own."""
    hrefs = [f"./202408/t20240825_{n}.html" for n in range(own)]
    hrefs += ["/art/2024/8/25/art_9_1.html", "/zwgk/content/post_2.html", "/hd/show.jsp?id=3"]
    rows = "".join(row(href, f"第{n}件工作的进展情况") for n, href in enumerate(hrefs))
    rows += row("/zt/fx/", "一个专题的首页") + row("/zt/index.shtml", "又一个专题的首页")
    hot = "".join(
        f'<li><a href="./202301/t20230101_9{n}.html">热门文章的标题</a></li>' for n in (1, 2)
    )
    script = 'createPageHTML(1, 0, "index", "html");'
    site.answers |= {
        "/robots.txt": ROBOTS,
        "/xw/": html(listing(rows, script).replace("<ul", f"<ul class=hot>{hot}</ul><ul", 1)),
    }
    for n, href in enumerate(hrefs):
        path = href.replace("./", "/xw/").split("?")[0]
        site.answers[path] = html(post(f"第{n}件工作的进展情况"))
    status, figures, log = scrapy.crawl("channel", "-a", f"url={site.url}xw/")
    assert (status, figures["created"]) == (0, own + 3), log
    assert figures["refused"] == {"other_page": 2}


def test_stub(site: SiteServer, scrapy: Scrapy) -> None:
    rows = "".join(row(f"./202408/t20240825_{n}.html", f"第{n}件工作的进展情况") for n in range(3))
    site.answers |= {
        "/robots.txt": ROBOTS,
        "/xw/": html(listing(rows, 'createPageHTML(9, 0, "index", "html");')),
        "/xw/index_1.html": html("<html><head><title>x</title></head><body>" + " " * 260),
    }
    for n in range(3):
        site.answers[f"/xw/202408/t20240825_{n}.html"] = html(post(f"第{n}件工作的进展情况"))
    status, figures, _ = scrapy.crawl("channel", "-a", f"url={site.url}xw/")
    # what was listed is kept, and the run says that the list broke off
    assert (status, figures["created"]) == (1, 3)
    assert "/xw/index_2.html" not in {path for _, path, _ in site.requests}


@pytest.mark.parametrize(
    ("script", "url", "following"),
    [
        ('createPageHTML(3, 0, "index", "html");', URL, "index_1.html"),
        ("createPageHTML('3','1','index','shtml')", f"{URL}index_1.shtml", "index_2.shtml"),
        ('createPageHTML(3, 2, "index", "html");', f"{URL}index_2.html", None),
        ('createPageHTML(1, 0, "index", "html");', URL, None),
        (
            "function createPageHTML(_nPageCount, _nCurrIndex) {} createPageHTML(2,0,'list');",
            f"{URL}list.htm",
            "list_1.htm",
        ),
    ],
)
def test_paging(script: str, url: str, following: str | None) -> None:
    found = Trs().next_page(read(listing(row("./t20240825_1.html", "一件事"), script), url), 1)
    assert (found and found.url) == (following and URL + following)


def test_search() -> None:
    """A list that is a search: its address has no folder, its paging is in the query."""
    rows = "".join(
        row(f"http://www.yunwan.example/xw/202408/t20240825_{n}.html", f"第{n}件工作的情况")
        for n in range(3)
    )
    paging = '<a href="search?page=2&amp;channelid=2345">下一页</a>'
    url = "http://www.yunwan.example/was5/web/search?channelid=2345"
    page = read(listing(rows, "").replace("</body>", f"{paging}</body>"), url)
    family = detect(page)
    assert family.name == "trs"
    assert len(family.rows(page)) == 3
    following = family.next_page(page, 1)
    assert following == NextPage(f"{url.split('?')[0]}?page=2&channelid=2345")


def test_urls() -> None:
    family = Trs()
    assert family.is_article(f"{URL}t4521.htm")
    assert not family.is_article(f"{URL}index_1.html")
    # a further page that is linked somewhere is the post itself
    assert family.canonical_url(f"{URL}t20240825_1_2.html") == f"{URL}t20240825_1.html"


@pytest.mark.parametrize(
    "text",
    [
        listing("", 'createPageHTML(2, 0, "index", "html");'),
        listing("".join(row(f"./202408/t20240825_{n}.html", "一件事") for n in range(3)), ""),
        post("一件事"),
        "<div class='trs_editor_view TRS_UEDITOR'>一件事</div>",
    ],
)
def test_fingerprint(text: str) -> None:
    assert detect(read(text)).name == "trs"
