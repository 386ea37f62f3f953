"""Pages that are drawn by script, with their list in a feed or a sitemap.

- Shell: no row of a list in the page, `<link rel="alternate" type="application/rss+xml">` (or
  atom) in its head; without one, an almost empty page with scripts, whose `/sitemap.xml` counts.
- Of several feeds the one under the page's own address; never that of comments.
- RSS 0.9-2.0 (`item`), Atom (`entry`), sitemaps (`url`), indexes of sitemaps (`sitemap`).
- Later items: `<link rel="next">` of the feed (RFC 5005), else `?paged=2` (WordPress), a guess:
  servers that do not know it repeat the first page, which ends the walk.
- Trap: a feed or sitemap of the whole site. Only the posts under the page's column are its own.
- XML is parsed without entities, DTD or network; what is broken has no rows.
"""

from __future__ import annotations

import re
from typing import ClassVar
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from lxml import etree

from crawler.families.base import Family, NextPage
from crawler.reading.listing import Row, is_telling, read_rows
from crawler.reading.page import Page, visible_text
from crawler.reading.text import fold_space
from crawler.reading.urls import absolute, column_path

# Atomic: a comment has one end only, or many of them would cost an exponential search.
_XML = re.compile(
    r"\s*+(?><\?xml[^>]*\?>\s*+)?(?>(?><!--.*?-->|<!DOCTYPE[^<>\[]*(?:\[[^\]]*\]\s*)?>)\s*+)*+"
    r"<(?:rss|feed|rdf:RDF|urlset|sitemapindex)\b",
    re.S,
)
_SHELL = 200  # characters that a page drawn by script shows before


class Feed(Family):
    """See the module's docstring."""

    name: ClassVar[str] = "feed"
    last: ClassVar[bool] = True

    def fingerprint(self, page: Page) -> bool:
        if _XML.match(page.source):
            return True
        return bool(_alternates(page) or _is_empty(page)) and not any(
            is_telling(row) for row in read_rows(page)
        )

    def rows(self, page: Page) -> list[Row]:
        rows = []
        for entry in _entries(page, "item", "entry", "url"):
            found: dict[str, str] = {}
            for part in entry.iter(etree.Element):
                name = etree.QName(part).localname
                if name == "link" and part.get("rel", "alternate") != "alternate":
                    continue
                value = part.get("href") or fold_space(part.text or "")
                if name != "guid" or part.get("isPermaLink") != "false":
                    found.setdefault(name, value)
            links = (found.get(name) for name in ("link", "loc", "guid"))
            url = absolute(page.url, next(filter(None, links), None))
            dates = ("published", "pubDate", "publication_date", "date", "updated", "lastmod")
            date = next((found[name] for name in dates if found.get(name)), "")
            if url:
                rows.append(Row(url.split("#")[0], found.get("title", ""), date))
        return rows

    def next_page(self, page: Page, number: int) -> NextPage | None:
        if not _XML.match(page.source):
            return NextPage(_alternate(page) or urljoin(page.url, "/sitemap.xml"))
        if maps := [
            url
            for entry in _entries(page, "sitemap")
            for loc in entry.iter("{*}loc")
            if (url := absolute(page.url, (loc.text or "").strip()))
        ]:
            return NextPage(maps[0], then=tuple(maps[1:]))
        for link in _entries(page, "link"):
            if link.get("rel") == "next" and (url := absolute(page.url, link.get("href"))):
                return NextPage(url)
        if not _entries(page, "item", "entry"):
            return None
        parts = urlsplit(page.url)
        query = dict(parse_qsl(parts.query)) | {"paged": str(number + 1)}
        return NextPage(urlunsplit(parts._replace(query=urlencode(query))), guessed=True)

    def of_channel(self, rows: list[Row], listed_by: str, start: str) -> list[Row]:
        column = column_path(start)
        if not column or f"{urlsplit(listed_by).path.strip('/')}/".startswith(f"{column}/"):
            return rows
        own = [row for row in rows if f"{column_path(row.url)}/".startswith(f"{column}/")]
        # Where no address speaks of columns the page's own feed is believed, a sitemap never.
        return own if own or not any(row.title for row in rows) else rows


def _alternates(page: Page) -> list[str]:
    return [
        url
        for link in page.root.iter("link")
        if "alternate" in (link.get("rel") or "").lower().split()
        and re.search(r"(?:rss|atom)\+xml", link.get("type") or "", re.I)
        and (url := absolute(page.base, link.get("href")))
        and not re.search(r"comment", url, re.I)
    ]


def _alternate(page: Page) -> str | None:
    feeds = _alternates(page)
    column = column_path(page.url)
    return next((url for url in feeds if column and column in url), feeds[0] if feeds else None)


def _is_empty(page: Page) -> bool:
    return len(visible_text(page.root)) < _SHELL and page.root.find(".//script[@src]") is not None


def _entries(page: Page, *names: str) -> list[etree._Element]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", page.source)
    try:
        root = etree.fromstring(text.strip().encode(), parser)
    except etree.XMLSyntaxError:
        return []
    return [e for e in root.iter(etree.Element) if etree.QName(e).localname in names]
