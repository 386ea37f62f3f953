"""Dates as Chinese pages print them.

Strict patterns first (about a microsecond); what they do not know goes to dateparser with all
parts required, so that a wrong guess becomes None instead of a wrong day. Unzoned times are China
Standard Time. Nothing here asks for the current time: `now` is an argument.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import NamedTuple

from crawler.items import Precision

CST = timezone(timedelta(hours=8), "CST")


class Moment(NamedTuple):
    """A date with what is known of its time: `when` is aware (+08:00)."""

    when: datetime
    precision: Precision


_SEPARATOR = r"\s*[-/.年—–]+\s*"
_YEAR = r"(?P<year>(?:19|20)\d{2})"
_MONTH = r"(?P<month>1[0-2]|0?[1-9])"
_DAY = r"(?P<day>3[01]|[12]\d|0?[1-9])"
_WEEKDAY = (
    r"(?:[\s,]*(?:[(]?(?:(?:星期|周|週|礼拜)[一二三四五六日天]|(?<=[(])[一二三四五六日])[)]?"
    r"|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*\b\.?))?"
)
_CLOCK = (
    r"(?P<half>上午|下午|晚上?|凌晨|早上|清晨|中午|傍晚|[AaPp][Mm])?\s*"
    r"(?P<hour>[01]?\d|2[0-4])\s*(?:[:时時点點])\s*(?P<minute>[0-5]\d)(?!\d)"
    r"(?:\s*[:分]\s*(?P<second>[0-5]\d)(?!\d)秒?(?:\.\d+)?)?分?\s*(?P<half2>[AaPp]\.?[Mm]\b\.?)?"
    r"\s*(?P<zone>Z\b|[+-]\d{2}:?\d{2}\b|GMT(?![+-])|UTC(?![+-]))?"
)
_TIME = rf"(?:{_WEEKDAY}[T\s日,|@·-]*(?:at\s+)?{_CLOCK})?"
_FULL = re.compile(
    rf"(?<![\d.]){_YEAR}{_SEPARATOR}{_MONTH}"
    # 2005.08.2605:39: spans that a reader sees apart
    rf"\s*[-/.月—–]+\s*{_DAY}(?:(?=\d\d:\d\d)|(?!\d))\s*日?{_TIME}"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_NAME = (
    r"(?<![A-Za-z])(?P<month>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?"
    r"|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?(?![A-Za-z])"
)
# May 3, 2011; 3 May 2011; Tue May 03 10:03:22 CST 2011, as Java prints it; 八月 3, 2011.
_NAMED = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        rf"{_MONTH_NAME}\s*{_DAY}(?:st|nd|rd|th)?\s*[,\s]\s*{_YEAR}(?!\d){_TIME}",
        rf"(?<![\d.]){_DAY}(?:st|nd|rd|th)?[\s-]*(?:of\s+)?{_MONTH_NAME}[\s,-]*{_YEAR}(?!\d){_TIME}",
        rf"{_MONTH_NAME}\s+{_DAY}\s+{_CLOCK}\s*(?:[A-Z]{{3,4}}\s+)?{_YEAR}(?!\d)",
        # 2024 08/01 10:03: parts of a date that style sets apart
        rf"(?<!\d){_YEAR}\s+{_MONTH}[/.-]{_DAY}(?!\d){_TIME}",
        r"(?P<month>1[0-2]|0?[1-9]|十[一二]|[一二三四五六七八九十])\s*月\s*"
        rf"{_DAY}\s*(?:日\s*,?|,)\s*{_YEAR}(?!\d){_TIME}",
    )
)
# 9/17/2004 5:54:13 AM, 25/08/2024, 25.08.2024: see _slashed.
_SLASHED = re.compile(
    r"(?<![\d/.-])(?P<first>\d{1,2})(?P<mark>[-/.])(?P<then>\d{1,2})(?P=mark)" + _YEAR + r"(?!\d)"
    r"(?![-/.]\d)" + _TIME
)
_MINGUO = re.compile(r"民[國国]\s*(\d{2,3})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")
_NUMERAL = "〇○零ＯO一二三四五六七八九十廿卅"
_NUMERALS = re.compile(
    rf"(?P<year>[{_NUMERAL}]{{4}})\s*年\s*(?P<month>[{_NUMERAL}]{{1,3}})\s*月"
    rf"\s*(?P<day>[{_NUMERAL}]{{1,3}})\s*日"
)
# 05-08-25, and 113/08/25 of the republic's year in Taiwan.
_SHORT_YEAR = re.compile(rf"^(?P<year>\d{{2,3}})[-/.年]{_MONTH}[-/.月]{_DAY}日?(?!\d){_TIME}$")
_COMPACT = re.compile(
    r"^(?P<year>(?:19|20)\d{2})(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])"
    r"(?:[T\s]?(?P<hour>[01]\d|2[0-3]):?(?P<minute>[0-5]\d)(?::?(?P<second>[0-5]\d))?)?$"
)
_YEARLESS = re.compile(rf"^{_MONTH}\s*[-/.月]\s*{_DAY}\s*日?{_TIME}$")
# 05 2021-01, 05 01月 2021, 01/05 2021: parts of a date in a box.
_BOXED = tuple(
    re.compile(rf"^{pattern}$")
    for pattern in (
        rf"{_DAY}日?\s+{_YEAR}\s*[-/.年]\s*{_MONTH}月?",
        rf"{_DAY}日?\s+{_MONTH}月\s*{_YEAR}年?",
        rf"{_MONTH}[-/]{_DAY}\s+{_YEAR}",
    )
)
_RELATIVE = re.compile(
    r"^(?:(?P<day>今天|昨天|前天)\s*(?:(?P<hour>\d{1,2}):(?P<minute>\d{2}))?"
    r"|(?P<count>\d{1,5})\s*(?P<unit>分钟|分鐘|小时|小時|天)前|刚刚|剛剛)$"
)
_EPOCH = re.compile(r"^(1\d{9})(\d{3})?$")
# A day, a month name and a year: the least that dateparser may be asked about.
_WORTH_GUESSING = re.compile(r"\d{4}.*[A-Za-z]{3}|[A-Za-z]{3}.*\d{4}|\d{4}.*[年月日]")

_URL_DATES = (
    re.compile(r"/t?(?P<year>20\d{2})(?P<month>\d{2})(?P<day>\d{2})_\d+"),
    re.compile(r"/(?P<year>20\d{2})-?/?(?P<month>\d{2})[-/]?(?P<day>\d{2})/"),
    re.compile(r"/(?P<year>20\d{2})[-/](?P<month>\d{1,2})[-/](?P<day>\d{1,2})[/.]"),
    re.compile(r"/(?P<year>20\d{2})_(?P<month>\d{2})_(?P<day>\d{2})[_./]"),
    # /20240825101112345.html: a number by the clock
    re.compile(r"/(?P<year>20\d{2})(?P<month>\d{2})(?P<day>\d{2})(?:[01]\d|2[0-3])[0-5]\d\d*[./]"),
)


def _plain(text: str) -> str:
    """ASCII digits and punctuation for the patterns; U+2236 is a colon in some templates."""
    return unicodedata.normalize("NFKC", text).replace("∶", ":").strip().strip("[]()【】 ")


def find_dates(text: str) -> Iterator[tuple[int, int, str]]:
    """Spans (start, end, text) of complete dates, year included, in running text."""
    if not _YEARLIKE.search(text):
        return
    plain = text.replace("∶", ":")
    # NFKC may change lengths, so only the one-to-one folding of full-width forms is done here.
    plain = plain.translate(_FULL_WIDTH)
    found = []
    if _FOUR.search(plain):
        found = list(filter(_consistent, _FULL.finditer(plain)))
        found += filter(_slashed, _SLASHED.finditer(plain))
        for pattern in _NAMED:
            found += pattern.finditer(plain)
    if "年" in plain:
        found += [*_NUMERALS.finditer(plain), *_MINGUO.finditer(plain)]
    for match in found:
        yield match.start(), match.end(), text[match.start() : match.end()].strip()


_YEARLIKE = re.compile(r"[1１][9９]\d\d|[2２][0０]\d\d|年")
_FOUR = re.compile(r"(?:19|20)\d{2}")
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0xA0: 0x20}


@lru_cache(maxsize=4096)
def parse_date(text: str, now: datetime) -> Moment | None:
    """Read one date.

    Args:
        text: the date as printed, labels cut off. `08-25`, `昨天 10:03` and `3小时前` are read
            against `now`; a day without year is never later than tomorrow.
        now: aware; the time the page was fetched.

    Returns:
        The moment in +08:00 and how exactly it is known, or None. Midnight to the second says
        that only the day is known.
    """
    plain = _plain(text)
    if match := next(filter(_consistent, _FULL.finditer(plain)), None):
        return _moment(int(match["year"]), match)
    if (match := _SLASHED.search(plain)) and (order := _slashed(match)):
        return _moment(int(match["year"]), match, *order)
    for pattern in _NAMED:
        if match := pattern.search(plain):
            return _moment(int(match["year"]), match, _month(match["month"]))
    if match := _COMPACT.match(plain):
        return _moment(int(match["year"]), match)
    if match := _EPOCH.match(plain):
        return Moment(datetime.fromtimestamp(int(match[1]), UTC).astimezone(CST), "second")
    if match := _MINGUO.search(plain):
        return _day(int(match[1]) + 1911, int(match[2]), int(match[3]))
    if match := _NUMERALS.search(plain):
        return _day(
            int("".join(str(_digit(c)) for c in match["year"])),
            _numeral(match["month"]),
            _numeral(match["day"]),
        )
    today = now.astimezone(CST)
    if match := _SHORT_YEAR.match(plain):
        year = int(match["year"])
        if year >= 100:
            return _moment(year + 1911, match)
        return _moment(year + (2000 if year <= today.year % 100 + 1 else 1900), match)
    if match := _YEARLESS.match(plain):
        moment = _moment(today.year, match)
        if moment is None or moment.when > today + timedelta(days=1):
            moment = _moment(today.year - 1, match)
        return moment
    if match := _RELATIVE.match(plain):
        return _relative(match, today)
    for pattern in _BOXED:
        if match := pattern.match(plain):
            return _day(*map(int, match.group("year", "month", "day")))
    if _WORTH_GUESSING.search(plain):
        return _guess(plain, today)
    return None


def _consistent(match: re.Match[str]) -> bool:
    """Whether one kind of separator stands between year, month and day (2004 - 01/01 has two)."""
    text = match[0]
    start = match.start()
    first = text[match.end("year") - start : match.start("month") - start].strip()
    second = text[match.end("month") - start : match.start("day") - start].strip()
    return first == second or (first, second) == ("年", "月")


def _slashed(match: re.Match[str]) -> tuple[int, int] | None:
    """Month and day of 25/08/2024 and 8/25/2024; None where nothing tells which is which.

    Americans put the month first, and am or pm behind the time; with points the day is first.
    """
    first, then = int(match["first"]), int(match["then"])
    if match["mark"] == "." or first > 12:
        return then, first
    if then > 12 or first == then or match["half"] or match["half2"]:
        return first, then
    return None


def _month(name: str) -> int:
    """August, Aug, 8 and 八 are 8."""
    if name[:3].lower() in _MONTHS:
        return _MONTHS.index(name[:3].lower()) + 1
    return int(name) if name.isascii() else _numeral(name)


def url_date(url: str) -> str | None:
    """The date inside a URL (`/202408/t20240825_1.html`, `/2024-08/25/`) as YYYY-MM-DD."""
    for pattern in _URL_DATES:
        if (match := pattern.search(url)) and _day(*map(int, match.group("year", "month", "day"))):
            return f"{match['year']}-{int(match['month']):02}-{int(match['day']):02}"
    return None


def _moment(
    year: int, match: re.Match[str], month: int | None = None, day_of_month: int | None = None
) -> Moment | None:
    """A match as a moment; month and day as given where the match does not say them plainly."""
    groups = match.groupdict()
    day = _day(year, month or int(groups["month"]), day_of_month or int(groups["day"]))
    if day is None or groups["hour"] is None:
        return day
    hour, minute, second = int(groups["hour"]), int(groups["minute"]), groups["second"]
    half = (groups.get("half") or groups.get("half2") or "").lower().replace(".", "")
    if (half in ("下午", "晚", "晚上", "傍晚", "pm") and hour < 12) or (
        half == "中午" and hour < 3
    ):
        hour += 12
    elif half in ("上午", "凌晨", "am") and hour == 12:
        hour = 0
    if hour == 24 or (hour, minute, int(second or 0)) == (0, 0, 0):
        return day
    when = day.when.replace(hour=hour, minute=minute, second=int(second or 0))
    if zone := (groups.get("zone") or "").upper():
        offset = timedelta()
        if zone[0] in "+-":
            sign = -1 if zone[0] == "-" else 1
            offset = sign * timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
        when = when.replace(tzinfo=timezone(offset)).astimezone(CST)
    return Moment(when, "second" if second else "minute")


def _day(year: int, month: int, day: int) -> Moment | None:
    try:
        return Moment(datetime(year, month, day, tzinfo=CST), "day")
    except ValueError:
        return None


def _relative(match: re.Match[str], today: datetime) -> Moment:
    if match["unit"]:
        count = int(match["count"])
        ago = {"分": timedelta(minutes=1), "小": timedelta(hours=1), "天": timedelta(days=1)}
        when = today - count * ago[match["unit"][0]]
        if match["unit"] == "天":
            return Moment(when.replace(hour=0, minute=0, second=0, microsecond=0), "day")
        return Moment(when.replace(second=0, microsecond=0), "minute")
    if match["day"] is None:
        return Moment(today.replace(second=0, microsecond=0), "minute")
    back = {"今天": 0, "昨天": 1, "前天": 2}[match["day"]]
    when = today.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=back)
    if match["hour"] and int(match["hour"]) < 24:
        return Moment(when.replace(hour=int(match["hour"]), minute=int(match["minute"])), "minute")
    return Moment(when, "day")


def _guess(text: str, today: datetime) -> Moment | None:
    import dateparser  # slow to load, and few pages have a date that the patterns do not know

    when = dateparser.parse(
        text,
        languages=["zh", "en"],
        settings={
            "REQUIRE_PARTS": ["year", "month", "day"],
            "RELATIVE_BASE": today.replace(tzinfo=None),
            "TIMEZONE": "Asia/Shanghai",
            "RETURN_AS_TIMEZONE_AWARE": True,
            "DATE_ORDER": "YMD",
        },
    )
    if when is None:
        return None
    when = when.astimezone(CST).replace(microsecond=0)
    if (when.hour, when.minute, when.second) == (0, 0, 0):
        return Moment(when, "day")
    return Moment(when, "second" if when.second else "minute")


def _digit(numeral: str) -> int:
    return {"〇": 0, "○": 0, "零": 0, "O": 0, "Ｏ": 0}.get(
        numeral, "〇一二三四五六七八九".find(numeral)
    )


def _numeral(text: str) -> int:
    """一 to 三十一, also 廿五 and 卅."""
    text = text.replace("廿", "二十").replace("卅", "三十")
    if "十" not in text:
        return int("".join(str(_digit(c)) for c in text))
    tens, _, ones = text.partition("十")
    return (_digit(tens) if tens else 1) * 10 + (_digit(ones) if ones else 0)
