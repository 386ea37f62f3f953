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


NAV = "<div class=nav><a href=/>首页</a><a href=/a/>机构</a><a href=/b/>公开</a></div>"
EXCERPT = (
    "<p>近日，市里召开会议，研究部署下一阶段的重点工作，要求各地认真贯彻落实，完成全年目标。</p>"
)


def rows(count: int, *, date: str = "", below: str = "") -> str:
    return "".join(
        f'<li><a href="/tzgg/{n}.html">关于做好第{n}批云湾市重点工作安排的通知</a>{date}{below}</li>'
        for n in range(count)
    )


@pytest.mark.parametrize(
    ("title", "body"),
    [
        (
            "通知公告_云湾市人民政府",
            f"<h2>通知公告</h2><ul>{rows(20, date='<i>2024-08-11</i>')}</ul>",
        ),
        ("通知公告_云湾市人民政府", f"<h2>通知公告</h2><ul>{rows(20)}</ul>"),
        (
            "通知公告_云湾市人民政府",
            f"<h2>通知公告</h2><ul>{rows(10, date='<i>2024-08-11</i>', below=EXCERPT)}</ul>",
        ),
        (
            "云湾市人民政府",
            f"<div><h3>要闻</h3><ul>{rows(6, date='<i>2024-08-11</i>')}</ul></div><p>云湾市位于南海之滨，"
            "是一座历史悠久、风景秀丽的滨海城市，全市辖六区四县，常住人口三百万人。</p>",
        ),
        ("搜索结果", f"<ul>{rows(8, date='<i>2024-08-11</i>', below=EXCERPT)}</ul>"),
    ],
)
def test_lists_of_every_kind(title: str, body: str) -> None:
    assert refuse(html(title, NAV + body)) in ("list_page", "no_article")


DATED = [f"2024-08-{n + 10}" for n in range(15)]
LISTS = {
    "cut titles": "<ul>{}</ul>",
    "dates in front": "<ul>{}</ul>",
    "rows without links": "<table>{}</table>",
    "one cell": "<table><tr><td>{}</td></tr></table>",
    "cards of four lines": "<div>{}</div>",
    "excerpts without links": "<div>{}</div>",
    "a mark of what is new": "<ul>{}</ul>",
}
ROWS = {
    "cut titles": '<li><a href="/t/{n}.html" title="关于第{n}号事项的完整通知">关于第{n}号…</a><i>{d}</i></li>',
    "dates in front": '<li><span>{d} 10:22:31</span>·<a href="/t/{n}.html">关于第{n}号事项的完整通知</a></li>',
    "rows without links": "<tr onclick=\"window.open('/t/{n}.html')\"><td>{n}</td><td>关于第{n}号事项</td><td>{d}</td></tr>",
    "one cell": '<img src="/l.gif"><a href="/t/{n}.html">关于第{n}号事项的完整通知</a>({d})<br>',
    "cards of four lines": '<div><p><a href="/t/{n}.html">关于第{n}号事项的通知</a></p><p>8月，会议召开。</p>'
    "<p>云湾日报</p><p>{d}</p></div>",
    "excerpts without links": '<h4><a href="/t/{n}.html">关于第{n}号事项的通知</a></h4>'
    "<p>本次活动由县教研室主办，来自全县各校的教师代表参加，进行了深入交流。</p><div>日期：{d}</div>",
    "a mark of what is new": '<li><a href="/t/{n}.html">关于第{n}号事项的通知</a><img src="/new.gif"> {d}</li>',
}


@pytest.mark.parametrize("form", ROWS)
def test_lists_that_look_like_text(form: str) -> None:
    items = "".join(ROWS[form].format(n=n, d=d) for n, d in enumerate(DATED))
    body = f"{NAV}<h3>工作动态</h3>{LISTS[form].format(items)}"
    assert refuse(html("工作动态-云湾市水务局", body)) in ("list_page", "no_article", "empty_body")


def test_a_post_and_the_rows_of_those_who_answer() -> None:
    """However short it is, where a label dates it; long ones where nothing does."""
    answers = "".join(
        f'<li><a href="/thread.jsp?id={n}">很有道理，学习了，第{n}次来</a>【老李】08-{n} 16:58</li>'
        for n in range(10, 18)
    )
    text = "路口早晚排长队，公交绕行三公里。希望有关部门调整信号灯，让大家少等几分钟。"
    for info, told in (("作者：老王 时间：2024-08-09 09:12", text * 3), ("老王", text * 9)):
        body = f"<div><p>{info}</p><p>{told}</p><ul>{answers}</ul></div>"
        page = html("路口的信号灯什么时候调", body)
        assert told in read_article(parse(page, "https://a.example/t.jsp?id=1", NOW)).text
    bare = f"<div><p>老王</p><p>{text}</p><ul>{answers}</ul></div>"
    assert refuse(html("路口的信号灯", bare)) == "list_page"


def test_articles_beside_lists() -> None:
    """Pictures alone, a link or four, and a long list of another column beside them."""
    side = f"<div><h3>通知公告</h3><ul>{rows(20, date='<i>2024-08-11</i>')}</ul></div>"
    info = "<div>发布时间：2024-08-20 10:00　来源：云湾日报</div>"
    links = "".join(f'<p><a href="/zc/{n}.html">第{n}项惠民政策的全文</a></p>' for n in range(4))
    for text in (
        "<p><img src='/1.jpg'></p><p><img src='/2.jpg'></p>",
        "<p>附件：<a href='/f/1.pdf'>名单.pdf</a></p>",
        f"<p>近期出台多项政策，汇总如下，供市民查阅。</p>{links}<p>由主管部门负责解释。</p>",
    ):
        page = html("镜头里的丰收", f"{NAV}<h1>镜头里的丰收</h1>{info}<div>{text}</div>{side}")
        found = read_article(parse(page, "https://a.example/tp/12.html", NOW))
        assert found.title == "镜头里的丰收"
        assert "号" not in found.text


@pytest.mark.parametrize(
    ("title", "body"),
    [
        (
            "云湾市人民政府",
            "<h1>出错了</h1><p>您要查看的页面已被移动或者删除，5秒后将返回首页。</p>",
        ),
        ("系统维护", "<p>网站正在升级维护，请稍后访问。</p>"),
    ],
)
def test_error_pages_in_many_words(title: str, body: str) -> None:
    assert refuse(html(title, NAV + body)) == "soft_404"


def test_a_film_is_an_article() -> None:
    page = html(
        "视频：云湾新闻联播_云湾市",
        NAV + "<h1>视频：云湾新闻联播</h1><div>发布时间：2024-08-25</div><div class=c>"
        "<video src='/v/1.mp4' poster='/v/1.jpg'></video></div>",
    )
    film = read_article(parse(page, "https://a.example/1.html", NOW))
    assert [file.url for file in film.attachments] == ["https://a.example/v/1.mp4"]
    assert [image.url for image in film.images] == ["https://a.example/v/1.jpg"]
