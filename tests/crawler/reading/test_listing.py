import pytest

from crawler.families.base import Family, NextPage
from crawler.families.nfcms import Nfcms
from crawler.reading.dates import parse_date
from crawler.reading.listing import Row, read_rows
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
        'style="opacity: 0.0"',
        'style="left:-99em"',
        'style="position:absolute;clip:rect(0 0 0 0)"',
        'style="clip-path: inset(100%)"',
        'style="transform:scale(0)"',
        'class="trap"',
        "hidden",
    ],
)
def test_links_nobody_sees(mark: str) -> None:
    trap = f'<li {mark}><a href="/tzgg/9999.html">给机器人的陷阱</a><i>2024-08-25</i></li>'
    html = "<style>.trap { display: none }</style>" + main(3).replace("</ul>", f"{trap}</ul>")
    assert "给机器人的陷阱" not in titles(html)


CARD_FORMS = {
    "number, title, date": '<li><a href="/tzgg/{n}.html"><i>{n}</i><span>{t}</span><em>{d}</em></a></li>',
    "title, source, date, count": '<a href="/tzgg/{n}.html"><div>{t}</div><div><span>云湾发布</span>'
    "<span>{d}</span><span>{n}阅读</span></div></a>",
    "marked title": '<li><a href="/tzgg/{n}.html"><p>摘要在前，有若干字</p><p class="news-title">{t}</p>'
    "<p>{d}</p></a></li>",
    "whole title among fields": '<li><a href="/tzgg/{n}.html" title="文章标题：{t}&#13;&#10;作    者：佚名'
    '&#13;&#10;更新时间：{d}">第…</a> {d}</li>',
    "data-href": '<div data-href="/tzgg/{n}.html"><h4>{t}</h4><p>摘要</p><i>{d}</i></div>',
    "row of a table": "<tr onclick=\"location.href='/tzgg/{n}.html'\"><td>{n}</td><td>{t}</td><td>{d}</td></tr>",
    "column of every third row": '<li><a href="/tzgg/t/">环保</a><a href="/tzgg/{n}.html">{t}</a> {d}</li>',
    "linked date": '<li><a href="/tzgg/{n}.html"><b>1{n}</b> <i>Aug, 2024</i></a>'
    '<h3><a href="/tzgg/{n}.html">{t}</a></h3></li>',
    "blog": '<article><h2><a href="/tzgg/{n}.html">{t}</a></h2><div>{d} <a href="/by/1">管理员</a></div>'
    '<p>摘要 <a href="/tzgg/{n}.html">继续阅读<span>{t}</span></a></p></article>',
    "leaf of day and month": '<li><div><p>2024</p><p>08-1{n}</p></div><a href="/tzgg/{n}.html">{t}</a></li>',
}


@pytest.mark.parametrize("form", CARD_FORMS.values(), ids=CARD_FORMS)
def test_forms_of_cards(form: str) -> None:
    items = "".join(form.format(n=n, t=f"第{n}项工作", d=f"2024-08-1{n}") for n in range(2, 8))
    tag = "table" if form.startswith("<tr") else "div"
    found = read_rows(page(f"<{tag}>{items}</{tag}>"))
    assert [(r.url, r.title) for r in found] == [
        (f"https://a.example/tzgg/{n}.html", f"第{n}项工作") for n in range(2, 8)
    ]
    assert [parse_date(r.date_raw, NOW) for r in found] == [
        parse_date(f"2024-08-1{n}", NOW) for n in range(2, 8)
    ]


# What tells a short main list from a longer one beside it, where addresses do not.
MAIN = "".join(
    f'<li><a href="/show.asp?id={n}">本栏第{n}条消息的标题</a> 2024-08-1{n}</li>' for n in range(4)
)
SIDE = "".join(
    f'<li><a href="/show.asp?id=9{n}">别栏第{n}条消息的标题</a> 2024-08-1{n}</li>' for n in range(9)
)
TELLING = {
    "its heading": f"<div><h3>公示</h3><ul>{SIDE}</ul></div><div><h3>工作动态</h3><ul>{MAIN}</ul></div>",
    "the other's link to more": f'<div><h3>公示 <a href="/list.asp?id=8">更多</a></h3><ul>{SIDE}</ul></div>'
    f"<div><ul>{MAIN}</ul></div>",
    "the other's heading leads there": '<div><h3><a href="/list.asp?id=8">公示</a></h3>'
    f"<ul>{SIDE}</ul></div><div><ul>{MAIN}</ul></div>",
    "paging": f'<div><ul>{SIDE}</ul></div><div><ul>{MAIN}</ul><a href="/list.asp?id=7&page=2">下一页</a></div>',
    "the column's number": f"<div><ul>{SIDE}</ul></div><div><ul>{MAIN}</ul></div>".replace(
        "/show.asp?id=9", "/show.asp?cid=8&aid=9"
    ).replace("/show.asp?id=", "/show.asp?id=7&aid="),
}


@pytest.mark.parametrize("html", TELLING.values(), ids=TELLING)
def test_the_main_list_by_more_than_its_length(html: str) -> None:
    head = "<title>工作动态-云湾市水务局</title>"
    found = read_rows(page(head + html, "https://a.example/list.asp?id=7"))
    assert [row.title for row in found] == [f"本栏第{n}条消息的标题" for n in range(4)]


def test_a_post_above_the_list_with_its_excerpt() -> None:
    lead = '<h2><a href="/tzgg/2024/99.html">头条消息的标题</a></h2><p>8月1日，会议召开。</p>'
    found = read_rows(page(f"<div><div>{lead}</div>{main(5)}</div>"))
    assert [(r.title, r.date_raw) for r in found][:2] == [
        ("头条消息的标题", ""),
        ("云湾市第0号通知的标题", "2024-08-01"),
    ]


@pytest.mark.parametrize(
    ("url", "html"),
    [
        (
            "https://a.example/",
            "".join(
                f'<div><h3>{c}<a href="/{c}/">更多</a></h3><ul>{MAIN}</ul></div>' for c in "abcd"
            ),
        ),
        (
            "https://a.example/index.html",
            f"<div><b>要闻</b><b>公示</b>{main(6)}{side('', 6, mark='box')}</div>",
        ),
        (
            "https://a.example/zcjd/",
            f"<h3>政策解读</h3><p>暂无数据</p><div><h3>公示</h3><ul>{SIDE}</ul></div>",
        ),
        (
            "https://a.example/login",
            "<form><input type=password><a href='/f.html'>忘记密码？请点击这里</a>"
            "<a href='/r.html'>没有账号？立即注册新用户</a></form>",
        ),
        (
            "https://a.example/map.html",
            "".join(f'<dd><a href="/{c}/">政府信息公开专栏目录{c}</a></dd>' for c in "abcdef"),
        ),
        (
            "https://a.example/so.html",
            "".join(f'<a href="/s?q={c}">热门搜索的词语和问题{c}</a>' for c in "abcdef"),
        ),
        ("https://a.example/404", "<p>今天是2024年8月5日 <a href='/'>返回首页</a></p>"),
    ],
)
def test_pages_that_are_no_list(url: str, html: str) -> None:
    assert Family().rows(page(html, url)) == []


def test_the_date_of_publication_among_others() -> None:
    items = "".join(
        f'<tr><td>00{n}</td><td><a href="/tzgg/{n}.html">第{n}项工作的通知</a></td>'
        f"<td>2024-01-0{n}</td><td>2024-08-1{n}</td></tr>"
        for n in range(1, 4)
    )
    head = "<tr><td>索引号</td><td>名称</td><td>成文日期</td><td>发布日期</td></tr>"
    found = read_rows(page(f"<table>{head}{items}</table>"))
    assert [row.date_raw for row in found] == [f"2024-08-1{n}" for n in range(1, 4)]


def test_a_column_of_columns() -> None:
    boxes = "".join(side(c, 6, column=f"tzgg/{c}") for c in ("gs", "gg", "rs"))
    assert len(titles(boxes + side("别处", 12))) == 18


def test_a_column_that_is_called_like_a_side_box() -> None:
    box = f"<div><h3>图片新闻</h3><ul>{MAIN}</ul></div>"
    url = "https://a.example/list.asp"
    assert len(titles(f"<title>图片新闻-云湾</title>{box}", url)) == 4
    assert titles(f"<title>工作动态-云湾</title>{box}", url) == []


def test_pages_of_a_newspaper_are_no_posts() -> None:
    pages = "".join(f'<li><a href="node_{n}.htm">第0{n}版：综合新闻</a></li>' for n in range(8))
    posts = "".join(f'<li><a href="c_{n}.htm">今天的第{n}条新闻</a></li>' for n in range(5))
    assert titles(f"<ul>{pages}</ul><ol>{posts}</ol>") == [f"今天的第{n}条新闻" for n in range(5)]
