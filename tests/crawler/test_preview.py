import json
import re
from pathlib import Path

from crawler.demo.server import SITE, SiteServer
from tests.conftest import Scrapy
from tests.crawler.families.sites import ucap
from tests.crawler.families.sites.dynamic import serve
from tests.site import ROBOTS, article, channel, html, listing

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
    for line in ("zgxc/gddt -> 廉政要闻", "css:h3.zw-title, ", "info:时间", "meta:pubdate"):
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


ROWS = [
    ("content/post_3.html", "第3件事情的完整通知", "2024-08-25"),
    ("content/mpost_3.html", "第3件事情的手机版", "2024-08-25"),
    ("http://b.example/s/1", "外站的一篇文章", "2024-08-24"),
    ("/files/1.pdf", "直接是文件的一行", "2024-08-23"),
    ("/zt/", "另一个栏目的首页", "2024-08-22"),
    ("content/post_2.html", "第2件事情的完整通知", "2024-08-21"),
]
FATES = ["other_host", "direct_file", "other_page", "fetched", "skipped", "fetched"]


def lines(shown: str, label: str) -> list[list[str]]:
    """The lines under a label, split at white space."""
    return [line.split()[1:] for line in shown.splitlines() if line.startswith(f"{label} ")]


def test_a_list(site: SiteServer, scrapy: Scrapy, tmp_path: Path) -> None:
    # what is not fetched stands first, so that it is not the first post
    rows = [*ROWS[2:5], *ROWS[:2], ROWS[5]]
    site.answers |= {
        "/robots.txt": ROBOTS,
        "/tzgg/": listing(rows, "index_2.html"),
        "/tzgg/content/post_3.html": article("第3件事情的完整通知"),
    }
    done = scrapy("preview", f"{site.url}tzgg/")
    assert done.returncode == 0, done.stderr
    assert lines(done.stdout, "list") == [[f"{site.url}tzgg/"]]
    assert lines(done.stdout, "platform") == [["nfcms"]]
    found = lines(done.stdout, "row")
    assert [row[0] for row in found] == FATES
    assert found[3][1:3] == ["2024-08-25", "第3件事情的完整通知"]
    assert found[0][3] == "http://b.example/s/1"
    (following,) = [line for line in done.stdout.splitlines() if line.startswith("next page")]
    assert following.endswith(f"{site.url}tzgg/index_2.html")
    # the first post, as on a page of its own
    assert lines(done.stdout, "title") == [["第3件事情的完整通知"]]
    assert lines(done.stdout, "channel") == [["tzgg", "->", "综合"]]
    assert "from '2024-08-25 10:03:07' (info:时间, " in done.stdout
    assert "also '2024-08-25 10:03' (meta:pubdate, " in done.stdout
    assert [path for _, path, _ in site.requests] == [
        "/robots.txt",
        "/tzgg/",
        "/tzgg/content/post_3.html",
    ]
    assert not (tmp_path / "data").exists()


def test_a_saved_list(scrapy: Scrapy, tmp_path: Path) -> None:
    page = tmp_path / "list.html"
    page.write_bytes(listing(ROWS)[2])
    (tmp_path / "list.html.json").write_text(
        json.dumps({"url": "https://www.sample.example/tzgg/"})
    )
    done = scrapy("preview", str(page))
    assert done.returncode == 0, done.stderr
    assert lines(done.stdout, "platform") == [["nfcms"]]
    assert sorted(row[0] for row in lines(done.stdout, "row")) == sorted(FATES)
    assert "https://www.sample.example/tzgg/index_2.html (a guess" in done.stdout
    assert not lines(done.stdout, "title")


def test_a_saved_list_of_unknown_address(scrapy: Scrapy, tmp_path: Path) -> None:
    page = tmp_path / "list.html"
    page.write_bytes(listing(ROWS)[2])
    done = scrapy("preview", str(page))
    assert done.stdout.endswith(
        "The page's address is unknown; give it in list.html.json as url.\n"
    )


def test_the_last_page_of_a_list(scrapy: Scrapy, tmp_path: Path) -> None:
    page = tmp_path / "list.html"
    text = listing(ROWS, "index.html")[2].decode()
    page.write_text(text.replace("下一页", "上一页").replace("next", "last"))
    url = "https://www.sample.example/tzgg/index_2.html"
    (tmp_path / "list.html.json").write_text(json.dumps({"url": url}))
    done = scrapy("preview", str(page))
    assert "none: this is the last one" in done.stdout


def test_a_shell(scrapy: Scrapy, tmp_path: Path) -> None:
    """The rows stand behind a script: they are fetched, and the first post."""
    with serve(ucap.answer) as served:
        scrapy.environment["ZHUANZAI_ALLOW_HOSTS"] = f"127.0.0.1:{served.port}"
        done = scrapy("preview", f"{served.url}/yw/tz/index.shtml")
    assert done.returncode == 0, done.stderr
    assert lines(done.stdout, "platform") == [["ucap"], ["ucap"]]
    assert len(lines(done.stdout, "row")) == ucap.SIZE + 2
    assert lines(done.stdout, "title") == [[ucap.title(ucap.POSTS)]]
    assert f"{served.url}{ucap.API}" in done.stdout
    assert "page=2" in done.stdout


def test_an_article_of_several_pages(site: SiteServer, scrapy: Scrapy) -> None:
    call = '<script>createContPageHTML(2, {}, "t20240825_1", "html");</script>'
    for index, name in enumerate(("t20240825_1", "t20240825_1_1")):
        text = article(
            "一件事的通知", body=f"<p>　　这是第{index + 1}页的文字，讲这件事的经过。</p>" * 5
        )[2]
        page = (
            text.decode().replace("NFCMS", "X").replace("</body>", f"{call.format(index)}</body>")
        )
        site.answers[f"/xw/202408/{name}.html"] = html(page)
    site.answers["/robots.txt"] = ROBOTS
    done = scrapy("preview", f"{site.url}xw/202408/t20240825_1.html")
    assert done.returncode == 0, done.stderr
    assert "这是第1页" in done.stdout
    assert "这是第2页" in done.stdout


def test_a_first_post_that_cannot_be_fetched(site: SiteServer, scrapy: Scrapy) -> None:
    site.answers |= {"/robots.txt": ROBOTS, "/tzgg/": listing(ROWS)}
    done = scrapy("preview", f"{site.url}tzgg/")
    assert done.returncode == 1
    assert len(lines(done.stdout, "row")) == len(ROWS)
    assert f"{site.url}tzgg/content/post_3.html could not be fetched" in done.stdout


def test_what_cannot_be_fetched(site: SiteServer, scrapy: Scrapy) -> None:
    done = scrapy("preview", f"{site.url}nothing.html")
    assert done.returncode == 1
    assert "could not be fetched" in done.stdout


def test_misuse(scrapy: Scrapy) -> None:
    assert scrapy("preview").returncode == 2
    assert scrapy("preview", "/nosuch/file.html").returncode == 2


def test_a_stored_record_is_read_again_from_the_archive(site: SiteServer, scrapy: Scrapy) -> None:
    site.answers.update(channel("zgxc/gddt", 1))
    out = scrapy("crawl", "gdzz", "-a", f"url={site.url}zgxc/gddt/", "-O", "-:jsonl")
    record = json.loads(out.stdout.splitlines()[0])
    site.answers.clear()  # the site is not asked
    shown = scrapy("preview", record["id"]).stdout
    assert f"sha256 {record['capture_sha256']}" in shown
    assert "zgxc/gddt -> 廉政要闻" in shown
    lines = shown.splitlines()
    for paragraph in record["text"].split("\n"):
        place = lines[lines.index(f"  {paragraph}") + 1]
        assert re.fullmatch(rf"      {record['capture_sha256'][:12]} line \d+ /html/body\S+", place)
    unknown = scrapy("preview", "0123456789abcdef")
    assert (unknown.returncode, "no record has the id" in unknown.stderr) == (2, True)
