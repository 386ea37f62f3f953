"""A site of ours in the manner of Boda VSB: the invented 云湾学院."""

from __future__ import annotations

from crawler.demo.server import Answer
from tests.crawler.families.sites.dynamic import Asked
from tests.crawler.families.sites.stored import sentences
from tests.site import html

POSTS = 24
SIZE = 6
TREE = 1042
PAGE = (
    '<html><head><meta charset="utf-8"><title>{title}-云湾学院</title>'
    '<script src="/system/resource/js/dynclicks.js"></script></head><body>'
    '<div class="nav"><ul><li><a href="/index.htm">首页</a></li><li><a href="/xyxw.htm">学院新闻</a>'
    '</li></ul></div>{body}<div class="foot">云湾学院 版权所有</div></body></html>'
)
LINK_SCRIPT = (
    "<script>NewsvoteDWR.getNewsLinkUrl({n}, 'owner', function(url) {{"
    " if (url) window.location.href = url; }});</script>"
)


def title(n: int) -> str:
    return f"云湾学院第{n}号事项的通知"


def path(n: int) -> str:
    return f"/info/{TREE}/{n}.htm"


def twin(n: int) -> str:
    return f"/content.jsp?urltype=news.NewsContentUrl&wbtreeid={TREE}&wbnewsid={n}"


def listing(number: int, *, linked: bool, twins: bool = False) -> Answer:
    """Page `number` of 4; files count down: page 2 is /tzgg/3.htm, page 4 is /tzgg/1.htm."""
    up = "" if number == 1 else "../"
    numbers = range(POSTS - SIZE * (number - 1), POSTS - SIZE * number, -1)
    rows = "".join(
        f'<li id="line_u9_{i}"><a href="{twin(n) if twins else f"{up}info/{TREE}/{n}.htm"}"'
        f' title="{title(n)}">{title(n)[:9]}...</a><span>2024/08/{n:02}</span></li>'
        for i, n in enumerate(numbers)
    )
    if number == 1:
        rows += (
            '<li><a href="http://mp.weixin.example/s/1">公众号里的一篇文章</a><span>2024/08/01</span></li>'
            f'<li><a href="{twin(POSTS)}">{title(POSTS)}</a><span>2024/08/24</span></li>'
        )
    if number == 2:
        rows += (
            '<li><a href="/zsw/2024/9.html">别的系统里的一则通知</a><span>2024/08/01</span></li>'
        )
    following = {1: "tzgg/3.htm", 2: "2.htm", 3: "1.htm"}.get(number)
    pager = f'<span class="p_t">共{POSTS}条</span> <span class="p_t">{number}/4</span>'
    if linked and following:
        pager += f'<span class="p_next p_fun"><a href="{following}">下页</a></span>'
    return html(
        PAGE.format(
            title="通知公告",
            body=f'<div class="list"><ul>{rows}</ul></div><div class="pb_sys_common">{pager}</div>',
        )
    )


def dynamic(number: int) -> Answer:
    """The list of a site without static pages."""
    numbers = range(POSTS - SIZE * (number - 1), POSTS - SIZE * number, -1)
    rows = "".join(
        f'<tr><td><a href="{twin(n).replace("&", "&amp;")}">{title(n)}</a></td><td>2024-08-{n:02}</td></tr>'
        for n in numbers
    )
    address = f"list.jsp?a3t=4&amp;a3p={number + 1}&amp;a3c=6&amp;urltype=tree.TreeTempUrl&amp;wbtreeid={TREE}"
    pager = (
        f'<a href="{address}" class="Next">下页</a>'
        if number < 4
        else '<span class="NextDisabled">下页</span>'
    )
    return html(PAGE.format(title="通知公告", body=f"<table>{rows}</table>{pager}"))


def article(n: int) -> Answer:
    file = (
        '<ul style="list-style-type:none;"><li>附件【<a target="_blank" href="/system/_content/'
        f'download.jsp?urltype=news.DownloadAttachUrl&amp;owner=1&amp;wbfileid={n}">第{n}号报名表.docx</a>】'
        '已下载<span id="nattach1">次</span></li></ul>'
    )
    text = f'<div class="v_news_content">{sentences(title(n))}</div>'
    text = f'<div id="vsb_content{"_500" if n % 2 else ""}">{text}</div>'
    body = (
        f"<form><h1>{title(n)}</h1><div>日期：2024-08-{n:02}　作者：张三　来源：教务处　"
        f'点击：[<script>_showDynClicks("wbnews", 1, {n})</script>]次</div>{text}{file}'
        f'<p>上一条：<a href="{n + 1}.htm">别的一条通知</a></p></form>{LINK_SCRIPT.format(n=n)}'
    )
    return html(PAGE.format(title=title(n), body=body))


def link_only(n: int) -> Answer:
    """What only leads elsewhere looks like an article without text."""
    text = '<div id="vsb_content"><div class="v_news_content"></div></div>'
    body = f"<h1>{title(n)}</h1><div>日期：2024-08-{n:02}</div>{text}{LINK_SCRIPT.format(n=n)}"
    return html(PAGE.format(title=title(n), body=body))


LINK = 20  # the post that is only a link


def answer(asked: Asked) -> Answer | None:
    pages = {f"/{name}.htm": (name, 1) for name in ("tzgg", "jwtz")}
    pages |= {f"/{name}/{4 - k}.htm": (name, 1 + k) for name in ("tzgg", "jwtz") for k in (1, 2, 3)}
    if asked.path in pages:
        name, number = pages[asked.path]
        return listing(number, linked=name == "tzgg")
    if asked.path == "/list.jsp":
        return dynamic(int(asked.query.get("a3p", 1)))
    if asked.path == "/zsw/2024/9.html":
        return html(
            f"<title>一则</title><h1>别的系统里的一则通知</h1><p>2024-08-01</p>{sentences('通知')}"
        )
    for n in range(1, POSTS + 1):
        is_twin = asked.path == "/content.jsp" and asked.query.get("wbnewsid") == str(n)
        if asked.path == path(n) or is_twin:
            return link_only(n) if n == LINK else article(n)
    return None
