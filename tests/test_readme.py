"""The README tells the truth about commands and settings."""

import re

from tests.conftest import ROOT, Scrapy

README = (ROOT / "README.md").read_text("utf-8")


def test_every_variable_is_explained() -> None:
    settings = (ROOT / "crawler" / "settings.py").read_text("utf-8")
    read = set(re.findall(r'environ\.get\("(\w+)"', settings))
    assert read
    assert read == set(re.findall(r"^\| `(ZHUANZAI_\w+)` \|", README, re.M))


def test_every_command_exists(scrapy: Scrapy) -> None:
    known = set(re.findall(r"^  (\w+) ", scrapy("-h").stdout, re.M))
    named = set(re.findall(r"scrapy (\w+)", README)) - {"trafilatura"}
    assert {"crawl", "preview", "export", "demo"} <= named <= known


def test_make_targets_exist() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    assert set(re.findall(r"`?make (\w+)`?", README)) - {"the"} <= targets
