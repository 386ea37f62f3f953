import json
from pathlib import Path

from crawler.demo.server import SITE, SiteServer
from tests.conftest import Scrapy
from tests.site import ROBOTS, article, html

POST = SITE / "zgxc" / "gddt" / "content" / "post_2087.html"


def test_a_file(scrapy: Scrapy, tmp_path: Path) -> None:
    page = tmp_path / "post.html"
    page.write_bytes(POST.read_bytes())
    (tmp_path / "post.html.json").write_text(
        json.dumps(
            {
                "url": "https://www.gdzz.gov.cn/zgxc/gddt/content/post_2087.html",
                "fetched_at": "2026-11-24T12:00:00+08:00",
            }
        )
    )
    done = scrapy("preview", str(page))
    assert done.returncode == 0, done.stderr
    for line in ("zgxc/gddt -> 廉政要闻", "css:h3.zw-title, line", "info:时间", "meta:pubdate"):
        assert line in done.stdout
    assert "林知远" in done.stdout
    assert not (tmp_path / "data").exists()


def test_a_url(site: SiteServer, scrapy: Scrapy, tmp_path: Path) -> None:
    site.answers |= {"/robots.txt": ROBOTS, "/tzgg/content/post_1.html": article("一件事的通知")}
    done = scrapy("preview", f"{site.url}tzgg/content/post_1.html")
    assert done.returncode == 0, done.stderr
    assert "一件事的通知" in done.stdout
    assert "2024-08-25T10:03:07+08:00 (second)" in done.stdout
    assert not (tmp_path / "data").exists()


def test_what_is_no_article_says_why(site: SiteServer, scrapy: Scrapy) -> None:
    site.answers |= {
        "/robots.txt": ROBOTS,
        "/tzgg/content/post_1.html": html("<title>x</title><p>您访问的页面不存在</p>"),
    }
    done = scrapy("preview", f"{site.url}tzgg/content/post_1.html")
    assert (done.returncode, "refused: soft_404" in done.stdout) == (0, True)


def test_what_cannot_be_fetched(site: SiteServer, scrapy: Scrapy) -> None:
    done = scrapy("preview", f"{site.url}nothing.html")
    assert done.returncode == 1
    assert "could not be fetched" in done.stdout


def test_misuse(scrapy: Scrapy) -> None:
    assert scrapy("preview").returncode == 2
    assert scrapy("preview", "/nosuch/file.html").returncode == 2
