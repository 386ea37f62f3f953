import pytest

from crawler.families.base import Family, NextPage
from crawler.reading.page import Page, parse
from crawler.reading.paging import next_page
from tests.conftest import NOW


def page(html: str, url: str) -> Page:
    return parse(f"<html><body>{html}</body></html>".encode(), url, NOW)


PAGING = [
    ("/tzgg/", '<a href="index_2.html">下一页</a>', "/tzgg/index_2.html"),
    ("/tzgg/index.html", '<a href="index_1.html">2</a>', "/tzgg/index_1.html"),
    ("/a/list_5_1.html", '<a href="list_5_2.html">下页</a>', "/a/list_5_2.html"),
    ("/a/", '<a href="list_5_2.html">后页</a>', "/a/list_5_2.html"),
    ("/tzgg/", '<a href="?page=2">></a>', "/tzgg/?page=2"),
    ("/list.asp?cid=5", '<a href="list.asp?cid=5&page=2">下一页</a>', "/list.asp?cid=5&page=2"),
    ("/tzgg/", '<a href="/tzgg/?pp=2">[2]</a>', "/tzgg/?pp=2"),
    (
        "/c/column-index-1.shtml",
        '<a href="column-index-2.shtml">下一页</a>',
        "/c/column-index-2.shtml",
    ),
    ("/xw/tz.htm", '<a href="tz/7.htm">下一页</a>', "/xw/tz/7.htm"),
    ("/xw/tz/7.htm", '<a href="6.htm">下页&gt;</a>', "/xw/tz/6.htm"),
    ("/tzgg/", '<a href="/tzgg/page/2/">Next »</a>', "/tzgg/page/2/"),
    ("/tzgg/", '<a href="index_2.html"><img src="n.gif" alt="下一页"></a>', "/tzgg/index_2.html"),
    (
        "/tzgg/",
        '<a href="#" onclick="gotoPage(2)">下一页</a>'
        '<script>function gotoPage(n){location.href="index_"+n+".html"}</script>',
        "/tzgg/index_2.html",
    ),
    (
        "/tzgg/",
        '<a href="javascript:go(2)">2</a><a href="index_3.html">3</a>',
        "/tzgg/index_2.html",
    ),
    (
        "/tzgg/",
        '<select onchange="location.href=this.value"><option value="/tzgg/">1</option>'
        '<option value="index_2.html">2</option></select>',
        "/tzgg/index_2.html",
    ),
    (
        "/l.asp?c=5",
        "<select onchange=\"location='l.asp?c=5&page='+this.value\"><option value=1>1</option>"
        "<option value=2>2</option></select>",
        "/l.asp?c=5&page=2",
    ),
    (
        "/l.asp?c=5",
        '<a href="?c=5&size=20&page=2">下一页 →</a>',
        "/l.asp?c=5&size=20&page=2",
    ),
    (
        "/i.php?s=/a/id/3.html",
        '<a href="/i.php?s=/a/id/3/p/2.html">2</a>',
        "/i.php?s=/a/id/3/p/2.html",
    ),
    ("/tzgg/", '<a href="index_2.html"><img src="/img/next.gif"></a>', "/tzgg/index_2.html"),
    (
        "/tzgg/",
        '<a class="Next" href="/tzgg/">上页</a><a class="Next" href="?page=2">下页</a>',
        "/tzgg/?page=2",
    ),
    (
        "/tzgg/",
        '<a href="javascript:;" data-url="/tzgg/list?page=2">加载更多</a>',
        "/tzgg/list?page=2",
    ),
    (
        "/tzgg/",
        '<input type=button value="下一页" onclick="location.href=\'?page=2\'">',
        "/tzgg/?page=2",
    ),
    (
        "/tzgg/",
        '<a onclick="location.href=link(2)" href="javascript:void(0)">下一页</a><script>function link(n)'
        '{var u="";if(n==1){u="index.html"}else{u="index_"+n+".html"}return u}</script>',
        "/tzgg/index_2.html",
    ),
    (
        "/tzgg/",
        "<script>var countPage = 12, currentPage = 0;for(var i=0;i<countPage;i++)"
        's+="<a href=\'index_" + i + ".htm\'>"+(i+1)+"</a>"</script>',
        "/tzgg/index_1.htm",
    ),
    (
        "/l?c=3",
        "<script>laypage({pages: 12, curr: 1, jump: function(o){location.href='/l?c=3&page='+o.curr}})</script>",
        "/l?c=3&page=2",
    ),
    (
        "/l?c=3",
        '<li onclick="goto(2)">下一页</li><script>function goto(p){var u="/l?c=3";location=u+"&page="+p}</script>',
        "/l?c=3&page=2",
    ),
]


@pytest.mark.parametrize(("path", "html", "expected"), PAGING)
def test_paging_dialects(path: str, html: str, expected: str) -> None:
    found = page(html, f"https://a.example{path}")
    assert next_page(found, 1) == f"https://a.example{expected}"


@pytest.mark.parametrize(
    ("path", "html"),
    [
        ("/tzgg/", '<a class="next" href="/zcfg/index_2.html">下一页</a>'),
        ("/list_5_1.html", '<a href="list_6_2.html">下一页</a>'),
        ("/l.asp?c=5", '<a href="l.asp?c=6&page=2">下一页</a>'),
        ("/tzgg/", '<a href="https://b.example/tzgg/index_2.html">下一页</a>'),
        ("/tzgg/", '<a href="/tzgg/">下一页</a>'),
        ("/tzgg/", '<a href="javascript:void(0)">下一页</a>'),
        ("/tzgg/", '<div><a href="/zt/2/">2</a></div>'),
    ],
)
def test_what_is_no_next_page(path: str, html: str) -> None:
    assert next_page(page(html, f"https://a.example{path}"), 1) is None


FIELDS = "<input type=hidden name=key value=k><input type=submit name=go value=GO>"
FORMS = {
    "ASP.NET": (
        f"<form method=post>{FIELDS}<input type=hidden name=__EVENTTARGET>"
        "<input type=hidden name=__EVENTARGUMENT>"
        "<a href=\"javascript:__doPostBack('Pager','2')\">下一页</a></form>",
        (("key", "k"), ("__EVENTTARGET", "Pager"), ("__EVENTARGUMENT", "2")),
    ),
    "a function that sets a field": (
        f"<form name=f method=post action='/l.jsp'>{FIELDS}<input type=hidden id=no name=page value=1></form>"
        "<a href='#' onclick='go(2)'>下一页</a>"
        "<script>function go(n){document.getElementById('no').value = n; document.f.submit()}</script>",
        (("key", "k"), ("page", "2")),
    ),
    "a form to elsewhere": (
        "<form name=f method=post action='/delete.jsp'><input name=no></form><a onclick='go(2)'>下一页</a>"
        "<script>function go(n){document.f.no.value = n; document.f.submit()}</script>",
        (),
    ),
    "the last page": (
        "<form method=post><input type=hidden name=__EVENTTARGET>"
        "<a href=\"javascript:__doPostBack('Pager','1')\">上一页</a><a>下一页</a></form>",
        (),
    ),
}


@pytest.mark.parametrize(("html", "fields"), FORMS.values(), ids=FORMS)
def test_forms(html: str, fields: tuple[tuple[str, str], ...]) -> None:
    url = "https://a.example/l.jsp"
    expected = NextPage(url, form=fields) if fields else None
    assert Family().next_page(page(html, url), 1) == expected


@pytest.mark.parametrize(
    "html",
    [
        "<script>var pageCount = 1, currentPage = 1; location='l_' + n + '.html'</script>",
        '<a class="next disabled" href="javascript:void(0)">下一页</a>',
        '<a href="?id=3&aid=77">2</a>',
    ],
)
def test_no_further_page(html: str) -> None:
    assert Family().next_page(page(html, "https://a.example/l.jsp"), 1) is None
