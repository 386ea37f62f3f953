"""What attributes, classes and cells say of an article, beside its info line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import cast

from lxml import etree
from lxml.html import HtmlElement

from crawler.items import Candidate
from crawler.reading.dates import find_dates
from crawler.reading.infoline import LOOSE, is_account, merge, read_lines
from crawler.reading.labels import EDGE, LABEL, NOISE, read_info_line
from crawler.reading.names import OUTLET_NAME, SHORT, english_names, is_outlet
from crawler.reading.page import Page, candidate, visible_lines, visible_text
from crawler.reading.text import fold_space, squeeze

_CHANGE = re.compile(r"更新|修改|编辑|最[后後]|updat|modif|edit", re.I)
_TRAIL = re.compile(r"首页|位置|[>›»]")  # from the home page to here
_UNSAID = re.compile(r"来[\s\u3000]*源[\s\u3000]*[:：][\s\u3000]*$")
_MAX_MARKED = 30  # characters


def read_info(
    elements: Iterable[HtmlElement], *, below: bool = False
) -> dict[str, list[Candidate]]:
    """What `read_lines` finds in the lines of elements, and what their attributes add to it.

    `below`: they stand below a text, where attributes and links are rather of other posts.
    """
    elements = list(elements)
    lines = [(element, visible_lines(element, apart=True)) for element in elements]
    # A day and its month may be set one above the other, in a box.
    boxed = [(e, " ".join(many)) for e, many in lines if len(many) > 1 and len("".join(many)) < 12]
    found = read_lines([(e, line) for e, many in lines for line in many] + boxed)
    if below:
        return found
    hidden = _in_attributes(elements, found)
    if "date" in hidden:  # 3天前 says less than what stands behind it
        found["date"] = hidden.pop("date") + found.get("date", [])
    return merge(found, hidden)


def _in_attributes(
    elements: list[HtmlElement], known: dict[str, list[Candidate]]
) -> dict[str, list[Candidate]]:
    """The day behind `3天前` or `8月1日`, the outlet of which only the logo stands behind 来源."""
    found: dict[str, list[Candidate]] = {}

    def find(name: str, read: Callable[[HtmlElement], Iterable[Candidate]]) -> None:
        values = {c.raw: c for element in elements for c in read(element)}
        if len(values) == 1:  # several are of other posts, too
            found[name] = list(values.values())

    if all(LOOSE.fullmatch(c.raw) for c in known.get("date", [])):
        find("date", _hidden_days)
    if "source" not in known:
        find("source", _logos)
    find("_poster", _accounts)
    return found


def _hidden_days(element: HtmlElement) -> Iterator[Candidate]:
    for inner in element.iter("time", "span", "abbr", "em", "i"):
        said = inner.get("datetime") or inner.get("title") or ""
        text = visible_text(inner) if said[:1] in ("1", "2") else ""
        if (
            0 < len(text) <= SHORT
            and (inner.tag == "time" or LOOSE.fullmatch(text))
            and not any(find_dates(text))
            and not _is_change(inner)
            and next(inner.iterancestors("a"), None) is None
        ):
            yield candidate(inner, said, "info")


def _logos(element: HtmlElement) -> Iterator[Candidate]:
    for logo in element.iter("img"):
        name = fold_space(logo.get("alt") or "")
        if OUTLET_NAME.match(name) and _UNSAID.search(visible_text(element)):
            yield candidate(element, name, "info")


def _accounts(element: HtmlElement) -> Iterator[Candidate]:
    """Who posted, as the link to his page calls him."""
    links = [link for link in element.iter("a") if is_account(link)]
    if not links or _TRAIL.search(visible_text(element)):
        return
    for link in links:
        name = visible_text(link)
        if 2 <= len(name) <= SHORT and not NOISE.search(name):
            yield candidate(link, name, "info:account")


def _is_change(element: HtmlElement) -> bool:
    """Whether the words right before an element, or its class, say that it is a date of change."""
    before, parent = element.getprevious(), element.getparent()
    if before is not None:
        words = f"{visible_text(before)} {before.tail or ''}"
    else:
        words = (parent.text or "") if parent is not None else ""
    return bool(_CHANGE.search(f"{words[-12:]} {element.get('class') or ''}"))


_MARKED = {
    "author": re.compile(
        r"\s(?:authors?|byline|writer|author-(?:info-)?name|(?:article|post|entry)-author)\s"
    ),
    "source": re.compile(r"\s(?:(?:article|post|news)-)?source\s"),
}
_NAMES_OUTLET = re.compile(r"\.(?:from|laiyuan|media(?:-?name)?|mediaName)$")
_JOINED = re.compile(r"(?:by|and|与|和|[\s\u3000、，,&|/·])*", re.I)
_PROPERTIES = etree.XPath("//*[@itemprop]")


def marked_fields(page: Page, missing: Iterable[str]) -> dict[str, list[Candidate]]:
    """What classes and attributes call author or source, if a page has one of the kind.

    `missing`: the fields to look for, of these two.
    """
    found: dict[str, list[Candidate]] = {}
    for name in missing:
        named = [key for key in page.named if key[0] == "." and _MARKED[name].match(f" {key[1:]} ")]
        elements = {element for key in named for element in page.named[key]}
        if name == "source" and not elements:
            weak = [key for key in page.named if _NAMES_OUTLET.match(key)]
            elements = {e for key in weak for e in page.named[key] if is_outlet(visible_text(e))}
        links = page.named.get("a", []) + page.named.get("link", [])
        linked = (link for link in links if link.get("rel"))
        elements.update(e for e in linked if _MARKED[name].search(f" {e.get('rel')} "))
        if "itemprop" in page.source:
            properties = cast("list[HtmlElement]", _PROPERTIES(page.root))
            elements.update(e for e in properties if _MARKED[name].search(f" {e.get('itemprop')} "))
        if len(elements) > 1:
            elements -= {above for element in elements for above in element.iterancestors()}
        shown = [(_named(e), e) for e in page.elements if e in elements] if elements else []
        texts = {text for text, _ in shown if text}
        if name == "author" and len(texts) > 1 and (together := _together(shown)):
            found[name] = [together]
            continue
        if len(texts) != 1:
            continue
        text = texts.pop()
        if len(text) > _MAX_MARKED and english_names(text, bare=True) != text:
            continue
        element = next(element for shown_text, element in shown if shown_text == text)
        said = [value for field, _, value in read_info_line(text) if field == name]
        if said or not LABEL.search(text):
            raw = said[0] if said else english_names(text, bare=name == "author") or text
            found[name] = [candidate(element, raw, f"class:{name}")]
    return found


def _together(shown: list[tuple[str, HtmlElement]]) -> Candidate | None:
    """Several authors, if they make up one line: <a>Jane Doe</a> and <a>John Roe</a>."""
    holder = shown[0][1].getparent()
    if holder is None or any(element.getparent() is not holder for _, element in shown):
        return None
    line = rest = visible_text(holder)
    for name, _ in shown:
        rest = rest.replace(name, "", 1)
    return candidate(holder, line, "class:author") if _JOINED.fullmatch(rest) else None


def _named(element: HtmlElement) -> str:
    """The text of a marked element; of microdata that describe a person only the name."""
    names = [e for e in element.iter() if e.get("itemprop") == "name" and e is not element]
    if len(names) == 1:
        return fold_space(names[0].get("content") or "") or visible_text(names[0])
    text = visible_text(element)
    for start, end, _ in sorted(find_dates(text), reverse=True):
        text = text[:start] + text[end:]
    return text.strip(EDGE)


def read_card(page: Page) -> list[Candidate]:
    """Who wrote the post, from the card that introduces him, if there is one card."""
    cards = {
        e for key in page.named if "author" in key and _CARD.match(key) for e in page.named[key]
    }
    names = {}
    for card in cards:
        for part in card.iterdescendants():
            name = visible_text(part) if _CARD_NAME.search(part.get("class") or "") else ""
            if 0 < len(name) <= SHORT and not LABEL.search(name):
                names[name] = part
    return [
        candidate(part, name, "class:author") for name, part in names.items() if len(names) == 1
    ]


_CARD = re.compile(r"\.(?:about-(?:the-)?author|author-?(?:card|box|bio))$")
_CARD_NAME = re.compile(r"(?:^|[\s_-])(?:name|nickname|fn)(?:$|\s)", re.I)
# A cell that is nothing but the label of the cell beside it.
_CELL = re.compile(r"(?:发布|发表|公开|公布|上载|發布|發佈)(?:日期|时间|時間)[:：]?")


def read_cells(page: Page) -> list[Candidate]:
    """The date beside a cell that says 发布日期, as tables and lists above a paper have it."""
    found = {}
    for tag in ("td", "th", "dt", "b", "strong"):
        for cell in page.named.get(tag, []):
            said = cell.text or (cell[0].text if len(cell) == 1 else "") or ""
            if len(said) <= SHORT and _CELL.fullmatch(squeeze(said)):
                beside = cell.getnext()
                if beside is not None and len(beside) <= 2:
                    value = visible_text(beside)
                    if len(value) <= SHORT and any(find_dates(value)):
                        found[value] = beside, f"info:{squeeze(said)}"
    if len(found) != 1:
        return []  # a column of them, of other papers
    ((value, (cell, origin)),) = found.items()
    return [candidate(cell, value, origin)]
