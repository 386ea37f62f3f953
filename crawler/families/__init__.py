"""Families: what one publishing platform's lists and articles look like, one module each."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Sequence
from functools import cache
from importlib import import_module

from crawler.families.base import Family
from crawler.items import Article
from crawler.reading.article import read_article
from crawler.reading.listing import Row
from crawler.reading.page import Page


@cache
def families() -> tuple[Family, ...]:
    """One instance of every family, in order of module name; those that ask to be last, last."""
    found: list[Family] = []
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        found += [
            value()
            for value in vars(import_module(module.name)).values()
            if isinstance(value, type)
            and issubclass(value, Family)
            and value is not Family
            and value.__module__ == module.name
        ]
    return tuple(sorted(found, key=lambda family: family.last))


def detect(page: Page, *, article: bool = False) -> Family:
    """The family whose fingerprint a page carries; the generic one when none does.

    `article`: the page is read as an article, so ways of listing are not asked.
    """
    markup = _markup(page)
    for family in families():
        asked = not family.marks or any(
            mark in (markup if mark.isascii() else page.source) for mark in family.marks
        )
        if asked and not (article and family.last) and family.fingerprint(page):
            return family
    return Family()


# Addresses by which a page loads and links, and what its maker says.
_SAYING = {
    **{"a": "href", "link": "href", "img": "src", "script": "src", "iframe": "src"},
    **{"form": "action", "meta": "content"},
}
_COMMENT = re.compile(r"<!--.{0,100}")
_BEGINNING = 10_000  # characters: calls of a platform's scripts are short, data may be endless


def _markup(page: Page) -> str:
    """What may tell a page's platform, a fraction of its source: lower case, ASCII only."""
    parts = [page.url, *page.named, page.source[:_BEGINNING], *_COMMENT.findall(page.source)]
    for tag, name in _SAYING.items():
        parts += [element.get(name) or "" for element in page.named.get(tag, ())]
    parts += [(script.text or "")[:_BEGINNING] for script in page.named.get("script", ())]
    # ASCII is lowered and searched at a fraction of what other text costs.
    return "\n".join(parts).encode("ascii", "ignore").decode("ascii").lower()


def read(
    page: Page,
    row: Row | None = None,
    *,
    family: Family | None = None,
    further: Sequence[Page] = (),
    trace: bool = False,
) -> Article:
    """Read the article of a page: the one entrance that crawl, preview and evaluation share.

    Args:
        page: the parsed response.
        row: the list row that led here.
        family: whose page it is; None: the one whose fingerprint it carries.
        further: the other pages of an article that is split over several.
        trace: also tell where every paragraph stands.

    Raises:
        NotAnArticle: with its reason; nothing of such a page may be stored.
    """
    family = family or detect(page, article=True)
    return read_article(
        family.as_shown(page),
        family.rules,
        canonical=family.canonical_url,
        row=row,
        further=[family.as_shown(other) for other in further],
        trace=trace,
    )
