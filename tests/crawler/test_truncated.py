"""A page that breaks off, wherever it does, makes no article and overwrites none."""

from collections import Counter
from functools import partial

import pytest
from scrapy.exceptions import DropItem
from scrapy.http import HtmlResponse, Request
from scrapy.utils.project import get_project_settings

from crawler.demo.server import SITE
from crawler.items import Article, Capture, Listed, NotAnArticle
from crawler.reader import read_page
from crawler.reading.page import parse
from crawler.reread import Reader
from crawler.source import SourceSpider
from tests.conftest import NOW
from tests.site import article

STEP = 97  # bytes; no multiple of a character, so that some cuts go through one


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(get_project_settings())


def read(reader: Reader, path: str, body: bytes) -> Article:
    url = f"https://www.gdzz.gov.cn/{path}"
    capture = Capture.of(url, NOW, 200, (("Content-Type", "text/html"),), body)
    return reader([capture], "gdzz", Listed(url, url, "列表上的标题", "2024-08-25"), "")


@pytest.mark.parametrize(
    "path",
    [
        "tzgg/content/post_2101.html",  # a table
        "tzgg/content/post_2146.html",  # an attachment below the text
        "zgxc/gddt/content/post_2087.html",  # many paragraphs and a byline
        "zgxc/gddt/content/post_2112.html",  # pictures
    ],
)
def test_wherever_it_breaks_off(reader: Reader, path: str) -> None:
    raw = (SITE / path).read_bytes()
    whole = read(reader, path, raw)
    seen: Counter[str] = Counter()
    for cut in range(1, len(raw), STEP):
        try:
            got = read(reader, path, raw[:cut])
        except (NotAnArticle, DropItem) as refusal:
            seen[getattr(refusal, "reason", "dropped")] += 1
        else:
            assert got.content_hash == whole.content_hash, f"{cut} of {len(raw)} bytes"
            seen["whole"] += 1
    assert seen["truncated"] > seen["whole"] > 0


def test_a_page_without_end_tags_is_whole_when_something_follows_its_text() -> None:
    answer = article()
    assert isinstance(answer, tuple)
    open_ended = answer[2].replace(b"</body></html>", b"")
    spider = SourceSpider(name="channel", url="http://a.example/tzgg/")
    found = spider.read((parse(open_ended, "http://a.example/tzgg/content/post_1.html", NOW),))
    assert found.text.count("\n") == 7


@pytest.mark.parametrize(
    ("body", "whole"),
    [
        (b"<!DOCTYPE html>\n<!-- a > b --><html><body><p>1</p></body></html>\n<!-- c -->", True),
        (b"\x01\xef\xbb\xbf<html><body><p>1</p></body></html>", True),
        (b"<html><body><p>1</p>", False),
        (b"<meta charset=utf-8><p>1</p></html>", True),
        (b"<meta charset=utf-8><p>1</p>", True),
        (b"<meta charset=utf-8><div><p>1</p>", False),
        (b"<meta charset=utf-8><p>1</p><p>", False),
        (b"<ul><li>1</li></ul>", True),
        (b"<ul><li>1</li>", False),
        (b'<?xml version="1.0"?><rss><channel></channel></rss>', True),
        (b'<?xml version="1.0"?><rss><channel></channel>', False),
        (b'{"rows": [1]}', True),
        (b"back([1]);\n", True),
        (b'{"rows": [1', False),
    ],
)
def test_what_came_without_a_length(body: bytes, whole: bool) -> None:
    """Old servers end a body by closing the connection: then only its own end tells."""
    request = Request("http://a.example/tzgg/")
    answer = partial(HtmlResponse, request.url, body=body, request=request, encoding="utf-8")
    assert read_page(answer(), NOW).source
    if whole:
        assert read_page(answer(flags=["partial"]), NOW).source
        return
    with pytest.raises(NotAnArticle, match="truncated"):
        read_page(answer(flags=["partial"]), NOW)
