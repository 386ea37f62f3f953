"""Pages made of one thing again and again: no pattern may take the square of their size."""

import time

import pytest

from crawler.families import families, read
from crawler.items import NotAnArticle
from crawler.reading.page import parse
from tests.conftest import NOW
from tests.site import article, listing

_SECONDS = 10  # of CPU; it takes 1, and minutes where a pattern begins anew everywhere
_SIZE = 150_000  # characters
DIGITS = "9" * 5000  # more than Python makes a number of


def visit(source: bytes, url: str) -> None:
    """All that a crawl may do with a page."""
    page = parse(source, url, NOW)
    for family in families():
        family.fingerprint(page)
        family.rows(page)
        family.next_page(page, 1)
        family.further_pages(page)
    assert read(page).html


@pytest.mark.parametrize(
    "piece",
    [
        *("<datastore>", "<recordset>", "<record><![CDATA[", "<nextgroup><![CDATA[<a "),
        *(
            "id=UCAP-CONTENT class = ",
            "<!--x>",
            "来源：",
            "2024年8月25日 ",
            "http://a/",
            "https://x/x'",
            "（",
        ),
        *("createPageHTML(", "location=", "@media print{", "记者 张三 ", "&nbsp;", "\n"),
    ],
)
def test_a_flood(piece: str) -> None:
    flood = piece * (_SIZE // len(piece))
    began = time.process_time()
    for source in (article(body=f"<p>正文第一段。</p>{flood}")[2], flood.encode() + article()[2]):
        try:
            visit(source, "http://a.example/tzgg/content/post_1.html")
        except NotAnArticle:
            continue
    assert time.process_time() - began < _SECONDS


@pytest.mark.parametrize(
    "text",
    [
        f"<script>createPageHTML({DIGITS}, 0, 'index', 'html')</script>",
        f"<script>createPageHTML(10, {DIGITS}, 'index', 'html')</script>",
        f"<script>createPageHTML('page', {DIGITS}, 1, 'list', 'shtml', 9)</script>",
        f"totalrecord:{DIGITS},perpage:{DIGITS},proxyurl:'/dataproxy.jsp',ajaxparam:{{a:1}}"
        "<record><![CDATA[<li><a href=/art/2024/1/1/art_1_1.html>说明</a></li>]]></record>",
        f"<img src=a.jpg width={DIGITS} height={DIGITS}><td colspan={DIGITS}>x</td>",
        f"共{DIGITS}页 1/{DIGITS} <a href='index_{DIGITS}.html'>下一页</a> {DIGITS}天前",
    ],
)
@pytest.mark.parametrize(
    "url",
    [
        "http://a.example/tzgg/content/post_1.html",
        f"http://a.example/x.jsp?startrecord={DIGITS}&endrecord={DIGITS}&perpage={DIGITS}",
        f"http://a.example/front/page/build/unit?paramJson=%7B%22pageNo%22:{DIGITS}%7D",
    ],
)
def test_numbers_that_are_none(text: str, url: str) -> None:
    visit(article(body=f"<p>正文第一段，说一件事。</p>{text}")[2], url)


def test_a_date_that_is_none_in_a_list() -> None:
    rows = [
        (f"/tzgg/content/post_{n}.html", "一条消息的标题", f"{n}9999999999天前") for n in range(3)
    ]
    visit_list = parse(listing(rows)[2], "http://a.example/tzgg/", NOW)
    assert all(family.rows(visit_list) is not None for family in families())


@pytest.mark.parametrize("depth", [500, 900, 100_000])
def test_json_nested_too_deep_is_no_evidence(depth: int) -> None:
    block = f'<script type="application/ld+json">{"[" * depth}{"]" * depth}</script>'
    detail = f"<script>window._CONFIG = {{DETAIL: {'{' + chr(34) + 'a' + chr(34) + ':'}"
    visit(
        article(body=f"<p>正文。</p>{block}{detail}{'[' * depth}</script>gkmlpt")[2],
        "http://a.example/gkmlpt/content/1/1/post_1.html",
    )
