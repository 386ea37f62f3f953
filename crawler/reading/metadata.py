"""What a page says of itself in its head: gov meta tags, OpenGraph, JSON-LD.

The gov tags are the page standard of 国办发〔2017〕47号 (annex 网页设计规范). Each of them is wrong
somewhere - empty, of a wrong site, in other case - so they are candidates, not answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from crawler.items import Candidate
from crawler.reading.json_text import read_json
from crawler.reading.page import Page, candidate
from crawler.reading.text import fold_space

_META: dict[str, tuple[str, ...]] = {
    "title": ("articletitle", "og:title", "twitter:title"),
    "date": (
        *("pubdate", "publishdate", "article:published_time", "og:release_date"),
        *("datepublished", "weibo: article:create_at", "og:published_time", "apub:time"),
        *("publish_date", "publish-date", "pub_date", "publishtime", "publish_time", "pubtime"),
        *("firstpublishedtime", "dc.date.issued", "dcterms.issued", "dc.date", "dcterms.created"),
        *("createdate", "createtime", "date"),
    ),
    "source": ("contentsource", "source", "og:source", "mediaid"),
    "author": ("author", "article:author", "og:article:author"),
}
_OUTLET = re.compile(r"(?:报|网|网络版|社|台|客户端|新闻|财经|杂志|周刊|在线|频道|编辑部|发布)$")
_BLOG = re.compile(
    r"(?:^|[-_|—–:：\s»«])([^-_|—–:：\s»«]{2,12}?)的(?:博客|部落格|[Bb]log|BLOG|专栏|网络日志|个人空间)"
    r"(?=\s*(?:$|[-_|—–:：»«]))"
)
# Pages drawn by script keep the outlet in the data that they are drawn from.
_DRAWN = re.compile(
    r"""["'](?:media|media_?name|source_?name|copy_?from)["']\s*:\s*["']([^"'\\<>{}]{2,30})["']""",
    re.I,
)
# `title` and `pubDate` are of Baidu's dialect, which names no type.
_JSON_KEYS = (
    ("title", "headline"),
    ("title", "title"),
    ("date", "datePublished"),
    ("date", "pubDate"),
)
_ARTICLE_TYPES = re.compile(r"(?:Article|NewsArticle|BlogPosting|Report)$")


def read_metadata(page: Page) -> dict[str, list[Candidate]]:
    """Candidates for title, date, source and author from the head, gov tags first."""
    found: dict[str, list[Candidate]] = {}
    for name, tags in _META.items():
        for tag in tags:
            found.setdefault(name, []).extend(page.meta.get(tag, []))
    for name, value in _json_ld(page):
        found.setdefault(name, []).append(value)
    if "time" in page.named or "datePublished" in page.source:
        found.setdefault("date", []).extend(_marked_times(page))
    named = page.root.findtext(".//title") or ""
    if owner := _BLOG.search(named):
        found.setdefault("author", []).append(Candidate(owner[1], "title"))
    # An outlet is no author, whatever the tag is called.
    outlets = [c for c in found.get("author", []) if _OUTLET.search(c.raw)]
    found["author"] = [c for c in found.get("author", []) if c not in outlets]
    found["source"] = found.get("source", []) + outlets
    if not found["source"]:
        scripts = (script.text or "" for script in page.named.get("script", []))
        if drawn := next(filter(None, map(_DRAWN.search, scripts)), None):
            found["source"].append(Candidate(fold_space(drawn[1]), "script"))
    return {name: candidates for name, candidates in found.items() if candidates}


def site_name(page: Page) -> str:
    """Name of the site by its own meta tags, "" where it gives none."""
    for tag in ("sitename", "og:site_name"):
        for value in page.meta.get(tag, []):
            return value.raw
    return ""


def _marked_times(page: Page) -> Iterator[Candidate]:
    """what `<time>` and itemprop's datePublished say by attribute; readers may see 3 hours ago.

    A page has many when it lists other posts: then none is believed that is not marked.
    """
    times = [time for time in page.named.get("time", []) if time.get("datetime")]
    marked = [
        *page.root.iterfind(".//*[@itemprop='datePublished']"),
        *(time for time in times if time.get("pubdate") is not None),
    ]
    for element in marked or (times if len(times) == 1 else []):
        value = element.get("datetime") or element.get("content")
        if value and element.tag != "meta":
            yield candidate(element, fold_space(value), "time")


def _json_ld(page: Page) -> Iterator[tuple[str, Candidate]]:
    for script in page.named.get("script", []):
        if (script.get("type") or "").lower() != "application/ld+json":
            continue
        try:
            data = read_json(script.text or "")
        except ValueError:
            continue  # a broken block is no evidence; the page has other sources
        for thing in _things(data):
            for name, key in _JSON_KEYS:
                if isinstance(value := thing.get(key), str) and value.strip():
                    yield name, candidate(script, fold_space(value), f"json-ld:{key}")
            authors = thing.get("author")
            names = [
                name
                for author in (authors if isinstance(authors, list) else [authors])
                if isinstance(name := _name(author), str) and name.strip()
            ]
            if names:
                yield "author", candidate(script, fold_space("、".join(names)), "json-ld:author")


def _things(data: Any) -> Iterator[dict[str, Any]]:
    """The articles in a JSON-LD block: at the top, in a list or in @graph."""
    left = [data]
    while left:
        thing = left.pop()
        if isinstance(thing, list):
            left.extend(reversed(thing))
        elif isinstance(thing, dict):
            kinds = thing.get("@type")
            if "pubDate" in thing or any(
                isinstance(kind, str) and _ARTICLE_TYPES.search(kind)
                for kind in (kinds if isinstance(kinds, list) else [kinds])
            ):
                yield thing
            if isinstance(thing.get("@graph"), list):
                left.append(thing["@graph"])


def _name(author: Any) -> Any:
    """The name of a JSON-LD person; an organisation is the outlet, not the author."""
    if isinstance(author, dict):
        return None if author.get("@type") == "Organization" else author.get("name")
    return author
