"""A page drawn by script, its list in a feed or a sitemap."""

from pathlib import Path

from crawler.demo.server import SiteServer
from crawler.families import detect
from crawler.families.base import NextPage
from crawler.reading.page import parse
from tests.conftest import NOW, Scrapy
from tests.crawler.families.sites.plain import page, post, xml
from tests.crawler.test_crawl import records
from tests.site import ROBOTS

NAV = '<ul><li><a href="/tzgg/">通知</a></li></ul><div id=app></div><script src="/app.js"></script>'


def test_rss(site: SiteServer, scrapy: Scrapy, tmp_path: Path) -> None:
    def feed(numbers: range) -> str:
        return (
            "<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel>"
            + "".join(
                f"<item><title>第{n}件事的通知</title><link>{site.url}tzgg/{n}.html</link>"
                "<pubDate>Sun, 25 Aug 2024 10:03:00 +0800</pubDate></item>"
                for n in numbers
            )
            + "</channel></rss>"
        )

    head = "".join(
        f'<link rel="alternate" type="application/rss+xml" href="{href}">'
        for href in ("/comments/feed/", "/feed/", "/tzgg/feed/")
    )
    site.answers |= {
        "/robots.txt": ROBOTS,
        "/tzgg/": page(NAV, head=head),
        "/tzgg/feed/": xml(feed(range(5))),
        "/tzgg/feed/?paged=2": xml(feed(range(5, 8))),
    }
    site.answers |= {f"/tzgg/{n}.html": post(f"第{n}件事的通知", head=head) for n in range(8)}
    status, figures, log = scrapy.crawl("channel", "-a", f"url={site.url}tzgg/")
    paths = [path for _, path, _ in site.requests]
    assert "/feed/" not in paths, "the feed of the whole site"
    assert "/comments/feed/" not in paths
    assert (status, figures["refused"]) == (0, {}), log
    assert len(records(tmp_path)) == figures["created"] == figures["listed"]
    assert {row[0].rpartition("/")[2] for row in records(tmp_path)} >= {
        f"{n}.html" for n in range(5)
    }


def test_sitemap(site: SiteServer, scrapy: Scrapy, tmp_path: Path) -> None:
    def urls(*paths: str) -> str:
        locs = "".join(f"<url><loc>{site.url}{path}</loc></url>" for path in paths)
        return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{locs}</urlset>'

    maps = "".join(f"<sitemap><loc>{site.url}map{n}.xml</loc></sitemap>" for n in (1, 2, 3))
    site.answers |= {
        "/robots.txt": ROBOTS,
        "/tzgg/": page(NAV),
        "/sitemap.xml": xml(f"<sitemapindex>{maps}</sitemapindex>"),
        "/map1.xml": xml(urls("tzgg/1.html", "zcfg/9.html")),
        "/map2.xml": xml(urls("zcfg/8.html")),
        "/map3.xml": xml(urls("tzgg/2.html")),
    }
    site.answers |= {f"/tzgg/{n}.html": post(f"第{n}件事的通知") for n in (1, 2)}
    status, figures, log = scrapy.crawl("channel", "-a", f"url={site.url}tzgg/")
    assert (status, figures["listed"], figures["created"]) == (0, 2, 2), log
    assert not [path for _, path, _ in site.requests if path.startswith("/zcfg/")]
    assert len(records(tmp_path)) == 2


def test_atom_goes_on() -> None:
    text = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><link rel="next" href="/feed?after=9"/>'
        '<entry><title>一件事</title><link rel="edit" href="/e/1"/><link href="/tzgg/1.html"/>'
        "<updated>2024-08-26T00:00:00+08:00</updated>"
        "<published>2024-08-25T10:03:00+08:00</published></entry></feed>"
    )
    answer = parse(text.encode(), "https://a.example/feed", NOW)
    feed = detect(answer)
    (row,) = feed.rows(answer)
    assert (row.url, row.title) == ("https://a.example/tzgg/1.html", "一件事")
    assert row.date_raw == "2024-08-25T10:03:00+08:00"
    assert feed.next_page(answer, 1) == NextPage("https://a.example/feed?after=9")


def test_hostile_xml(tmp_path: Path) -> None:
    bomb = '<?xml version="1.0"?><rss><channel><item><link>http://a.example/1.html</link>'
    broken = parse(bomb.encode(), "https://a.example/feed", NOW)
    assert detect(broken).rows(broken) == []

    secret = tmp_path / "secret"
    secret.write_text("secret-of-this-machine")
    entities = f"""<?xml version="1.0"?>
<!DOCTYPE rss [<!ENTITY file SYSTEM "{secret.as_uri()}"><!ENTITY a "xxxxxxxxxx">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>
<rss><channel><item><title>标题&file;&c;</title><link>https://a.example/tzgg/1.html</link></item>
</channel></rss>"""
    feed = parse(entities.encode(), "https://a.example/feed", NOW)
    rows = detect(feed).rows(feed)
    assert [row.url for row in rows] == ["https://a.example/tzgg/1.html"]
    assert "secret-of-this-machine" not in rows[0].title
    assert "xxxxxxxxxx" not in rows[0].title


def test_many_comments_are_no_feed() -> None:
    # With a search that tries every end of every comment this would never come back.
    page = parse(b"<!-- a --> " * 2000 + b"<p>text</p>", "https://a.example/", NOW)
    assert detect(page).name == "generic"
