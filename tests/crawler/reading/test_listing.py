import pytest

from crawler.families.base import NextPage
from crawler.families.nfcms import Nfcms
from crawler.reading.listing import Row, read_rows
from crawler.reading.page import Page, parse
from crawler.reading.paging import next_page
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


# --- any list page, no platform known ----------------------------------------------------------

POST = "/tzgg/2024/{}.html"


def main(n: int = 20) -> str:
    rows = "".join(
        f'<li><a href="{POST.format(k)}">云湾市第{k}号通知的标题</a><span>2024-08-{k + 1:02}</span></li>'
        for k in range(n)
    )
    return f'<div class="box"><ul class="news_list">{rows}</ul></div>'


def side(heading: str, n: int = 25, column: str = "rd", mark: str = "box") -> str:
    rows = "".join(
        f'<li><a href="/{column}/2024/{k}.html">别处栏目的第{k}条消息标题</a><span>2024-08-01</span></li>'
        for k in range(n)
    )
    return f'<div class="{mark}"><h3>{heading}</h3><ul class="news_list">{rows}</ul></div>'


def titles(html: str, url: str = "https://a.example/tzgg/") -> list[str]:
    return [row.title for row in read_rows(page(html, url))]


@pytest.mark.parametrize(
    "other",
    [
        side("热门文章"),
        side("推荐阅读"),
        side("图片新闻"),
        side("政策文件"),
        side("最新", mark="sidebar"),
        '<div class="x"><ul>'
        + "".join(
            f'<li><a href="http://s{k}.example/">某某省某某市人民政府{k}</a></li>'
            for k in range(200)
        )
        + "</ul></div>",
        '<footer><ul><li><a href="/gy/1.html">关于本网站的声明说明</a> 2024-01-01</li>'
        '<li><a href="/gy/2.html">网站使用的帮助说明</a> 2024-01-01</li></ul></footer>',
    ],
)
def test_the_main_list_among_others(other: str) -> None:
    expected = [f"云湾市第{k}号通知的标题" for k in range(20)]
    assert titles(other + main()) == expected
    assert titles(main() + other) == expected


def test_tabs_of_other_columns() -> None:
    tabs = "".join(
        '<ul class="tab">'
        + "".join(
            f'<li><a href="/{c}/2024/{k}.html">{c}栏目第{k}条消息标题</a>08-0{k + 1}</li>'
            for k in range(9)
        )
        + "</ul>"
        for c in ("zcfg", "tzgg", "gzdt")
    )
    assert titles(f"<div>{tabs}</div>") == [f"tzgg栏目第{k}条消息标题" for k in range(9)]


def test_a_list_without_dates() -> None:
    items = "".join(
        f'<div class="item"><a href="{POST.format(k)}">无日期的第{k}条消息标题</a></div>'
        for k in range(6)
    )
    nav = "".join(f'<li><a href="/c{k}/">栏目{k}</a></li>' for k in range(40))
    assert titles(f"<ul>{nav}</ul><div>{items}</div>") == [
        f"无日期的第{k}条消息标题" for k in range(6)
    ]


ROW_FORMS = {
    "summary and picture": '<div class="it"><a href="/tzgg/{n}.html"><img src="a.jpg" alt="图"></a>'
    '<h4><a href="/tzgg/{n}.html">{t}</a></h4><p>这里是摘要，说到2019年1月1日的事。'
    '<a href="/tzgg/{n}.html">[详细]</a></p><i>{d}</i></div>',
    "one anchor": '<a class="it" href="/tzgg/{n}.html"><h3>{t}</h3><p>摘要若干字</p><em>{d}</em></a>',
    "table": '<tr><td>·</td><td><a href="/tzgg/{n}.html">{t}</a></td><td>[{d}]</td></tr>',
    "nested tables": '<tr><td><table width="98%"><tr><td><font color=red>·</font>'
    '<a href="/tzgg/{n}.html">{t}</a></td><td align=right>({d})</td></tr></table></td></tr>',
    "tables in one cell": '<table><tr><td><a href="/tzgg/{n}.html">{t}</a></td><td>{d}</td></tr></table>',
    "column link before": '<li>[<a href="/sx/">市县</a>] <a href="/tzgg/{n}.html">{t}</a> {d}</li>',
    "column link in brackets": '<li><a href="/sx/">[市县]</a><a href="/tzgg/{n}.html">{t}</a> {d}</li>',
    "dt and dd": '<dt><a href="/tzgg/{n}.html">{t}</a></dt><dd>{d}</dd>',
    "date first": '<span>{d}</span><a href="/tzgg/{n}.html">{t}</a><br>',
    "dl of its own": '<dl><dt>{d}</dt><dd><a href="/tzgg/{n}.html">{t}</a></dd></dl>',
    "ul of its own": '<ul><li><a href="/tzgg/{n}.html">{t}</a></li><li>{d}</li></ul>',
    "divs": '<div><div><a href="/tzgg/{n}.html">● {t}</a></div><div>{d}</div></div>',
    "script link": "<li><a href=\"javascript:openLinkWindow('/tzgg/{n}.html')\">{t}</a> {d}</li>",
    "onclick": '<li><a href="#" onclick="window.open(\'/tzgg/{n}.html\')">{t}</a> {d}</li>',
    "row with onclick": "<li onclick=\"location.href='/tzgg/{n}.html'\"><b>{t}</b> <i>{d}</i></li>",
}


@pytest.mark.parametrize("form", ROW_FORMS.values(), ids=ROW_FORMS)
def test_forms_of_rows(form: str) -> None:
    items = "".join(form.format(n=n, t=f"第{n}项工作的通知", d=f"2024-08-1{n}") for n in range(5))
    tag = "table" if form.startswith("<tr") else "dl" if form.startswith("<dt") else "div"
    head = "<tr><th><a href='?by=title'>标题</a></th><th>日期</th></tr>" if tag == "table" else ""
    found = read_rows(page(f"<{tag}>{head}{items}</{tag}>"))
    assert found == [
        Row(f"https://a.example/tzgg/{n}.html", f"第{n}项工作的通知", f"2024-08-1{n}")
        for n in range(5)
    ]


def test_two_columns_in_a_table() -> None:
    cell = '<td><a href="/tzgg/{0}.html">第{0}项工作的通知</a></td><td>2024-08-1{0}</td>'
    html = "".join(f"<tr>{cell.format(n)}{cell.format(n + 1)}</tr>" for n in (0, 2, 4))
    assert [(r.title, r.date_raw) for r in read_rows(page(f"<table>{html}</table>"))] == [
        (f"第{n}项工作的通知", f"2024-08-1{n}") for n in range(6)
    ]


def test_a_calendar_leaf_is_a_date() -> None:
    html = "".join(
        f'<li><div><b>{n}</b><p>2024.08</p></div><a href="/tzgg/{n}.html">第{n}项工作的通知</a></li>'
        for n in (21, 22)
    )
    assert [r.date_raw for r in read_rows(page(f"<ul>{html}</ul>"))] == ["2024-08-21", "2024-08-22"]


def test_pinned_and_doubled_rows_stand_once() -> None:
    pinned = '<li class="top"><a href="/tzgg/2024/3.html">云湾市第3号通知的标题</a><i>置顶</i></li>'
    found = read_rows(page(main(5).replace('"news_list">', f'"news_list">{pinned}')))
    assert [r.url[-6:] for r in found] == ["3.html", "0.html", "1.html", "2.html", "4.html"]
    assert all(row.date_raw for row in found)


@pytest.mark.parametrize(
    "mark",
    [
        'style="position:absolute;left:-9999px"',
        'style="opacity:0"',
        'class="trap"',
        "hidden",
    ],
)
def test_links_nobody_sees(mark: str) -> None:
    trap = f'<li {mark}><a href="/tzgg/9999.html">给机器人的陷阱</a><i>2024-08-25</i></li>'
    html = "<style>.trap { display: none }</style>" + main(3).replace("</ul>", f"{trap}</ul>")
    assert "给机器人的陷阱" not in titles(html)


# --- paging ------------------------------------------------------------------------------------

PAGING = [
    ("/tzgg/", '<a href="index_2.html">下一页</a>', "/tzgg/index_2.html"),
    ("/tzgg/index.html", '<a href="index_1.html">2</a>', "/tzgg/index_1.html"),
    ("/a/list_5_1.html", '<a href="list_5_2.html">下页</a>', "/a/list_5_2.html"),
    ("/a/", '<a href="list_5_2.html">后页</a>', "/a/list_5_2.html"),
    ("/tzgg/", '<a href="?page=2">></a>', "/tzgg/?page=2"),
    ("/list.asp?cid=5", '<a href="list.asp?cid=5&page=2">下一页</a>', "/list.asp?cid=5&page=2"),
    ("/tzgg/", '<a href="/tzgg/?pp=2">[2]</a>', "/tzgg/?pp=2"),
    (
        "/c/column-index-1.shtml",
        '<a href="column-index-2.shtml">下一页</a>',
        "/c/column-index-2.shtml",
    ),
    ("/xw/tz.htm", '<a href="tz/7.htm">下一页</a>', "/xw/tz/7.htm"),
    ("/xw/tz/7.htm", '<a href="6.htm">下页&gt;</a>', "/xw/tz/6.htm"),
    ("/tzgg/", '<a href="/tzgg/page/2/">Next »</a>', "/tzgg/page/2/"),
    ("/tzgg/", '<a href="index_2.html"><img src="n.gif" alt="下一页"></a>', "/tzgg/index_2.html"),
    (
        "/tzgg/",
        '<a href="#" onclick="gotoPage(2)">下一页</a>'
        '<script>function gotoPage(n){location.href="index_"+n+".html"}</script>',
        "/tzgg/index_2.html",
    ),
    (
        "/tzgg/",
        '<a href="javascript:go(2)">2</a><a href="index_3.html">3</a>',
        "/tzgg/index_2.html",
    ),
    (
        "/tzgg/",
        '<select onchange="location.href=this.value"><option value="/tzgg/">1</option>'
        '<option value="index_2.html">2</option></select>',
        "/tzgg/index_2.html",
    ),
    (
        "/l.asp?c=5",
        "<select onchange=\"location='l.asp?c=5&page='+this.value\"><option value=1>1</option>"
        "<option value=2>2</option></select>",
        "/l.asp?c=5&page=2",
    ),
]


@pytest.mark.parametrize(("path", "html", "expected"), PAGING)
def test_paging_dialects(path: str, html: str, expected: str) -> None:
    found = page(main() + html, f"https://a.example{path}")
    assert next_page(found, 1) == f"https://a.example{expected}"


@pytest.mark.parametrize(
    ("path", "html"),
    [
        ("/tzgg/", '<a class="next" href="/zcfg/index_2.html">下一页</a>'),
        ("/list_5_1.html", '<a href="list_6_2.html">下一页</a>'),
        ("/l.asp?c=5", '<a href="l.asp?c=6&page=2">下一页</a>'),
        ("/tzgg/", '<a href="https://b.example/tzgg/index_2.html">下一页</a>'),
        ("/tzgg/", '<a href="/tzgg/">下一页</a>'),
        ("/tzgg/", '<a href="javascript:void(0)">下一页</a>'),
        ("/tzgg/", '<div><a href="/zt/2/">2</a></div>'),
    ],
)
def test_what_is_no_next_page(path: str, html: str) -> None:
    assert next_page(page(main() + html, f"https://a.example{path}"), 1) is None
