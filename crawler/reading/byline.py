"""Bylines inside the text: read as candidates for the author, and left where they stand.

`（记者 张三 通讯员 李四）`, `本报记者 王五`, and a name in brackets that closes the article.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from lxml.html import HtmlElement

from crawler.items import Candidate
from crawler.reading.blocks import Block
from crawler.reading.dates import find_dates
from crawler.reading.names import FAMILY_NAMES, english_names, is_name
from crawler.reading.page import candidate, visible_lines
from crawler.reading.text import squeeze

_ROLE = (
    r"(?:记者|記者|通讯员|通訊員|实习生|作者(?!单位|简介|介绍|分别|系|为|是|均|现|曾|按|注)|评论员|观察员|撰稿人?|执笔人?|撰文|供稿|报道员|特派员|"
    r"编译|特约撰稿人?)"
)
_BRACKETED = re.compile(
    rf"[（(〔【]\s*((?:[\u4e00-\u9fff]{{0,12}}?{_ROLE})[:：]?[\s\u3000]*[^（）()〔〕【】。！？]{{0,60}})[）)〕】]"
)
_LINE = re.compile(
    rf"^(?:[■●▲◎□◆★※]\s*)?(?:[\u4e00-\u9fff《》]{{2,12}}[\s\u3000]+)?"
    rf"((?:[\u4e00-\u9fffA-Za-z0-9+·-]{{0,14}}?{_ROLE})(?:[:：]|[\s\u3000]|[/|｜丨])[\s\u3000]*[^。！？；：:]{{1,50}})$"
)
_HAN = "[\u3400-\u9fff]"
_NAME = rf"{_HAN}(?:[\s\u3000]?{_HAN}){{1,3}}(?:·{_HAN}+)?"
_NAMES = re.compile(rf"^{_NAME}(?:[\s\u3000、，]+{_NAME}){{0,4}}$")
_OFFICE = r"(?:[\u4e00-\u9fff]{2,12}[部处院系局科办社报网台委室会心站校所][\s\u3000]+)?"
_CLOSING = re.compile(rf"[（(]{_OFFICE}({_NAME}(?:[\s\u3000、，]+{_NAME}){{0,4}})[）)]$")
# 【文/某某网专栏作者 张三】
_COLUMNIST = re.compile(
    rf"^【文[/／|｜:：][\s\u3000]*((?:[\u4e00-\u9fff+·]{{0,14}}?{_ROLE}[\s\u3000]+)?{_NAME})】$"
)
# （张三 作者系某某大学教授）
_SIGNS_AS = re.compile(rf"^[（(]({_NAME})[\s\u3000，,；;]+作者(?:系|为|是)[^（）()]{{2,40}}[）)]$")
# 记者：您什么时候开始写作的 (of an interview)
SPOKEN = re.compile(r"(?:记者|記者)[:：].*(?:[您你我他吗呢吧么？！]|谢谢|请|时候)")
# Lines that are nothing else: ■张三; 本报记者张三、李四报道; 张三/文 李四/图.
_MARKED = re.compile(rf"^[■●▲◎□◆★※][\s\u3000]*({_NAME}(?:[\s\u3000、，]+{_NAME}){{0,4}})$")
_GLUED = re.compile(
    rf"^([\u4e00-\u9fff+·]{{0,10}}?(?:记者|通讯员|記者)(?P<first>{_HAN}){_HAN}{{1,3}}"
    rf"(?:[\s\u3000、，]+(?:(?:特约|见习|实习|首席)?(?:记者|通讯员)|实习生)?{_NAME}){{0,6}}(?:报道|报导)?"
    rf"(?:[／/]{_HAN}{{2,6}}[报報][道导導]|[\s\u3000]*(?:文[/／]图|图[/／]文|摄影报道))?)$"
)
_BEHIND = re.compile(
    rf"^{_NAME}(?:[、\s\u3000]{_NAME})*[\s\u3000]*[/／][\s\u3000]*[文撰].{{0,20}}$"
)
# 某某新闻·某某日报记者张三/文 受访者供图
_WROTE = re.compile(
    rf"^[^，。；：“”]{{0,20}}(?:记者|記者)[\s\u3000]*({_NAME})[\s\u3000]*[/／][\s\u3000]*[文撰]"
)
# 作者简介：张三，某某大学教授。
_ABOUT = re.compile(
    rf"^[（(【\[]?(?:本文|第一)?作者(?:简介|介绍)[】\]]?[:：]?[\s\u3000]*({_NAME})(?=[，,（(、。\s\u3000]|系|$)"
)
# 作者为某某大学教授张三
_IS_ABOUT = re.compile(
    r"^[（(【\[]?(?:本文)?作者(?:为|系|是)[^，。；（）()]{2,30}?(?:教授|研究员|学者|主任|院长|校长|记者|评论员"
    rf"|博士|讲师|作家|律师)({_HAN}{{2,3}})[）)】\]。]*$"
)
# 本报讯 记者张三、李四报道：
_REPORTS = re.compile(
    rf"(?:^|[\s\u3000】）)])((?:本[报网刊台]|{_HAN}{{2,8}}[报网社台])?(?:记者|通讯员)[\s\u3000]*(?P<first>{_HAN}){_HAN}{{1,2}}"
    rf"(?:[、，\s\u3000]+{_HAN}{{2,3}})*)[\s\u3000]*(?:报道|报导|摄影报道)[：:，,]"
)
# 某县融媒讯（张三 李四）; 某某网讯 记者张三 近日
# 記者張三／台北報導, 记者 张三 报道
_AND_PLACE = re.compile(
    rf"(?:记者|記者)[\s\u3000]*({_HAN}{{2,4}}(?:、{_HAN}{{2,4}})*)"
    rf"(?:[\s\u3000]*[／/][\s\u3000]*{_HAN}{{2,8}}|[\s\u3000]+)(?:报道|報導|報道)"
)
_OPENS = (
    re.compile(rf"[讯訊电電][】\s\u3000]*[（(]({_NAME}(?:[\s\u3000、，]+{_NAME}){{0,4}})[）)]"),
    re.compile(
        rf"[讯訊电電][】\s\u3000]+(?:本[报网台])?(?:记者|通讯员)[\s\u3000]*({_HAN}{{2,3}}(?:、{_HAN}{{2,3}})*)[\s\u3000]"
    ),
)
_ABROAD = r"[·•][\u4e00-\u9fff]{1,6}"
# 文 张三; 张三 著; (美)约翰·史密斯; 张三（某某大学，北京 100000）
_WRITTEN = (
    re.compile(rf"^(?:文|撰文|作者)[\s\u3000]+(?P<who>{_NAME})$"),
    re.compile(rf"^(?P<who>{_NAME})[\s\u3000]*(?:著|撰文?|文)$"),
    re.compile(
        rf"^(?P<who>{_NAME})[（(](?=[^（）()]*(?:大学|学院|学校|研究|报|社|局|院))[^（）()]{{4,40}}[）)]$"
    ),
    re.compile(
        r"^[\[［〔（(【](?:台湾|香港|澳门|[美英法德日俄苏意加澳韩印]国?)[\]］〕）)】][\s\u3000]*"
        rf"(?P<who>[\u4e00-\u9fff]{{1,6}}(?:{_ABROAD})+|{_NAME})$"
    ),
)
_ALONE = 16  # characters
_SPACE = re.compile(r"[\s\u3000、，]+")
_PADDED = re.compile(rf"(?<!{_HAN})({_HAN})[\s\u3000]+({_HAN})(?!{_HAN})")
BULLETS = "■●▲◎□◆★※⊙○◇△▼► \u3000"
_PICTURES = re.compile(r"(?:摄影|摄像|图片|视频|航拍)(?:记者)?[\s\u3000]*[:：/／|｜丨]")
_NAMELESS = re.compile(r"(?:本[报网刊台社]|新华社|中新社)(?:特约)?(?:记者|评论员|观察员)$")
_ENGLISH = "BbPpWwSs"  # By, Posted by, Written by, Story by
_LINES = ("p", "div", "li", "h4", "h5", "h6")


def read_bylines(blocks: Sequence[Block], title: str = "") -> list[Candidate]:
    """Author candidates from the first and last lines of the body, as printed.

    `title`: the headline, which may begin with the name that signs the text (张三：某某论).
    """
    lines = [block for block in blocks if block.text and block.kind != "table"]
    ends = [*lines[:6], *lines[6:][-4:]]
    found: list[Candidate] = []
    for block in ends:
        found += [
            candidate(block.element, match[1].strip(), "byline")
            for match in _BRACKETED.finditer(block.text)
        ]
    found += _signed((block.element, block.text) for block in ends)
    if lines and (closing := _CLOSING.search(lines[-1].text)) and _are_names(closing[1]):
        found.append(candidate(lines[-1].element, closing[1], "byline"))
    for block in lines[:3]:
        reports = _REPORTS.search(block.text[:60])
        if reports and reports["first"] in FAMILY_NAMES:
            found.append(candidate(block.element, reports[1], "byline"))
        for pattern in _OPENS:
            signed = pattern.search(block.text[:60])
            if signed and all(map(is_name, _SPACE.split(_join(signed[1])))):
                found.append(candidate(block.element, signed[1], "byline"))
    for block in lines[-3:]:
        about = _ABOUT.match(block.text) or _IS_ABOUT.match(block.text)
        about = about or _SIGNS_AS.match(block.text)
        if about and (about.re is _ABOUT or is_name(squeeze(about[1]))):
            found.append(candidate(block.element, about[1], "byline"))
    if signature := _signature(lines):
        found.append(candidate(signature.element, signature.text, "byline"))
    # A name alone below the headline signs the text.
    for block in lines[:6] if len(lines) > 2 else []:
        if block.kind.startswith("h"):
            continue  # over a part of the text
        opens = squeeze(title).startswith((f"{block.bare}：", f"{block.bare}:"))
        if _NAMES.match(block.text) and (opens or _are_names(block.text)):
            found.append(candidate(block.element, block.text, "byline"))
        elif "。" in block.text:
            break
    return found


def _join(names: str) -> str:
    """The same names, those of two characters not padded: 张　三."""
    return _PADDED.sub(r"\1\2", names)


def _signature(lines: Sequence[Block]) -> Block | None:
    """A name alone below the last sentence, above nothing but a date."""
    for above, block in reversed(list(zip(lines[-4:], lines[-3:], strict=False))):
        dates = [raw for _, _, raw in find_dates(block.text)]
        if dates and len(block.bare) <= len(squeeze(dates[0])) + 2:
            continue
        ended = above.text.endswith(("。", "！", "？", "…", "”", "）"))
        return block if ended and is_name(block.bare) else None
    return None


def shown_bylines(elements: Iterable[HtmlElement]) -> dict[str, list[Candidate]]:
    """Author candidates from lines between headline and text: 本报记者 张三, or a name alone."""
    lines = [
        (part, line)
        for element in elements
        for part in (_parts(element) or [element])
        for line in visible_lines(part)
    ]
    names = [
        candidate(e, line, "byline")
        for e, line in lines
        if is_name(_bare(line))
        or (_NAMES.match(line) and all(map(is_name, _SPACE.split(_join(line)))))
    ]
    return {"author": _signed(lines) + (names if len(names) == 1 else [])}


def _bare(line: str) -> str:
    """A name without what is set beside it: ● 张三（进入专栏）. "" of a line too long for one."""
    if len(line) > _ALONE:
        return ""
    return squeeze(re.sub(r"[（(][^（）()]{2,6}[）)]$", "", line.lstrip(BULLETS)))


def _parts(element: HtmlElement) -> list[HtmlElement]:
    """The lines of an info line that is set in several."""
    inner = [part for part in element.iter(*_LINES) if part is not element]
    holders = {part.getparent() for part in inner}
    return [part for part in inner if part not in holders]


def _signed(lines: Iterable[tuple[HtmlElement, str]]) -> list[Candidate]:
    """Lines that are nothing but a byline; 本报实习生 … and 本报记者 … on two lines are one."""
    found: list[Candidate] = []
    follows = False
    for element, line in lines:
        byline = _byline(line) if len(line) <= 60 else ""
        if byline and follows:
            found[-1] = replace(found[-1], raw=f"{found[-1].raw} {byline}")
        elif byline:
            found.append(candidate(element, byline, "byline"))
        follows = bool(byline)
    return found


def _byline(line: str) -> str:
    """The byline that a line is, "" where it is none."""
    if _PICTURES.match(line):
        return ""
    if column := _COLUMNIST.match(line):
        return column[1]
    if not _MARKED.match(line):
        line = line.lstrip(BULLETS)
    if not line:
        return ""
    if match := _LINE.match(line):
        return "" if SPOKEN.search(match[1]) else match[1].strip()
    if _NAMELESS.match(line):
        return line
    if line[0] in _ENGLISH and (names := english_names(line)):
        return names
    if ("记者" in line or "記者" in line) and (match := _AND_PLACE.search(line)):
        return match[1]
    if (match := _GLUED.match(line)) and match["first"] in FAMILY_NAMES:
        return match[1]
    if (match := _WROTE.match(line)) and _are_names(match[1]):
        return match[1]
    if (match := _MARKED.match(line)) and _are_names(match[1]):
        return match[1]
    for pattern in _WRITTEN:
        if (match := pattern.match(line)) and _is_person(squeeze(match["who"])):
            return match["who"]
    return line if _BEHIND.match(line) and line[0] in FAMILY_NAMES else ""


def _is_person(name: str) -> bool:
    """Whether a name is a Chinese person's, or a foreign one's by its parts: 约翰·史密斯."""
    return is_name(name) or re.search(r"[·•]", name) is not None


def _are_names(text: str) -> bool:
    names = re.split(r"[\s\u3000]{2,}|[、，]", text)
    return any(is_name(part) for name in names for part in (squeeze(name), *name.split()))
