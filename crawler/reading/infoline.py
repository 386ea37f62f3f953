"""The info line near the headline: what it labels, and what stands in it without a label."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lxml.html import HtmlElement

from crawler.items import Candidate
from crawler.reading.byline import BULLETS
from crawler.reading.dates import find_dates
from crawler.reading.labels import (
    EDGE,
    FIELD,
    LABEL,
    LABELS,
    MAX_VALUE,
    NOISE,
    RANK,
    read_info_line,
)
from crawler.reading.names import OUTLET_NAME, english_names, is_name, is_outlet
from crawler.reading.page import candidate, visible_text
from crawler.reading.text import squeeze

_LOOSELY = 40  # characters of a line that is dated loosely


def is_account(link: HtmlElement) -> bool:
    """Whether a link leads to who posted, by its address or by what it is called."""
    named = f"{link.get('class') or ''} {link.get('rel') or ''}"
    return bool(_ACCOUNT.search(link.get("href") or "") or _ACCOUNT_NAME.search(named))


def read_lines(lines: list[tuple[HtmlElement, str]]) -> dict[str, list[Candidate]]:
    """Candidates from lines that may be info lines, each with its element, best label first.

    Besides labelled values, a date without a label counts (`<span class="h-time">`), and what
    stands right beside it and looks like an outlet's name.
    """
    found: dict[str, list[tuple[int, Candidate]]] = {}
    for element, line in lines:
        if len(line) <= 400:
            labelled = ""
            for name, label, value in read_info_line(line):
                labelled += "" if name == "_other" else f"{value}\n"
                if name == "source":
                    value = _linked(element, value)
                found.setdefault(name, []).append(
                    (RANK[label], candidate(element, value, f"info:{label}"))
                )
            unknown = "author" not in found
            bare = unknown and not labelled and _is_byline(element)
            if unknown and (written := english_names(line, bare=bare)):
                found["author"] = [(60, candidate(element, written, "info"))]
                if "date" not in found:
                    _unlabelled(element, line, found, f"{labelled}{written}")
            elif unknown and _POSTING.search(line) and (posted := _posted(line)):
                for name, value in zip(("author", "date"), posted, strict=True):
                    found.setdefault(name, []).append((60, candidate(element, value, "info:发表")))
            elif not labelled and (match := _POSTER.search(line)):
                found.setdefault("author", []).append(
                    (60, candidate(element, match["who"], "info:发表"))
                )
                _unlabelled(element, line, found, match[0])
            elif "date" not in found or not labelled:
                _unlabelled(element, line, found, labelled)
    if "source" not in found and "date" in found:
        _beside_date(lines, found)
    return {
        name: [c for _, c in sorted(ranked, key=lambda pair: pair[0])]
        for name, ranked in found.items()
    }


def _linked(element: HtmlElement, value: str) -> str:
    """A source without what stands behind its link: 来源：<a>某某报</a> <a>我要评论</a>."""
    for link in element.iter("a"):
        name = visible_text(link)
        if name and value.startswith(name) and value[len(name) : len(name) + 1] in " \u3000(（":
            behind = re.split(r"[\s\u3000|丨]+", value[len(name) :].strip(EDGE))
            return value if any(map(OUTLET_NAME.match, behind)) else name
    return value


# Who posted and when, in one sentence, as forums and blogs print it above or below a post.
_WHO = (
    r"(?P<who>[A-Z][\w.'’-]+(?: [A-Z][\w.'’-]*){1,3}|[^\s\u3000，。：:|<>【】@]{1,20}?)[\s\u3000]*"
)
_VERB = r"(?:张贴|貼出|贴出|發表|发表|发布|發布|提交|上传)"
_BEFORE_DATE = (
    re.compile(
        r"(?:由|送交者[:：]|(?i:(?<!owered )\b(?:posted\s+)?by)\s)[\s\u3000]*"
        rf"{_WHO}{_VERB}?[\s\u3000]*"
        r"(?:[于於@在]|at|on)?[\s\u3000:：(（\[]*$"
    ),
    re.compile(rf"^{_WHO}(?:{_VERB}[于於]|@)[\s\u3000:：(（\[]*$"),
)
_POSTING = re.compile(r"[于於@由在者]|by\s|at\s", re.I)
_NOBODY = frozenset(("楼主", "posted", "Posted", "编辑", "作者", "本文", "文章"))
_AROUND_DATE = re.compile(rf"^{_WHO}[于於][\s\u3000]*\n.*{_VERB}")
_BEHIND_DATE = re.compile(rf"^[)）\]\s\u3000]*(?:由|by\s)[\s\u3000]*{_WHO}(?:{_VERB}|\W*$)")
_POSTER = re.compile(
    r"\b(?i:posted|written|submitted)\s+by:?\s+"
    r"(?P<who>\S{1,20}(?:\s(?!Published|Posted|Updated|On\b|In\b|Date)[A-Z]\S{0,19}){0,2})"
    r"(?=$|\s*[|@]|\s(?:at|on|in)\s)"
)
# 2014年至2015年9月10日: periods are of something else.
_SINCE = re.compile(r"(?:至|到|[\d年月日]\s*[—－~～-]+)\s*$")
_TILL = re.compile(r"\s*(?:至|到|[—－~～-]+\s*\d)")
# The day that a paper was written, and the one on the site's clock.
_OTHER_DAY = re.compile(
    "|".join([*LABELS["_written"], r"今天(?!\s*\d{1,2}:\d\d)", "今日", "当前时间", "现在时间"])
)
# 会议时间：, 报名日期：; what is published has a word of that in its label.
_FOREIGN = re.compile(
    r"(?<![\u4e00-\u9fff])(?![^：:]*[发刊布登载传录發])[\u4e00-\u9fff]{2,10}[:：]\s*$"
)
# 3小时前, 昨天 10:03, 08-25 10:03: no more than that to say when, between other fields.
LOOSE = re.compile(
    r"(?:^|(?<=[\s\u3000|·丨]))(?:\d{1,3}\s*(?:分钟|分鐘|小时|小時|天)前|刚刚|剛剛"
    r"|(?:昨天|前天)(?:\s*\d{1,2}:\d{2})?|今天\s*\d{1,2}:\d{2}"
    r"|(?:\d\d-)?\d{1,2}(?:月|-)\d{1,2}日?\s*\d{1,2}:\d\d(?::\d\d)?)(?=$|[\s\u3000|·丨])"
)
# A line that is nothing else: 05-08-25, 20050825, 05 2025-08 (in boxes).
_ALONE = re.compile(
    r"[\[【(（]?(?:\d\d-\d\d-\d\d(?:\s+\d{1,2}:\d\d(?::\d\d)?)?|(?:19|20)\d{6}"
    r"|20\d\d\s+\d\d?[-/.]\d\d?|\d\d?[-/]\d\d?\s+20\d\d"
    r"|\d{1,2}日?\s+(?:20\d\d\s*[-/.年]\s*\d{1,2}月?|\d{1,2}月\s*20\d\d年?))[\]】)）]?"
)
_CHANGED_ON = re.compile(r"\b(?:updated|modified)(?: on| at)?[\s\d:.,APMGT+-]*$", re.I)
_CHANGED = re.compile(r"\s*(?:更新|修改)(?![于於时日：:])")
_WROTE = re.compile(r"\s*[/／]\s*文$")
_ACCOUNT = re.compile(
    r"(?:^|/)(?:u|users?|people|authors?|space|members?|profile)/(?!(?:login|reg|sign|logout|center|index|home)|\d{4}/?$)[\w%.-]+/?$|space-uid-\d+"
    r"|[?&]uid=\d+|/@[\w.-]+/?$",
    re.I,
)
_BYLINE_NAME = re.compile(r"(?:^|[\s_-])(?:byline|authors?)(?:$|[\s_-])", re.I)
_ACCOUNT_NAME = re.compile(r"(?:^|[\s_-])(?:author|user-?name|user-?link|nick-?name)", re.I)
_INFO_NAME = re.compile(
    r"(?:^|[\s_-])(?:meta|byline|dateline|info|date|time|pub-?(?:time|date))(?:$|[\s_-])", re.I
)
# What may stand around a date and says nothing.
_IDLE = re.compile(
    r"(?:https?://|www\.)[\w./-]+|\b[\w-]+\.(?:com|net|org|gov|edu)(?:\.cn)?\b"
    r"|(?:发表|发布|刊发|更新|發表|發佈)[于於]"
    r"|\b(?i:(?:(?:first|last) )?(?:posted|published|updated))(?: on)?\b|\b(?:ET|EST|EDT|HKT)\b"
    r"|星期[一二三四五六日天]|[(（][月火水木金土日][)）]|第?\s*[A-Z]?\d{1,3}\s*版"
    r"|\b(?:Mon|Tue(?:s)?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?\b"
    r"|\b\d+(?:\.\d+)?k?\s*(?:分钟|字(?!\w)|min(?:ute)?s?\b(?:\s+read\b)?|words?\b)"
)
_REPORTED = re.compile(r"(?<=[报報社网網台])(?:报道|報道|报导|報導|消息|讯|訊|电|電)$")
_OUTLET = re.compile(r"^[《]?[\u4e00-\u9fffA-Za-z0-9·+（）()、“”《-]{2,24}[》]?$")
_NO_OUTLET = re.compile(
    r"首页|正文|要闻|动态|公告|通知|专栏|当前位置|登录|注册|字号|浏览|阅读|打印|评论|分享|编辑|记者|作者|星期|上一|下一"
)


def _unlabelled(
    element: HtmlElement, line: str, found: dict[str, list[tuple[int, Candidate]]], labelled: str
) -> None:
    """A date without a label, and an outlet's name beside it.

    `labelled` is what labels of the line introduce: a date in it is of another kind.
    """
    if len(line) > 100 or _OTHER_DAY.search(line):
        return
    spans = list(find_dates(line))
    if not spans and "date" not in found:
        if match := _ALONE.fullmatch(line):
            spans = [(0, len(line), line)]
        elif len(line) <= _LOOSELY and (match := LOOSE.search(line)):
            spans = [(*match.span(), match[0])]
    for start, end, raw in spans:
        if raw in labelled or _is_row(element, raw) or _is_foreign(line[:start]):
            continue
        if _SINCE.search(line[:start]) or _TILL.match(line[end:]):
            continue
        if _CHANGED.match(line[end:]) or _CHANGED_ON.search(line[:start]):
            found.setdefault("date_updated", []).append((50, candidate(element, raw, "info:更新")))
            continue
        rest = _IDLE.sub(" ", line[:start] + " " + line[end:]).strip(EDGE)
        if noise := NOISE.search(rest):
            rest = rest[: noise.start()].strip(EDGE)
        if len(rest) > (60 if labelled else 30):
            return  # running text
        found.setdefault("date", []).append((50, candidate(element, raw, "info")))
        if labelled:
            opens = line[:start].strip(EDGE)
            behind = line[end:].split()
            for word in (opens, *behind[:1]):
                if "source" not in found and is_outlet(word) and not _NO_OUTLET.search(word):
                    found["source"] = [(50, candidate(element, word, "info"))]
            if "author" not in found and is_name(opens):
                found["author"] = [(60, candidate(element, opens, "info"))]
            return
        rest = _WROTE.sub("", rest)
        words = re.split(r"[\s\u3000|丨]+", rest)
        named = [word for word in words if OUTLET_NAME.match(word) and not _NO_OUTLET.search(word)]
        outlet = _REPORTED.sub("", (named[0] if named else rest).strip("()（）[]【】 "))
        persons = [word for word in words if is_name(word)]
        if len(words) == 2 and is_name(words[1]) and not named:
            named = [word for word in words[:1] if _OUTLET.match(word) and not is_name(word)]
            outlet = next(iter(named), outlet)
        if _is_byline(element) and (written := english_names(line, bare=True)):
            persons, rest = [written], written
        accounts = [visible_text(link) for link in element.iter("a") if is_account(link)]
        if (
            _OUTLET.match(outlet)
            and outlet not in persons
            and (outlet not in accounts or OUTLET_NAME.match(outlet))
            and not _NO_OUTLET.search(outlet)
            and not LABEL.search(outlet)
        ):
            found.setdefault("source", []).append((50, candidate(element, outlet, "info")))
        if persons and (named or rest in persons):
            found.setdefault("author", []).append(
                (60, candidate(element, "、".join(persons), "info"))
            )
        return


def _is_foreign(before: str) -> bool:
    """Whether a date has a label that is none of ours; one of ours stands empty."""
    label = _FOREIGN.search(before)
    return label is not None and squeeze(label[0]).rstrip(":：") not in FIELD


def _is_byline(element: HtmlElement) -> bool:
    return bool(_BYLINE_NAME.search(element.get("class") or ""))


def is_info_line(element: HtmlElement) -> bool:
    """Whether an element is called what info lines are called: post-meta, byline, date."""
    return bool(_INFO_NAME.search(f"{element.get('class') or ''} {element.get('id') or ''}"))


def names_outlet(line: str) -> bool:
    """Whether one of the words of a line is an outlet's name or a person's."""
    words = re.split(r"[\s\u3000|丨]+", line.strip(EDGE))
    named = any(OUTLET_NAME.match(word) or is_name(word) for word in words)
    return named or bool(english_names(line, bare=True))


def _posted(line: str) -> tuple[str, str] | None:
    """Who posted and when: 本帖由张三于2005年8月12日16:12发表."""
    if len(line) > 120:
        return None
    spans: list[tuple[int, int, str]] = []
    for start, end, date in sorted(find_dates(line)):
        if spans and not line[spans[-1][1] : start].strip():
            # Beside the day of publishing the one of change, which style hides.
            start, _, date = spans.pop()
        spans.append((start, end, date))
    for start, end, date in spans:
        before, behind = line[:start], line[end:]
        for match in (
            *(pattern.search(before) for pattern in _BEFORE_DATE),
            _AROUND_DATE.search(f"{before}\n{behind}"),
            _BEHIND_DATE.search(behind),
        ):
            if match and match["who"] not in _NOBODY:
                return match["who"], date
    return None


def _is_row(element: HtmlElement, date: str) -> bool:
    """Whether a date is part of the text of a link, as in lists of other posts."""
    links = [*element.iter("a"), *element.iterancestors("a")]
    texts = [squeeze(link.text_content()) for link in links]
    return any(squeeze(date) in text and len(text) > len(squeeze(date)) + 6 for text in texts)


def _beside_date(
    lines: list[tuple[HtmlElement, str]], found: dict[str, list[tuple[int, Candidate]]]
) -> None:
    """An outlet's name alone on the line above or below the date."""
    shown = {c.raw for _, c in found["date"]}
    for i, (_, line) in enumerate(lines):
        if len(line) > 40 or not any(raw in line for raw in shown):
            continue
        for element, name in [*lines[max(0, i - 1) : i], *lines[i + 1 : i + 2]]:
            if element.tag in ("h1", "h2", "h3"):
                continue
            if len(name) <= 16 and OUTLET_NAME.search(name) and not _NO_OUTLET.search(name):
                found.setdefault("source", []).append((60, candidate(element, name, "info")))
        return


_BETWEEN = re.compile(r"[\s\u3000、，,/／]+")
# What is longer is something that somebody says; names of two parts are not.
_SHORT_NAME = re.compile(r"(?:.{0,5}|.{2,10}[·•].{1,10}|[\w.'-]+)$")


def read_credits(lines: Iterable[tuple[HtmlElement, str]]) -> list[Candidate]:
    """Authors from lines of a text that only tell who did what: 口述：张三　撰文：李四."""
    found = []
    for element, line in lines:
        line = line.lstrip(BULLETS)
        if len(line) > MAX_VALUE or "。" in line or not LABEL.match(line):
            continue
        told = list(read_info_line(line))
        said = sum(len(squeeze(label + value)) for _, label, value in told)
        if told and len(squeeze(line)) - said <= 4 * len(told):
            found += [
                candidate(element, value, f"info:{label}")
                for name, label, value in told
                if name == "author" and all(map(_SHORT_NAME.match, _BETWEEN.split(value)))
            ]
    return found


def merge(*readings: dict[str, list[Candidate]]) -> dict[str, list[Candidate]]:
    """Join candidate lists; earlier readings are trusted more, equal values are kept once."""
    merged: dict[str, dict[str, Candidate]] = {}
    for reading in readings:
        for name, candidates in reading.items():
            known = merged.setdefault(name, {})
            for c in candidates:
                known.setdefault(c.raw, c)
    return {name: list(known.values()) for name, known in merged.items()}
