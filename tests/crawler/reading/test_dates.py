from datetime import datetime

import pytest

from crawler.reading.dates import CST, find_dates, parse_date, url_date

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=CST)


@pytest.mark.parametrize(
    ("raw", "when", "precision"),
    [
        ("2024-08-25", "2024-08-25T00:00:00", "day"),
        ("2024-8-5", "2024-08-05T00:00:00", "day"),
        ("2024/8/25 10:03", "2024-08-25T10:03:00", "minute"),
        ("2023/7/22 18:21:19", "2023-07-22T18:21:19", "second"),
        ("2024年8月25日", "2024-08-25T00:00:00", "day"),
        ("2019年10月31日 23:00", "2019-10-31T23:00:00", "minute"),
        ("2024年08月25日10时03分", "2024-08-25T10:03:00", "minute"),
        ("2024.08.25", "2024-08-25T00:00:00", "day"),
        ("[2025-01-07]", "2025-01-07T00:00:00", "day"),
        ("二〇二四年八月二十五日", "2024-08-25T00:00:00", "day"),
        ("二○二四年十二月廿五日", "2024-12-25T00:00:00", "day"),
        ("２０２４年１１月４日", "2024-11-04T00:00:00", "day"),
        ("2026-06-13 14∶06", None, None),  # later than now: read all the same
        ("2017——04——12 21:37", "2017-04-12T21:37:00", "minute"),
        ("2024-08-25\xa0\xa010:03", "2024-08-25T10:03:00", "minute"),
        ("2024-08-25 下午 3:20", "2024-08-25T15:20:00", "minute"),
        ("2024-08-25T10:03:00Z", "2024-08-25T18:03:00", "second"),
        ("2024-08-25T10:03:00+08:00", "2024-08-25T10:03:00", "second"),
        ("2024-10-04 01:39:11.0", "2024-10-04T01:39:11", "second"),
        ("1724551200", "2024-08-25T10:00:00", "second"),
        ("1724551200000", "2024-08-25T10:00:00", "second"),
        ("民国113年8月25日", "2024-08-25T00:00:00", "day"),
        ("中華民國113年8月25日", "2024-08-25T00:00:00", "day"),
        ("113/08/25", "2024-08-25T00:00:00", "day"),
        ("24-08-25", "2024-08-25T00:00:00", "day"),
        ("05-08-12 16:12:33", "2005-08-12T16:12:33", "second"),
        ("05年8月12日", "2005-08-12T00:00:00", "day"),
        ("98/8/12", "1998-08-12T00:00:00", "day"),
        ("Sun, 25 Aug 2024 10:03:00 GMT", "2024-08-25T18:03:00", "second"),
        ("Sun, 25 Aug 2024 10:03:00 +0800", "2024-08-25T10:03:00", "second"),
        ("Sun Aug 25 10:03:22 CST 2024", "2024-08-25T10:03:22", "second"),
        ("May 3, 2011", "2011-05-03T00:00:00", "day"),
        ("3rd of Sept., 2011", "2011-09-03T00:00:00", "day"),
        ("Friday, August 12, 2005 at 04:12 p.m.", "2005-08-12T16:12:00", "minute"),
        ("12-Aug-2005 07:41", "2005-08-12T07:41:00", "minute"),
        ("八月 12, 2005", "2005-08-12T00:00:00", "day"),
        ("8月12日,2005 10:03", "2005-08-12T10:03:00", "minute"),
        ("2005年08月12日 星期五 16:12", "2005-08-12T16:12:00", "minute"),
        ("2005-08-12(五) 晚上 9:05", "2005-08-12T21:05:00", "minute"),
        ("2005-08-12 凌晨12:05", "2005-08-12T00:05:00", "minute"),
        ("2005-08-12 | 16:12", "2005-08-12T16:12:00", "minute"),
        ("25/08/2024", "2024-08-25T00:00:00", "day"),
        ("8/25/2024 16:12", "2024-08-25T16:12:00", "minute"),
        ("7/5/2005 9:23:57 PM", "2005-07-05T21:23:57", "second"),
        ("25.08.2024", "2024-08-25T00:00:00", "day"),
        # nothing tells the day from the month
        ("07/05/2005", None, None),
        ("20240825", "2024-08-25T00:00:00", "day"),
        ("20240825101112", "2024-08-25T10:11:12", "second"),
        # midnight to the second is how templates print a day
        ("2024-08-25 00:00:00", "2024-08-25T00:00:00", "day"),
        # a day without year is never later than tomorrow
        ("08-25", "2025-08-25T00:00:00", "day"),
        ("01-05", "2026-01-05T00:00:00", "day"),
        ("02-29", None, None),
        ("今天 10:03", "2026-01-05T10:03:00", "minute"),
        ("昨天", "2026-01-04T00:00:00", "day"),
        ("3小时前", "2026-01-05T09:00:00", "minute"),
    ],
)
def test_dates_as_printed(raw: str, when: str | None, precision: str | None) -> None:
    moment = parse_date(raw, NOW)
    if raw.startswith("2026-06"):
        assert moment is not None
        assert moment.when == datetime(2026, 6, 13, 14, 6, tzinfo=CST)
    elif when is None:
        assert moment is None
    else:
        assert moment is not None
        assert (moment.when.isoformat(), moment.precision) == (f"{when}+08:00", precision)


@pytest.mark.parametrize(
    "raw",
    [
        *("", "2024", "2024年5月", "2024-02-30", "1.2.3.4", "abc", "13-45"),
        *("999999999小时前", "99999999999天前", f"{'9' * 5000}天前"),
    ],
)
def test_a_wrong_guess_is_none(raw: str) -> None:
    assert parse_date(raw, NOW) is None


def test_dates_in_running_text() -> None:
    line = "日期:2023/7/22 18:21:19 | 成文：二〇二四年八月二十五日"
    assert [raw for _, _, raw in find_dates(line)] == [
        "2023/7/22 18:21:19",
        "二〇二四年八月二十五日",
    ]


@pytest.mark.parametrize(
    ("line", "dates"),
    [
        ("Updated: May 3, 2011 07:41 (Xinhua)", ["May 3, 2011 07:41"]),
        ("發表於 民國113年8月25日", ["民國113年8月25日"]),
        ("Maybe 3, 2011", []),
        ("12/01/2004 - 01/02/2005", []),
        ("版本 1.2.2019.5", []),
    ],
)
def test_dates_of_other_kinds_in_running_text(line: str, dates: list[str]) -> None:
    assert [raw for _, _, raw in find_dates(line)] == dates


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://a.example/x/202408/t20240825_17.html", "2024-08-25"),
        ("https://a.example/2024-08/25/content_1.htm", "2024-08-25"),
        ("https://a.example/art/2023/7/9/art_45_2052.html", "2023-07-09"),
        ("https://a.example/news/2012-08-12.html", "2012-08-12"),
        ("https://a.example/news/20120812_17.shtml", "2012-08-12"),
        ("https://a.example/2012081210111234.html", "2012-08-12"),
        ("https://a.example/tzgg/content/post_20240825.html", None),
        ("https://a.example/20241345/x.html", None),
    ],
)
def test_url_dates(url: str, day: str | None) -> None:
    assert url_date(url) == day
