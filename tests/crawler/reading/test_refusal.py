import pytest

from crawler.families.nfcms import Nfcms
from crawler.items import Article, NotAnArticle
from crawler.reading.article import read_article
from crawler.reading.page import parse
from tests.conftest import NOW
from tests.site import article, listing

LONG = "".join(f"<p>第{n}段正文，讲述一件具体的事情，有时间地点人物。</p>" for n in range(30))


def refuse(body: bytes) -> str:
    with pytest.raises(NotAnArticle) as refusal:
        read_article(parse(body, "https://a.example/x/content/post_1.html", NOW))
    return refusal.value.reason


def read(body: bytes) -> Article:
    return read_article(parse(body, "https://a.example/x/content/post_1.html", NOW), Nfcms.rules)


def html(title: str, body: str) -> bytes:
    return f"<html><head><meta charset=utf-8><title>{title}</title></head><body>{body}</body></html>".encode()


@pytest.mark.parametrize(
    ("reason", "page"),
    [
        (
            "soft_404",
            html("某单位网站", "<div class='zw'><p>抱歉，您访问的页面不存在或已被删除！</p></div>"),
        ),
        ("soft_404", html("404", "<h1>出错了</h1>")),
        (
            "login_wall",
            html(
                "某单位网站", "<h1>某单位网站</h1><div class='zw'><p>请登录后查看全文。</p></div>"
            ),
        ),
        ("challenge", html("", "<script>document.cookie='__jsl_clearance=1'</script>")),
        ("empty_page", b""),
        ("empty_page", b"   \x00 "),
        (
            "empty_body",
            html(
                "一个标题", "<h1>一个标题</h1><div id='zoom'><img src='/images/icon_x.png'></div>"
            ),
        ),
        ("redirect_page", html("", "<script>location.href='/other.html'</script>正在跳转")),
    ],
)
def test_typed_reasons(reason: str, page: bytes) -> None:
    assert refuse(page) == reason


def test_list_page() -> None:
    rows = [
        (f"/x/content/post_{n}.html", f"第{n}号消息的完整标题", "2024-08-25") for n in range(20)
    ]
    assert refuse(listing(rows)[2]) == "list_page"


def test_an_article_about_errors_is_an_article() -> None:
    page = html(
        "关于“页面不存在”问题的整改通报",
        "<h1>关于“页面不存在”问题的整改通报</h1><div id=zoom>" + LONG + "</div>",
    )
    assert read_article(parse(page, "https://a.example/1.html", NOW)).title.startswith("关于")


def test_short_and_bare_articles_are_articles() -> None:
    brief = article(body="<p>　　定于本周五下午三时召开全体会议，请准时参加。</p>")[2]
    assert read(brief).text
    bare = article(body='<p><a href="/files/list.xls">附件</a></p>')[2]
    assert read(bare).attachments
    pictures = article(body='<p><img src="/i/1.jpg"><img src="/i/2.jpg"></p>')[2]
    assert len(read(pictures).images) == 2
