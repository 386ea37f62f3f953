"""No site is known by its name: families are told by their markup."""

import re
from pathlib import Path

import pytest

from tests.conftest import ROOT

# Declared sources and the sample site name their hosts.
EXEMPT = {"spiders", "demo", "templates"}
HOST = re.compile(r"\b(?!example\.)(?:[a-z0-9-]+\.)+(?:cn|com|net|org|gov|edu|hk|tw|mo)\b", re.I)
FILES = sorted(
    path
    for path in (ROOT / "crawler").rglob("*.py")
    if not EXEMPT.intersection(path.relative_to(ROOT / "crawler").parts)
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_host_names(path: Path) -> None:
    assert HOST.findall(path.read_text()) == []


def test_the_pattern_finds_hosts() -> None:
    assert HOST.search('if "news.city.gov.cn" in url:')
    assert HOST.search("https://www.portal.com/")
    assert not HOST.search("you@example.org, page.root, match.group(1)")
