"""Families: what one publishing platform's lists and articles look like, one module each."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from crawler.families.base import Family
from crawler.reading.page import Page


@cache
def families() -> tuple[Family, ...]:
    """One instance of every family, in order of module name."""
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
    return tuple(found)


def detect(page: Page) -> Family:
    """The family whose fingerprint a page carries; the generic one when none does."""
    return next((family for family in families() if family.fingerprint(page)), Family())
