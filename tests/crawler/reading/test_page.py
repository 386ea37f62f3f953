"""Any bytes: what parsing must survive, with all of the text."""

import time
from datetime import UTC, datetime

import pytest
from lxml.html import HtmlElement

from crawler import families
from crawler.items import NotAnArticle
from crawler.reading.page import Page, candidate, parse
from tests.site import ARTICLE

SAID = "".join(f"<p>第{n}段说明这件事的经过，内容各不相同。</p>" for n in range(1, 9))


def page(html: str) -> Page:
    return parse(html.encode(), "https://www.yunwan.example/a/1.html", datetime.now(UTC))


def article(body: str) -> str:
    return ARTICLE.format(
        title="关于一件事的通知", minute="2024-08-25 10:03", source="云湾日报", body=body
    )


def shown(parsed: Page) -> str:
    return "".join(parsed.root.itertext())


def depth(root: HtmlElement) -> int:
    deepest, nodes = 0, [(root, 1)]
    while nodes:
        node, level = nodes.pop()
        deepest = max(deepest, level)
        nodes += [(child, level + 1) for child in node]
    return deepest


@pytest.mark.parametrize("body", [b"", b" \n\t", b"\x00\x01", b"<!-- -->", b"<!DOCTYPE html>"])
def test_nothing_is_refused(body: bytes) -> None:
    with pytest.raises(NotAnArticle) as refused:
        parse(body, "https://www.yunwan.example/", datetime.now(UTC))
    assert refused.value.reason == "empty_page"


@pytest.mark.parametrize(
    "body",
    [
        '{"data": [{"title": "通知", "url": "/a/1.html"}]}',
        "[]",
        '<?xml version="1.0" encoding="UTF-8"?><rss><channel><item/></channel></rss>',
        '\ufeff<?xml version="1.0" encoding="gb2312"?>\n<html><body><p>通知</p></body></html>',
    ],
)
def test_json_and_xml_are_kept_as_source(body: str) -> None:
    assert page(body).source.startswith(body.lstrip("\ufeff")[:50])


def test_end_tags_controls_and_unquoted_attributes_lose_nothing() -> None:
    parsed = page(
        "<html><body><p class=a>前&#x1F;文&#00000000001;&#150;</p></body\n></html ><div id=b>中\x0b"
        "文</div></BODY><p title=x/y>后文</p>"
    )
    assert shown(parsed) == "前文–中文后文"
    assert parsed.root.xpath("//p[@class='a'] and //div[@id='b']/following::p[@title='x/y']")


@pytest.mark.parametrize("tag", ["div", "b", "font", "span", "table><tr><td", "ul><li", "o:p"])
@pytest.mark.parametrize("levels", [100, 300, 3000])
@pytest.mark.parametrize("closed", [True, False])
def test_deep_nesting_keeps_all_text_in_order(tag: str, levels: int, closed: bool) -> None:
    tags = tag.split("><")
    end = "".join(f"</{name}>" for name in reversed(tags)) if closed else ""
    html = "".join(f"<{tag}>{n}，" for n in range(levels)) + "底" + f"{end}、" * levels
    parsed = page(f"<html><body><p>前文</p>{html}<p>后文</p></body></html>")
    expected = "前文" + "".join(f"{n}，" for n in range(levels)) + "底" + "、" * levels + "后文"
    # A parser moves what stands in a table and in no cell.
    assert sorted(shown(parsed)) == sorted(expected)
    if "table" not in tag:
        assert shown(parsed) == expected
    assert depth(parsed.root) <= 256


def test_hidden_text_stays_hidden_where_it_is_nested_too_deep() -> None:
    html = "<div>" * 300 + '<i style="display: none">藏<b>起</b></i>露' + "</div>" * 300 + "外"
    assert shown(page(html)) == "露外"


def test_names_that_no_element_can_have_are_survived_in_a_deep_page() -> None:
    html = "<div>" * 300 + '<p"x a"b=1 c=2>甲<p,>乙'
    parsed = page(html)
    assert shown(parsed) == "甲乙"
    assert parsed.root.xpath("//*[@c='2']")


def test_nesting_that_would_take_minutes_is_refused() -> None:
    with pytest.raises(NotAnArticle) as refused:
        page("<div>" * 200_000 + "</i>" * 200_000)
    assert refused.value.reason == "too_deep"


HOSTILE = {
    "nested": "<div>" * 200_000 + SAID,
    "nested and closed": "<div>" * 200_000 + SAID + "</div>" * 200_000,
    "unclosed <font>": "<font>字" * 50_000 + SAID,
    "unclosed <p>": "<p>字" * 50_000 + SAID,
    "end tags": "<div><b>" * 100 + "</i>" * 500_000 + SAID,
    "attributes": "<p " + " ".join(f"a{n}=1" for n in range(100_000)) + ">" + SAID,
    "attribute of 11 MB": f'<p title="{"字" * 4_000_000}">{SAID}',
    "comment of 11 MB": f"<!--{'字' * 4_000_000}-->{SAID}",
    "meta": "".join(f'<meta name="m{n}" content="x">' for n in range(50_000)) + SAID,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pages_are_parsed_whole_or_refused_in_time(name: str) -> None:
    start = time.process_time()
    if name == "nested and closed":
        with pytest.raises(NotAnArticle, match="too_deep"):
            page(article(HOSTILE[name]))
    else:
        text = shown(page(article(HOSTILE[name])))
        assert all(f"第{n}段" in text for n in range(1, 9))
        assert "版权所有" in text
    assert time.process_time() - start < 8  # takes 0.1 to 2 s


def test_a_long_article_is_read_whole() -> None:
    body = "".join(f"<p>第{n}段，{'讲这件事的经过和结果。' * 10}</p>" for n in range(15_000))
    start = time.process_time()
    text = families.read(page(article(body))).text
    assert time.process_time() - start < 30
    assert text.count("\n") == 14_999
    assert text.endswith("讲这件事的经过和结果。")


@pytest.mark.parametrize("name", ["p", "o:p", 'a"b', "p中", "st1:chsdate", "x]", "div,"])
def test_the_xpath_of_a_candidate_leads_to_its_element(name: str) -> None:
    parsed = page(f"<div>甲<b>乙</b><{name}>丙<i>丁</i></{name}><{name}>戊<i>己</i></{name}></div>")
    for element in parsed.root.iter():
        found = candidate(element, "x", "test")
        assert parsed.root.getroottree().xpath(found.xpath) == [element], found.xpath


def test_the_xpath_of_a_meta_tag_leads_to_it() -> None:
    parsed = page('<meta charset=utf-8><meta name=a content=1><body><meta name=b content="2"><p>丙')
    for name in ("a", "b"):
        (found,) = parsed.meta[name]
        (element,) = parsed.root.xpath(found.xpath)
        assert (element.get("name"), element.get("content")) == (name, found.raw)
