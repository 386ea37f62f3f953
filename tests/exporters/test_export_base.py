from collections.abc import Callable

import pytest

from crawler.items import Record
from exporters.base import attribution, machine_date, shown_date

MakeRecord = Callable[..., Record]


@pytest.mark.parametrize(
    ("published", "precision", "raw", "shown", "machine"),
    [
        ("2024-08-25T00:00:00+08:00", "day", "", "2024-08-25", "2024-08-25"),
        (
            *("2024-08-25T09:30:00+08:00", "minute", ""),
            *("2024-08-25 09:30", "2024-08-25T09:30+08:00"),
        ),
        (
            *("2024-08-25T09:30:12+08:00", "second", ""),
            *("2024-08-25 09:30:12", "2024-08-25T09:30:12+08:00"),
        ),
        (None, None, "八月下旬", "八月下旬", None),
        (None, None, None, "", None),
    ],
)
def test_date_is_no_more_precise_than_the_source(
    make_record: MakeRecord,
    published: str | None,
    precision: str | None,
    raw: str | None,
    shown: str,
    machine: str | None,
) -> None:
    record = make_record(date_published=published, date_precision=precision, date_raw=raw)
    assert (shown_date(record), machine_date(record)) == (shown, machine)


def test_attribution_names_source_author_editor_and_original(
    make_record: MakeRecord,
) -> None:
    record = make_record(authors=["张三", "李四"], author="张三、李四", editor="王五")
    assert attribution(record) == (
        "来源:中共云湾市委组织部 作者:张三、李四 责任编辑:王五"
        " 原文链接:https://www.example.gov.cn/zgxc/gddt/content/post_1.html"
    )


def test_attribution_leaves_out_what_is_unknown(make_record: MakeRecord) -> None:
    assert attribution(make_record(source=None, url=None)) == "作者:佚名"
