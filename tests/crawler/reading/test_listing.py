from crawler.families.base import NextPage
from crawler.families.nfcms import Nfcms
from crawler.reading.listing import Row
from crawler.reading.page import Page, parse
from tests.conftest import NOW

NAV = '<ul class="nav"><li><a href="/">首页</a></li><li><a href="/a/content/post_9.html">关于我们这个单位</a></li></ul>'


def page(html: str, url: str = "https://a.example/tzgg/") -> Page:
    return parse(f"<html><body>{NAV}{html}</body></html>".encode(), url, NOW)


def rows(html: str) -> list[Row]:
    return Nfcms().rows(page(html))


def test_title_attribute_before_cut_text() -> None:
    (row, *_) = rows(
        '<ul><li class="clearfix"><a href="content/post_2.html" title="完整的标题全文在这里">完整的标题…</a>'
        '<div class="time">2024-08-25</div></li>'
        '<li class="clearfix"><a href="content/post_1.html" title="另一个标题">另一个标题</a>'
        '<div class="right">2024-08-24</div></li></ul>'
    )
    assert row == Row(
        "https://a.example/tzgg/content/post_2.html", "完整的标题全文在这里", "2024-08-25"
    )


def test_date_inside_the_anchor_is_no_title() -> None:
    found = rows(
        '<div class="mainContent"><li><a href="content/post_2.html">甲事项的通知<i class="time">2024-08-25</i></a></li>'
        '<li><a href="content/post_1.html"><span>08-24</span>乙事项的通知</a></li></div>'
    )
    assert [(r.title, r.date_raw) for r in found] == [
        ("甲事项的通知", "2024-08-25"),
        ("乙事项的通知", "08-24"),
    ]


def test_lists_broken_into_fives_are_one() -> None:
    piece = '<ul class="list">{}</ul>'
    row = '<li><a href="content/post_{0}.html">第{0}条消息</a><span>08-{0}</span></li>'
    html = "".join(
        piece.format("".join(row.format(n) for n in r)) for r in (range(10, 15), range(15, 20))
    )
    assert len(rows(f"<div>{html}</div>")) == 10


def test_rows_that_lead_elsewhere_stand_in_the_list() -> None:
    found = rows(
        '<ul><li><a href="content/post_1.html">甲事项</a><span>2024-08-25</span></li>'
        '<li><a href="https://b.example/s/1">乙事项</a><span>2024-08-24</span></li>'
        '<li><a href="/files/1.pdf">丙事项</a><span>2024-08-23</span></li></ul>'
    )
    assert [r.title for r in found] == ["甲事项", "乙事项", "丙事项"]


def test_hot_list_without_dates_is_not_the_list() -> None:
    hot = "".join(
        f'<li><a href="/b/content/post_{n}.html">热点消息的标题{n}</a></li>' for n in range(5)
    )
    main = "".join(
        f'<li><a href="content/post_{n}.html">通知的标题{n}</a><em>2024-08-2{n}</em></li>'
        for n in range(4)
    )
    found = rows(f'<ul class="hot">{hot}</ul><ul class="list">{main}</ul>')
    assert [r.title for r in found] == [f"通知的标题{n}" for n in range(4)]


def test_links_hidden_from_people_are_no_rows() -> None:
    found = rows(
        '<ul><li><a href="content/post_1.html">甲事项</a><i>2024-08-25</i></li>'
        '<li style="display:none"><a href="content/post_2.html">陷阱</a><i>2024-08-25</i></li></ul>'
    )
    assert [r.title for r in found] == ["甲事项"]


def test_no_list_no_rows() -> None:
    assert Nfcms().rows(parse(b"<p>nothing</p>", "https://a.example/", NOW)) == []


def test_paging() -> None:
    nfcms = Nfcms()
    linked = page(
        '<a class="current">1</a><a href="/tzgg/index_2.html">2</a><a class="next" href="/tzgg/index_2.html">下页</a>'
    )
    second = NextPage("https://a.example/tzgg/index_2.html")
    assert nfcms.next_page(linked, 1) == second
    by_number = page('<a href="/tzgg/index.html">1</a><a href="/tzgg/index_2.html">2</a>')
    assert nfcms.next_page(by_number, 1) == second
    last = page(
        '<a href="/tzgg/index.html">1</a><a class="current">2</a>',
        "https://a.example/tzgg/index_2.html",
    )
    assert nfcms.next_page(last, 2) is None
    assert nfcms.next_page(page(""), 1) == NextPage(second.url, guessed=True)
