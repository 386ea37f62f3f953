"""The reader on broken pages: typed errors only, in bounded time, and clean results.

`make nightly` tries 10,000 pages in place of 180.
"""

import re
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import crawler.demo
from crawler import families
from crawler.items import NotAnArticle
from crawler.reading.page import parse
from tests import site

_SECONDS = 5  # of CPU; a page takes 10 ms
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_DEMO = sorted((Path(crawler.demo.__file__).parent / "site").rglob("*.html"))
PAGES = [
    *(path.read_bytes() for path in _DEMO),
    site.article()[2],
    site.listing([(f"/a/{n}.html", f"第{n}号消息的标题", "2024-08-25") for n in range(9)], "/b")[2],
]
PAGES += [page.decode().replace("UTF-8", "gb2312").encode("gb18030") for page in PAGES[-2:]]
assert _DEMO

_PIECES = [
    *(b"<div>", b"</div>", b"<p>", b"<table><tr><td>", b"</table>", b"<ul><li>", b"<br>", b"<b>"),
    *(b"<o:p>", b"<a href=", b"<a href='http://[", b"<img src=x.jpg>", b"<form>", b"<select>"),
    *(
        b"<script>",
        b"</script>",
        b"<style>",
        b"<title>",
        b"<textarea>",
        b"<!--",
        b"-->",
        b"<![CDATA[",
    ),
    *(b"</html>", b"</body>", b"<base href='//['>", b"<base href='http://x.example:99999/'>"),
    *(b"<p hidden>", b"<p style='display:none'>", b"<p\"x a'b=1>", b"<svg><title>", b"<template>"),
    *(b"&#x1F;", b"&#0;", b"&#xD800;", b"&#xFFFE;", b"&#99999999999;", b"&lt;script&gt;", b"&nbsp"),
    *(b"\x00", b"\x0c", b"\x1f", b"\x7f", b"\xff", b"\x80", b"\xe2\x80\xae", b"\xef\xbb\xbf"),
    *(b"<meta charset=big5>", b"<meta charset=utf-16>", b"<?xml encoding='gbk'?>", b"\xff\xfe"),
    *(b"2024-02-30", b"9999-99-99 99:99", b"0000-00-00", b"\xd9\xa3", b"\xc2\xb2", b"1" * 5000),
    *(b"<td colspan=999999999>", b"<meta name=PubDate content='2024-13-45'>", b"<h1>", b"</h1>"),
    *("来源：作者：".encode(), "下一页".encode(), "附件：".encode(), "　".encode() * 50),
]
_TYPES = [
    "",
    "text/html",
    "text/html; charset=GBK",
    "text/html; charset=iso-8859-1",
    "charset=idna",
]
_place = st.floats(0, 1)
_change = st.one_of(
    st.tuples(st.just("cut"), _place, st.integers(1, 3000)),
    st.tuples(st.just("insert"), _place, st.sampled_from(_PIECES)),
    st.tuples(st.just("insert"), _place, st.binary(min_size=1, max_size=8)),
    st.tuples(st.just("nest"), _place, st.tuples(st.sampled_from(_PIECES), st.integers(2, 500))),
    st.tuples(st.just("splice"), _place, st.tuples(st.sampled_from(PAGES), _place)),
    st.tuples(st.just("double"), _place, st.integers(1, 5000)),
    st.tuples(st.just("swap"), _place, st.integers(1, 50)),
    st.tuples(st.just("label"), _place, st.sampled_from([b"gb2312", b"big5", b"utf-8", b"idna"])),
)


@st.composite
def _mutated(draw: st.DrawFn) -> bytes:
    page = draw(st.sampled_from(PAGES))
    for kind, place, what in draw(st.lists(_change, min_size=1, max_size=8)):
        at = int(place * len(page))
        head, tail = page[:at], page[at:]
        if kind == "cut":
            page = head + tail[what:]
        elif kind == "insert":
            page = head + what + tail
        elif kind == "nest":
            page = head + what[0] * what[1] + tail
        elif kind == "splice":
            page = head + what[0][int(what[1] * len(what[0])) :]
        elif kind == "double":
            page = head + tail[:what] + tail
        elif kind == "swap":
            page = head + tail[what : 2 * what] + tail[:what] + tail[2 * what :]
        else:
            page = re.sub(rb'charset="?[\w-]+', b'charset="' + what, page)
    return page


def _check(body: bytes, content_type: str) -> None:
    start = time.process_time()
    try:
        page = parse(
            body, "https://www.yunwan.example/tzgg/index.html", datetime.now(UTC), content_type
        )
        family = families.detect(page)
        for row in family.rows(page):
            assert not _CONTROLS.search(row.title)
        family.next_page(page, 1)
        article = families.read(page)
    except NotAnArticle:
        pass
    else:
        assert not _CONTROLS.search(article.text + article.title)
        assert not re.search(r"<script|<style|<[^>]*\son\w+=", article.html)
    assert time.process_time() - start < _SECONDS


def _settings(examples: int) -> settings:
    """Bounded by our own clock; the normal run tries the same pages every time."""
    nightly = examples > 1000
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=not nightly,
        database=None,
        # Making a slow page smaller takes minutes and changes what is slow about it.
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


@_settings(120)
@given(_mutated(), st.sampled_from(_TYPES))
def test_mutated_pages(body: bytes, content_type: str) -> None:
    _check(body, content_type)


@_settings(60)
@given(st.binary(max_size=2000), st.sampled_from(_TYPES))
def test_random_bytes(body: bytes, content_type: str) -> None:
    _check(body, content_type)


@pytest.mark.nightly
@_settings(9_000)
@given(_mutated(), st.sampled_from(_TYPES))
def test_many_mutated_pages(body: bytes, content_type: str) -> None:
    _check(body, content_type)


@pytest.mark.nightly
@_settings(1_001)
@given(st.binary(max_size=2000), st.sampled_from(_TYPES))
def test_much_random_bytes(body: bytes, content_type: str) -> None:
    _check(body, content_type)
