import pytest

from crawler.reading.labels import read_info_line
from crawler.reading.marked import read_info
from crawler.reading.page import parse
from tests.conftest import NOW


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("时间  :  2023-07-19 18:23:47", [("date", "2023-07-19 18:23:47")]),
        # an empty value must not take the next label
        ("来源: | 发布时间: 2018-05-17 | 浏览次数:", [("date", "2018-05-17")]),
        ("文号 ：", []),
        (
            "发布时间:2024-08-25 来源: 某某部 作者:佚名",
            [("date", "2024-08-25"), ("source", "某某部"), ("author", "佚名")],
        ),
        (
            "来　源：甲报、乙报+客户端　　作者：张 三　李四　责任编辑：王五",
            [("source", "甲报、乙报+客户端"), ("author", "张 三　李四"), ("editor", "王五")],
        ),
        ("来源：某某网 字号：[大][中][小] 打印", [("source", "某某网")]),
        ("（责编：牛某、岳某某）", [("editor", "牛某、岳某某")]),
        ("【编辑：姚某】", [("editor", "姚某")]),
        ("文/图 刘某某 易某某", [("author", "刘某某 易某某")]),
        ("编辑丨张三", [("editor", "张三")]),
        ("文/张三 图/李四", [("author", "张三")]),
        ("撰文｜张三　摄影｜李四　编辑｜王五", [("author", "张三"), ("editor", "王五")]),
        ("【来源】某某日报 【作者】张三", [("source", "某某日报"), ("author", "张三")]),
        (
            "来源：某某网 作者 张三 责任编辑 李四",
            [("source", "某某网"), ("author", "张三"), ("editor", "李四")],
        ),
        ("作者：张三 于 2005-8-12 16:12", [("author", "张三")]),
        ("作者：晓风 访问统计：12", [("author", "晓风")]),
        (
            "作者：晓风 提交日期：2005-8-12 16:12:00",
            [("author", "晓风"), ("date", "2005-8-12 16:12:00")],
        ),
        ("發布日期：2024/08/25 資料來源：某局", [("date", "2024/08/25"), ("source", "某局")]),
        ("Source: Some Daily  Editor: Li Ming", [("source", "Some Daily"), ("editor", "Li Ming")]),
        ("发信人: xiaoming (明), 信区: News", [("author", "xiaoming (明)")]),
        # words that are no labels here
        ("中文/英文", []),
        ("本文作者认为", []),
        (
            "发布日期：2024-08-27 来源：市发改局/价格处",
            [("date", "2024-08-27"), ("source", "市发改局/价格处")],
        ),
    ],
)
def test_info_lines(line: str, expected: list[tuple[str, str]]) -> None:
    read = [(name, value) for name, _, value in read_info_line(line) if name[0] != "_"]
    assert read == expected


def test_the_day_of_writing_is_not_the_day_of_publishing() -> None:
    read = {
        name: value
        for name, _, value in read_info_line("成文日期：2024-08-01 发布日期：2024-08-27")
    }
    assert read["date"] == "2024-08-27"


def _info(html: str) -> dict[str, list[str]]:
    page = parse(f"<body>{html}</body>".encode(), "https://a.example/", NOW)
    found = read_info(page.root.cssselect("div"))
    return {name: [c.raw for c in candidates] for name, candidates in found.items()}


def test_unlabelled_date_and_outlet() -> None:
    assert _info("<div>2024-08-25 10:03　某某日报</div>") == {
        "date": ["2024-08-25 10:03"],
        "source": ["某某日报"],
    }


@pytest.mark.parametrize(
    ("line", "date", "source"),
    [
        (
            "http://www.portal.example/ 2005年03月21日 11:21 《某某周刊》",
            "2005年03月21日 11:21",
            "《某某周刊》",
        ),
        ("www.portal.com.cn 2005-03-21 某某晚报 第8版", "2005-03-21", "某某晚报"),
        ("某某日报电子版 2005-03-21 +关注", "2005-03-21", "某某日报电子版"),
    ],
)
def test_address_and_buttons_beside_the_date(line: str, date: str, source: str) -> None:
    assert _info(f"<div>{line}</div>") == {"date": [date], "source": [source]}


@pytest.mark.parametrize(
    ("line", "who", "date"),
    [
        ("本贴由晓风于2005年8月12日16:12:21在〖某某论坛〗发表.", "晓风", "2005年8月12日16:12:21"),
        ("由晓风张贴 @ 2005-08-12 16:12:21 (35) 共 3 篇", "晓风", "2005-08-12 16:12:21"),
        ("晓风 发表于 2005-8-12 16:12", "晓风", "2005-8-12 16:12"),
        ("晓风 于 2005-8-12 16:12 发表", "晓风", "2005-8-12 16:12"),
        ("送交者: 晓风 2005年8月12日16:12:21 于 [某某茶座]", "晓风", "2005年8月12日16:12:21"),
        ("Posted by xiaofeng at August 12, 2005 04:12 PM", "xiaofeng", "August 12, 2005 04:12 PM"),
    ],
)
def test_who_posted_and_when(line: str, who: str, date: str) -> None:
    assert _info(f"<div>{line}</div>") == {"author": [who], "date": [date]}


def test_a_date_in_a_link_to_another_post_is_not_this_post_s() -> None:
    assert _info('<div><a href="/1.html">某某活动照片精选(截止2006年8月10日)</a></div>') == {}


def test_a_date_of_change_is_not_also_one_of_publishing() -> None:
    assert _info("<div>更新时间：2024-08-27 来源：某局</div>") == {
        "date_updated": ["2024-08-27"],
        "source": ["某局"],
    }


@pytest.mark.parametrize("ago", ["3小时前", "15 分钟前", "昨天 10:03", "2天前"])
def test_how_long_ago(ago: str) -> None:
    assert _info(f"<div>{ago}　来源：某某日报</div>")["date"] == [ago]
    assert "date" not in _info(f"<div>早在{ago}就有人说过这件事</div>")


def test_our_own_outlet_before_its_reporter() -> None:
    read = _info("<div>来源：本网　记者 王大明 通讯员 李小红　责任编辑：赵六</div>")
    assert (read["source"], read["author"]) == (["本网"], ["王大明", "李小红"])


def test_better_label_goes_first() -> None:
    found = _info("<div>日期：2024-08-26</div><div>发布时间：2024-08-25</div>")
    assert found["date"] == ["2024-08-25", "2024-08-26"]


def test_lines_broken_between_spans_keep_their_space() -> None:
    found = _info("<div><span>来源 : 本网</span>\n<span>作者 : 周某某</span></div>")
    assert found == {"source": ["本网"], "author": ["周某某"]}


def test_where_it_was_read() -> None:
    page = parse("<body>\n\n<div>来源：甲报</div></body>".encode(), "https://a.example/", NOW)
    (source,) = read_info(page.root.cssselect("div"))["source"]
    assert (source.origin, source.line, source.xpath) == ("info:来源", 3, "/html/body/div")
