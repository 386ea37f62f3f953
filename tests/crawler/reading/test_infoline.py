import pytest

from crawler.reading.infoline import read_info, read_info_line
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
