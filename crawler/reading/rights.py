"""What a page says against its being republished."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crawler.items import Candidate
from crawler.reading.page import Page, candidate, is_hidden, visible_text

_REPRINT = r"(?:转载|轉載|转发|复制|複製|摘编|转帖|使用)"
_PROHIBITION = re.compile(
    rf"(?:未经|未获|未得|非经|未經)[^。；;<>\n]{{0,20}}(?:许可|授权|同意|允许|許可|授權)[^。；;<>\n]{{0,12}}"
    rf"(?:不得|禁止|请勿|严禁|謝絕|谢绝)[^。；;<>\n]{{0,10}}{_REPRINT}"
    rf"|(?:禁止|严禁|谢绝|请勿|不得)(?:任何[^。；;<>\n]{{0,10}})?(?:擅自|随意|私自|非法)?(?:转载|轉載|摘编)"
)
_LONGEST = 600  # characters of a line that says it; more is a container
_ROBOTS = ("robots", "baiduspider", "zhuanzai")


def read_rights(page: Page) -> Iterator[Candidate]:
    """Candidates of origin `no_reprint` (words a reader sees) and `noarchive` (meta robots)."""
    for name in _ROBOTS:
        for said in page.meta.get(name, []):
            if re.search(r"\bnoarchive\b", said.raw, re.I):
                yield Candidate(said.raw, "noarchive", said.line, said.xpath)
    if not _PROHIBITION.search(page.source):
        return  # the words are rare, looking for their place is dear
    for element in page.root.iter("p", "div", "span", "td", "li", "font", "em", "strong", "b"):
        text = element.text_content()
        match = _PROHIBITION.search(text) if len(text) <= _LONGEST else None
        if match is None or match[0] not in visible_text(element):
            continue
        if not any(is_hidden(holder) for holder in (element, *element.iterancestors())):
            yield candidate(element, match[0], "no_reprint")
            return
