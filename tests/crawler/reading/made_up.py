"""A made-up page, with its parts to fill in, and what is read of it."""

from crawler.families import read
from crawler.items import Article
from crawler.reading.page import parse
from pipelines.normalise_author import normalise_author
from pipelines.normalise_date import normalise_date
from pipelines.normalise_source import normalise_source
from tests.conftest import NOW

TITLE = "某某市启动新一轮技能培训"
FIRST = "某某市昨天启动了新一轮技能培训，首批三百名学员在三个校区报到，课程为期两个月。"
REST = (
    "<p>　　培训由市职业学院承办，内容包括数控加工、养老护理和电子商务，学员食宿全部免费。</p>"
    "<p>　　负责人说，结业后将由用人单位现场招聘，预计八成以上学员能够就近上岗就业。</p>"
)
TEXT = f"<p>　　{FIRST}</p>{REST}"


def page(above: str = "", text: str = TEXT, below: str = "", head: str = "", top: str = "") -> str:
    return (
        f"<html><head><title>{TITLE}_某某网</title>{head}</head><body>"
        '<div class="nav"><a href="/">首页</a> <a href="/a/">要闻</a> <a href="/b/">公告</a></div>'
        f'<div class="main">{top}<h1>{TITLE}</h1>{above}<div>{text}</div>{below}</div>'
        '<div class="foot">版权所有 某某网 备案号 2001</div></body></html>'
    )


def read_page(html: str, url: str = "https://a.example/x/1.html") -> Article:
    article = read(parse(html.encode(), url, NOW))
    for normalise in (normalise_date, normalise_source, normalise_author):
        normalise(article)
    return article


def shown(article: Article) -> tuple[str, str, str]:
    date = article.date_published
    return (
        f"{date:%Y-%m-%d}" if date else "",
        "" if article.source_inferred else article.source,
        "、".join(article.authors),
    )


DAY = "2024-08-01"
