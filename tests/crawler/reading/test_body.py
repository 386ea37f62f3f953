from pathlib import Path

import pytest

from crawler.families.nfcms import Nfcms
from crawler.items import NotAnArticle
from crawler.reading.article import read_article
from crawler.reading.blocks import read_blocks
from crawler.reading.body import Body, read_body, sanitise
from crawler.reading.page import parse
from crawler.reading.region import trim
from tests.conftest import NOW

SITE = Path(__file__).parents[3] / "crawler" / "demo" / "site"
PARAGRAPHS = "".join(
    f"<p>　　第{n}段，说明这项工作的安排和要求，请认真落实。</p>" for n in range(9)
)


def read(html: str, **options: bool) -> Body:
    page = parse(f"<body><div id=a>{html}</div></body>".encode(), "https://a.example/x.html", NOW)
    node = page.root.get_element_by_id("a")
    return read_body(node, trim(read_blocks(node, page.base), ""), **options)


def test_every_paragraph_in_order() -> None:
    assert read(PARAGRAPHS).text.split("\n") == [
        f"第{n}段，说明这项工作的安排和要求，请认真落实。" for n in range(9)
    ]


@pytest.mark.parametrize(
    ("guard", "html", "kept"),
    [
        ("attachment", PARAGRAPHS + '<p><a href="/a.pdf">1.名单</a></p>', "1.名单"),
        ("table", PARAGRAPHS + "<table><tr><td>甲</td><td>1</td></tr></table>", "甲\t1"),
        ("short", "<p>特此通知。</p>", "特此通知。"),
        ("prose", PARAGRAPHS + '<p>相关解读：<a href="/b.html">问答</a></p>', "相关解读：问答"),
    ],
)
def test_guards_keep_what_trafilatura_drops(guard: str, html: str, kept: str) -> None:
    body = read(html, always_ask=True)
    assert kept in body.text
    # Guards that trafilatura gave no cause to act are not counted.
    assert set(body.guards) <= {guard, "prose", "table", "character"}


def test_changed_characters_are_the_pages_own() -> None:
    body = read(
        PARAGRAPHS + "<p>写作 &amp;lt;b&amp;gt; 的标签，在正文里要原样保留下来。</p>",
        always_ask=True,
    )
    assert "写作 &lt;b&gt; 的标签" in body.text


def test_lists_of_links_are_left_to_trafilatura() -> None:
    links = "".join(f'<li><a href="/{n}.html">另一条消息的标题{n}</a></li>' for n in range(8))
    assert "clean" not in read(PARAGRAPHS + f"<ul>{links}</ul>").guards


@pytest.mark.parametrize("tag", ["h2", "div", "li"])
def test_a_link_at_the_end_of_the_text_is_left_to_trafilatura(tag: str) -> None:
    body = read(PARAGRAPHS + f"<{tag}><a href=/b.html>客户端</a></{tag}>")
    assert body.text.split("\n")[-1] == "第8段，说明这项工作的安排和要求，请认真落实。"


@pytest.mark.parametrize("after", ["<p>请按时报名。</p>", "<p>某某局</p><p>2024年8月1日</p>"])
def test_a_link_inside_the_text_is_text(after: str) -> None:
    body = read(PARAGRAPHS + '<p><a href="/b/">点击进入报名系统</a></p>' + after)
    assert "\n点击进入报名系统\n" in body.text
    assert body.guards == {"clean": 1}


def test_controls_of_the_page_are_no_text() -> None:
    assert read(PARAGRAPHS + "<p>【打印本页】</p><p>关闭窗口</p>").text.endswith(
        "第8段，说明这项工作的安排和要求，请认真落实。"
    )


def test_not_asking_changes_nothing(frozen_page: Path) -> None:
    """The optimisation of not asking trafilatura, over all pages of the sample site."""
    page = parse(frozen_page.read_bytes(), "http://www.sample.example/x/content/post_1.html", NOW)
    rules = Nfcms.rules
    try:
        quick = read_article(page, rules)
    except NotAnArticle:
        with pytest.raises(NotAnArticle):
            read_article(page, rules, always_ask=True)
        return
    slow = read_article(page, rules, always_ask=True)
    assert (quick.text, quick.html) == (slow.text, slow.html)


@pytest.fixture(params=sorted(SITE.rglob("*post_*.html")), ids=lambda path: path.name)
def frozen_page(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        '<img src="x" onerror="alert(1)">',
        '<a href="javascript&colon;alert(1)">x</a>',
        "<svg><style><img src=x onerror=alert(1)></style></svg>",
        '<math><mtext><table><mglyph><style><img src=x onerror="alert(1)">',
        '<iframe src="https://a.example"></iframe>',
        '<p style="background:url(javascript:alert(1))">x</p>',
    ],
)
def test_nothing_executable_is_left(html: str) -> None:
    clean = sanitise(html).lower()
    for token in ("script", "onerror", "<svg", "<math", "<iframe", "style"):
        assert token not in clean
