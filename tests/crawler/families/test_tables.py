"""A site of the 2000s, all tables and ASP, by `scrapy crawl channel` alone; the traps are listed in
tests/crawler/families.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.demo.server import Answer
from tests.crawler.families.sites.dynamic import Asked, crawl, serve

POSTS = 17
SIZE = 6
# Uppercase, unquoted, nothing closed: as saved from an editor of the time.
HEAD = (
    "<HTML><HEAD><META HTTP-EQUIV=Content-Type CONTENT='text/html; charset=gb2312'>"
    "<TITLE>{title}</TITLE></HEAD><BODY bgColor=#ffffff topMargin=0>"
    "<TABLE width=778 align=center border=0><TR><TD background=images/top.gif height=100>&nbsp;"
    "<TR><TD><A href=index.asp>首页</A> | <A href=list.asp?cid=1>单位概况</A> | "
    "<A href=list.asp?cid=5>通知公告</A> | <A href=list.asp?cid=6>政策法规</A></TD></TR></TABLE>"
)
FOOT = (
    "<TABLE width=778 align=center><TR><TD align=middle><FONT color=#666666>版权所有：云湾县水务局　"
    "地址：云湾县人民路1号<BR>电话：0000-1230000</FONT></TABLE></BODY></HTML>"
)
SIDE = (
    "<TABLE width=180><TR><TD background=images/hot.gif><B>热门文章</B></TD></TR>"
    + "".join(
        f"<TR><TD>·<A href=show.asp?id=9{k}>热门的第{k}篇旧文章标题</A></TD></TR>" for k in range(9)
    )
    + "</TABLE>"
)


def title(n: int) -> str:
    return f"云湾县第{n}号水务工作的通知"


def gb(text: str) -> Answer:
    return 200, {"Content-Type": "text/html"}, text.encode("gb18030")


def listing(number: int, paging: str) -> Answer:
    numbers = range(POSTS - SIZE * (number - 1), max(0, POSTS - SIZE * number), -1)
    rows = "".join(
        f"<TR><TD width=20><IMG src=images/dot.gif></TD><TD><TABLE width='100%'><TR><TD>"
        f"<A href={address(n)} target=_blank><FONT color=#000000>{title(n)}</FONT></A>"
        f"<IMG src=images/new.gif></TD><TD align=right><FONT color=gray>[2024-8-{n}]</FONT></TD></TR></TABLE>"
        for n in numbers
    )
    return gb(
        HEAD.format(title="通知公告")
        + f"<TABLE width=778 align=center><TR><TD vAlign=top width=190>{SIDE}</TD><TD vAlign=top>"
        "<TABLE width='100%'><TR><TD colSpan=2>当前位置：<A href=index.asp>首页</A> &gt;&gt; 通知公告</TD></TR>"
        f"<TR><TD></TD><TD><B>标题</B></TD></TR>{rows}</TABLE><TABLE><TR><TD>{paging}</TD></TR></TABLE>"
        f"</TD></TR></TABLE>{FOOT}"
    )


def address(n: int) -> str:
    return f"\"javascript:openwin('show.asp?id={n}')\"" if n % 5 == 0 else f"show.asp?id={n}"


def linked(number: int) -> str:
    here = f"共{POSTS}条 第{number}/3页 "
    before = f"<A href=list.asp?cid=5&page={number - 1}>上一页</A>" if number > 1 else "首页 上一页"
    after = f"<A href=list.asp?cid=5&page={number + 1}>下一页</A>" if number < 3 else "下一页 尾页"
    return f"{here}{before} {after}"


def selected(number: int) -> str:
    options = "".join(f"<OPTION value={k}>第{k}页" for k in (1, 2, 3))
    return f"<SELECT onchange=\"location='list.asp?cid=5&page='+this.value\">{options}</SELECT>"


def article(n: int) -> Answer:
    lines = "<BR><BR>".join(
        f"&nbsp;&nbsp;&nbsp;&nbsp;第{n}号通知的第{k}段，讲这件事的经过和结果。" for k in range(1, 6)
    )
    return gb(
        HEAD.format(title="云湾县水务局")
        + f"<TABLE width=778 align=center><TR><TD vAlign=top width=190>{SIDE}</TD><TD vAlign=top>"
        f"<TABLE width='100%'><TR><TD align=center><FONT color=red size=4><B>{title(n)}</B></FONT></TD></TR>"
        f"<TR><TD align=center bgColor=#eeeeee>来源：县防汛办　发布时间：2024-8-{n} 10:03:27　阅读：{n}次</TD></TR>"
        f"<TR><TD><FONT style='FONT-SIZE: 14px; LINE-HEIGHT: 180%'>{lines}</FONT></TD></TR>"
        "<TR><TD align=right>【<A href='javascript:window.print()'>打印本页</A>】"
        "【<A href='javascript:window.close()'>关闭窗口</A>】</TD></TR></TABLE></TD></TR></TABLE>"
        + FOOT
    )


@pytest.mark.parametrize("paging", [linked, selected], ids=["links", "select"])
def test_crawl(tmp_path: Path, paging: Callable[[int], str]) -> None:
    def answer(asked: Asked) -> Answer | None:
        if asked.path == "/list.asp" and asked.query.get("cid") == "5":
            number = int(asked.query.get("page", 1))
            return listing(number, paging(number))
        number = int(asked.query.get("id", 0))
        return article(number) if asked.path == "/show.asp" and 0 < number <= POSTS else None

    with serve(answer) as site:
        found = crawl(site, "/list.asp?cid=5", tmp_path)
    assert (found.status, set(found.posts)) == (0, {title(n) for n in range(1, POSTS + 1)})
    assert not found.figures["refused"]
    assert len(site.requests) == 1 + 3 + POSTS
    one = found.posts[title(10)]
    assert (one["source"], one["date_published"][:19]) == ("县防汛办", "2024-08-10T10:03:27")
    assert one["text"].split("\n") == [
        f"第10号通知的第{k}段，讲这件事的经过和结果。" for k in range(1, 6)
    ]
