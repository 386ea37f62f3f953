"""Hugo and Hexo build what we wrote; every post is there once, with the very text."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import html as lxml_html

from crawler.items import Record
from exporters.body import reader_html
from exporters.clean import clean_record
from tests.clients.conftest import CLIENTS, Story

pytestmark = pytest.mark.clients
Program = Callable[..., str]

PAGE = "<title>{title}</title><h1>{title}</h1><main>{content}</main>"


def squeezed(html: str) -> str:
    return re.sub(r"\s+", "", lxml_html.fromstring(html).text_content())


def expected(record: Record, story: Story) -> tuple[str, str]:
    """Title and text, without white space, as every client must show them."""
    body = reader_html(clean_record(record), story.identity)
    return re.sub(r"\s+", "", record.title or ""), squeezed(f"<div>{body}</div>")


def built(page: Path) -> tuple[str, str]:
    document = lxml_html.fromstring(page.read_text("utf-8"))
    title, main = document.find(".//h1"), document.find(".//main")
    assert title is not None
    assert main is not None
    assert not main.xpath(".//script | .//img")
    return tuple(re.sub(r"\s+", "", str(e.text_content())) for e in (title, main))  # type: ignore[return-value]


def held(public: Path, pattern: str) -> dict[str, tuple[str, str]]:
    return {page.parent.name: built(page) for page in public.glob(pattern)}


def story_of(story: Story, build: Callable[[], dict[str, tuple[str, str]]]) -> None:
    """Import, import again, corrected, withdrawn: what is built is what the store says."""

    def says() -> dict[str, tuple[str, str]]:
        return {key: expected(record, story) for key, record in story.usable().items()}

    assert len(says()) == 5
    assert build() == says()
    assert build() == says()
    story.correct()
    assert build() == says()
    assert ("更正后的标题", expected(story.usable()[_first(story)], story)[1]) in says().values()
    story.withdraw()
    assert len(says()) == 3
    assert build() == says()


def _first(story: Story) -> str:
    return next(key for key, record in story.usable().items() if record.version == 2)


def test_hugo(story: Story, program: Program, tmp_path: Path) -> None:
    site = tmp_path / "hugo"
    (site / "layouts" / "_default").mkdir(parents=True)
    page = PAGE.format(title="{{ .Title }}", content="{{ .Content }}")
    (site / "layouts" / "_default" / "single.html").write_text(page)
    (site / "layouts" / "_default" / "list.html").write_text(
        "{{ range .Pages }}{{ .Title }}{{ end }}"
    )
    (site / "hugo.toml").write_text('baseURL = "https://www.example.cn/"\n')
    print(program("hugo", "version"))

    def build() -> dict[str, tuple[str, str]]:
        story.export("markdown", "hugo/content/posts", flavour="hugo")
        # Hugo leaves what it built before, whatever became of the page.
        shutil.rmtree(site / "public", ignore_errors=True)
        said = program("hugo", "--config", "hugo.toml", cwd=site)
        assert "WARN" not in said, said
        return held(site / "public", "posts/*/index.html")

    story_of(story, build)


def test_hexo(story: Story, program: Program, tmp_path: Path) -> None:
    site = tmp_path / "hexo"
    layout = site / "themes" / "plain" / "layout"
    layout.mkdir(parents=True)
    page = PAGE.format(title="<%= page.title %>", content="<%- page.content %>")
    (layout / "post.ejs").write_text(page)
    (layout / "index.ejs").write_text("<ul></ul>")
    (site / "_config.yml").write_text("theme: plain\nurl: https://www.example.cn\n")
    (site / "package.json").write_text(
        '{"hexo": {"version": ""}, "dependencies":'
        ' {"hexo": "*", "hexo-renderer-ejs": "*", "hexo-renderer-marked": "*"}}'
    )
    (site / "node_modules").symlink_to(CLIENTS / "node_modules")
    hexo = CLIENTS / "node_modules" / ".bin" / "hexo"
    print(program(hexo, "version", cwd=site))

    def build() -> dict[str, tuple[str, str]]:
        story.export("markdown", "hexo/source/_posts", flavour="hexo")
        said = program(hexo, "generate", cwd=site)
        assert "ERROR" not in said, said
        return held(site / "public", "*/*/*/*/index.html")

    story_of(story, build)
