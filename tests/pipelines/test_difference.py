from typing import Any

import pytest

from pipelines.difference import difference

BASE: dict[str, Any] = {
    "title": "关于做好防汛工作的通知",
    "subtitle": "",
    "kicker": "",
    "date_published": "2024-08-25T00:00:00+08:00",
    "date_precision": "day",
    "date_raw": "2024-08-25",
    "source": "某某日报",
    "source_raw": "某某日报",
    "authors": ["张三"],
    "editor": "",
    "text": "会议于8月25日召开，共1.5亿元。\n请遵照执行。",
    "html": "<p>会议</p>",
    "images": [{"url": "https://a.example/img/1.jpg", "caption": ""}],
    "attachments": [{"name": "名单.pdf", "url": "https://a.example/f/1.pdf"}],
    "doc_number": "",
    "section": "通知公告",
    "channel": "tzgg",
    "language": "zh-CN",
    "publisher": "某市",
}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, {}),
        ({"title": "关于做好防汛工作的紧急通知"}, {"title": "material"}),
        ({"title": "关于做好防汛工作的 通知"}, {"title": "cosmetic"}),
        ({"subtitle": "——全市范围"}, {"title": "material"}),
        ({"text": "会议于8月25日召开,共1.5亿元。\n请遵照执行"}, {"text": "cosmetic"}),
        ({"text": "会议于８月２５日召开，共1.5亿元。\n\n请遵照执行。"}, {"text": "cosmetic"}),
        ({"text": "会议于8月26日召开，共1.5亿元。\n请遵照执行。"}, {"text": "material"}),
        ({"text": "会议于8月25日召开，共15亿元。\n请遵照执行。"}, {"text": "material"}),
        ({"source": "新华网", "source_raw": "新华网"}, {"source": "material"}),
        ({"authors": ["张三", "李四"]}, {"author": "material"}),
        (
            {"date_published": "2024-08-25T10:03:00+08:00", "date_precision": "minute"},
            {"date": "cosmetic"},
        ),
        ({"date_published": "2024-08-24T00:00:00+08:00"}, {"date": "material"}),
        ({"date_published": None, "date_precision": None, "date_raw": ""}, {"date": "material"}),
        (
            {"images": [{"url": "https://cdn.a.example/img/1.jpg?v=2", "caption": ""}]},
            {"images": "cosmetic"},
        ),
        ({"images": []}, {"images": "material"}),
        (
            {"attachments": [{"name": "名单（更正）.pdf", "url": "https://a.example/f/1.pdf"}]},
            {"attachments": "material"},
        ),
        ({"html": "<p><b>会议</b></p>"}, {"markup": "cosmetic"}),
        ({"section": "要闻"}, {"section": "material"}),
        ({"title": "另一题", "text": "另一文"}, {"title": "material", "text": "material"}),
    ],
)
def test_typed_and_weighed(change: dict[str, Any], found: dict[str, str]) -> None:
    assert difference(BASE, BASE | change) == found
