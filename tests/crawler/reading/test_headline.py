import pytest

from crawler.reading.article import read_article
from crawler.reading.headline import Headline, read_headline, without_suffix
from crawler.reading.page import parse
from tests.conftest import NOW


def read(html: str, *references: str) -> Headline | None:
    page = parse(f"<body><div>{html}</div></body>".encode(), "https://a.example/", NOW)
    return read_headline(page, page.root.cssselect("h1")[0], "css:h1", references)


def parts(headline: Headline | None) -> tuple[str, str, str]:
    assert headline is not None
    return headline.kicker, headline.title.raw, headline.subtitle


def test_a_title_broken_for_looks_is_one_line() -> None:
    assert parts(read("<h1>关于做好某项<br>工作的通知</h1>")) == ("", "关于做好某项工作的通知", "")


def test_the_line_that_the_meta_tag_gives_is_the_title() -> None:
    read_parts = parts(
        read("<h1>一场大会<br>某市推进某项工作<br>覆盖全部街道</h1>", "某市推进某项工作")
    )
    assert read_parts == ("一场大会", "某市推进某项工作", "覆盖全部街道")


def test_a_dash_opens_a_subtitle() -> None:
    assert parts(read("<h1>山路弯弯<br>——一名干部的两年</h1>")) == (
        "",
        "山路弯弯",
        "——一名干部的两年",
    )


def test_a_line_below_that_opens_with_a_dash_is_a_subtitle() -> None:
    html = "<h1>山路弯弯</h1><p>{}</p>"
    assert parts(read(html.format("——一名干部的两年")))[2] == "——一名干部的两年"
    assert parts(read(html.format("一名干部的两年")))[2] == ""


def test_neighbours_by_class() -> None:
    html = '<p class="kicker">引题</p><h1>主标题</h1><p class="subtitle">副题</p>'
    assert parts(read(html)) == ("引题", "主标题", "副题")


@pytest.mark.parametrize(
    ("title", "stem"),
    [
        ("我省开展某项工作\xa0\xa0某省教育考试院", "我省开展某项工作"),
        ("关于某事的通知_通知公告_某市人民政府门户网站", "关于某事的通知"),
        ("标题 - 某某网", "标题"),
        ("标题--某某日报", "标题"),
        ("标题里有——破折号的话", "标题里有——破折号的话"),
        ("2024-2025年工作要点", "2024-2025年工作要点"),
    ],
)
def test_site_suffix(title: str, stem: str) -> None:
    assert without_suffix(title, ["某省教育考试院"]) == stem


def test_a_headline_that_only_the_head_has_is_clean() -> None:
    html = f"<title>候鸟&#xFFFE;&#x200B;归来\n的季节&nbsp;&nbsp;某某网</title><p>{'湿地迎来候鸟。' * 60}</p>"
    article = read_article(parse(html.encode(), "https://a.example/x/1.html", NOW))
    assert article.title == "候鸟归来 的季节"
