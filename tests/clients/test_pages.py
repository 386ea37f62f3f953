"""The site in a real browser and before real validators."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.clients.conftest import CLIENTS, Story

pytestmark = pytest.mark.clients
Program = Callable[..., str]
HERE = Path(__file__).parent


@pytest.fixture
def site(story: Story) -> Path:
    story.correct()
    story.withdraw()
    return story.export("site", "site")


def opened(program: Program, scheme: str, width: int, *urls: str) -> dict[str, Any]:
    said = program("node", HERE / "axe.mjs", scheme, str(width), *urls)
    return dict(json.loads(said.splitlines()[-1]))


def test_vnu_finds_no_error(site: Path, program: Program) -> None:
    jar = CLIENTS / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
    print("vnu", program("java", "-jar", jar, "--version").strip())
    pages = sorted(site.rglob("*.html"))
    assert len(pages) >= 10
    # Without warnings: of a page on a disk it does not believe that 'self' allows its style sheet.
    assert program("java", "-jar", jar, "--stdout", "--errors-only", *pages) == ""
    assert program("java", "-jar", jar, "--stdout", "--css", site / "style.css") == ""


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation(site: Path, program: Program, scheme: str, width: int) -> None:
    pages = [path.as_uri() for path in sorted(site.rglob("*.html"))]
    said = opened(
        program, scheme, width, *pages, f"{(site / 'search.html').as_uri()}#q={quote('通知')}"
    )
    print(said["chromium"], "axe", said["axe"])
    for url, page in said["pages"].items():
        assert page["violations"] == [], url
        assert page["errors"] == [], url
        assert page["passes"] > 10
        assert not page["scrolls"], f"{url} is wider than {width}"
        assert all(request.startswith(site.as_uri()) for request in page["requests"]), url


def test_search_works_from_the_disk(site: Path, program: Program) -> None:
    def search(words: str) -> dict[str, Any]:
        url = f"{(site / 'search.html').as_uri()}#q={quote(words)}"
        return dict(opened(program, "light", 1280, url)["pages"][url])

    assert search("更正后的正文")["results"] == ["更正后的标题"]
    assert search("更正后 某某日报")["results"] == ["更正后的标题"]
    assert len(search("事项的通知")["results"]) == 2
    assert search("c#")["marks"] == search("Ｃ＃")["marks"] != []  # full width is the same
    assert search("没有这样的词")["results"] == []
    hostile = search("<img src=x onerror=alert(1)>")
    assert (hostile["results"], hostile["errors"]) == ([], [])
