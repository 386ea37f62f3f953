"""Where on a page the article is: the run of lines that reads like one.

The page is a sequence of lines (blocks). Prose counts for a line, links, names of side columns
and other furniture against it; the article is the run with the greatest sum, and headings that
open related news or comments are walls that no run crosses. A run right below the headline is
believed before a bigger one further down, which may be comments.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from lxml.html import HtmlElement

from crawler.reading.blocks import Block
from crawler.reading.boilerplate import is_barrier, is_comments, is_control, is_editor
from crawler.reading.dates import find_dates
from crawler.reading.labels import read_info_line
from crawler.reading.page import BLOCKS
from crawler.reading.text import squeeze

_CONTAINERS = ("div", "td", "section", "article", "main", "body", "form", "center", "ul", "ol")
_PUNCTUATION = re.compile(r"[，。；：、！？,;!?”」]")
_INFO = re.compile(
    r"\d{4}|[来來]\s*源|[时時]间|時間|日期|作者|编辑|編輯|浏览|瀏覽|点击|阅读|[记記]者|民[国國]|Source|Author"
)
# Counters, and what stands between the fields of a line.
_SAYS_NOTHING = re.compile(
    r"(?:浏览|阅读|点击|评论|回复|人气|参与互动)(?:次数|数|量)?[(（:：]?\s*\d*\s*[)）次]?|[|丨/·•:：]"
    r"|\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b,?"
    r"|\d{1,2}:\d\d\s*[AP]M\s*(?:GMT[+-]\d+|[A-Z]{2,4}\b)?,?"
    r"|\d+\s*(?:min(?:ute)?s? read|分钟)"
    r"|\b(?i:(?:first |last )?(?:updated|published|posted))(?: on)?\b"
)
_OF_EVENT = re.compile(r"(?:活动|会议|报名|截止|考试|开放|咨询|演出|办理)(?:时间|日期)")
_WRITTEN_BY = re.compile(r"(?i:(?:posted |written )?by:?\s)[A-Z]")
_SENTENCE = re.compile(r"[，。！？]")
_PLAIN_INFO = ("date", "date_updated", "source", "_other")
_ENDED = re.compile(r"[。！？…；：.!?;:”」』）)]$")
_WALL = -1e9
_ENOUGH = 8.0  # a run that is less is no article
_LITTLE = 2.0  # a sentence or a picture, right below the headline
_MENU = 4  # links
# So much makes the first run below the headline the article: a part of the best run's sum, or
# what a good paragraph is worth (below a short article, lists of others may be long).
_NEAR = 0.1
_PARAGRAPH = 20.0


@dataclass(slots=True, frozen=True)
class Region:
    """The article: its container, and its lines in that."""

    node: HtmlElement
    blocks: list[Block]


def find_region(
    blocks: Sequence[Block],
    asides: Collection[HtmlElement],
    title: int | None,
    headline: HtmlElement | None = None,
    *,
    below: bool = False,
) -> Region | None:
    """The article among the lines of a whole page.

    Args:
        blocks: all lines of the page.
        asides: containers of what stands around articles.
        title: index of the headline's last line, None where it is not among them.
        headline: the element of the headline.
        below: only look below the headline.

    Returns:
        None where nothing reads like an article.
    """
    # What holds the headline is no side column, whatever it is called.
    around = headline.iterancestors() if headline is not None else ()
    aside = dict.fromkeys(asides, True) | dict.fromkeys(around, False)
    scores = [
        _WALL if _is_wall(blocks, i) else _score(block, aside) for i, block in enumerate(blocks)
    ]
    following = [_WALL if title is not None and i <= title else s for i, s in enumerate(scores)]
    enough = _ENOUGH if title is None else _LITTLE
    for scored in (following,) if below else (following, scores):
        runs = [run for run in _runs(scored) if run[0] >= enough]
        if runs:
            best = max(run[0] for run in runs)
            _, start, end = next(run for run in runs if run[0] >= min(_NEAR * best, _PARAGRAPH))
            return _region(blocks, scored, start, end)
        enough = _ENOUGH
    return None


def _runs(scores: Sequence[float]) -> list[tuple[float, int, int]]:
    """The best run between every two walls: (sum, first, last + 1), in page order."""
    runs = []
    best = (0.0, 0, 0)
    total, start = 0.0, 0
    for i, score in enumerate([*scores, _WALL]):
        if score == _WALL:
            if best[0] > 0:
                runs.append(best)
            best, total, start = (0.0, 0, 0), 0.0, i + 1
            continue
        if total <= 0:
            total, start = 0.0, i
        total += score
        if total > best[0]:
            best = (total, start, i + 1)
    return runs


def _score(block: Block, aside: dict[HtmlElement, bool]) -> float:
    text = block.bare
    size = len(text)
    if _in_aside(block.element, aside):
        return -12.0 - min(size, 200) * 0.1
    if not size:
        return 2.5
    linked = block.links > 0.5 * size
    if block.kind == "table":
        return -10.0 if linked else min(size, 300) * 0.1
    if block.files and linked:
        return 2.0
    if linked:
        return -6.0 - min(block.links, 30) * 0.2
    if is_control(block.text) or is_info(block.text):
        return -3.0
    marks = len(_PUNCTUATION.findall(text))
    if marks and size >= 15:
        return min(size, 250) * 0.15 + min(marks, 20)
    if size >= 40:
        return 4.0
    return 0.5 if marks and _ENDED.search(text) else -1.0


def _in_aside(element: HtmlElement, known: dict[HtmlElement, bool]) -> bool:
    """Whether an element stands in a side column; what it lies in is added to `known`."""
    path = []
    node: HtmlElement | None = element
    while node is not None and node.tag not in ("body", "html") and node not in known:
        path.append(node)
        node = node.getparent()
    found = node is not None and known.get(node, False)
    known.update(dict.fromkeys(path, found))
    return found


def _region(blocks: Sequence[Block], scores: Sequence[float], start: int, end: int) -> Region:
    """A run with what belongs to it before and behind: short lines of the same container."""
    homes = Counter(_home(block.element) for block in blocks[start:end])
    own = {home for home, _ in homes.most_common(6)}
    while start > 0 and _belongs(blocks[start - 1], scores[start - 1], own):
        start -= 1
    while end < len(blocks) and _belongs(blocks[end], scores[end], own):
        end += 1
    node = _common([block.element for block in blocks[start:end]])
    return Region(node, list(blocks[start:end]))


def _home(element: HtmlElement) -> HtmlElement:
    """The container of the paragraph that a line stands in."""
    home = element
    # Some editors make every paragraph a div.
    line = home.tag == "div" and not any(child.tag in BLOCKS for child in home)
    while (line or home.tag not in _CONTAINERS) and (parent := home.getparent()) is not None:
        home, line = parent, False
    return home


def _belongs(block: Block, score: float, own: set[HtmlElement]) -> bool:
    return score > -4.0 and _home(block.element) in own


def _common(elements: Sequence[HtmlElement]) -> HtmlElement:
    """The lowest element that holds all of the given ones."""
    common = [elements[0], *elements[0].iterancestors()]
    for element in elements[1:]:
        above = {element, *element.iterancestors()}
        while common[0] not in above:
            del common[0]
    return common[0]


def heading_above(above: Sequence[Block], blocks: Sequence[Block]) -> Block | None:
    """The headline of a page that names none: the nearest heading or short line above the text.

    Args:
        above: the lines before the article.
        blocks: the article's lines; the first may be the headline.
    """

    def may_be(block: Block) -> bool:
        size = len(block.bare)
        plain = block.links <= 0.5 * size and block.kind != "table"
        furniture = is_control(block.text) or is_barrier(block.text) or is_info(block.text)
        return 4 <= size <= 60 and plain and not furniture

    near = [block for block in reversed(above[-12:]) if may_be(block)]
    headings = [block for block in near if block.kind.startswith("h")]
    first = next((block for block in blocks[:1] if may_be(block)), None)
    return next(iter(headings), None) or first or next(iter(near), None)


def trim(blocks: Sequence[Block], title: str, fields: frozenset[str] = frozenset()) -> list[Block]:
    """The lines of an article node without the furniture that skins put into it.

    Args:
        blocks: the lines of the node.
        title: the headline; repeated as the first line it is no body.
        fields: what the info line says (source, date …), squeezed: said again above the text it
            is no body either.
    """
    kept = [block for block in blocks if not (block.text and is_control(block.text))]
    kept = _without_head(kept, squeeze(title), fields)
    return _without_tail(kept)


def _without_head(blocks: list[Block], title: str, fields: frozenset[str]) -> list[Block]:
    head = passed = 0
    for i, block in enumerate(blocks):
        text = block.bare
        if not text or block.files:
            continue
        if text == title or text in fields or is_info(block.text):
            head = i + 1
        elif len(text) > 20 or "。" in text or passed == 2:
            break  # the text has begun
        else:
            passed += 1
    # Pictures and files above a dropped line stay: they are the article's.
    return [b for b in blocks[:head] if b.image or b.files] + blocks[head:]


@lru_cache(maxsize=4096)
def is_info(line: str) -> bool:
    """Whether a line is an info line, or nothing but a date."""
    if len(line) > 120 or not _INFO.search(line) or _OF_EVENT.match(line):
        return False
    bare = line
    opens = False
    for start, _, raw in find_dates(line):
        opens = opens or (start == 0 and ":" in raw)
        bare = bare.replace(raw, "")
    rest = len(squeeze(_SAYS_NOTHING.sub("", bare)))
    if len(line) <= 40 and bare != line and rest <= 6:
        return True
    told = list(read_info_line(line))
    if bare != line and _WRITTEN_BY.match(line):
        return True
    labelled = bare != line and bool(told) and told[0][0][0] != "_"
    opens = opens or (labelled and line.startswith(told[0][1]))
    if opens and told and not _SENTENCE.search(line):
        return True
    read = [r for r in told if r[0] in _PLAIN_INFO]
    # An author alone signs the text; beside a date and a counter he is one field of many.
    counted = told if bare != line else read
    said = sum(len(squeeze(label + value)) for name, label, value in counted if name != "date")
    return bool(read) and (any(r[0] == "date" for r in read) or 2 * said >= rest)


def _without_tail(blocks: list[Block]) -> list[Block]:
    sizes = [len(b.bare) if b.links <= 0.5 * len(b.text) else 0 for b in blocks]
    total = sum(sizes)
    before = 0
    kept: list[Block] = []
    for i, block in enumerate(blocks):
        if block.text and (is_editor(block.text) or _is_menu(block)):
            before += sizes[i]
            continue
        if i and _is_wall(blocks, i):
            # A wall ends the article unless most of the text, or a file, is behind it.
            filed = block.files or any(b.files for b in blocks[i + 1 : i + 2])
            if is_comments(block.text) or (2 * before >= total - before and not filed):
                break
        before += sizes[i]
        kept.append(block)
    return kept


def _is_wall(blocks: Sequence[Block], i: int) -> bool:
    """Whether a line opens what stands below articles, judged also by what follows it.

    Newspapers put facts under 相关链接, which belong to the article: sentences without links.
    """
    text = blocks[i].text
    if not text or not is_barrier(text):
        return False
    following = next((b for b in blocks[i + 1 : i + 3] if b.text), None)
    told = following is not None and not following.links and following.text.endswith("。")
    return is_comments(text) or not (told and text.startswith("相关链接"))


def _is_menu(block: Block) -> bool:
    """A line of nothing but links to elsewhere."""
    return (
        block.kind != "table"
        and not block.files
        and block.html.count("<a ") >= _MENU
        and block.links >= 0.8 * len(block.bare)
    )
