"""What a page says of itself in its head: gov meta tags, OpenGraph, JSON-LD.

The gov tags are the page standard of 国办发〔2017〕47号 (annex 网页设计规范). Each of them is wrong
somewhere - empty, of a wrong site, in other case - so they are candidates, not answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from lxml import etree
from lxml.html import HtmlElement

from crawler.items import Candidate
from crawler.reading.dateline import is_row
from crawler.reading.dates import parse_date
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
        *("createdate", "createtime", "created", "date"),
    ),
    "source": ("contentsource", "source", "og:source", "mediaid"),
    "author": ("author", "article:author", "og:article:author", "byl", "parsely-author"),
}
# Other names of the same, by their letters: parsely-pub-date, bytedance:published_time.
_PUBLISHED = re.compile(r"(?:pub(?:lish(?:ed)?)?(?:date|time|at)|datepublished|sailthrudate)$")
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
_WRAPPING = re.compile(r"^\s*(?://\s*)?(?:<!\[CDATA\[|<!--)|(?://\s*)?(?:\]\]>|-->)\s*$")
_FEW = 8  # things that one article is described by: publisher, author, logo …
_DATED = re.compile(r'"datePublished"\s*:\s*"([^"\\]{8,40})"')
# var publish_time = "2024-08-25 10:03", "newsTime":1724551200000; of a bare `ct` also the `var`.
_SCRIPTED = re.compile(
    r"""(?<![\w.-])["']?(?:(?:var|let|const)\s+ct|(?:window\.)?(?P<key>publish_?(?:time|date)"""
    r"""|pub_?(?:time|date)|news_?time|ori_?create_?time))["']?\s*[:=]\s*["']?"""
    r"(?P<value>1\d{9}(?:\d{3})?(?!\d)|20\d{2}(?:-\d\d?-\d\d?|/\d\d?/\d\d?|\d{4})[ \dT:]{0,11})",
    re.I,
)
# Addresses, and who made the template.
_NO_AUTHOR = re.compile(r"://|@|\b(?:designed|design|developed|powered) by\b", re.I)
# itemprop="dateCreated datePublished"
_DATE_PROPERTIES = etree.XPath("//*[contains(@itemprop, 'datePublished')]")
_UPDATED = re.compile(r"updat|modif|edit", re.I)
_MADE = re.compile(r"publish|created|(?:^|[\s_-])entry-date", re.I)


def read_metadata(page: Page) -> dict[str, list[Candidate]]:
    """Candidates for title, date, source and author from the head, gov tags first."""
    found: dict[str, list[Candidate]] = {}
    for name, tags in _META.items():
        for tag in tags:
            found.setdefault(name, []).extend(page.meta.get(tag, []))
    for tag, values in page.meta.items():
        if tag not in _META["date"] and _is_published(tag):
            found["date"].extend(values)
    for name, value in _json_ld(page):
        found.setdefault(name, []).append(value)
    if "time" in page.named or "datePublished" in page.source:
        found.setdefault("date", []).extend(_marked_times(page))
    named = page.root.findtext(".//title") or ""
    if owner := _BLOG.search(named):
        found.setdefault("author", []).append(Candidate(owner[1], "title"))
    # An outlet is no author, whatever the tag is called.
    outlets = [c for c in found.get("author", []) if _OUTLET.search(c.raw)]
    found["author"] = [
        c for c in found.get("author", []) if c not in outlets and not _NO_AUTHOR.search(c.raw)
    ]
    found["source"] = found.get("source", []) + outlets
    if not found["source"]:
        scripts = (script.text or "" for script in page.named.get("script", []))
        if drawn := next(filter(None, map(_DRAWN.search, scripts)), None):
            found["source"].append(Candidate(fold_space(drawn[1]), "script"))
    return {name: candidates for name, candidates in found.items() if candidates}


@lru_cache(maxsize=1024)
def _is_published(tag: str) -> bool:
    return bool(_PUBLISHED.search(re.sub(r"[^a-z]+", "", tag)))


def site_name(page: Page) -> str:
    """Name of the site by its own meta tags, "" where it gives none."""
    for tag in ("sitename", "og:site_name"):
        for value in page.meta.get(tag, []):
            return value.raw
    return ""


def _marked_times(page: Page) -> Iterator[Candidate]:
    """what `<time>` and itemprop's datePublished say by attribute; readers may see 3 hours ago.

    A page has many when it lists other posts: then none is believed that is not marked. Beside
    the time of publishing there may be the one of change, named so.
    """
    times = [time for time in page.named.get("time", []) if time.get("datetime")]
    times = [time for time in times if not _of_a_list(time)]
    times = [time for time in times if not _UPDATED.search(time.get("class") or "")]
    made = [time for time in times if _MADE.search(time.get("class") or "")]
    times = made if len(made) == 1 else times
    marked = [
        *_DATE_PROPERTIES(page.root),
        *(time for time in times if time.get("pubdate") is not None),
    ]
    for element in marked or (times if len(times) == 1 else []):
        value = element.get("datetime") or element.get("content")
        if value and element.tag != "meta":
            yield candidate(element, fold_space(value), "time")


def _of_a_list(time: HtmlElement) -> bool:
    """Whether an element stands in a list item beside the title of another post."""
    item = next(time.iterancestors("li"), None)
    return item is not None and is_row(item)


def _json_ld(page: Page) -> Iterator[tuple[str, Candidate]]:
    for script in page.named.get("script", []):
        if (script.get("type") or "").lower() != "application/ld+json":
            continue
        text = _WRAPPING.sub("", script.text or "")
        try:
            data = read_json(text)
        except ValueError:
            # A broken block is no evidence, but for the one date of the one thing in it.
            if len(dates := set(_DATED.findall(text))) == 1 and text.count('"@type"') <= _FEW:
                yield "date", candidate(script, fold_space(dates.pop()), "json-ld:datePublished")
            continue
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
    left, pages = [data], []
    found = False
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
                found = True
                yield thing
            elif kinds == "WebPage" and "datePublished" in thing:
                pages.append({"datePublished": thing["datePublished"]})
            left += [thing[name] for name in ("mainEntity", "@graph") if name in thing]
    # A page's own date, where no article is described: WordPress says no more of many.
    if not found:
        yield from pages


def _name(author: Any) -> Any:
    """The name of a JSON-LD person; an organisation is the outlet, not the author."""
    if isinstance(author, dict):
        return None if str(author.get("@type")).endswith("Organization") else author.get("name")
    return author


def scripted_date(page: Page) -> Candidate | None:
    """The date that a page's script writes into it; None where scripts say several days.

    Lists of other posts are written by script, too, each row with its date.
    """
    found = []
    for script in page.named.get("script", []):
        found += [
            (script, match["value"].strip()) for match in _SCRIPTED.finditer(script.text or "")
        ]
    moments = [parse_date(value, page.fetched_at) for _, value in found]
    if found and all(moments) and len({moment.when.date() for moment in moments if moment}) == 1:
        return candidate(*found[0], "script")
    return None
