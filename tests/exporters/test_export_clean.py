from collections.abc import Callable

import pytest

from crawler.items import Record
from exporters.clean import _PLAIN, _cleaner, clean_html, clean_record, clean_text, web_url

MakeRecord = Callable[..., Record]


def test_text_loses_what_xml_forbids_and_nothing_else() -> None:
    kept = "\t\n\r 天é“”\u3000\u200d\ud7ff\ue000\ufffd\U0001f600\U0010ffff"
    assert clean_text("\x00\x08\x0b\x1f\x7f\x80\x85\x9f\ud800\udfff\ufffe\uffff" + kept) == kept


@pytest.mark.parametrize(
    ("html", "clean"),
    [
        ("<p>一<b>二</b><br>三</p>", "<p>一<b>二</b><br>三</p>"),
        ("<p onclick=x style=y class=z id=i lang=en title=t>一</p>", "<p>一</p>"),
        ("<script>x</script><style>y</style><svg>z</svg><iframe>w</iframe>一", "一"),
        ('<a href="javascript:x">一</a>', "<a>一</a>"),
        ('<a href="/x">一</a><a href="//e.example">二</a>', "<a>一</a><a>二</a>"),
        ('<a href="mailto:a@b.example">一</a>', '<a href="mailto:a@b.example">一</a>'),
        ('<img src="data:image/png;base64,x" alt="一">', '<img alt="一">'),
        ('<td colspan="2">', ""),
        ("&lt;script&gt;&amp;lt;", "&lt;script&gt;&amp;lt;"),
        ("一&#x1f;二<!-- 三 -->", "一二"),
    ],
)
def test_html_keeps_text_markup_only(html: str, clean: str) -> None:
    assert clean_html(html) == clean


def test_html_keeps_tables_with_spans() -> None:
    table = '<table><tbody><tr><td colspan="2" rowspan="3">一</td></tr></tbody></table>'
    assert clean_html(table) == table


def test_clean_html_is_final(hostile: Record) -> None:
    once = clean_html(hostile.html or "")
    assert clean_html(once) == once


def test_links_carry_rel_when_asked() -> None:
    assert clean_html('<a rel="me" href="https://e.example">一</a>', rel="nofollow") == (
        '<a href="https://e.example" rel="nofollow">一</a>'
    )


@pytest.mark.parametrize("url", ["javascript:x", " https://e.example", "", None, "data:,x", "/x"])
def test_web_url_refuses(url: str | None) -> None:
    assert web_url(url) is None


def test_web_url_keeps() -> None:
    assert web_url("HTTP://e.example/中 文") == "HTTP://e.example/中 文"


def test_harmless_record_stays_as_it_is(make_record: MakeRecord) -> None:
    assert clean_record(make_record()) == make_record()


def test_canceled_record_has_no_content(make_record: MakeRecord) -> None:
    record = clean_record(make_record(status="canceled", reason="withdrawn"))
    assert (record.text, record.html, record.images, record.attachments) == (None, None, [], [])
    assert record.title


def test_record_taken_down_keeps_nothing_of_the_post(make_record: MakeRecord) -> None:
    record = make_record(status="canceled", reason="taken_down", canceled_at="2026-11-25T08:00:00Z")
    assert clean_record(record) == Record(
        id=record.id,
        url=None,
        status="canceled",
        version=None,
        seq=1,
        reason="taken_down",
        canceled_at="2026-11-25T08:00:00Z",
    )


def test_hostile_record_loses_addresses_that_are_code(hostile: Record) -> None:
    record = clean_record(hostile)
    assert [image.url for image in record.images] == ["https://i.example/1.png"]
    assert len(record.attachments) == 1
    assert record.duplicates == ["https://d.example/1"]
    assert "javascript" not in (record.html or "").lower()


@pytest.mark.parametrize(
    "html",
    [
        "",
        "<p>一</p>",
        "<p>一 &amp; &lt;二&gt;</p>\n<p></p>",
        "<p>一<br>二<strong>三</strong>四<u>五</u></p><p>\u3000六\t\n</p>\n",
    ],
)
def test_plain_paragraphs_are_what_the_sanitiser_would_make_of_them(html: str) -> None:
    assert _PLAIN.fullmatch(html)
    assert _cleaner(None, None).clean(html) == html == clean_html(html)


@pytest.mark.parametrize(
    "html",
    [
        "<p onclick=x>一</p>",
        "<p>一</p><script>x</script>",
        "<p>一<p>",
        "<p><strong>一</p></strong>",
        "<p><b>一<i>二</b></i></p>",
        "<p>一 & 二</p>",
        "<p>&#x1f;</p>",
        "<p>\x1f</p>",
        "<p>\ud800</p>",
        "一",
        "<p><a href='javascript:x'>一</a></p>",
    ],
)
def test_everything_else_goes_through_the_sanitiser(html: str) -> None:
    assert not _PLAIN.fullmatch(html)
