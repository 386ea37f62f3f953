"""The day that a text itself gives, for pages that are dated by nothing else.

A report opens with its dateline (某某社北京2005年8月25日电), a notice ends with the day on which it
was signed, an essay with the day on which it was written or printed. Each may differ from the day
of publication, so these are candidates of last resort.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from lxml.html import HtmlElement

from crawler.items import Candidate
from crawler.reading.blocks import Block
from crawler.reading.boilerplate import is_reader
from crawler.reading.dates import find_dates
from crawler.reading.page import Page, candidate, visible_lines
from crawler.reading.text import squeeze

_OPENING = 40  # characters
_CLOSING = 40
_TITLE = 4  # characters
_AROUND = 14  # characters beside the date of a closing line
_REPORT = re.compile(r"^[\s\u3000日]*(?:电|讯|消息|報道|报道|電|訊)")
_REPORTED = re.compile(r"(?:[报网社台刊]讯|[社网]电)[】\]）)]?[\s\u3000]*$")
# 附件：…, 报名时间：…, until when: of something else.
_OTHER = re.compile(
    r"^附|(?:(?<![发布刊写定完改脱])[\u4e00-\u9fff](?:时间|日期|电话|地点)|^[时日][间期])[:：]\s*$"
)
_PERIOD = re.compile(r"\s*(?:至|到|起|—|－|-|~)")
_PARTS = 2
_PART = re.compile(r"第?[A-Z]?\d{1,3}版(?:[:：].{0,20})?$")
_DAY = re.compile(r"(?:19|20)\d\d[-年/.]\d{1,2}[-月/.]\d{1,2}日?(?:[（(]?(?:星期|周).[)）]?)?$")
_TEXT = re.compile(r"[。！？；]")


def text_dates(blocks: Sequence[Block], behind: Iterable[HtmlElement]) -> Iterator[Candidate]:
    """Date candidates from the first and last lines of a body, and from what stands below it."""
    lines = [block for block in blocks if block.text and block.kind != "table"]
    for block in lines[:2]:
        opening = block.text[:_OPENING]
        for start, end, raw in find_dates(opening):
            if _REPORT.match(opening[end:]) or _REPORTED.search(opening[:start]):
                yield candidate(block.element, raw, "dateline")
    closing = [(block.element, block.text) for block in reversed(lines[-3:])]
    below = [
        (element, line)
        for element in behind
        if not is_row(element)
        for line in visible_lines(element)
    ]
    for element, line in (*closing, *below):
        if len(line) > _CLOSING or _TEXT.search(line) or is_reader(line):
            continue
        for start, end, raw in find_dates(line):
            if _OTHER.search(line[:start]) or _PERIOD.match(line[end:]):
                continue
            if len(squeeze(line.replace(raw, ""))) <= _AROUND:
                yield candidate(element, raw, "signed")


def edition_day(page: Page) -> Iterator[Candidate]:
    """The one day that a page of a newspaper's digital edition prints beside the list of its parts
    (第A01版：头版), where it prints but one.
    """
    parts = (link for link in page.named.get("a", []) if _PART.match(squeeze(link.text or "")))
    if len(list(islice(parts, _PARTS))) < _PARTS:
        return
    days = [e for e in page.elements if _DAY.match(squeeze(e.text or "")) and not len(e)]
    if len({squeeze(element.text or "") for element in days}) == 1:
        yield candidate(days[0], squeeze(days[0].text or ""), "edition")


def is_row(element: HtmlElement) -> bool:
    """Whether a line is a row of a list: the title of another post, linked, and its date."""
    return any(len(squeeze(link.text_content())) >= _TITLE for link in element.iter("a"))
