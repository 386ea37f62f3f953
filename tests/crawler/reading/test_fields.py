"""Date, source and authors as pages of many kinds show them; all pages are made up."""

import pytest

from tests.crawler.reading.made_up import DAY, FIRST, REST, TEXT, TITLE, page, read_page, shown


@pytest.mark.parametrize(
    ("above", "expected"),
    [
        ("<p>2024年08月01日 09:12 来源：某某日报</p>", (DAY, "某某日报", "")),
        ("<p>2024年08月01日 星期四 09:12 来源：某某日报 记者 张三</p>", (DAY, "某某日报", "张三")),
        (
            "<p><span>2024-08-01</span><span>某某日报</span><span>张三</span></p>",
            (DAY, "某某日报", "张三"),
        ),
        (
            "<p><span>2024</span>年<span>08</span>月<span>01</span>日 来源：<a>某某报</a></p>",
            (DAY, "某某报", ""),
        ),
        (
            "<p>来源：<a>某某网</a> | 作者：<i>张三</i> | 责编：李四 | 时间：2024-08-01</p>",
            (DAY, "某某网", "张三"),
        ),
        ("<p>文/张三 图/李四</p><p>2024-08-01</p>", (DAY, "", "张三")),
        ("<p>本报记者张三、李四报道</p><p>2024-08-01</p>", (DAY, "", "张三、李四")),
        ("<p>作者：张三 责编：李四 发布日期：2024-08-01</p>", (DAY, "", "张三")),
        ("<p>撰稿｜张三 摄影｜李四 编辑｜王五</p><p>发布时间｜2024-08-01</p>", (DAY, "", "张三")),
        ("<p>稿源：某某晚报 2024/8/1 9:12:00 点击：<script>1</script></p>", (DAY, "某某晚报", "")),
        ("<p>供稿：市委宣传部 时间：2024-08-01</p>", (DAY, "", "市委宣传部")),
        (
            "<ul><li>來源：某某時報</li><li>記者：張三</li><li>發佈時間：2024/08/01 09:12</li></ul>",
            (DAY, "某某時報", "張三"),
        ),
        ("<p>中華民國113年8月1日　資料來源：某某局</p>", (DAY, "某某局", "")),
        ("<p>By Li Ming | Some Daily | Updated: Aug 1, 2024 07:41</p>", (DAY, "", "Li Ming")),
        (
            "<p>Source: Some Daily  Author: Li Ming, Wang Wei  August 1, 2024</p>",
            (DAY, "Some Daily", "Li Ming、Wang Wei"),
        ),
        ("<p>作者：系统管理员 来源：本站 发布时间：2024-08-01</p>", (DAY, "本站", "")),
        ("<p>作者：admin 来源： 发布时间：2024-08-01 浏览次数：35</p>", (DAY, "", "")),
        ("<p>来源：某某发布 作者：粤某宣 日期：2024-08-01</p>", (DAY, "某某发布", "粤某宣")),
        ("<p>来源 | 某某日报 作者 | 张三 2024-08-01</p>", (DAY, "某某日报", "张三")),
        ("<p>（2024-08-01 09:12:13）</p><p>【字体：大 中 小】 打印</p>", (DAY, "", "")),
        ("<p>成文日期：2024-07-20 发布日期：2024-08-01 文号：某办〔2024〕3号</p>", (DAY, "", "")),
        (
            "<p>信息来源：某某局办公室 信息录入人：王五 时间：2024-08-01</p>",
            (DAY, "某某局办公室", ""),
        ),
    ],
)
def test_lines_above_the_text(above: str, expected: tuple[str, str, str]) -> None:
    assert shown(read_page(page(above))) == expected


DATED = "<p>2024-08-01</p>"


@pytest.mark.parametrize(
    ("text", "authors"),
    [
        (f"<p>新华社某某8月1日电（记者张三、李四）{FIRST}</p>{REST}", "张三、李四"),
        (f"<p>本报讯（记者 张三 通讯员 李四）{FIRST}</p>{REST}", "张三、李四"),
        (f"<p>（记者　张三　通讯员　李 四　某组宣）{FIRST}</p>{REST}", "张三、李四、某组宣"),
        (f"<p>本报记者 张三 李四</p>{TEXT}", "张三、李四"),
        (f"<p>本报记者张三</p>{TEXT}", "张三"),
        (f"<p>■张三</p>{TEXT}", "张三"),
        (f"<p>张三</p>{TEXT}", "张三"),
        (f"{TEXT}<p>（张三 李四）</p>", "张三、李四"),
        (f"{TEXT}<p>（通讯员：张三）</p>", "张三"),
        (f"{TEXT}<p>（作者：张三，系某某大学教授）</p>", "张三"),
        (f"{TEXT}<p>（作者系某某大学教授）</p>", ""),
        (f"{TEXT}<p>作者简介：张三，某某大学教授，著有多部作品。</p>", "张三"),
        (f"{TEXT}<p>文：张三　图：李四</p>", "张三"),
        (f"{TEXT}<p>文/图 张三</p>", "张三"),
        (f"{TEXT}<p>撰稿：张三　审核：李四　编辑：王五</p>", "张三"),
        (f"{TEXT}<p>供图：李四</p>", ""),
        # headings and offices that begin like a name
        (f"<p>任务</p>{TEXT}", ""),
        (f"<p>白云区</p>{TEXT}", ""),
        (f"<h3>金山湖</h3>{TEXT}", ""),
        (f"{TEXT}<p>某某市人力资源局</p><p>2024年7月20日</p>", ""),
    ],
)
def test_bylines_inside_the_text_are_read_and_stay(text: str, authors: str) -> None:
    article = read_page(page(DATED, text))
    assert shown(article) == (DAY, "", authors)
    assert FIRST in article.text
    if authors and "<p>作者" not in text:
        assert authors[:2] in article.text


@pytest.mark.parametrize(
    ("below", "expected"),
    [
        ("<p>本帖由晓风于2024年8月1日16:12:21在〖某某论坛〗发表.</p>", (DAY, "", "晓风")),
        (
            "<div>Posted by xiaofeng at August 1, 2024 04:12 PM | Comments (2)</div>",
            (DAY, "", "xiaofeng"),
        ),
        ("<div>作者：晓风 阅读(35) 评论(2) 发表于：2024-08-01 12:30</div>", (DAY, "", "晓风")),
        ("<div>晓风 @ 2024-08-01 12:30 评论(2)</div>", (DAY, "", "晓风")),
        ("<div>2024-08-01 12:30 阅读(35)</div>", (DAY, "", "")),
        ("<div>（来源：某某日报 2024年8月1日）</div>", (DAY, "某某日报", "")),
        ("<div>责任编辑：李四</div>", ("", "", "")),
    ],
)
def test_lines_below_the_text(below: str, expected: tuple[str, str, str]) -> None:
    assert shown(read_page(page(below=below))) == expected


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ('<meta name="PubDate" content="2024-08-01 09:12">', (DAY, "", "")),
        ('<meta name="publishdate" content="20240801">', (DAY, "", "")),
        ('<meta name="dc.date.issued" content="2024-08-01T09:12:00+08:00">', (DAY, "", "")),
        ('<meta name="pubdate" content="Thu Aug 01 09:12:22 CST 2024">', (DAY, "", "")),
        (
            '<script type="application/ld+json">{"@context":"x","title":"某","pubDate":"2024-08-01T09:12:00"}'
            "</script>",
            (DAY, "", ""),
        ),
        (
            '<script type="application/ld+json">{"@graph":[{"@type":"NewsArticle","datePublished":'
            '"2024-08-01","author":[{"@type":"Person","name":"张三"},{"@type":"Organization","name":"某报"}]}]}'
            "</script>",
            (DAY, "", "张三"),
        ),
        (
            '<meta name="author" content="某某日报"><meta name="date" content="2024-08-01">',
            (DAY, "某某日报", ""),
        ),
        ('<meta name="author" content="admin">', ("", "", "")),
        (
            '<meta name="SiteName" content="某某厅"><meta name="author" content="某某厅">',
            ("", "", ""),
        ),
    ],
)
def test_what_the_head_says(head: str, expected: tuple[str, str, str]) -> None:
    assert shown(read_page(page(head=head))) == expected


def test_an_editor_that_the_head_calls_author_is_none() -> None:
    head = '<meta name="author" content="李四">'
    article = read_page(page(DATED, below="<div>责任编辑：李四 王五</div>", head=head))
    assert (article.authors, article.editor) == ([], "李四、王五")


def test_a_person_that_is_called_the_source_wrote_it() -> None:
    above = "<p>http://www.portal.example 2024年08月01日 11:21 《某某周刊》</p>"
    article = read_page(page(above, f"{TEXT}<p>来源: 张三</p>"))
    assert shown(article) == (DAY, "《某某周刊》", "张三")


@pytest.mark.parametrize(
    "line",
    [
        "2024年8月5日，某某市召开大会。",
        "某某路段2024年8月5日停水安排",
        "会议时间：2024年8月5日 9:00",
        "成文日期：2024年8月5日",
    ],
)
def test_a_day_that_the_text_speaks_of_dates_no_post(line: str) -> None:
    assert shown(read_page(page("", f"<p>{line}</p>{TEXT}"))) == ("", "", "")


def test_a_time_of_day_at_the_top_of_the_text_dates_it() -> None:
    text = f"<table><tr><td>一次技能培训</td><td>2024-08-01 09:12:44</td></tr></table>{TEXT}"
    assert shown(read_page(page("", text)))[0] == DAY


def test_a_date_above_the_headline() -> None:
    top = "<h2>Thursday, August 1, 2024</h2>"
    assert shown(read_page(page(top=top))) == (DAY, "", "")


def test_the_day_on_the_clock_of_the_site_dates_no_post() -> None:
    top = "<div>今天是2026年11月24日 星期二</div>"
    assert shown(read_page(page(top=top))) == ("", "", "")


@pytest.mark.parametrize(
    ("above", "day"),
    [
        ('<p><time datetime="2024-08-01T09:12:00+08:00">8月1日</time></p>', DAY),
        ('<p><span itemprop="datePublished" content="2024-08-01">八月初</span></p>', DAY),
        ('<p><time datetime="2024-08-01">a</time><time datetime="2024-09-01">b</time></p>', ""),
    ],
)
def test_a_date_in_an_attribute(above: str, day: str) -> None:
    assert shown(read_page(page(above))) == (day, "", "")


def test_a_date_that_the_address_alone_says() -> None:
    assert shown(read_page(page(), "https://a.example/2024-08/01/c_17.htm")) == (DAY, "", "")


def test_a_blog_is_of_whom_its_title_says() -> None:
    def titled(tail: str) -> str:
        return page(DATED).replace("_某某网</title>", f"_{tail}</title>")

    assert shown(read_page(titled("晓风的博客_某某网"))) == (DAY, "", "晓风")
    assert shown(read_page(titled("某某博客"))) == (DAY, "", "")


@pytest.mark.parametrize(
    ("above", "expected"),
    [
        (
            '<p><b class="author">晓风轩主</b></p><p class="source">某某社区</p>',
            ("某某社区", "晓风轩主"),
        ),
        ('<p class="author">作者：晓风</p>', ("", "晓风")),
        # of other posts, too
        ('<b class="author">晓风</b><b class="author">明月</b>', ("", "")),
    ],
)
def test_classes_that_say_it(above: str, expected: tuple[str, str]) -> None:
    assert shown(read_page(page(above)))[1:] == expected


def test_a_headline_that_only_the_text_repeats() -> None:
    html = page("", f"<p>{TITLE}</p>{TEXT}").replace(f"{TITLE}_某某网", "欢迎光临某某园地")
    html = html.replace(f"<h1>{TITLE}</h1>", f"<p><b>晓风：{TITLE}</b></p>{DATED}")
    article = read_page(html)
    assert (article.title, article.text[: len(TITLE)]) == (f"晓风：{TITLE}", TITLE)


def test_a_link_of_the_page_may_hold_an_icon() -> None:
    link = '<a href="/"><span><i class="icon"></i>返回首页，查看更多</span></a>'
    assert "返回" not in read_page(page(DATED, f"{TEXT}<p>（完）{link}</p>")).text


def test_the_line_of_a_blog_in_its_text_is_no_text() -> None:
    article = read_page(page("", f"<p>作者：晓风 2024年08月01日18:32 浏览：272</p>{TEXT}"))
    assert shown(article) == (DAY, "", "晓风")
    assert "晓风" not in article.text


def test_the_sign_off_and_the_name_in_the_headline() -> None:
    text = f"<p>晓风</p>{TEXT}<p>2024年7月20日</p>"
    html = page("", text).replace(TITLE, f"晓风：{TITLE}")
    assert shown(read_page(html)) == ("2024-07-20", "", "晓风")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        (f"<p>本报讯 2024年8月1日，{FIRST}</p>{REST}", DAY),
        (f"<p>某某社某某2024年8月1日电 {FIRST}</p>{REST}", DAY),
        (f"{TEXT}<p>某某市人力资源局</p><p>2024年8月1日</p>", DAY),
        (f"{TEXT}<p>二〇二四年八月一日</p>", DAY),
        (f"{TEXT}<p>二ＯＯ四年八月一日</p>", "2004-08-01"),
        (f"{TEXT}<p>（2024年8月1日）</p>", DAY),
        (f"{TEXT}<p>写于2024.8.1</p>", DAY),
        (f"{TEXT}<p>原载《某某晚报》2024年8月1日</p>", DAY),
        # what a text tells is no date of its own
        (f"<p>2023年8月1日，{FIRST}</p>{REST}", ""),
        (f"{TEXT}<p>报名截止到2024年8月1日，逾期不候。</p>", ""),
    ],
)
def test_the_day_that_a_text_gives_itself(text: str, day: str) -> None:
    assert shown(read_page(page(text=text)))[0] == day
    dated = read_page(page("<p>2025-01-02 10:03 某某日报</p>", text=text))
    assert shown(dated)[0] == "2025-01-02"


@pytest.mark.parametrize(
    ("above", "expected"),
    [
        ("<p>24-08-01</p>", (DAY, "", "")),
        ("<p>20240801</p>", (DAY, "", "")),
        ("<p>2024-08-01 | 标签：读书 | 浏览(22)</p>", (DAY, "", "")),
        ("<p>分类：随笔 2024-08-01 10:03 阅读</p>", (DAY, "", "")),
        ("<p>Thu, 1 Aug 2024 10:03:04 +0800</p>", (DAY, "", "")),
        ("<p>2024年08月01日(木)</p>", (DAY, "", "")),
        ("<p>(某某日報報道) 2024-08-01</p>", (DAY, "某某日報", "")),
        ("<p>某某晚报 （ 2024年08月01日   第 03 版）</p>", (DAY, "某某晚报", "")),
        ("<p>张三 2024-08-01 10:03</p>", (DAY, "", "张三")),
        ("<p>By zhang on 2024-08-01</p>", (DAY, "", "zhang")),
        ("<center>张三</center><p>2024-08-01 某某晚报</p>", (DAY, "某某晚报", "张三")),
        ("<p>文 张三</p><p>2024-08-01</p>", (DAY, "", "张三")),
        ("<p>张三 著</p><p>2024-08-01</p>", (DAY, "", "张三")),
        ("<p>本报记者　张　三　通讯员　李四</p><p>2024-08-01</p>", (DAY, "", "张三、李四")),
        ("<p>张三（某某大学，某某 100000）</p><p>2024-08-01</p>", (DAY, "", "张三")),
    ],
)
def test_plain_lines_below_the_headline(above: str, expected: tuple[str, str, str]) -> None:
    article = read_page(page(above))
    assert shown(article) == expected
    assert article.text.startswith(FIRST)


@pytest.mark.parametrize(
    ("text", "authors"),
    [
        (f"<p>某某网2024年8月1日讯（记者 张三）近日，{FIRST}</p>{REST}", "张三"),
        (f"<p>本报讯 记者张三、李四报道：{FIRST}</p>{REST}", "张三、李四"),
        (f"<p>［台湾］张三</p>{TEXT}", "张三"),
        (f"<p>(美)约翰·史密斯</p>{TEXT}", "约翰·史密斯"),
        (f"{TEXT}<p align=right>张三</p>", "张三"),
        (f"{TEXT}<p align=right>张三</p><p align=right>2024年8月1日</p>", "张三"),
        (f"{TEXT}<p>（作者为某某大学教授张三）</p>", "张三"),
        (f"{TEXT}<p>（作者单位：某某大学）</p>", ""),
        (f"{TEXT}<p>作者系某某大学教授</p>", ""),
        # a name in a list is no signature
        (f"{TEXT}<p>录取名单</p><p>李四</p><p>张三</p>", ""),
    ],
)
def test_who_signs_a_text(text: str, authors: str) -> None:
    article = read_page(page(text=text))
    assert shown(article)[2] == authors
