"""Takedown, restore and release on the command line, and what exports make of them."""

import json
from pathlib import Path
from typing import Any

from crawler.demo.server import SiteServer
from tests.conftest import Scrapy
from tests.site import article, channel

SECRET = "标题第2号说明一件事"


def lines(scrapy: Scrapy, path: Path) -> list[dict[str, Any]]:
    assert scrapy("export", "jsonl", "-o", str(path)).returncode == 0
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_gone_everywhere_and_for_ever(site: SiteServer, scrapy: Scrapy, tmp_path: Path) -> None:
    site.answers.update(channel("zgxc/gddt", 3))
    crawl = "gdzz", "-a", f"url={site.url}zgxc/gddt/"
    scrapy.crawl(*crawl)
    out, public = tmp_path / "posts.jsonl", tmp_path / "public"
    first = lines(scrapy, out)
    assert scrapy("export", "site", "-o", str(public)).returncode == 0
    gone = first[0]
    text = gone["text"].split("\n")[0]
    assert any(text in page.read_text("utf-8") for page in public.rglob("*.html"))

    assert scrapy("takedown", gone["id"]).returncode == 2  # no reason
    done = scrapy(
        *("takedown", gone["url"], "--reason", "权利人要求", "--requested-by", "某社", "--purge")
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "taken down: 1 records, 1 addresses" in done.stdout
    # What exports keep is cleared at once, not by the next export.
    assert not any(text in p.read_text("utf-8") for p in public.rglob("*") if p.is_file())
    assert text not in out.read_text("utf-8")
    line = next(line for line in lines(scrapy, out) if line["id"] == gone["id"])
    assert line.keys() == {"id", "status", "seq", "reason", "canceled_at"}
    assert (line["status"], line["reason"]) == ("canceled", "taken_down")

    # Its address is not asked for again, and a copy elsewhere is refused.
    number = gone["url"].rpartition("_")[2]
    site.answers["/zgxc/gddt/content/post_99.html"] = site.answers[
        f"/zgxc/gddt/content/post_{number}"
    ]
    site.requests.clear()
    _, figures, _ = scrapy.crawl(*crawl)
    assert figures["refused"] == {"taken_down": 1}
    assert not [path for _, path, _ in site.requests if path.endswith(f"post_{number}")]
    _, figures, _ = scrapy.crawl("gdzz", "-a", f"url={site.url}zgxc/gddt/content/post_99.html")
    assert figures["refused"] == {"taken_down": 1}

    assert scrapy("restore", gone["id"]).returncode == 0
    _, figures, _ = scrapy.crawl(*crawl)
    assert figures["restored"] == 1
    assert {line["status"] for line in lines(scrapy, out)} == {"usable"}
    assert scrapy("restore", gone["id"]).returncode == 2


def test_held_until_an_editor_releases_it(site: SiteServer, scrapy: Scrapy, tmp_path: Path) -> None:
    site.answers.update(channel("zgxc/gddt", 1))
    body = "<p>　　独家报道这件事的经过和结果，请看下文。</p>" * 5 + "<p>未经授权，不得转载。</p>"
    site.answers["/zgxc/gddt/content/post_1.html"] = article(SECRET, body=body)
    status, figures, _ = scrapy.crawl("gdzz", "-a", f"url={site.url}zgxc/gddt/")
    assert (status, figures["held"], figures["held_for"]) == (0, 1, {"no_reprint": 1})
    assert figures["listed"] == figures["stored"] == 1
    out = tmp_path / "posts.jsonl"
    assert lines(scrapy, out) == []
    url = f"{site.url}zgxc/gddt/content/post_1.html"
    assert scrapy("release", url, "--editor", "王编辑").returncode == 0
    (line,) = lines(scrapy, out)
    assert (line["status"], line["editor"], line["title"]) == ("usable", "王编辑", SECRET)
    assert "责任编辑:王编辑" in line["attribution"]
    assert scrapy("release", url).returncode == 2


def test_purge_reaches_the_other_editions_where_one_cannot_be_written(
    site: SiteServer, scrapy: Scrapy, tmp_path: Path
) -> None:
    site.answers.update(channel("zgxc/gddt", 3))
    scrapy.crawl("gdzz", "-a", f"url={site.url}zgxc/gddt/")
    out, feed = tmp_path / "a.jsonl", tmp_path / "b.xml"
    gone = lines(scrapy, out)[0]
    assert scrapy("export", "rss", "-o", str(feed)).returncode == 0
    out.unlink()
    out.mkdir()
    done = scrapy("takedown", gone["id"], "--reason", "权利人要求", "--purge")
    assert done.returncode == 1
    assert done.stderr.startswith(f"export: jsonl:{out}: ")
    assert gone["text"].split("\n")[0] not in feed.read_text("utf-8")
