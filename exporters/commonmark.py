"""From sanitised HTML to CommonMark that renders as the same text everywhere.

Renderers differ: Hugo drops raw HTML and runs {{< >}}, Hexo runs {{ }}, both turn straight quotes
and dots into typographic ones. So no HTML is written, and every character that any of them could
take for markup is escaped. Emphasis is left out where CommonMark would not see it: next to Chinese
punctuation its asterisks would be shown.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import quote

from lxml import html as lxml_html
from lxml.html import HtmlElement

_BLOCKS = {"p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "table", "pre"}
_BLOCKS |= {"figure", "figcaption", "div", "thead", "tbody", "tr", "td", "th"}
# Markup, typography (quotes, -- and ...), and what would be made a link of: :// www. and @
_ANYWHERE = re.compile(
    r"""[\\`*_{}\[\]<>&~|"'$^@]|(?<=[-.!])[-.\[]|[-.](?=[-.])|:(?=//)|(?<=www)\."""
)
_AT_START = re.compile(r"(?:[#+\-=:>]|\d{1,9}(?=[.)]))")
# Where strong and emphasised text begins and ends, until it is known whether marks would work.
_MARKS = {"strong": "\x01\x02", "b": "\x01\x02", "em": "\x03\x04", "i": "\x03\x04"}
_MARKED = re.compile("\x01([^\x01\x02]*)\x02|\x03([^\x03\x04]*)\x04")


def to_markdown(html: str) -> str:
    """CommonMark (tables as in GFM), ending with a line break.

    Args:
        html: sanitised, without control characters.
    """
    fragment = lxml_html.fragment_fromstring(html, create_parent="div")
    return "\n\n".join(_blocks(fragment)) + "\n"


def _blocks(element: HtmlElement) -> Iterator[str]:
    """The blocks in an element; loose text makes paragraphs of its own."""
    loose = [_escape(element.text or "")]
    for child in element.iterchildren():
        if child.tag not in _BLOCKS:
            loose += [_inline(child), _escape(child.tail or "")]
            continue
        yield from _paragraph("".join(loose))
        yield from _block(child)
        loose = [_escape(child.tail or "")]
    yield from _paragraph("".join(loose))


def _block(element: HtmlElement) -> Iterator[str]:
    tag = str(element.tag)
    if tag[0] == "h":
        text = _one_line(_content(element))
        if text:
            yield f"{'#' * int(tag[1])} {text}"
    elif tag in ("ul", "ol"):
        yield from _list(element)
    elif tag == "blockquote":
        quoted = "\n\n".join(_blocks(element))
        if quoted:
            yield "\n".join(f"> {line}".rstrip() for line in quoted.split("\n"))
    elif tag == "table":
        yield from _table(element)
    elif tag == "pre":
        lines = (element.text_content() or "").strip("\n").split("\n")
        yield from _paragraph("\\\n".join(_escape(line.replace(" ", "\u00a0")) for line in lines))
    else:
        yield from _blocks(element)


def _paragraph(text: str) -> Iterator[str]:
    lines = [" ".join(line.split(" ")).strip(" \t\n") for line in _mark(text).split("\\\n")]
    while lines and not lines[-1]:
        lines.pop()
    while lines and not lines[0]:
        lines.pop(0)
    if lines:
        yield "\\\n".join(map(_begin, lines))


def _list(element: HtmlElement) -> Iterator[str]:
    items = []
    for number, item in enumerate(element.iterchildren("li"), 1):
        marker = f"{number}. " if element.tag == "ol" else "- "
        blocks = "\n\n".join(_blocks(item)) or "\u00a0"
        items.append(marker + blocks.replace("\n", "\n" + " " * len(marker)))
    if items:
        yield "\n".join(re.sub(r"(?m)^ +$", "", item) for item in items)


def _table(element: HtmlElement) -> Iterator[str]:
    rows: list[list[str]] = []
    below: dict[tuple[int, int], bool] = {}
    for number, row in enumerate(element.iter("tr")):
        cells: list[str] = []
        for cell in row.iterchildren("td", "th"):
            while below.get((number, len(cells))):
                cells.append("")
            width, height = _span(cell, "colspan"), _span(cell, "rowspan")
            for down in range(1, height):
                below |= {(number + down, len(cells) + across): True for across in range(width)}
            cells += [_one_line(" ".join(_cell(cell))), *[""] * (width - 1)]
        rows.append(cells)
    columns = max(map(len, rows), default=0)
    if columns:
        lines = [f"| {' | '.join(row + [''] * (columns - len(row)))} |" for row in rows]
        yield "\n".join([lines[0], f"|{' --- |' * columns}", *lines[1:]])


def _cell(element: HtmlElement) -> Iterator[str]:
    """The text of a cell, in which no block can stand."""
    yield _escape(element.text or "")
    for child in element.iterchildren():
        yield from _cell(child) if child.tag in _BLOCKS else [_inline(child)]
        yield _escape(child.tail or "")


def _span(cell: HtmlElement, name: str) -> int:
    value = cell.get(name, "1")
    return min(max(int(value), 1), 100) if value.isascii() and value.isdigit() else 1


def _inline(element: HtmlElement) -> str:
    tag = str(element.tag)
    if tag == "br":
        return "\\\n"
    if tag == "img":
        return f"![{_escape(element.get('alt', ''))}]({_address(element.get('src', ''))})"
    text = _content(element)
    if tag == "a" and element.get("href"):
        label = _one_line(text) or _escape(element.get("href", ""))
        return f"[{label}]({_address(element.get('href', ''))})"
    if tag in _MARKS and text.strip():
        opening, closing = _MARKS[tag][0], _MARKS[tag][1]
        inner = re.sub("[\x01-\x04]", "", text)
        return f"{opening}{inner}{closing}"
    return text


def _content(element: HtmlElement) -> str:
    parts = [_escape(element.text or "")]
    for child in element.iterchildren():
        parts += [_inline(child), _escape(child.tail or "")]
    return "".join(parts)


def _one_line(text: str) -> str:
    return " ".join(_mark(text).replace("\\\n", " ").split())


def _escape(text: str) -> str:
    return _ANYWHERE.sub(r"\\\g<0>", re.sub(r"[ \t\r\n]+", " ", text))


def _begin(line: str) -> str:
    """A line that begins no heading, list or quotation."""
    found = _AT_START.match(line)
    if not found:
        return line
    end = found.end() if line[0].isdigit() else 0
    return f"{line[:end]}\\{line[end:]}"


def _address(url: str) -> str:
    return quote(url, safe="%/:?#@!$&*+,;=~-._")


def _mark(text: str) -> str:
    """Asterisks for strong and emphasised text, where a renderer will see them as such."""
    text = text.replace("\x02\x01", "").replace("\x04\x03", "")

    def marked(found: re.Match[str]) -> str:
        inner = found[1] if found[1] is not None else found[2]
        bare = inner.strip(" \u3000\u00a0\\\n") if "\\\n" in inner else inner.strip(" \u3000\u00a0")
        before = text[: found.start()][-1:] + inner[: inner.find(bare)][-1:]
        after = inner[inner.find(bare) + len(bare) :][:1] + text[found.end() :][:1]
        works = bare and _opens(before[-1:], bare[0]) and _opens(after[:1], bare[-1])
        marks = ("**" if found[1] is not None else "*") if works else ""
        return inner.replace(bare, f"{marks}{bare}{marks}", 1) if marks else inner

    return re.sub("[\x01-\x04]", "", _MARKED.sub(marked, text))


def _opens(outside: str, inside: str) -> bool:
    """Whether asterisks between two characters open (or, mirrored, close) emphasis."""
    if inside.isspace() or (outside and outside in "*\x01\x02\x03\x04\\"):
        return False
    if unicodedata.category(inside)[0] not in "PS":
        return True
    return not outside or outside.isspace() or unicodedata.category(outside)[0] == "P"
