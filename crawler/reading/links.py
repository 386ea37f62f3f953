"""Where a link leads and what it says, by its markup or by its script."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from crawler.reading.text import fold_space
from crawler.reading.urls import absolute

# What a browser would open, and a crawler must not.
_NOT_WEB = re.compile(r"\s*(?:file|s?ftps?|data|gopher|s3|smb|ldap|dict|jar|wss?):", re.I)
_LONGEST = 500  # characters of such an address
# Elements that lead somewhere by script, and name the address.
_DATA = ("data-href", "data-url", "data-link")
_QUOTED = re.compile(r"""['"]\s*((?:https?:/)?/?[^'"\s<>()]*[./?][^'"\s<>()]*)\s*['"]""")


def address(link: HtmlElement, base: str) -> str | None:
    """Where a link leads, by its href or by the address that its script opens."""
    href = link.get("href") or ""
    if url := absolute(base, href):
        return url
    if _NOT_WEB.match(href):
        return href.strip()[:_LONGEST]  # a row all the same: refused, and counted
    for name in _DATA:
        if url := absolute(base, link.get(name)):
            return url
    for script in (href, link.get("onclick") or ""):
        if match := _QUOTED.search(script):
            return absolute(base, match[1])
    return None


def is_led(element: HtmlElement) -> bool:
    attributes = element.attrib
    return "onclick" in attributes or any(name in attributes for name in _DATA)


def said(link: HtmlElement) -> str:
    """The text of a link, or what its picture is called."""
    text = fold_space(link.text_content()) or link.get("title") or ""
    if not text:
        for picture in link.iter("img"):
            name = (picture.get("src") or "").rpartition("/")[2]
            return fold_space(picture.get("alt") or "") or name.partition(".")[0]
    return fold_space(text)
