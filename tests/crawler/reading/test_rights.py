import pytest

from crawler.reading.page import parse
from crawler.reading.rights import read_rights
from tests.conftest import NOW


def said(html: str) -> list[tuple[str, str]]:
    page = parse(html.encode(), "https://a.example/x.html", NOW)
    return [(c.origin, c.raw) for c in read_rights(page)]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("版权所有，未经授权不得转载。", "未经授权不得转载"),
        ("本文为独家稿件，未经本报书面许可，严禁转载", "未经本报书面许可，严禁转载"),
        ("禁止转载", "禁止转载"),
        ("谢绝任何形式的转载", "谢绝任何形式的转载"),
        ("未經許可，不得轉載", "未經許可，不得轉載"),
        ("未经同意，请勿擅自复制", "未经同意，请勿擅自复制"),
    ],
)
def test_words_that_forbid(line: str, words: str) -> None:
    assert said(f"<body><p>正文。</p><div class=foot>{line}</div></body>") == [
        ("no_reprint", words)
    ]


@pytest.mark.parametrize(
    "line",
    [
        "转载请注明出处。",
        "欢迎转载，请注明来源：某某网",
        "考生不得使用手机。",
        "未经批准不得擅自离岗。",
        "凡本网注明来源的作品，转载时请注明。",
    ],
)
def test_words_that_do_not(line: str) -> None:
    assert said(f"<body><p>{line}</p></body>") == []


def test_what_no_reader_sees_does_not_count() -> None:
    assert (
        said('<body><p style="display:none">禁止转载</p><script>"禁止转载"</script></body>') == []
    )


def test_meta_robots() -> None:
    assert said('<meta name="robots" content="index, NOARCHIVE"><p>正文</p>') == [
        ("noarchive", "index, NOARCHIVE")
    ]
    assert said('<meta name="robots" content="noindex"><p>正文</p>') == []
