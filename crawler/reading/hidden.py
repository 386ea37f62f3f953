"""What the styles of a page keep from its readers' eyes.

Of style sheets, selectors of names, tags and what they stand in are read; those that wait for a
pointer, or for an attribute that scripts set, say nothing of the page as it comes. Rules that show
what others hide count by the cascade (CSS 2.2, 6.4.1), `!important` aside.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from lxml.html import HtmlElement

HIDING = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.I)
_OFF = (
    r"(?:left|top|text-indent|margin-left)\s*:\s*-(?:\d{3,}|\d{2,}r?em)|"
    r"clip\s*:\s*rect\((?:\s*0(?:px)?\s*,?){4}\)|clip-path\s*:\s*inset\(\s*(?:50|100)%|"
    r"\btranslate[XY]?\(\s*-\d{3,}px"
)
_NOTHING = r"\s*:\s*0(?:\.0*)?(?:px|pt|r?em|%)?\s*(?:;|$|!)"
AWAY = re.compile(
    rf"{_OFF}|\bscale\(\s*0\s*[,)]|(?:^|[;\s])color\s*:\s*transparent|"
    rf"(?:^|[;\s])(?:(?P<size>font-size)|opacity|height|max-height){_NOTHING}",
    re.I,
)
"""Styles that leave an element where nobody sees it."""
# Of a sheet less is believed: what fades in or unfolds begins with an opacity or height of 0.
_AWAY_IN_SHEETS = re.compile(rf"{_OFF}|(?:^|[;\s])(?P<size>font-size){_NOTHING}", re.I)
_SHOWING = re.compile(r"display\s*:\s*(?!none)[a-z]|visibility\s*:\s*visible", re.I)
_HIDING_WORDS = ("none", "hidden", ":-", ": -", "font-size:0", "font-size: 0", "clip:", "clip-path")
_SHOWING_WORDS = ("display", "visib")
_PRINT = re.compile(r"@media\s+print\b[^{}]*+\{(?:[^{}]*+\{[^{}]*+\})*+[^{}]*+\}?", re.I)
_COMPOUND = re.compile(r"(?P<tag>[a-z][a-z0-9]*)?(?P<names>(?:[.#][\w-]+)*)$", re.I)
_MOST_STEPS = 6
_MOST_LOOKS = 200_000  # at elements; a tenth of a second


_Weight = tuple[int, int, int]  # ids, classes, tags
_Place = tuple[int, int]  # number of the sheet, character


class _Step(NamedTuple):
    tag: str
    names: tuple[str, ...]
    """Classes and ids as selectors."""
    child: bool
    """It stands right below what the step before it names."""


@lru_cache(maxsize=4096)
def hides(style: str) -> tuple[bool, bool]:
    """Whether a style attribute hides an element, and whether it does so by the size of its font:
    then what it holds may set another.
    """
    style = style.replace("\\", "")
    if "/*" in style:
        style = _without_comments(style)
    if HIDING.search(style):
        return True, False
    away = AWAY.search(style)
    return bool(away), bool(away and away["size"])


def concealed(named: Mapping[str, Sequence[HtmlElement]]) -> set[HtmlElement]:
    """The elements that a page's own style sheets hide on a screen.

    `named`: elements by tag, class and id (see Page.named).
    """
    sheets = [_screen(sheet.text or "") for sheet in named.get("style", ())]
    looks = 0
    found: dict[HtmlElement, tuple[_Weight, _Place]] = {}
    for place, steps, by_size in _hiding_rules(sheets):
        places = _places(steps, named)
        looks += len(places) * len(steps)
        if looks > _MOST_LOOKS:
            break
        weight = _weight(steps)
        for element in places:
            if _fits(element, steps) and not (by_size and len(element)):
                before = found.get(element)
                found[element] = max(before, (weight, place)) if before else (weight, place)
    if not found:
        return set()
    names = {name for element in found for name in _names(element)}
    for place, steps in _showing_rules(sheets, names):
        places = _places(steps, named)
        looks += len(places) * len(steps)
        if looks > _MOST_LOOKS:
            break
        for element in places:
            hidden = found.get(element)
            if hidden and hidden < (_weight(steps), place) and _fits(element, steps):
                del found[element]
    return set(found)


def _screen(sheet: str) -> str:
    """A sheet without its comments and its rules for print."""
    if "/*" in sheet:
        sheet = _without_comments(sheet)
    return _PRINT.sub("", sheet)


def _hiding_rules(sheets: Sequence[str]) -> Iterator[tuple[_Place, tuple[_Step, ...], bool]]:
    """Place and selector of each rule that hides, and whether it does so by the font's size."""
    for place, rule in _rules(sheets, _HIDING_WORDS):
        declarations = rule.rpartition("{")[2].lower()
        away = None
        if (
            ("none" in declarations or "hidden" in declarations) and HIDING.search(declarations)
        ) or (away := _AWAY_IN_SHEETS.search(declarations)):
            for steps in _selectors(rule):
                yield place, steps, bool(away and away["size"])


def _showing_rules(
    sheets: Sequence[str], names: set[str]
) -> Iterator[tuple[_Place, tuple[_Step, ...]]]:
    """Place and selector of each rule that shows elements of some of these names."""
    for place, rule in _rules(sheets, _SHOWING_WORDS):
        if _SHOWING.search(rule.rpartition("{")[2]):
            for steps in _selectors(rule):
                if names.issuperset(steps[-1].names or (steps[-1].tag,)):
                    yield place, steps


def _rules(sheets: Sequence[str], words: Iterable[str]) -> Iterator[tuple[_Place, str]]:
    """The rules that have one of these words, in order, each without its closing brace. Looking for
    a word is cheaper than looking at every rule.
    """
    for number, sheet in enumerate(sheets):
        lower = sheet.lower()
        if len(lower) != len(sheet):
            lower = sheet
        spans = set()
        for word in words:
            at = lower.find(word)
            while at >= 0:
                end = lower.find("}", at)
                end = len(lower) if end < 0 else end
                spans.add((lower.rfind("}", 0, at) + 1, end))
                at = lower.find(word, end)
        for start, end in sorted(spans):
            yield (number, start), sheet[start:end]


def _selectors(rule: str) -> Iterator[tuple[_Step, ...]]:
    selectors = rule.rpartition("{")[0].rpartition("{")[2]  # of @media
    return filter(None, map(_steps, selectors.split(",")))


def _places(
    steps: Sequence[_Step], named: Mapping[str, Sequence[HtmlElement]]
) -> Sequence[HtmlElement]:
    """The elements that the last part of a selector may name; none where the page has nothing that
    some part of it names.
    """
    if not all(name in named for step in steps for name in step.names):
        return ()
    last = steps[-1]
    return min((named.get(name, ()) for name in last.names or (last.tag,)), key=len)


def _names(element: HtmlElement) -> Iterator[str]:
    yield str(element.tag)
    yield f"#{element.get('id')}"
    for name in (element.get("class") or "").split():
        yield f".{name}"


def _without_comments(style: str) -> str:
    first, *others = style.split("/*")
    return first + "".join(other.partition("*/")[2] for other in others)


@lru_cache(maxsize=4096)
def _steps(selector: str) -> tuple[_Step, ...]:
    """The parts of a selector, outermost first; () for one that is not read."""
    steps: list[_Step] = []
    child = False
    for part in selector.replace(">", " > ").split():
        if part == ">":
            child = True
            continue
        match = _COMPOUND.match(part)
        if match is None:
            return ()
        names = tuple(re.findall(r"[.#][\w-]+", match["names"]))
        steps.append(_Step((match["tag"] or "").lower(), names, child))
        child = False
    return tuple(steps) if len(steps) <= _MOST_STEPS and not child else ()


@lru_cache(maxsize=4096)
def _weight(steps: tuple[_Step, ...]) -> _Weight:
    names = [name for step in steps for name in step.names]
    ids = sum(name[0] == "#" for name in names)
    return ids, len(names) - ids, sum(bool(step.tag) for step in steps)


def _fits(element: HtmlElement, steps: Sequence[_Step]) -> bool:
    """Whether a selector names an element. Of the ancestors that a step may mean, the nearest is
    taken: trying them all would cost the power of the steps.
    """
    if not _is(element, steps[-1]):
        return False
    node: HtmlElement | None = element
    for i in range(len(steps) - 2, -1, -1):
        assert node is not None
        if steps[i + 1].child:
            node = node.getparent()
            if node is None or not _is(node, steps[i]):
                return False
        else:
            node = next((each for each in node.iterancestors() if _is(each, steps[i])), None)
            if node is None:
                return False
    return True


def _is(element: HtmlElement, step: _Step) -> bool:
    if step.tag and element.tag != step.tag:
        return False
    if not step.names:
        return True
    classes = (element.get("class") or "").split()
    return all(
        name[1:] in classes if name[0] == "." else element.get("id") == name[1:]
        for name in step.names
    )
