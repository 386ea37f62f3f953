"""A site of ours in the manner of Hanweb JCMS and jpaas: the invented city of 云湾."""

from __future__ import annotations

import json

from crawler.demo.server import Answer
from tests.crawler.families.sites.dynamic import Asked
from tests.site import html

POSTS = 23
GROUP = 9  # records that come at once
FORM = {"col": "1", "webid": "7", "columnid": "12", "unitid": "3456", "webname": "云湾市"}
PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title>{head}
<script src="/module/jslib/jquery/jquery.js"></script></head><body>
<div id='hiddenLocation' style='display:none;'><span id='col12_name'>隐藏的栏目名</span></div>
<div class="nav"><ul><li><a href="/col/col1/index.html">首页</a></li></ul></div>
{body}<div class="footer">主办：云湾市人民政府办公室</div></body></html>"""
HOT = (
    '<div class="hot"><h3>热门</h3><ul><li><a href="/art/2020/1/1/art_9_901.html">热门的旧闻一则'
    "不属于本栏目</a><span>2020-01-01</span></li></ul></div>"
)


def day(n: int) -> str:
    return f"2024-{1 + n // 28:02}-{1 + n % 28:02}"


def title(n: int) -> str:
    return f"云湾市第{n}号公告的完整标题"


def path(n: int) -> str:
    year, month, date = day(n).split("-")
    return f"/art/{year}/{int(month)}/{int(date)}/art_12_{n}.html"


def unit_path(n: int) -> str:
    return f"/gongkai/art/2024/art_{n:032x}.html"


def item(n: int, address: str) -> str:
    return (
        f'<li><a href="{address}" title="{title(n)}" target="_blank">{title(n)[:7]}…</a>'
        f"<span>{day(n)}</span></li>"
    )


def store(first: int, last: int, before: str = "") -> str:
    """Records `first` to `last`, counted from 1, newest first."""
    numbers = [POSTS + 1 - record for record in range(first, min(last, POSTS) + 1)]
    records = "".join(f"<record><![CDATA[{item(n, path(n))}]]></record>\n" for n in numbers)
    return (
        f"<datastore>{before}<totalrecord>{POSTS}</totalrecord>"
        f"<recordset>{records}</recordset></datastore>"
    )


def column(records: str, script: str = "") -> Answer:
    body = f'{HOT}<div id="3456"><script type="text/xml">{records}</script>{script}</div>'
    return html(PAGE.format(title="公告", head="", body=body))


JPAGE = """<script>$(function(){ $('#3456').jpage({ themeName:'default', perPage:3, groupSize:3,
 totalRecord:%d, proxyUrl:'/module/web/jpage/dataproxy.jsp', openCookies:false,
 ajaxParam:{col:1,webid:7,columnid:12,unitid:'3456',webname:'云湾市'} }); });</script>"""

UNITS = "".join(
    f'<script parseType="bulidstatic" url="/api-gateway/jpaas-publish-server/front/page/build/unit"'
    f" queryData=\"{{'parseType':'bulidstatic','webId':'7','tplSetId':'t1','pageType':'column',"
    f"'tagId':'{tag}','editType':'null','pageId':'{page}'}}\"></script>"
    for tag, page in (("顶部导航", "p0"), ("当前栏目list", "p1"))
)


def group_link(group: int) -> str:
    address = f"/module/web/jpage/dataproxy.jsp?page={group}&amp;unitid=E5F1c%2Bx%3D"
    return f'<nextgroup><![CDATA[<a href="{address}"></a>]]></nextgroup>'


def article(n: int) -> Answer:
    """The body is in #zoom, or only behind the ContentStart mark; the page was made years later."""
    head = (
        f'<meta name="ArticleTitle" content="{title(n)}"><meta name="PubDate" content="{day(n)}'
        " 09:30\"><meta name='Maketime' content='2026-06-06 15:23:44'>"
    )
    text = "".join(f"<p>　　第{n}号公告的第{k}段，说明有关事项的经过。</p>" for k in range(1, 6))
    file = f"/module/download/downfile.jsp?filename=ab{n}.pdf&amp;classid=0"
    text += f'<p><a href="{file}">第{n}号公告附表.pdf</a></p>'
    content = (
        f'<!--ZJEG_RSS.content.begin--><meta name="ContentStart">{text}<meta name="ContentEnd">'
    )
    content += "<!--ZJEG_RSS.content.end-->"
    content = f'<div id="zoom">{content}</div>' if n % 2 else f'<td class="c">{content}</td>'
    body = (
        '<div id="assistCurrentPosition">当前位置：公告</div><table><tr><td>'
        f"<h1><!--<$[标题]>begin-->{title(n)}<!--<$[标题]>end--></h1></td></tr>"
        f"<tr><td>发布日期：{day(n)} 09:30　信息来源：云湾日报　浏览次数："
        '<script src="/module/visitcount/articlehits.jsp?colid=12"></script></td></tr>'
        f"<tr>{content if not n % 2 else f'<td>{content}</td>'}</tr></table>"
    )
    return html(PAGE.format(title=f"云湾市人民政府 公告 {title(n)}", head=head, body=body))


def answer(asked: Asked) -> Answer | None:
    xml = {"Content-Type": "text/xml;charset=UTF-8"}
    declared = '<?xml version="1.0"?>'
    numbers = range(1, POSTS + 1)
    for n in numbers:
        if asked.path in (path(n), unit_path(n)):
            return article(n)
    if asked.path == "/col/col12/index.html":
        return column(store(1, GROUP), JPAGE % POSTS)
    if asked.path == "/col/col13/index.html":
        return column(store(1, GROUP, group_link(2)))
    if asked.path == "/gongkai/index.html":
        return html(PAGE.format(title="公开", head="", body=HOT + UNITS))
    if asked.path.endswith("/dataproxy.jsp") and "page" in asked.query:
        group = int(asked.query["page"])
        before = group_link(group + 1) if group * GROUP < POSTS else ""
        records = store((group - 1) * GROUP + 1, group * GROUP, before)
        return (
            (200, xml, (declared + records).encode())
            if asked.query["unitid"] == "E5F1c+x="
            else None
        )
    if asked.path.endswith("/dataproxy.jsp") and asked.form == FORM:
        first, last = int(asked.query["startrecord"]), int(asked.query["endrecord"])
        return 200, xml, (declared + store(first, last)).encode()
    if asked.path.endswith("/build/unit") and asked.query.get("pageId") == "p1":
        # Whatever page is asked for, this one answers with the first.
        rows = "".join(item(n, unit_path(n)) for n in range(8, 0, -1))
        said = {"success": True, "data": {"html": f"<ul class='l'>{rows}</ul>"}}
        return 200, {"Content-Type": "application/json"}, json.dumps(said).encode()
    return None
