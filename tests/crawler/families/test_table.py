"""The table of traps names every test of a platform, and no other."""

import re
from importlib import import_module
from pathlib import Path

import pytest

import tests.crawler.families as table
from crawler.families import families

ROWS = re.findall(r"^\| (\w+) \| (.+) \| ([\w ]+) \|$", table.__doc__ or "", re.M)[1:]
MODULES = {
    path.stem.removeprefix("test_"): import_module(f"{table.__name__}.{path.stem}")
    for path in Path(__file__).parent.glob("test_*.py")
    if path.stem != "test_table"
}


def test_every_platform_has_its_traps() -> None:
    assert len(ROWS) == (table.__doc__ or "").count("\n| ") - 1
    assert {family.name for family in families()} <= MODULES.keys()
    assert {family for family, _, _ in ROWS} == MODULES.keys()


@pytest.mark.parametrize("family", sorted(MODULES))
def test_every_trap_has_its_test(family: str) -> None:
    named = {name for row in ROWS if row[0] == family for name in row[2].split()}
    there = {
        name
        for name, value in vars(MODULES[family]).items()
        if name.startswith("test_") and callable(value)
    }
    assert named == there
