"""Wording and naming by which the furniture of a page is told from its article.

All patterns match whole lines or names of containers: the same words may stand in any article.
Several readers ask about the same lines of a page, so answers are kept for a while.
"""

from __future__ import annotations

import re
from functools import lru_cache

from lxml.html import HtmlElement

from crawler.reading.page import Page
from crawler.reading.text import squeeze

# Tools of the page, one to a line (compared without white space).
_CONTROL = re.compile(
    r"[\[【（(<]?(?:打印|打印本页|打印此页|打印正文|我要打印|打印文章|打印此文|打印该页|列印|友善列印|关闭|关闭窗口|关闭本页|关闭此页|关闭此窗口|關閉視窗|返回|返回上一?页|返回上一级|返回顶部|"
    r"返回列表|返回首页|返回上级|TOP|回到顶部|收藏|加入收藏|收藏本文|收藏本页|收藏此页|收藏此文|添加收藏|加入书签|我要投稿|投稿|推荐给(?:朋友|好友)|推荐给.{0,4}|告诉好友|推荐|转寄(?:朋友|好友)?|推荐本文|发送给好友|发表评论|查看评论|网友评论|评论本文|(?:(?:pdf|word|doc|txt)[版文档]{0,2}下载)|关注|已关注|\+关注|订阅|点赞|赞|评论|"
    r"我来说两句|转发|分享|分享到?|分享至|分享按钮|分享让更多人看到|微信|微博|QQ空间|新浪微博|复制链接|保存|朗读|听新闻|"
    r"扫一扫(?:.{0,30})|扫码.{0,20}|微信扫.{0,20}|关注公众号.{0,20}|我要纠错|纠错|内容纠错|举报|字号|字体|大|中|小|大中小|"
    r"字[号体][:：]?.{0,14}|大字体小字体.{0,6}|(?:发布|更新)?(?:时间|日期)[:：]|【?字体[:：]?.{0,12}|A[+-]?|加载中[.…]*|正在加载[.…]*|点击加载更多|展开(?:全文|更多)?|收起(?:全文)?|阅读全文|"
    r"点击查看更多|查看更多|查看原图|原图|\d\d:\d\d/\d\d:\d\d|播放|暂停|全屏|广告|推广|\d+|"
    r"(?:上一|下一|前一|后一)[篇条页则][:：]?.{0,60}|没有了|暂无|已是最[前后]一篇|首页|末页|尾页|"
    r"(?:浏览|阅读|点击|访问|查看)(?:次数|量|数)?[:：]?\d*次?|人气[:：]?\d*|"
    r"您?(?:当前|现在|所在)的?(?:位置|所在)[:：].{0,60}|(?:当前|您的)位置[:：]?.{0,60}|"
    r"(?:关键[字词]|标签|Tags?)[:：].{0,60}|分享到.{0,8}|时长[:：].{0,20}|"
    r"责任编辑[:：]?|编辑[:：]?|来源[:：]?|作者[:：]?|标签[:：]?|关键[字词][:：]?)[\]】）)>]?[|丨/]?"
)
# 【大 中 小】【打印】【关闭窗口】, 收藏 | 打印 | 投稿
_APART = re.compile(r"[\s\u3000|｜丨/·•\[\]【】〖〗「」『』（）()<>]+")
_TOOL = re.compile(r"打印|列印|关闭|關閉|收藏|分享|纠错|投稿|字[号体]|推荐|返回|评论|下载|转寄")
_CONTROL_LINK = re.compile(
    r"返回[\u4e00-\u9fff]{2,4}[，,]?(?:查看更多)?|点击进入[\u4e00-\u9fff]{0,4}(?:专题|专栏|首页|主页|频道|栏目|论坛)|[\[【(（]?(?:打印|关闭|收藏|纠错|我要纠错|分享)"
    r"(?:本页|窗口|此页|正文)?[\]】)）]?"
)
# A line that opens what other people wrote, or what the site says under every post.
_BARRIER = re.compile(
    r"[■●▶>»◆·\[【（(#]*(?:"
    r"(?:相关|延伸|推荐|拓展|更多|热门|热点|精彩|最新|本类|同类|往期|今日|图片|视频|关联)"
    r"(?:阅读|新闻|链接|文章|报道|推荐|专题|评论|资讯|信息|稿件|内容|热点|热门|回顾|排行|图集|文档|视频|点击)+|"
    r"网友评论|全部评论|最[热新]评论|发表评论|我要评论|评论列表|用户评论|读者评论|文明上网.{0,30}|"
    r"(?:共有?|查看)?\d+条评论.{0,30}|\d+人参与.{0,10}|说两句|我来说两句.{0,20}|"
    r"你可能[还還也]?[想会會]?[要看喜].{0,6}|猜你喜欢|其他人[也还還]?在看|为[您你]推荐|大家都在看|看过本文的.{0,10}|热门排行|点击排行|阅读排行|排行榜|一周热门|24小时.{0,6}|"
    r"责任编辑[:：][^。]{0,12}|责编[:：][^。]{0,12}|"
    r"版权(?:声明|与免责声明|说明)|免责声明|特别声明|郑重声明|网站声明|版权所有.{0,60}|原创版权.{0,30}|"
    r"转载(?:申请|请注明).{0,60}|.{0,6}声明[:：](?:本文|以上|凡|该|此|转载).{0,200}|"
    r"Copyright.{0,80}|©.{0,80}|.{0,40}[京沪粤津渝冀晋辽吉黑苏浙皖闽赣鲁豫鄂湘桂琼川贵云藏陕甘青宁新蒙]"
    r"ICP[备证].{0,60}|分享到.{0,40}|本文地址[:：].{0,80}|本文链接[:：].{0,80}|"
    r"(?:上一|下一|前一|后一)[篇条][:：].{0,160}|友情链接|网站地图|联系我们"
    r")[:：>»\]】）)…更多]*"
)
_COMMENTS = re.compile(
    r".{0,4}(?:网友评论|全部评论|最[热新]评论|发表评论|我要评论|评论列表|用户评论|读者评论|文明上网|"
    r"(?:共有?|查看)?\d+条评论|\d+人参与|我?来?说两句).{0,30}"
)
_READER = re.compile(r"(?:网友|游客|匿名|评论(?!员)|回复|\d+[楼樓]|#\d)")
# Who edited: said in a field of its own, and no part of the text.
_EDITOR = re.compile(
    r"[\[【（(〔]?(?:本文|本期|网络|责任|值班|文字|页面|见习|实习|[\u4e00-\u9fff]{0,5}网)?"
    r"(?:编辑|责编|编审)[:：丨|/].{0,24}[\]】）)〕]?"
)
SIDE_NAMES = (
    "nav|navbar|menu|foot|footer|aside|side|sidebar|hot|rank|ranking|top10|recommend|related|"
    "friend|friendlinks?|crumbs?|breadcrumbs?|position|banner|copyright"
)
"""Regular expression: names of the containers that stand around articles and lists alike."""
# Around an article stands more; a list itself may be on the right, or be what a search found.
_ASIDE = re.compile(
    rf"(?:^|[\s_-])(?:{SIDE_NAMES}|footers|comments?|cmt|pinglun|recommends|recom|relate|relation|"
    r"relevant|xiangguan|xgnews|xgyd|hots|hotnews|copy|share|shares|sharebox|bdsharebuttonbox|"
    r"login|search|topbar|tuijian|guess|adv?|ads|advert|pagebar|editor-?info|statement|"
    r"disclaimer|shengming|tags?|keywords?|prevnext|pre-?next|pn|qrcode|erweima|ewm|right|"
    r"rightbar|col-?r|sub-?right)(?:$|[\s_\d-])",
    re.I,
)
_PLACED = re.compile(r"(?<![A-Za-z])(?:right|keywords?|adv?|ads|position|pn)(?![A-Za-z])", re.I)
_SENTENCES = 3
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@lru_cache(maxsize=4096)
def is_control(line: str) -> bool:
    """Whether a line is nothing but tools of the page: one, or several in a row."""
    if _CONTROL.fullmatch(squeeze(line)):
        return True
    if len(line) > 80 or not _TOOL.search(line):
        return False
    tools = [tool for tool in _APART.split(line) if tool]
    return bool(tools) and all(not tool.isdecimal() and _CONTROL.fullmatch(tool) for tool in tools)


def is_control_link(text: str | None) -> bool:
    """Whether a link's text offers a tool of the page or a way back, inside any line."""
    bare = squeeze(text or "")
    return 0 < len(bare) <= 16 and bool(_CONTROL_LINK.fullmatch(bare))


@lru_cache(maxsize=4096)
def is_barrier(line: str) -> bool:
    """Whether a line begins what stands below articles: related, comments, legal text."""
    return len(line) <= 240 and bool(_BARRIER.fullmatch(squeeze(line)))


@lru_cache(maxsize=4096)
def is_comments(line: str) -> bool:
    """Whether a line begins what readers wrote."""
    return len(line) <= 60 and bool(_COMMENTS.fullmatch(squeeze(line)))


def is_reader(line: str) -> bool:
    """Whether a line is the head of what a reader wrote."""
    return bool(_READER.match(squeeze(line)))


@lru_cache(maxsize=4096)
def is_editor(line: str) -> bool:
    """Whether a line says who edited, and nothing else."""
    return len(line) <= 40 and bool(_EDITOR.fullmatch(squeeze(line)))


def asides(page: Page) -> set[HtmlElement]:
    """The containers of a page that are named as what stands around articles."""
    found = {
        element
        for name, elements in page.named.items()
        if name in ("nav", "footer", "aside") or (name[0] in ".#" and _names_aside(name[1:]))
        for element in elements
    }
    found = {
        e
        for e in found
        if not (_is_placed(e.get("class") or "", e.get("id") or "") and _is_prose(e))
    }
    bare = (e for e in page.named.get("header", []) if not (e.get("class") or e.get("id")))
    return found.union(bare)


@lru_cache(maxsize=4096)
def _is_placed(classes: str, name: str) -> bool:
    """Whether an element is only named by where it stands, or by the advertisement beside it."""
    names = f"{classes} {name}".strip()
    return bool(names) and not _names_aside(_PLACED.sub(" ", _CAMEL.sub("-", names)))


def _is_prose(element: HtmlElement) -> bool:
    text = element.text_content()
    if text.count("。") < _SENTENCES:
        return False
    return 5 * sum(len(link.text_content()) for link in element.iter("a")) < len(text)


@lru_cache(maxsize=4096)
def _names_aside(names: str) -> bool:
    return bool(_ASIDE.search(_CAMEL.sub("-", names)))
