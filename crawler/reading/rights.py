"""What a page says against its being republished."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from crawler.items import Candidate
from crawler.reading.page import Page, candidate, is_hidden, visible_text

_UNALLOWED = (
    r"[^。；;<>\n]{0,20}(?:许可|授权|同意|允许|許可|授權)[^。；;<>\n]{0,12}"
    r"(?:不得|禁止|请勿|严禁|謝絕|谢绝)[^。；;<>\n]{0,10}"
    r"(?:转载|轉載|转发|复制|複製|摘编|转帖|使用)"
)
_FORBIDDEN = r"(?:任何[^。；;<>\n]{0,10})?(?:擅自|随意|私自|非法)?(?:转载|轉載|摘编)"
# Every branch begins with a character of its own: then whole pages are searched in no time.
_PROHIBITION = re.compile(
    "|".join(
        [f"{word}{_UNALLOWED}" for word in ("未[经获得經]", "非经")]
        + [f"{word}{_FORBIDDEN}" for word in ("禁止", "严禁", "谢绝", "请勿", "不得")]
    )
)
_LONGEST = 600  # characters of a line that says it; more is a container
_LINES = frozenset(("p", "div", "span", "td", "li", "font", "em", "strong", "b"))
_ROBOTS = ("robots", "baiduspider", "zhuanzai")


def read_rights(page: Page) -> Iterator[Candidate]:
    """Candidates of origin `no_reprint` (words a reader sees) and `noarchive` (meta robots)."""
    for name in _ROBOTS:
        for said in page.meta.get(name, []):
            if re.search(r"\bnoarchive\b", said.raw, re.I):
                yield Candidate(said.raw, "noarchive", said.line, said.xpath)
    # The words are rare, looking for their place is dear.
    if _PROHIBITION.search(page.source):
        for element, words in _prohibitions(page.root):
            yield candidate(element, words, "no_reprint")
            return


def _prohibitions(holder: HtmlElement) -> Iterator[tuple[HtmlElement, str]]:
    """The lines below an element that a reader sees say so, each with what it says."""
    for element in holder:
        if is_hidden(element):
            continue
        text = element.text_content()
        match = _PROHIBITION.search(text)
        if match is None:
            continue
        said = element.tag in _LINES and len(text) <= _LONGEST
        if said and match[0] in visible_text(element):
            yield element, match[0]
        else:
            yield from _prohibitions(element)
