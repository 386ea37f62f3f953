"""The info line: 发布时间 / 来源 / 作者 / 编辑 as printed near the headline.

Facts that shape it: separators are `：`, `:`, `丨`, `  :  `, no-break and full-width spaces; empty
values are common (`来源: | 发布时间: 2018-05-17 | 浏览次数:`), so a value ends where the next label
begins; counters, font switches and share links stand on the same line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lxml.html import HtmlElement

from crawler.items import Candidate
from crawler.reading.dates import find_dates
from crawler.reading.page import candidate, visible_lines
from crawler.reading.text import fold_space

# Field -> its labels, the most trusted first. Fields with an underscore are only there to end the
# value before them: 成文日期 is when a paper was written, 发布机构 is its issuer, not the source.
LABELS: dict[str, tuple[str, ...]] = {
    "date": (
        *("发布时间", "发布日期", "发表时间", "发表日期", "刊登时间", "刊发时间", "发稿时间"),
        *(
            "上传时间",
            "上载日期",
            "信息提供日期",
            "发布于",
            "发表于",
            "张贴于",
            "刊发于",
            "时间",
            "日期",
        ),
    ),
    "date_updated": ("更新时间", "更新日期", "最后更新", "修改时间"),
    "source": (
        *("来源", "信息来源", "文章来源", "稿件来源", "新闻来源", "内容来源", "资料来源", "稿源"),
        *("本文来源", "来源于", "转载自", "转自", "供稿单位", "发布单位", "出处"),
    ),
    "author": (
        *("作者", "撰稿人", "撰稿", "撰文", "记者", "通讯员", "文/图", "图/文", "文图", "图文"),
        *("文字", "供稿人", "供稿", "文"),
    ),
    "editor": ("责任编辑", "责编", "网络编辑", "本期编辑", "编辑", "编 辑"),
    "doc_number": ("发文字号", "文件编号", "文号"),
    "_written": ("成文日期", "成文时间", "发文日期", "印发日期", "生成日期", "有效期"),
    "_issuer": ("发布机构", "发文机关", "发文单位", "主办单位", "承办单位"),
    "_person": (
        *(
            "校对",
            "审核",
            "审签",
            "初审",
            "复审",
            "终审",
            "监制",
            "摄影",
            "图片",
            "图",
            "信息录入人",
        ),
        *("录入人", "录入", "策划", "统筹", "选稿", "值班"),
    ),
    "_other": (
        *("浏览次数", "浏览量", "浏览", "点击数", "点击量", "点击率", "点击次数", "点击", "人气"),
        *("阅读次数", "阅读量", "阅读数", "阅读", "访问量", "访问次数", "字号", "字体大小", "字体"),
        *(
            "分享到",
            "分享",
            "索引号",
            "主题词",
            "主题分类",
            "体裁分类",
            "公开方式",
            "关键词",
            "标签",
        ),
        *("语音播报", "朗读", "评论", "打印", "收藏", "保护视力色", "背景颜色", "原标题", "标题"),
        *("分类", "栏目", "类别", "所属栏目", "名称", "主题", "手机查看", "选择字号", "时效"),
    ),
}
_FIELD = {label: name for name, labels in LABELS.items() for label in labels}
_RANK = {label: rank for labels in LABELS.values() for rank, label in enumerate(labels)}


def _spaced(label: str) -> str:
    """`来 源` and `来　源` are `来源`."""
    return r"[\s\u3000]*".join(map(re.escape, label))


_LABEL = re.compile(
    r"(?:(?<=^)|(?<=[\s\u3000|丨/／\[【（(\]】）)，,;；:：>\d]))(?P<label>"
    + "|".join(_spaced(label) for label in sorted(_FIELD, key=len, reverse=True))
    + r")[\s\u3000]*(?:[:：∶﹕]|丨(?=[\s\u3000]*\S)|(?<=来源)[\s\u3000]+|(?<=时间)[\s\u3000]+(?=\d)"
    r"|(?<=[文图]/[文图])[\s\u3000]+)"
)
# What ends a value although it is no label.
_NOISE = re.compile(
    r"[\[【（(]?\s*(?:大\s+中\s+小|[\[【(（]\s*大\s*[\]】)）]|字体[大中小]|我要纠错|打印本?页?|关闭(?:窗口|本页)|"
    r"收藏本?[站页]?|分享[到至]?|扫一扫|点击(?:数|率|量|播放)|浏览(?:次数|量)?|次浏览|纠错|"
    r"\s[大中小](?=\s|$)|阅读[（(\d]|评论[（(\d]|发表评论|查看评论|来源网站|A\+|A-|返回|二维码|下载|繁體|字号|[\[【(（]\s*打印)"
)
_SIZE = re.compile(r"\s[大中小]$")  # of the font: 小字号
_EDGE = " \t\u3000|丨/／·,，;；、>-—_：:"
_MAX_VALUE = 60  # characters; what is longer is running text behind a word that looked like a label


def read_info_line(line: str) -> Iterator[tuple[str, str, str]]:
    """Split one line into (field, label, value); values are never empty.

    >>> list(read_info_line("来源: | 发布时间: 2018-05-17 | 浏览次数:"))
    [('date', '发布时间', '2018-05-17')]
    """
    line = fold_space(line)
    matches = list(_LABEL.finditer(line))
    for index, match in enumerate(matches):
        label = re.sub(r"[\s\u3000]", "", match["label"])
        end = matches[index + 1].start() if index + 1 < len(matches) else len(line)
        value = line[match.end() : end]
        if noise := _NOISE.search(value):
            value = value[: noise.start()]
        if _FIELD[label] in ("source", "author"):
            for start, _, _ in find_dates(value):
                value = value[:start] or value
                break
        value = _unbracket(_SIZE.sub("", value.strip(_EDGE)))
        if value and len(value) <= _MAX_VALUE:
            yield _FIELD[label], label, value


def _unbracket(value: str) -> str:
    """Cut a bracket that was opened or closed outside of the value: `岳弘彬）` -> `岳弘彬`."""
    for opening, closing in ("（）", "()", "【】", "[]"):
        if value.endswith(closing) and value.count(closing) > value.count(opening):
            value = value[:-1]
        elif value.startswith(closing):
            value = value[1:]
        if value.endswith(opening):
            value = value[:-1]
    return value.strip(_EDGE)


def read_info(elements: Iterable[HtmlElement]) -> dict[str, list[Candidate]]:
    """Candidates from the elements that may hold an info line, best label first.

    Besides labelled values, a date without a label counts (`<span class="h-time">`), and what
    stands right beside it and looks like an outlet's name.
    """
    found: dict[str, list[tuple[int, Candidate]]] = {}
    lines = [(element, line) for element in elements for line in visible_lines(element)]
    for element, line in lines:
        if len(line) <= 400:
            labelled = False
            for name, label, value in read_info_line(line):
                labelled = True
                found.setdefault(name, []).append(
                    (_RANK[label], candidate(element, value, f"info:{label}"))
                )
            if not labelled or "date" not in found:
                _unlabelled(element, line, found, 60 if labelled else 30)
    if "source" not in found and "date" in found:
        _beside_date(lines, found)
    return {
        name: [c for _, c in sorted(ranked, key=lambda pair: pair[0])]
        for name, ranked in found.items()
    }


_OUTLET = re.compile(r"^[《]?[\u4e00-\u9fffA-Za-z0-9·+（）()、“”]{2,24}[》]?$")
_OUTLET_NAME = re.compile(
    r"^[\u4e00-\u9fffA-Za-z0-9·+《》]+(?:报|网|网络版|社|台|客户端|新闻|财经|杂志|周刊|在线|频道|公众号|发布)$"
)
_NO_OUTLET = re.compile(
    r"首页|正文|当前位置|字号|浏览|阅读|打印|评论|分享|编辑|记者|作者|星期|上一|下一"
)


def _unlabelled(
    element: HtmlElement, line: str, found: dict[str, list[tuple[int, Candidate]]], most: int
) -> None:
    """A date without a label, and an outlet's name beside it.

    `most` is how many characters may stand around the date: more is running text.
    """
    if len(line) > 100 or any(label in line for label in LABELS["_written"]):
        return
    for start, end, raw in find_dates(line):
        rest = (line[:start] + " " + line[end:]).strip(_EDGE)
        if noise := _NOISE.search(rest):
            rest = rest[: noise.start()].strip(_EDGE)
        if len(rest) > most:
            return  # running text
        found.setdefault("date", []).append((50, candidate(element, raw, "info")))
        if _OUTLET.match(rest) and not _NO_OUTLET.search(rest) and not _LABEL.search(rest):
            found.setdefault("source", []).append((50, candidate(element, rest, "info")))
        return


def _beside_date(
    lines: list[tuple[HtmlElement, str]], found: dict[str, list[tuple[int, Candidate]]]
) -> None:
    """An outlet's name alone on the line above or below the date."""
    shown = {c.raw for _, c in found["date"]}
    for i, (_, line) in enumerate(lines):
        if len(line) > 40 or not any(raw in line for raw in shown):
            continue
        for element, name in [*lines[max(0, i - 1) : i], *lines[i + 1 : i + 2]]:
            if len(name) <= 16 and _OUTLET_NAME.search(name) and not _NO_OUTLET.search(name):
                found.setdefault("source", []).append((60, candidate(element, name, "info")))
        return


def merge(*readings: dict[str, list[Candidate]]) -> dict[str, list[Candidate]]:
    """Join candidate lists; earlier readings are trusted more, equal values are kept once."""
    merged: dict[str, list[Candidate]] = {}
    for reading in readings:
        for name, candidates in reading.items():
            known = merged.setdefault(name, [])
            for c in candidates:
                if all(c.raw != k.raw for k in known):
                    known.append(c)
    return merged
