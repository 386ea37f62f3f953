"""gkmlpt; the traps are listed in tests/crawler/families."""

import json
from pathlib import Path

import pytest

from crawler.demo.server import SiteServer
from crawler.families import detect
from crawler.families.base import NextPage
from crawler.families.gkmlpt import Gkmlpt
from crawler.reading.page import Page, parse
from tests.conftest import NOW, Scrapy
from tests.crawler.families.sites.stored import exported, sentences
from tests.site import ROBOTS, article, html

HOME = "http://www.yunwan.example"
CONFIG = "<script>window._CONFIG = {SID: '771', TREE: [{id: 12, name: '通知'}]};</script>"
SHELL = (
    '<html><head><meta charset="utf-8"><title>政府信息公开平台</title></head><body>'
    '<div class="nav"><a href="/gkmlpt/guide">指南</a><a href="/gkmlpt/index">目录</a></div>'
    f'<div id="app"></div>{CONFIG}</body></html>'
)


def post(title: str) -> str:
    return (
        f'<html><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="SiteName" content="云湾市人民政府"></head><body>'
        f'<a href="/gkmlpt/index">目录</a>{CONFIG}<h1 class="content-title">{title}</h1>'
        '<div class="date-row">发布日期：2024-08-25　来源：本网</div>'
        f'<div class="article-content">{sentences(title)}</div></body></html>'
    )


def answer(articles: list[dict[str, object]], count: int) -> bytes:
    return json.dumps({"classify": {"post_count": count}, "articles": articles}).encode()


def read(source: str | bytes, url: str) -> Page:
    return parse(source if isinstance(source, bytes) else source.encode(), url, NOW)


def test_crawl(site: SiteServer, scrapy: Scrapy, tmp_path: Path) -> None:
    entries: list[dict[str, object]] = [
        {
            "title": f"第{n}件公开事项的通知",
            "url": f"{site.url}gkmlpt/content/1/1069/post_106940{n}.html",
            "display_publish_time": 1724551380,
        }
        for n in range(4)
    ]
    entries.append({"title": "本站栏目的通知", "url": f"{site.url}tzgg/content/post_5.html"})
    entries.append({"title": "外部跳转的通知", "url": "https://www.other.example/post_6.html"})
    entries.append({"title": "一个文件", "url": f"{site.url}attachment/0/1/1/7.pdf"})
    site.answers |= {
        "/robots.txt": ROBOTS,
        "/gkmlpt/index": html(SHELL),
        "/tzgg/content/post_5.html": article("本站栏目的通知"),
    }
    for n in range(4):
        site.answers[f"/gkmlpt/content/1/1069/post_106940{n}.html"] = html(
            post(f"第{n}件公开事项的通知")
        )
    body = answer(entries, 203)
    pages = iter([(200, {"Content-Type": "application/json"}, body), (404, {}, b"")])
    site.answers["/gkmlpt/api/all/0"] = lambda _: next(pages)
    status, figures, log = scrapy.crawl("channel", "-a", f"url={site.url}gkmlpt/index")
    assert (status, figures["listed"], figures["created"]) == (0, 7, 5), log
    assert figures["refused"] == {"other_host": 1, "direct_file": 1}
    assert len(site.requests) == 1 + 1 + 2 + 5
    posts = exported(scrapy, tmp_path, site.url)
    one = posts["gkmlpt/content/1/1069/post_1069401.html"]
    assert one["title"] == "第1件公开事项的通知"
    # the page shows the day, the list the second of that day
    assert one["date_published"] == "2024-08-25T10:03:00+08:00"
    assert one["text"].count("\n") == 4
    assert posts["tzgg/content/post_5.html"]["source"] == "某某日报"


@pytest.mark.parametrize("spider", ["channel", "gdzz"])
def test_one_column(site: SiteServer, scrapy: Scrapy, tmp_path: Path, spider: str) -> None:
    """The column stands behind the #, and the articles in scripts; also where the source declares
    another platform."""
    title = "第1件公开事项的通知"
    detail = {
        "title": title,
        "document_number": "云水〔2024〕3号",
        "publisher": "云湾市水务局",
        "display_publish_time": 1724551380,
        "content": sentences(title).replace("。", "。<br/>"),
        "attachment": [{"name": "附表 1.xls", "url": f"{site.url}attachment/0/1/1/1.xls"}],
    }
    script = json.dumps(detail).replace("<", "\\u003c").replace("/", "\\/")
    page = SHELL.replace("SID: '771'", f"SID: '771', DETAIL: {script}")
    entry = {"title": title, "url": f"{site.url}gkmlpt/content/1/1069/post_1069401.html"}
    site.answers |= {
        "/robots.txt": ROBOTS,
        "/gkmlpt/index": html(SHELL),
        "/gkmlpt/api/all/12": (200, {}, answer([entry], 1)),
        "/gkmlpt/content/1/1069/post_1069401.html": html(page),
    }
    status, figures, log = scrapy.crawl(spider, "-a", f"url={site.url}gkmlpt/index#12")
    assert (status, figures["created"], figures["refused"]) == (0, 1, {}), log
    (post,) = exported(scrapy, tmp_path, site.url).values()
    assert post["title"] == title
    assert post["date_published"] == "2024-08-25T10:03:00+08:00"
    assert post["doc_number"] == "云水〔2024〕3号"
    assert [file["name"] for file in post["attachments"]] == ["附表 1.xls"]
    assert post["text"].startswith(f"{title}的第1段，讲这件事的经过和结果。")
    assert "_CONFIG" not in post["html"]


@pytest.mark.parametrize("detail", ["{", "{}", "[]", '{"content": null}', '{"content": ""}'])
def test_broken_detail(detail: str) -> None:
    shown = post("一件事项的通知").replace("SID: '771'", f"SID: '771', DETAIL: {detail}")
    page = read(shown, f"{HOME}/gkmlpt/content/0/1/post_1.html")
    assert Gkmlpt().as_shown(page) is page


def test_rows() -> None:
    entries: list[dict[str, object]] = [
        {
            "title": "一件<em>事</em>",
            "url": "/gkmlpt/content/0/1/post_1.html",
            "create_time": 1724551380,
        },
        {"title": "没有地址"},
        {"title": "二件事", "post_url": f"{HOME}/tzgg/content/post_2.html", "date": "2024-08-25"},
    ]
    url = f"{HOME}/gkmlpt/api/all/12?page=1&sid=771"
    rows = Gkmlpt().rows(read(answer(entries, 3), url))
    assert [(r.url, r.title, r.date_raw) for r in rows] == [
        (f"{HOME}/gkmlpt/content/0/1/post_1.html", "一件事", "2024-08-25 10:03:00"),
        (f"{HOME}/tzgg/content/post_2.html", "二件事", "2024-08-25"),
    ]
    assert Gkmlpt().rows(read("<html>安全检查</html>", url)) == []
    assert Gkmlpt().rows(read('{"articles": null}', url)) == []


@pytest.mark.parametrize(
    ("source", "url", "following"),
    [
        (SHELL, "/gkmlpt/index#12", ("/gkmlpt/api/all/12?page=1&sid=771", False)),
        (SHELL, "/gkmlpt/index", ("/gkmlpt/api/all/0?page=1&sid=771", False)),
        (SHELL, "/swj/gkmlpt/index#12", ("/swj/gkmlpt/api/all/12?page=1&sid=771", False)),
        (
            answer([{}], 101),
            "/gkmlpt/api/all/12?page=1&sid=771",
            ("/gkmlpt/api/all/12?page=2&sid=771", True),
        ),
        (answer([{}], 100), "/gkmlpt/api/all/12?page=1&sid=771", None),
        (answer([], 203), "/gkmlpt/api/all/12?page=1&sid=771", None),
    ],
)
def test_paging(source: str | bytes, url: str, following: tuple[str, bool] | None) -> None:
    found = Gkmlpt().next_page(read(source, HOME + url), 1)
    assert found == (NextPage(HOME + following[0], guessed=following[1]) if following else None)


def test_identity() -> None:
    canonical = Gkmlpt().canonical_url
    one = canonical(f"{HOME}/gkmlpt/content/0/1/post_1.html")
    assert canonical(f"{HOME}/gkmlpt/content/0/1/mpost_1.html") == one
    assert canonical(f"{HOME}/tzgg/content/post_1.html") != one


def test_fingerprint() -> None:
    assert detect(read(SHELL, f"{HOME}/gkmlpt/index")).name == "gkmlpt"
    assert detect(read(answer([], 0), f"{HOME}/gkmlpt/api/all/0?page=1&sid=1")).name == "gkmlpt"
    linked = '<a href="/gkmlpt/index">政府信息公开</a>'
    assert detect(read(linked, HOME)).name != "gkmlpt"
