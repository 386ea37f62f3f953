"""What styles hide is not read, what they show is."""

import pytest

from crawler.reading import hidden
from crawler.reading.page import parse, visible_text
from tests.conftest import NOW

SEEN = "人人看得见的正文，" * 20


def seen(style: str, markup: str) -> bool:
    """Whether a reader sees the word 暗语 in some markup on a page with a style sheet."""
    html = f"<style>{style}</style><body><div id=zw class=zw><p>{SEEN}</p>{markup}</div></body>"
    return "暗语" in visible_text(parse(html.encode(), "https://a.example/", NOW).root)


@pytest.mark.parametrize(
    ("style", "markup"),
    [
        (".a{display:none}", "<p class='b a'>暗语</p>"),
        ("p.a { display : NONE }", "<p class=a>暗语</p>"),
        (".zw .b{display:none}", "<p><b class=b>暗语</b></p>"),
        ("#zw > .b, .c{visibility:hidden}", "<i class=b>暗语</i>"),
        ("font{display:none}", "<p>字<font>暗语</font></p>"),
        (".c{position:absolute;left:-9999px}", "<p class=c>暗语</p>"),
        (".d{font-size:0}", "<p class=d>暗语</p>"),
        (".e{clip:rect(0,0,0,0)}", "<p class=e>暗语</p>"),
        ("/* .a{} */ .a{/**/display:/**/none}", "<p class=a>暗语</p>"),
        ("@media screen{.a{display:none}}", "<p class=a>暗语</p>"),
        (".a{display:block} .a{display:none}", "<p class=a>暗语</p>"),
        ("p.a{display:none} .a{display:block}", "<p class=a>暗语</p>"),
        ("", "<p style='dis\\play:none'>暗语</p>"),
        ("", "<p style='display:/**/none'>暗语</p>"),
        ("", "<p style='color:transparent'>暗语</p>"),
        ("", "<p style='transform:translateX(-9999px)'>暗语</p>"),
        ("", "<canvas>暗语</canvas><dialog>暗语</dialog>"),
    ],
)
def test_hidden(style: str, markup: str) -> None:
    assert not seen(style, markup)


@pytest.mark.parametrize(
    ("style", "markup"),
    [
        (".a{display:none}", "<p class=aa>暗语</p>"),
        ("div.a{display:none}", "<p class=a>暗语</p>"),
        (".x .b{display:none}", "<p><b class=b>暗语</b></p>"),
        ("#zw > .b{display:none}", "<p><b class=b>暗语</b></p>"),
        (".a:hover{display:none}", "<p class=a>暗语</p>"),
        (".a[open]{display:none}", "<p class=a>暗语</p>"),
        ("@media print{.a{display:none}}", "<p class=a>暗语</p>"),
        (".a{display:none} p.a{display:block}", "<p class=a>暗语</p>"),
        (".tab{display:none} .tab.on{display:block}", "<p class='tab on'>暗语</p>"),
        # fades in, and takes the gaps between its children away
        (".fade{opacity:0}", "<p class=fade>暗语</p>"),
        (".row{font-size:0}", "<p class=row><b style='font-size:14px'>暗语</b></p>"),
        ("", "<p style='font-size:0'><b style='font-size:14px'>暗语</b></p>"),
        ("", "<p style='margin-left:-20px;border-width:0'>暗语</p>"),
        ("/* .a{display:none}", "<p class=a>暗语</p>"),
        (".a{display:none", "<p class=b>暗语</p>"),
        # as much as the rest of the page: a script will show it
        (".a{display:none}", f"<p class=a>暗语{SEEN}</p>"),
    ],
)
def test_shown(style: str, markup: str) -> None:
    assert seen(style, markup)


def test_no_sheet_costs_the_product_of_its_rules_and_the_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks = 0

    def fits(*_: object) -> bool:
        nonlocal looks
        looks += 1
        return False

    monkeypatch.setattr(hidden, "_fits", fits)
    rules = "".join(f".r{n} .a{{display:none}}" for n in range(5_000))
    names = " ".join(f"r{n}" for n in range(5_000))
    html = f"<style>{rules}</style><body class='{names}'>" + "<p class=a>字</p>" * 20_000
    parse(html.encode(), "https://a.example/", NOW)
    assert 20_000 <= looks <= 200_000
