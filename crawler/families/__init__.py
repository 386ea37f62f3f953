"""Families: what one publishing platform's lists and articles look like, one module each."""

from __future__ import annotations

import pkgutil
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
    # Bytes are lowered and searched at a fraction of what text costs; marks are ASCII.
    source = page.source.encode("utf-8", "replace").lower()
    for family in families():
        asked = not family.marks or any(mark.encode() in source for mark in family.marks)
        if asked and not (article and family.last) and family.fingerprint(page):
            return family
    return Family()


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
