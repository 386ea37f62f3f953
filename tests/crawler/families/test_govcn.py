"""The central portal's platform; the traps are listed in tests/crawler/families."""

import json
from pathlib import Path

import pytest

from crawler.demo.server import SiteServer
from crawler.families import detect
from crawler.families.govcn import GovCn
from crawler.reading.page import Page, parse
from tests.conftest import NOW, Scrapy
from tests.crawler.families.sites.stored import exported, sentences
from tests.site import ROBOTS, html

URL = "https://www.yunwan.example/zhengce/zuixin/"
SHELL = (
    '<html><head><meta charset="utf-8"><title>最新政策</title></head><body>'
    '<ul class="hot"><li><a href="/zhengce/202401/content_90.htm">专题里的一篇旧文章</a> 2024-01-02</li>'
    '<li><a href="/zhengce/202401/content_91.htm">专题里的又一篇旧文章</a> 2024-01-02</li></ul>'
    '<div class="list"></div><script>$.ajax({url: "./ZUIXIN.json", success: function (rows) {'
    "show(rows[0].TITLE, rows[0].DOCRELPUBTIME); }});</script></body></html>"
)
NEWS = (
    '<html><head><meta charset="utf-8"><title>{title}_云湾市政府网</title></head><body>'
    '<h1 id="ti">{title}</h1><div class="pages-date">2024-08-25 10:03'
    '<span class="font">来源： 云湾日报</span></div>'
    '<div class="pages_content" id="UCAP-CONTENT">{body}</div></body></html>'
)
PAPER = (
    '<html><head><meta charset="utf-8"><title>{title}_云湾市政府网</title></head><body>'
    '<h1 id="ti">{title}</h1><table class="bd1"><tr><td><b>索 引 号：</b></td><td>0001/2024-8</td>'
    "<td><b>主题分类：</b></td><td>水利</td></tr><tr><td><b>发文机关：</b></td><td>云湾市人民政府</td>"
    "<td><b>成文日期：</b></td><td>2024年08月01日</td></tr><tr><td><b>发文字号：</b></td>"
    "<td>云府〔2024〕8号</td><td><b>发布日期：</b></td><td>2024年08月20日</td></tr></table>"
    '<div id="UCAP-CONTENT">{body}</div></body></html>'
)


def read(source: str, url: str = URL) -> Page:
    return parse(source.encode(), url, NOW)


def test_crawl(site: SiteServer, scrapy: Scrapy, tmp_path: Path) -> None:
    paths = [f"zhengce/202408/content_{n}.htm" for n in range(1, 5)]
    rows = [
        {
            "TITLE": f"第{n}件政策的消息",
            "SUB_TITLE": "",
            "URL": site.url + path,
            "DOCRELPUBTIME": "2024-08-25",
        }
        for n, path in enumerate(paths, 1)
    ]
    rows.append(
        {"TITLE": "一个专题", "URL": f"{site.url}zhuanti/sw/", "DOCRELPUBTIME": "2024-08-02"}
    )
    rows.append({"TITLE": "外单位", "URL": "https://www.other.example/content_9.htm"})
    site.answers |= {
        "/robots.txt": ROBOTS,
        "/zhengce/zuixin/": html(SHELL),
        "/zhengce/zuixin/ZUIXIN.json": (
            200,
            {"Content-Type": "application/json"},
            json.dumps(rows, ensure_ascii=False).encode(),
        ),
    }
    for n, path in enumerate(paths, 1):
        title = f"第{n}件政策的消息"
        skin = PAPER if n == 4 else NEWS
        site.answers[f"/{path}"] = html(skin.format(title=title, body=sentences(title)))
    status, figures, log = scrapy.crawl("channel", "-a", f"url={site.url}zhengce/zuixin/")
    assert (status, figures["listed"], figures["created"]) == (0, 6, 4), log
    assert figures["refused"] == {"other_page": 1, "other_host": 1}
    assert len(site.requests) == 1 + 2 + 4
    posts = exported(scrapy, tmp_path, site.url)
    assert set(posts) == set(paths)
    news, paper = posts[paths[0]], posts[paths[3]]
    assert (news["title"], news["source"]) == ("第1件政策的消息", "云湾日报")
    assert news["date_published"] == "2024-08-25T10:03:00+08:00"
    assert paper["date_published"] == "2024-08-20T00:00:00+08:00"
    assert paper["doc_number"] == "云府〔2024〕8号"
    assert not paper["source_raw"]
    assert paper["text"].startswith("第4件政策的消息的第1段")


@pytest.mark.parametrize("source", ["[", '{"rows": []}', "[]", '[{"TITLE": "没有地址"}, 7]'])
def test_feed(source: str) -> None:
    page = read(source, f"{URL}ZUIXIN.json")
    assert GovCn().rows(page) == []
    assert GovCn().next_page(page, 1) is None


def test_fingerprint() -> None:
    assert detect(read(SHELL)).name == "govcn"
    assert detect(read('[{"TITLE": "一", "DOCRELPUBTIME": "2024-08-25"}]')).name == "govcn"
    for skin in (NEWS, PAPER):
        assert detect(read(skin.format(title="一件事", body="一件事"))).name == "govcn"
    # the container alone is that of another platform
    assert not GovCn().fingerprint(read('<div id="UCAP-CONTENT">一件事</div>'))
