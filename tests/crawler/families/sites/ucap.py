"""A site of ours in the manner of UCAP: the invented city of 云湾."""

from __future__ import annotations

import json
from typing import Any

from crawler.demo.server import Answer
from tests.crawler.families.sites.dynamic import Asked
from tests.crawler.families.sites.stored import sentences
from tests.site import html

CHANNEL = "1f3a" * 8
POSTS = 45
SIZE = 20
API = f"/common/search/{CHANNEL}"
INFO = "/ywinf/info/getInfoCommon"
PAGE = (
    '<html><head><meta charset="utf-8"><meta name="SiteName" content="云湾市人民政府">{head}'
    "<title>{title}_云湾市人民政府</title></head><body>"
    '<div class="nav"><ul><li><a href="/">首页</a></li><li><a href="/yw/tz/list.shtml">通知</a></li>'
    "</ul></div>{body}</body></html>"
)
# What stands in the shell is a copy of last year's, for visitors without script.
COPY = (
    '<div class="list"><ul>'
    + "".join(
        f'<li><a href="/yw/tz/c100/202301/{n:032x}.shtml">去年的第{n}条旧消息标题</a><span>2023-01-0{n}</span></li>'
        for n in range(1, 9)
    )
    + "</ul></div>"
)


def title(n: int) -> str:
    return f"云湾市第{n}号政务通知的标题"


def path(n: int) -> str:
    """Three forms of address stand beside each other in one list."""
    names = (f"202408/{n:032x}.shtml", f"202408/c00_{n}.shtml", f"c{n}/content.shtml")
    return f"/yw/tz/{'c100/' if n % 3 < 2 else ''}{names[n % 3]}"


def answer_of(numbers: list[int], page: int) -> Answer:
    results: list[dict[str, Any]] = [
        {
            "title": f"<em>云湾市</em>{title(n)[3:]}",
            "url": path(n),
            # 2024-08-25 10:03 in Shanghai
            ("publishedTime" if n % 2 else "publishedTimeStr"): (
                1724551380000 if n % 2 else "2024-08-25 10:03:00"
            ),
            "domainMetaList": [{"resultList": [{"key": "source", "value": "云湾日报"}]}],
        }
        for n in numbers
    ]
    if page == 1:
        results.append(
            {"title": "外单位的一件事情", "url": "https://www.other.example/c1/content.shtml"}
        )
        results.append({"title": "一个文件", "url": "/yw/files/1.pdf"})
        results.append({"title": "没有地址"})
    body = {"data": {"results": results, "total": POSTS, "rows": SIZE, "page": page}}
    return 200, {"Content-Type": "application/json"}, json.dumps(body).encode()


def article(n: int) -> Answer:
    head = f'<meta name="ArticleTitle" content="{title(n)}"><meta name="ContentSource" content="">'
    file = f'<p>附件：<a href="/yw/files/{n}.doc">第{n}号报名表.doc</a></p>'
    text = f"<ucapcontent>{sentences(title(n))}{file}</ucapcontent>"
    if n % 2:
        text = f'<div id="UCAP-CONTENT">{text}</div>'
    body = (
        f"<h1><ucaptitle>{title(n)}</ucaptitle></h1>"
        "<div class=info>发布时间：<publishtime>2024-08-25 10:03</publishtime>　信息来源：云湾日报"
        "　浏览量：<span id=hits></span>次　字体：【大 中 小】</div>"
        f"{text}<div class=ewm>扫一扫在手机上查看当前页面</div>"
    )
    return html(PAGE.format(head=head, title=title(n), body=body))


def info(page: int) -> Answer:
    numbers = list(range(POSTS, 0, -1))[(page - 1) * SIZE : page * SIZE]
    found = [
        {"title": title(n), "link": path(n), "pubtime": "2024-08-25 10:03:00"} for n in numbers
    ]
    return 200, {"Content-Type": "application/json"}, json.dumps({"infolist": found}).encode()


def static(number: int) -> Answer:
    """A list without script, 3 pages of 5; no link leads from one to the next."""
    rows = "".join(
        f'<li><a href="{path(n)}" title="{title(n)}">{title(n)[:8]}…</a><span>2024-08-25</span></li>'
        for n in range(number * 5, number * 5 - 5, -1)
    )
    call = f"<script>createPageHTML('page_div',3,{number},'list','shtml',15);</script>"
    body = f'<ul class="gl">{rows}</ul><div id="page_div"></div>{call}'
    return html(PAGE.format(head="", title="通知", body=body))


def answer(asked: Asked) -> Answer | None:
    channel = f'<meta name="channelid" content="{CHANNEL}">'
    for n in range(1, POSTS + 1):
        if asked.path == path(n):
            return article(n)
    if asked.path == "/yw/tz/index.shtml":
        script = f"<script>$.get('/common/search/' + '{CHANNEL}', {{_isAgg: true}}, show);</script>"
        return html(PAGE.format(head=channel, title="通知", body=COPY + script))
    if asked.path == "/yw/kb/index.shtml":
        return html(PAGE.format(head=channel, title="通知", body='<div class="list"></div>'))
    if asked.path == "/yw/xx/nav_list.shtml":
        script = f"<script>$.get('{INFO}/?channelid={CHANNEL}', show);</script>"
        return html(PAGE.format(head=channel, title="通知", body=COPY + script))
    if asked.path == API and asked.query.get("_isJson") == "true":
        page = int(asked.query["page"])
        numbers = list(range(POSTS, 0, -1))[(page - 1) * SIZE : page * SIZE]
        return answer_of(numbers, page) if numbers else None
    if asked.path.rstrip("/") == INFO and asked.query.get("channelid") == CHANNEL:
        return info(int(asked.query["currpage"]))
    for number, name in ((1, "list"), (2, "list_2"), (3, "list_3")):
        if asked.path == f"/yw/tz/{name}.shtml":
            return static(number)
    return None
