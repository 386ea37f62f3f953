"""Hanweb 大汉 JCMS and its successor jpaas, on provincial and city portals.

- Article `/art/{Y}/{M}/{D}/art_{column}_{id}.html`; newer `/art/{Y}/art_{uuid}.html`, also below
  the column's own folder. The text is in `#zoom` or behind `<meta name="ContentStart">`; files
  are `/module/download/downfile.jsp?filename=…`. `#hiddenLocation` and `#assistCurrentPosition`
  hold the names of columns for scripts, no text. `Maketime` is when the page was generated, which
  may be years after the post.
- List `/col/col{N}/index.html`. Its rows are not markup but records, `<record><![CDATA[<li>…`,
  in a `<script type="text/xml">` or a bare `<datastore>`; a group of them fills several pages.
- The next group comes from `dataproxy.jsp`, in XML of the same records. Either the page's jpage
  call says what to ask (`startrecord`, `endrecord` and `perpage` in the address, column and unit
  posted), or the records come with the address of the `<nextgroup>`, whose ids may be encrypted.
- jpaas lists are shells: a `<script url=… queryData=…>` in place of the list names a unit, which
  `…/front/page/build/unit` answers as HTML in JSON. Some answer page 1 whatever page is asked,
  so a page without news is the end.

What a request asked does not come back with its answer, so all of it also stands in the address.
"""

from __future__ import annotations

import json
import re
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from lxml.html import HtmlElement

from crawler.families.base import Family, NextPage
from crawler.reading.json_text import read_json
from crawler.reading.listing import Row, read_rows
from crawler.reading.page import Page, parse
from crawler.reading.rules import ArticleRules
from crawler.reading.urls import is_file

_MARKS = re.compile(
    r"/module/(?:web/|jpage/|jslib/|visitcount/)|/jpaas-[\w-]+-server/|ZJEG_RSS\.|<!--<\$\[|"
    r"id=['\"]hiddenLocation|<record>\s*<!\[CDATA\[|Produced By 大汉"
)
_ARTICLE = re.compile(r"/art(?:/\d{4})?(?:/\d{1,2}){0,2}/art_[\w-]+\.html?$")
_COLUMN = re.compile(r"/col/col\d+/(?:index\.html?)?$")

# Each stops where the next one begins: many without an end would cost the square of their number.
_STORE = re.compile(
    r"<datastore>(?:(?!<datastore>).)*?</datastore>|<recordset>(?:(?!<recordset>).)*?</recordset>",
    re.S | re.I,
)
_RECORD = re.compile(r"<record>\s*<!\[CDATA\[((?:(?!<record>).)*?)\]\]>\s*</record>", re.S | re.I)
_NEXT_GROUP = re.compile(
    r"<nextgroup>\s*<!\[CDATA\[\s*<a\s[^<>]*?href=['\"]([^'\"]+)['\"]", re.S | re.I
)
_TOTAL = re.compile(r"<totalrecord>\s*(\d{1,9})\s*</totalrecord>", re.I)

_PROXY = re.compile(r"proxyurl\s*:\s*['\"]([^'\"]*dataproxy\.jsp)['\"]", re.I)
_SIZE = re.compile(r"\bperpage\s*:\s*['\"]?(\d{1,9})", re.I)
_ASKED = re.compile(r"ajaxparam\s*:\s*\{([^{}]*)\}", re.I)
_PAIR = re.compile(r"['\"]?(\w{1,40})['\"]?\s*:\s*(?:'([^']*)'|\"([^\"]*)\"|(\d+))")
_RANGE = ("startrecord", "endrecord", "perpage")

# Units of a page's frame; what is left is its list.
_FRAME = re.compile(
    r"导航|菜单|头部|底部|页头|页脚|页尾|位置|链接|轮播|图片|搜索|检索|统计|nav|foot|head", re.I
)
_PAGE_SIZE = 20  # rows asked of a unit


class Jcms(Family):
    """See the module's docstring."""

    name: ClassVar[str] = "jcms"
    marks: ClassVar[tuple[str, ...]] = (
        "/module/",
        "/jpaas-",
        "zjeg_rss.",
        "<!--<$[",
        "hiddenlocation",
        "<record>",
        "大汉",
    )
    rules: ClassVar[ArticleRules] = ArticleRules(
        body=(
            "#zoom",
            'div:has(> meta[name="ContentStart"])',
            'td:has(> meta[name="ContentStart"])',
        ),
        drop=("#hiddenLocation", "#assistCurrentPosition"),
    )

    def fingerprint(self, page: Page) -> bool:
        return bool(_MARKS.search(page.source))

    # --- lists -------------------------------------------------------------------------------

    def rows(self, page: Page) -> list[Row]:
        if _asked_page(page.url) is not None:
            html = _unit_html(page)
            return read_rows(_fragment(page, html)) if html else []
        if records := _RECORD.findall(_store(page)):
            # Records are rows of a table or of a list; the holder is not among them.
            holder = "table" if records[0].lstrip().lower().startswith("<tr") else "ul"
            return read_rows(_fragment(page, f"<{holder}>{''.join(records)}</{holder}>"))
        if _unit(page) is not None:
            return []
        return read_rows(page, lambda url: bool(_ARTICLE.search(_path(url)))) or super().rows(page)

    def next_page(self, page: Page, number: int) -> NextPage | None:
        if (asked := _asked_page(page.url)) is not None:
            return NextPage(_unit_url(page.url, {}, asked + 1), guessed=True)
        store = _store(page)
        if records := len(_RECORD.findall(store)):
            return _next_range(page, store, records) or _next_group(page, store)
        if (unit := _unit(page)) is not None:
            return NextPage(_unit_url(urljoin(page.base, unit.get("url")), _query(unit), 1))
        return super().next_page(page, number)

    # --- articles ----------------------------------------------------------------------------

    def is_article(self, url: str) -> bool:
        # Columns also list posts of the same host that other systems made.
        return not is_file(url) and not _COLUMN.search(_path(url))


def _path(url: str) -> str:
    return urlsplit(url).path


def _fragment(page: Page, html: str) -> Page:
    """A piece of HTML as a page of its own, links joined as on the page that it came with."""
    fragment = parse(html.encode(), page.url, page.fetched_at, "text/html; charset=utf-8")
    fragment.base = page.base
    return fragment


# --- records ---------------------------------------------------------------------------------


def _store(page: Page) -> str:
    """The source of the page's records: the largest set where there are several."""
    stores = _STORE.findall(page.source)
    return max(stores, key=lambda store: len(_RECORD.findall(store)), default=page.source)


def _next_range(page: Page, store: str, records: int) -> NextPage | None:
    """The next group by record numbers, where page or address say what to ask."""
    query = dict(parse_qsl(urlsplit(page.url).query, keep_blank_values=True))
    if "startrecord" in query:
        proxy, form = page.url.split("?")[0], {k: v for k, v in query.items() if k not in _RANGE}
        try:
            end, size = int(query["endrecord"]), int(query["perpage"])
            group = end - int(query["startrecord"]) + 1
        except (KeyError, ValueError):
            return None
        if records < group:
            return None
    else:
        address, asked = _PROXY.search(page.source), _ASKED.search(page.source)
        if not address or not asked:
            return None
        proxy, form = urljoin(page.base, address[1]), _pairs(asked[1])
        per_page = _SIZE.search(page.source)
        end = group = records
        size = int(per_page[1]) if per_page else records
    total = _TOTAL.search(store) or re.search(r"totalrecord\s*:\s*(\d{1,9})", page.source, re.I)
    if total and end >= int(total[1]):
        return None
    span = dict(zip(_RANGE, map(str, (end + 1, end + group, size)), strict=True))
    return NextPage(
        f"{proxy}?{urlencode(span | form)}", guessed=total is None, form=tuple(form.items())
    )


def _pairs(literal: str) -> dict[str, str]:
    """The members of a JavaScript object of strings and numbers."""
    return {name: a or b or c for name, a, b, c in _PAIR.findall(literal)}


def _next_group(page: Page, store: str) -> NextPage | None:
    """The next group by the address that came with this one."""
    match = _NEXT_GROUP.search(store)
    if not match:
        return None
    url = urljoin(page.url, match[1].replace("&amp;", "&"))
    return NextPage(url) if url != page.url else None


# --- units -----------------------------------------------------------------------------------


def _unit(page: Page) -> HtmlElement | None:
    """The script element that stands in place of the list."""
    units: list[HtmlElement] = page.root.xpath(
        "//script[@querydata][contains(@url, '/front/page/build/unit')]"
    )
    return next((u for u in units if not _FRAME.search(_query(u).get("tagId", ""))), None)


def _query(unit: HtmlElement) -> dict[str, str]:
    return _pairs((unit.get("querydata") or "").strip("{} "))


def _unit_url(url: str, query: dict[str, str], number: int) -> str:
    bare, _, asked = url.partition("?")
    page = json.dumps({"pageNo": number, "pageSize": _PAGE_SIZE}, separators=(",", ":"))
    return f"{bare}?{urlencode(dict(parse_qsl(asked)) | query | {'paramJson': page})}"


def _asked_page(url: str) -> int | None:
    """The page number that a unit was asked for; None for any other address."""
    parts = urlsplit(url)
    if not parts.path.endswith("/front/page/build/unit"):
        return None
    match = re.search(r'"pageNo":(\d{1,9})', dict(parse_qsl(parts.query)).get("paramJson", ""))
    return int(match[1]) if match else None


def _unit_html(page: Page) -> str:
    """The HTML in a unit's answer, "" where it is broken."""
    try:
        answer: Any = read_json(page.source)
        html = answer["data"]["html"]
    except (ValueError, KeyError, TypeError):
        return ""
    return html.strip() if isinstance(html, str) else ""
