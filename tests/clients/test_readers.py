"""Feed readers hold what the store says, through correction, withdrawal and takedown."""

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lxml import html as lxml_html

from exporters.base import cancel_notice
from exporters.body import reader_html
from exporters.clean import clean_record
from tests.clients.conftest import Story

pytestmark = pytest.mark.clients
Program = Callable[..., str]
Held = dict[str, tuple[str, str]]

# The standard library's parser is the strict one: it knows which elements must and may stand
# where, and how dates look.
STRICT = """
require "rss"
feed = RSS::Parser.parse(File.read(ARGV[0]), true)  # extensions are skipped
puts RSS::VERSION, feed.class, feed.items.size
"""


def squeezed(html: str) -> str:
    return re.sub(r"\s+", "", str(lxml_html.fragment_fromstring(html, "div").text_content()))


def says(story: Story) -> Held:
    """Title and text of every record, as a reader must show it."""
    return {
        f"urn:zhuanzai:{key}": (
            record.title or cancel_notice(record.reason)[0],
            squeezed(reader_html(clean_record(record), story.identity)),
        )
        for key, record in story.records().items()
    }


def story_of(story: Story, read: Callable[[], Held]) -> None:
    """Import, import again, corrected, withdrawn."""
    assert read() == says(story)
    assert read() == says(story)
    story.correct()
    assert "更正后的标题" in {title for title, _ in read().values()}
    assert read() == says(story)
    story.withdraw()
    held = read()
    assert held == says(story)
    assert len(held) == 5
    assert sum("本文已撤回" in text for _, text in held.values()) == 2


@pytest.mark.parametrize(("format", "name"), [("rss", "feed.xml"), ("atom", "atom.xml")])
def test_feedparser(story: Story, format: str, name: str) -> None:
    import feedparser

    print("feedparser", feedparser.__version__)

    def read() -> Held:
        feed: Any = feedparser.parse(str(story.export(format, name)))
        assert not feed.bozo, feed.bozo_exception
        assert feed.version == {"rss": "rss20", "atom": "atom10"}[format]
        assert len({entry.id for entry in feed.entries}) == len(feed.entries)
        for entry in feed.entries:
            record = story.records()[entry.id.rpartition(":")[2]]
            if record.url:
                assert record.url in [link.href for link in entry.links if link.rel == "via"]
                assert entry.author == "张三"
                assert entry.published_parsed[:3] == (2024, 8, 24)  # UTC
                assert entry.tags[0].term == "通知公告"
            if record.status == "usable":
                assert entry.rights == story.identity.disclaimer
        return {e.id: (e.title, squeezed(e.content[0].value)) for e in feed.entries}

    story_of(story, read)


@pytest.mark.parametrize(("format", "name"), [("rss", "feed.xml"), ("atom", "atom.xml")])
def test_newsboat(story: Story, program: Program, tmp_path: Path, format: str, name: str) -> None:
    home = tmp_path / "newsboat"
    home.mkdir()
    (home / "config").write_text("")
    (home / "urls").write_text(f"file://{story.folder / name}\n")
    print(program("newsboat", "--version").splitlines()[0])

    def read() -> Held:
        story.export(format, name)
        said = program(
            "newsboat", "-u", home / "urls", "-c", home / "cache.db", "-C", home / "config",
            "-x", "reload", cwd=home,
        )  # fmt: skip
        assert "rror" not in said, said
        with sqlite3.connect(home / "cache.db") as cache:
            rows = cache.execute("SELECT guid, title, content FROM rss_item WHERE deleted = 0")
            found = rows.fetchall()
        cache.close()
        assert len({guid for guid, *_ in found}) == len(found)
        return {guid: (title, squeezed(content)) for guid, title, content in found}

    story_of(story, read)


@pytest.mark.parametrize(("format", "name"), [("rss", "feed.xml"), ("atom", "atom.xml")])
def test_strict_parser_accepts(
    story: Story, program: Program, tmp_path: Path, format: str, name: str
) -> None:
    (tmp_path / "strict.rb").write_text(STRICT)
    for step in (lambda: None, story.correct, story.withdraw):
        step()
        said = program("ruby", tmp_path / "strict.rb", story.export(format, name)).split()
        assert said[-1] == "5", said
    print("ruby rss", *said)


def test_strict_parser_refuses_what_is_wrong(program: Program, tmp_path: Path) -> None:
    (tmp_path / "strict.rb").write_text(STRICT)
    wrong = tmp_path / "wrong.xml"
    wrong.write_text('<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title></feed>')
    assert "MissingTagError" in program("ruby", tmp_path / "strict.rb", wrong, ok=False)
