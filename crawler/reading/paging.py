"""Where a list goes on: its links, buttons, scripts and forms to the next page."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import islice
from urllib.parse import parse_qsl, urlsplit

from lxml.html import HtmlElement

from crawler.reading.links import address, said
from crawler.reading.page import Page
from crawler.reading.text import fold_space
from crawler.reading.urls import absolute, host_of

PAGING = re.compile(
    r"^(?:[<>«»‹›|←→\s]*(?:[上下前后後末尾首第]\s*一?\s*[页頁]|最后一?页|转到|跳转|GO|Next|Prev(?:ious)?"
    r"|(?:点击)?(?:加载|查看|显示)更多)[<>«»‹›|←→.…\s]*|第?\s*\d{1,4}\s*[页頁]?|[<>«»‹›|.…←→\s]+)$",
    re.I,
)
_NEXT = re.compile(
    r"^(?:(?:下\s*[一1]?|[后後]\s*一?)\s*[页頁]|[>›»→]|Next(?:\s*page)?|(?:点击)?(?:加载|查看|显示)更多|[更较]早的?文章|Older(?:\s*\w+)?)"
    r"[>›»→.…\s]*$",
    re.I,
)
# What pictures of arrows are called.
_NEXT_PICTURE = re.compile(r"(?:^|[-_])(?:next\w*|xia_?ye|xiayiye|xyy)(?:$|[-_])", re.I)
_CALL = re.compile(r"\w\s*\(\s*['\"]?(\d{1,4})['\"]?\s*[,)]")
# location = "index_" + n + ".html", in a script or in the attribute of a select.
_JUMP = re.compile(
    r"""(?:location(?:\.href)?\s*=|open\s*\()\s*['"]([^'"]+)['"]\s*\+\s*[\w.\[\]]+"""
    r"""(?:\s*\+\s*['"]([^'"]*)['"])?"""
)
_WRITES = re.compile(r"\b(?:createPage\w*|laypage)\s*\(")
_SMALL = 2000  # characters of a script that writes the paging
_FEW = 3  # parts of a link; links to the next page, which stand above and below the list
_NAMED_CALL = re.compile(r"(\w+)\s*\(\s*['\"]?(\d{1,4})['\"]?\s*[,)]")
_POST_BACK = re.compile(r"__doPostBack\(\s*['\"]([^'\"]*)['\"]\s*,\s*['\"]([^'\"]*)['\"]")
# form.currentPage.value = n; getElementById("page").value = n; $("#page").val(n)
_SETS = re.compile(
    r"""(\w+)\.value\s*=(?!=)|(?:getElementById\(|\$\()\s*['"]#?(\w+)['"]\s*\)\.val(?:ue\s*=|\()"""
)
_LONGEST = 20_000  # characters of a script; longer ones are libraries
# "index_" + n + ".html"; "?page=" + obj.curr
_CONCATENATED = re.compile(
    r"""['"]([^'"\n]{0,200})['"]\s*\+\s*\(?[\w.$\[\]]{1,40}(?:\s*[+-]\s*1)?\)?(?:\s*\+\s*['"]([^'"\n]{0,200})['"])?"""
)
_ADDRESS_END = re.compile(r"[\w./?&=:%-]*$")
_ADDRESS_START = re.compile(r"[\w./?&=%-]*")
_TOTAL = re.compile(
    r"\b(?:(?:total|count|all)_?pages?|page_?(?:count|total)s?|pages)\s*[=:]\s*['\"]?(\d{1,5})\b",
    re.I,
)
_CURRENT = re.compile(
    r"\b(?:curr?(?:ent)?_?(?:page|index|no)?(?:no|index)?|page_?(?:index|no)|nowpage)\s*[=:]\s*['\"]?(\d{1,5})\b",
    re.I,
)
_PAGER = re.compile(
    r"^(?:p|pp|pn|pg|paged?|page_?(?:no|num|number|index|id)?|cur(?:rent)?_?page(?:no)?|start|offset|"
    r"total\w*)$",
    re.I,
)


def next_page(page: Page, number: int) -> str | None:
    """The URL behind the page's own link to page `number` + 1, None where it has none.

    Only pages of the same list count: the same address but for its page number.
    """
    numbered: dict[int, str] = {}
    for text, url in _paging_links(page):
        if _NEXT.match(text):
            return url
        if digits := re.fullmatch(r"第?\s*(\d{1,4})\s*[页頁]?", text):
            numbered.setdefault(int(digits[1]), url)
    if number + 1 in numbered:
        return numbered[number + 1]
    return _called(page, number + 1, numbered) or _written(page, number)


def is_next(text: str) -> bool:
    """Whether a link says that it leads to the next page."""
    return bool(_NEXT.match(text.strip("[]【】 ")))


def is_pager(name: str) -> bool:
    """Whether a parameter holds the page's number."""
    return bool(_PAGER.match(name))


def has_paging(page: Page) -> bool:
    """True when the page shows links to other pages of its list."""
    return any(PAGING.match(text) for text, _ in _paging_links(page))


def _paging_links(page: Page) -> Iterator[tuple[str, str]]:
    """(text, URL) of what may lead to another page of this list: links, options of a select,
    buttons.
    """
    for link in page.root.iter("a", "link", "option", "input", "button"):
        named = link.get("value") if link.tag == "option" else link.get("href")
        if link.tag == "option" and not re.search(r"[./?]", named or ""):
            continue
        led = link.tag not in ("option", "link")
        url = address(link, page.base) if led else absolute(page.base, named)
        if url is None or not same_list(page.url, url):
            continue
        text = (link.get("value") or "") if link.tag == "input" else said(link)
        text = fold_space(text).strip("[]【】")
        if link.get("rel") == "next":
            yield "下一页", url
        elif link.tag != "link":
            mark = "next" in (link.get("class") or "").lower().split()
            told = PAGING.match(text) and not _NEXT.match(text)
            yield ("下一页" if (mark and not told) or _NEXT_PICTURE.search(text) else text), url


def _called(page: Page, wanted: int, numbered: dict[int, str]) -> str | None:
    """The address of a page that a script opens, `gotoPage(2)`, where its pattern is visible."""
    options = page.root.xpath("//select[contains(@onchange, 'location')]/option/@value")
    if _call_of(page, wanted) is None and str(wanted) not in options:
        return None
    for prefix, suffix in _JUMP.findall(page.source):
        url = absolute(page.base, f"{prefix}{wanted}{suffix}")
        if url and same_list(page.url, url):
            return url
    for number, url in numbered.items():
        head, found, tail = url.rpartition(str(number))
        if found and number > 1:
            return f"{head}{wanted}{tail}"
    return _built(page, wanted)


def find_pager(page: Page) -> HtmlElement | None:
    """Where the page shows its paging: what says "next", a script that writes it, a link."""
    for element in page.root.iter("a", "span", "li", "input", "em", "font", "script"):
        if element.tag == "script":
            if _WRITES.search((element.text or "")[:_SMALL]):
                return element
        elif len(element) < _FEW and _NEXT.match(said(element) or element.get("value") or ""):
            url = address(element, page.base)
            if url is None or same_list(page.url, url):
                return element
    for link in page.root.iter("a"):
        text = said(link)
        url = address(link, page.base) if text.isdecimal() else None
        if url and same_list(page.url, url):
            return link
    return None


def _call_of(page: Page, wanted: int) -> tuple[HtmlElement, str] | None:
    """The link or button by which a script is told the page's number, and its call."""
    for element in page.root.iter("a", "input", "button", "li", "span"):
        for script in (element.get("onclick") or "", element.get("href") or ""):
            call = _CALL.search(script) if "(" in script else None
            if (
                call
                and int(call[1]) == wanted
                and PAGING.match(said(element) or element.get("value") or "")
            ):
                return element, script
    return None


def _built(page: Page, wanted: int) -> str | None:
    """An address that a script puts together from strings around the page's number."""
    for script in page.root.iter("script"):
        for prefix, suffix in _CONCATENATED.findall((script.text or "")[:_LONGEST]):
            head, tail = _ADDRESS_END.search(prefix), _ADDRESS_START.match(suffix)
            named = f"{head[0] if head else ''}{wanted}{tail[0] if tail else ''}"
            if named.startswith("&"):  # added to the page's own address
                named = page.url + named if "?" in page.url else f"{page.url}?{named[1:]}"
            url = absolute(page.base, named) if re.search(r"[.?/=]", named) else None
            if url and same_list(page.url, url):
                return url
    return None


def _written(page: Page, number: int) -> str | None:
    """The next page where a script writes the links: it knows how many pages there are, and which
    one this is. Such a count may begin with 0.
    """
    scripts = "\n".join((script.text or "")[:_LONGEST] for script in page.root.iter("script"))
    total, current = _TOTAL.search(scripts), _CURRENT.search(scripts)
    if not total or not current:
        return None
    here = int(current[1])
    if here not in (number - 1, number) or number >= int(total[1]):
        return None
    return _built(page, here + 1)


def next_form(page: Page, number: int) -> tuple[tuple[str, str], ...]:
    """The fields by which page `number` + 1 is asked of the list's own address, by POST.

    () where the page has no such form: only a form that leads back to the list counts, sent by
    `__doPostBack` (ASP) or by a function that sets a field to the number.
    """
    for element in islice(_to_page(page, number + 1), _FEW):
        script = f"{element.get('href') or ''};{element.get('onclick') or ''}"
        form = next(element.iterancestors("form"), None)
        if match := _POST_BACK.search(script):
            changed = {"__EVENTTARGET": match[1], "__EVENTARGUMENT": match[2]}
        elif (call := _NAMED_CALL.search(script)) and int(call[2]) == number + 1:
            field = _field(page, _set_by(page, call[1]))
            form = next(field.iterancestors("form"), None) if field is not None else None
            changed = {field.get("name") or "": call[2]} if field is not None else {}
        else:
            continue
        if form is not None and _leads_back(form, page):
            return tuple((_fields(form) | changed).items())
    return ()


def _to_page(page: Page, wanted: int) -> Iterator[HtmlElement]:
    """Links and buttons that say that they lead to the next page, or to that of this number."""
    for element in page.root.iter("a", "input", "button"):
        text = said(element) or element.get("value") or ""
        if is_next(text) or text.strip("[] ") == str(wanted):
            yield element


def _field(page: Page, names: Collection[str]) -> HtmlElement | None:
    """The first field of a form with one of the names, or ids."""
    return next(
        (
            field
            for field in page.root.iter("input")
            if field.get("name") and (field.get("name") in names or field.get("id") in names)
        ),
        None,
    )


def _set_by(page: Page, function: str) -> list[str]:
    """The fields that a function of the page's scripts sets before it submits a form."""
    for script in page.root.iter("script"):
        text = (script.text or "")[:_LONGEST]
        start = re.search(
            rf"function\s+{re.escape(function)}\s*\(|\b{re.escape(function)}\s*=\s*function", text
        )
        if start and "submit" in (source := text[start.end() : start.end() + 800]):
            return [a or b for a, b in _SETS.findall(source)]
    return []


def _fields(form: HtmlElement) -> dict[str, str]:
    """What a form sends beside its buttons."""
    return {
        field.get("name") or "": field.get("value") or ""
        for field in form.iter("input")
        if field.get("name") and (field.get("type") or "text").lower() in ("hidden", "text")
    }


def _leads_back(form: HtmlElement, page: Page) -> bool:
    """Whether a form is sent to the list's own address."""
    if (form.get("method") or "get").lower() != "post":
        return False
    target = absolute(page.base, form.get("action")) or page.url
    return target.split("#")[0] == page.url.split("#")[0]


def same_list(url: str, other: str) -> bool:
    """Whether two addresses are different pages of one list: equal but for the page's number."""
    if host_of(url) != host_of(other):
        return False
    here, there = urlsplit(url), urlsplit(other)
    path, path2 = _bare(here.path), _bare(there.path)
    kept = {k: v for k, v in parse_qsl(here.query) if not _PAGER.match(k)}
    kept2 = {k: v for k, v in parse_qsl(there.query) if not _PAGER.match(k)}
    if path == path2:
        # Beside the page's number, links may add what the first address took for granted.
        paged = any(_PAGER.match(name) for name, _ in parse_qsl(there.query))
        return here.query != there.query and (
            kept == kept2
            or (paged and kept.items() <= kept2.items())
            or (kept.keys() == kept2.keys() and all(_routed(kept[k], kept2[k]) for k in kept))
        )
    if kept != kept2:
        return False
    stem, stem2 = _stem(path), _stem(path2)
    if stem2 in (path, stem) or path2 == stem:
        return True
    # A column's first page is its folder, whatever the others are called: list_5_2.html.
    folder, _, name = path2.rpartition("/")
    return folder == path and bool(re.search(r"\d", name)) and here.path[-1:] in ("/", "l", "m")


def _routed(value: str, other: str) -> bool:
    """Whether two values of a parameter are the same, or paths of pages of one list: ?s=/a/3/p/2"""
    if value == other or "/" not in value:
        return value == other
    return _stem(_bare(other)) in (_bare(value), _stem(_bare(value)))


def _bare(path: str) -> str:
    """A path without extension, and without the name of a folder's own page."""
    path = re.sub(r"\.\w{2,5}$", "", path.rstrip("/"))
    return re.sub(r"/(?:index|default|list)$", "", path)


def _stem(path: str) -> str:
    return _bare(re.sub(r"(?:[-_/]?(?:page|p)?[-_/]?\d+)$", "", path))
