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
from crawler.reading.page import candidate, visible_lines

_ROLE = r"(?:记者|通讯员|实习生|作者|评论员|撰稿人?|执笔人?|撰文|供稿|报道员|特派员)"
_BRACKETED = re.compile(
    rf"[（(]\s*((?:[\u4e00-\u9fff]{{0,12}}?{_ROLE})[:：]?[\s\u3000]*[^（）()。！？]{{0,60}})[）)]"
)
_LINE = re.compile(
    rf"^(?:[■●▲◎]\s*)?(?:[\u4e00-\u9fff]{{2,12}}[\s\u3000]+)?"
    rf"((?:[\u4e00-\u9fff+·]{{0,14}}?{_ROLE})(?:[:：]|[\s\u3000])[\s\u3000]*[^。！？；：:]{{1,50}})$"
)
_HAN = "[\u3400-\u9fff]"
_NAME = rf"{_HAN}(?:[\s\u3000]?{_HAN}){{1,3}}(?:·{_HAN}+)?"
_NAMES = re.compile(rf"^{_NAME}(?:[\s\u3000、，]+{_NAME}){{0,4}}$")
_CLOSING = re.compile(rf"[（(]({_NAME}(?:[\s\u3000、，]+{_NAME}){{0,4}})[）)]$")
# The hundred most common family names cover 85 % of the population (公安部, 2020 name report).
_FAMILY_NAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许邓冯韩曹曾彭萧肖蔡潘田董袁于余叶蒋杜苏魏"
    "程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵"
    "万钱严赖覃武莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包"
    "宁尚符舒阮柯纪梅童凌毕单裴霍涂成苗谷曲盛冉翁蓝骆路游靳欧管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时"
    "穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾"
)


def read_bylines(blocks: Sequence[Block]) -> list[Candidate]:
    """Author candidates from the first and last lines of the body, as printed."""
    lines = [block for block in blocks if block.text and block.kind != "table"]
    found: list[Candidate] = []
    signed: Block | None = None
    for block in [*lines[:6], *lines[6:][-4:]]:
        found += [
            candidate(block.element, match[1].strip(), "byline")
            for match in _BRACKETED.finditer(block.text)
        ]
        line = _LINE.match(block.text) if len(block.text) <= 60 else None
        if line and signed is not None:
            # 本报实习生 … and 本报记者 … on two lines are one byline.
            found[-1] = replace(found[-1], raw=f"{found[-1].raw} {line[1].strip()}")
        elif line:
            found.append(candidate(block.element, line[1].strip(), "byline"))
        signed = block if line else None
    if lines and (closing := _CLOSING.search(lines[-1].text)) and _are_names(closing[1]):
        found.append(candidate(lines[-1].element, closing[1], "byline"))
    # A name alone below the headline signs the text.
    found += [
        candidate(block.element, block.text, "byline")
        for block in lines[:3]
        if len(lines) > 2 and _NAMES.match(block.text) and _are_names(block.text)
    ]
    return found


def shown_bylines(elements: Iterable[HtmlElement]) -> dict[str, list[Candidate]]:
    """Author candidates from lines between headline and text: 本报记者 张三."""
    return {
        "author": [
            candidate(element, match[1].strip(), "byline")
            for element in elements
            for line in visible_lines(element)
            if len(line) <= 60 and (match := _LINE.match(line))
        ]
    }


def _are_names(text: str) -> bool:
    names = re.split(r"[\s\u3000]{2,}|[、，]", text)
    return any(name.strip()[:1] in _FAMILY_NAMES for name in names)
