"""How publishing systems, blogs, forums and newspapers say when, by whom and where from.

Beside each form stands what resembles it and says nothing.
"""

import pytest

from tests.crawler.reading.made_up import DAY, FIRST, REST, TEXT, TITLE, page, read_page, shown

DATED = "<p>2024-08-01 09:12</p>"


@pytest.mark.parametrize(
    ("head", "day"),
    [
        ('<meta name="parsely-pub-date" content="2024-08-01T01:12:13Z">', DAY),
        ('<meta property="any:published_time" content="2024-08-01 09:12">', DAY),
        (
            '<meta name="Maketime" content="2024-08-01"><meta name="pubdate:expires" content="x">',
            "",
        ),
        (
            '<script type="application/ld+json">{"@type":"WebPage","mainEntity":{"@type":"NewsArticle",'
            '"datePublished":"2024-08-01","dateModified":"2025-01-01"}}</script>',
            DAY,
        ),
        (
            '<script type="application/ld+json">{"@graph":[{"@type":"WebSite"},{"@type":"WebPage",'
            '"datePublished":"2024-08-01T09:12:13+00:00"}]}</script>',
            DAY,
        ),
        (
            '<script type="application/ld+json">//<![CDATA[\n{"@type":"Article","datePublished":"2024-08-01"}'
            "\n//]]></script>",
            DAY,
        ),
        # a quotation mark too many
        (
            '<script type="application/ld+json">{"@type":"NewsArticle","headline":"说"好"","datePublished":'
            '"2024-08-01"}</script>',
            DAY,
        ),
        (
            '<script type="application/ld+json">{"@type":"ItemList","itemListElement":[{"@type":"ListItem",'
            '"item":{"@type":"Article","datePublished":"2024-08-01"}}]}</script>',
            "",
        ),
        (
            '<script>var publish_time = "2024-08-01 09:12", server_time = "2026-11-24";</script>',
            DAY,
        ),
        ('<script>var ct = "1722474720";</script>', DAY),
        ('<script>window.data = {"newsTime": 1722474720000, "readCount": 1722}</script>', DAY),
        # of other posts, of an account, of the server
        (
            '<script>var hot = [{"pubTime": "2024-08-01"}, {"pubTime": "2024-08-02"}];</script>',
            "",
        ),
        ('<script>var user = {"createTime": 1722474720000}, sct = "1722474720";</script>', ""),
    ],
)
def test_the_day_that_head_and_scripts_say(head: str, day: str) -> None:
    assert shown(read_page(page(head=head))) == (day, "", "")


@pytest.mark.parametrize(
    ("above", "day"),
    [
        # a skin that shows 2024/08/01 in three places
        ("<div><em>2024</em> <span><em>08</em>/<em>01</em></span> <i>09:12:13</i></div>", DAY),
        ("<div class='box'><b>01</b><span>2024-08</span></div>", DAY),
        ("<div><b>01</b><i>08月</i><em>2024</em></div>", DAY),
        ("<p><b>2024</b><br>08.01</p>", DAY),
        ("<p>01 2024-13</p>", ""),
        ("<p><time datetime='2024-08-01T09:12:00+08:00'>8月1日</time></p>", DAY),
        ("<p>发表于 <span title='2024-08-01 09:12:13'>115 天前</span></p>", DAY),
        ("<p>最后编辑于 <span title='2024-08-01 09:12:13'>3 天前</span></p>", "2026-11-21"),
        ("<p><i>小枫</i> · 5小时前 · 阅读 3</p>", "2026-11-24"),
        ("<p>11-20 08:12 某某日报</p>", "2026-11-20"),
        ("<p>今天 08:30</p>", "2026-11-24"),
        ("<p>今天是星期二 08:30</p>", ""),
        ("<p>更新时间：2024-09-01 发布时间：2024-08-01</p>", DAY),
        ("<p>2024-08-01 09:00 发布<span>2024-09-01 10:00 更新</span></p>", DAY),
        ("<p>Last updated on Sep 1, 2024</p><p>First published on Aug 1, 2024</p>", DAY),
        ("<p>发布者：李某发布时间：2024-08-01浏览次数：35</p>", DAY),
        ("<p>发表于 <b>2024-08-01</b><i>更新于 2024-09-01</i> 分类于 <a>随笔</a></p>", DAY),
        ("<p>某某日报 24-08-01 09:12</p>", DAY),
        ("<p>By Jane Doe</p><p>Updated 9:12 PM GMT+8, Sep 1, 2024</p><p>Aug 1, 2024</p>", DAY),
        # a note on rights beside the info line
        (
            "<div><p>于 2024-08-01 09:12:13 发布 阅读 35</p><p>版权声明：本文为博主原创文章，转载请附上原文出处链接"
            "和本声明，遵循相应的版权协议。</p></div>",
            DAY,
        ),
        ("<p>来源：互联网　作者：　2024-08-01</p>", DAY),
        # the last of a period, the first of one
        ("<p>某局党组成员（2014年至2024年8月1日）</p>", ""),
        ("<p>展期 2024-08-01 — 2024-09-01</p>", ""),
        ("<p>2024-08-01 — 某某网</p>", DAY),
        ("<p>浏览 2024 次　评论 801 条</p>", ""),
        ("<p>电话：2024-0801</p>", ""),
        (
            "<p><time class='published' datetime='2024-08-01'>8月</time>"
            "<time class='updated' datetime='2024-09-01'>9月</time></p>",
            DAY,
        ),
    ],
)
def test_forms_of_the_day(above: str, day: str) -> None:
    assert shown(read_page(page(above)))[0] == day


@pytest.mark.parametrize(
    ("parts", "day"),
    [
        (
            {"top": "<table><tr><th>发布机构</th><td>某局</td><th>发布日期</th><td>2024-08-01</td></tr></table>"},
            DAY,
        ),
        ({"below": "<table><tr><th>标准号</th><th>发布日期</th></tr><tr><td>1</td><td>2024-08-01</td></tr></table>"}, ""),
        ({"below": "<table><tr><td>发布日期</td><td>2024-08-01</td></tr><tr><td>发布日期</td><td>2024-08-02</td></tr></table>"}, ""),
        # a forum's
        ({"text": f"<table><tr><td>技能培训启动</td><td>2024-08-01 18:04:42 <b>楼主</b></td></tr></table>{TEXT}"}, DAY),
        ({"text": f"<table><tr><td>开班</td><td>8月1日 18:04开始</td></tr></table>{TEXT}"}, ""),
        ({"below": "<p>下一篇：<a href='/2.html'>候鸟归来</a> [2024-08-01]</p>"}, ""),
        ({"below": "<ul><li><a href='/2.html'>候鸟归来</a><time datetime='2024-08-01'>1</time></li></ul>"}, ""),
        ({"below": "<p>网友：老李 发表于 2024-08-01 10:02</p><p>说得好！</p>"}, ""),
        ({"top": "<p><a href='/2.html'>滚动：候鸟归来</a> 2024-08-01</p>"}, ""),
        ({"text": f"{TEXT}<p>报名时间：2024年8月1日至20日</p>"}, ""),
        ({"text": f"{TEXT}<p>附件：2024年8月1日会议纪要.doc</p>"}, ""),
        ({"text": f"<p>活动时间：2024-08-01 09:00</p>{TEXT}"}, ""),
    ],
)  # fmt: skip
def test_days_around_the_article(parts: dict[str, str], day: str) -> None:
    article = read_page(page(**parts))
    assert shown(article)[0] == day
    assert "活动时间" not in parts.get("text", "") or "活动时间" in article.text


@pytest.mark.parametrize(
    ("above", "expected"),
    [
        # 来源, and what stands behind its link or on the same line
        ("来源：<a href='/'>某某报</a> <a href='/k'>参与互动</a>(<b>0</b>)", ("某某报", "")),
        ("来源：<a href='/'>某某报</a> <a href='/k'>某某网</a>", ("某某报 某某网", "")),
        ("来源：某某经济-某某网 张三 [ 手机看新闻 ]", ("某某经济-某某网", "张三")),
        ("来源于 <a href='/'>某某网</a>", ("某某网", "")),
        ("来源：<a href='/'><img src='l.gif' alt='某某日报'></a>", ("某某日报", "")),
        ("2024-08-01 某某世纪报道 张三", ("某某世纪报道", "张三")),
        ("2024-08-01 中国某報 記者張三／台北報導", ("中国某報", "張三")),
        ("<i class='from'>某某日报</i><i class='writer'>晓风</i>", ("某某日报", "晓风")),
        ("<i class='from'>江西</i>", ("", "")),
        # who posted
        ("<a href='/people/x/'>一盏灯</a> <a href='/j'>关注</a>", ("", "一盏灯")),
        ("<a href='space-uid-7.html'>一盏灯</a>", ("", "一盏灯")),
        ("<a href='/user/login'>登录</a>", ("", "")),
        ("首页 &gt; <a href='/people/talk/'>访谈录</a>", ("", "")),
        ("撰文：张三　出版：2024-08-01", ("", "张三")),
        ("每经记者：张三　每经编辑：李四", ("", "张三")),
        ("采访、撰文：张三　摄影：李四", ("", "张三")),
        ("校园记者 张三　摄影 李四", ("", "张三")),
        ("作者：张三 | 审稿人：李四", ("", "张三")),
        ("作者：张三　通讯员　李四", ("", "张三、李四")),
        ("文、图/某某日报全媒体记者 张三", ("", "张三")),
        ("<b>张三</b>　<b>李小四</b>", ("", "张三、李小四")),
        ("<address><a rel='author'>Jane Doe</a> and <a rel='author'>John Roe</a></address>",
         ("", "Jane Doe、John Roe")),
        ("来源：<a href='/'>某某报</a>(南昌)　有<b>12</b>人参与", ("某某报", "")),
        ("来源：某某新闻 ∙ 文化课", ("某某新闻", "")),
        ("作者：[美]约翰·史密斯　译者：李四", ("", "约翰·史密斯")),
        ("<b class='authors'>张三<sup>1</sup>, 李四<sup>2</sup></b>", ("", "张三、李四")),
        ("By JANE DOE, Gazette Staff", ("", "JANE DOE")),
        ("Written by Jane Doe and John Roe in Paris | 3 comments", ("", "Jane Doe、John Roe")),
        ("Submitted by jane on Thu, 1 Aug 2024", ("", "jane")),
        ("Powered by Word Press", ("", "")),
        ("<span class='byline'>Jane Doe | Gazette Reporter</span>", ("", "Jane Doe")),
        ("<span class='meta'>Book Review</span>", ("", "")),
    ],
)  # fmt: skip
def test_forms_of_author_and_source(above: str, expected: tuple[str, str]) -> None:
    assert shown(read_page(page(f"<div>{above}</div>{DATED}")))[1:] == expected


@pytest.mark.parametrize(
    ("text", "authors"),
    [
        (f"<p>〔記者張三／台北報導〕{FIRST}</p>{REST}", "張三"),
        (f"<p>（某某社記者張三台北1日電）{FIRST}</p>{REST}", "張三"),
        (f"<p>某县融媒讯（张三 李四）{FIRST}</p>{REST}", "张三、李四"),
        (f"<p>某市讯（综合报道）{FIRST}</p>{REST}", ""),
        (f"<p>某某网讯 记者张三 {FIRST}</p>{REST}", "张三"),
        (f"<p>来论|张三</p>{TEXT}", "张三"),
        (f"<p>口述：老周　撰文：张三　摄影：李四</p>{TEXT}", "张三"),
        (f"<p>⊙ 文/张三</p>{TEXT}", "张三"),
        (f"<p>■</p>{TEXT}<p>◆</p>", ""),
        (f"<p>【文/某某网专栏作者 张三】</p>{TEXT}", "张三"),
        (f"<p>本报记者张三 通讯员李四 文/图</p>{TEXT}", "张三、李四"),
        (f"<p>某某报记者 张三 发自广州</p>{TEXT}", "张三"),
        (f"{TEXT}<p>（党委宣传部 张三）</p>", "张三"),
        (f"{TEXT}<p>（市纪委 党风室）</p>", ""),
        (f"{TEXT}<p>文字记者：张三</p><p>摄影记者：李四</p>", "张三"),
        (f"{TEXT}<p>（作者张三单位系某某大学）</p>", "张三"),
        (f"{TEXT}<p>（作者分别系某某大学教授、研究员）</p>", ""),
        (f"<p>某某周刊 首席记者 张三</p>{TEXT}", "张三"),
        (f"<p>某某网记者张三报道：{FIRST}</p>{REST}", "张三"),
        (f"{TEXT}<p>（张三 作者系某某大学教授）</p>", "张三"),
        (f"{TEXT}<p>（作者：张三 单位：某某大学）</p>", "张三"),
        (f"<p>某某新闻·某某日报记者张三/文 受访者供图</p>{TEXT}", "张三"),
        (f"<div>{FIRST}</div><div>食宿全部免费。</div><div align=right>（张三）</div>", "张三"),
        (
            f"{TEXT}<table><tr><td>编辑：李四</td><td>来源：某报</td><td>作者：张三</td></tr></table>",
            "张三",
        ),
        (f"{TEXT}<p>〓 某某留言板 发布时间 2024/08/01 22:11 by 晓风 〓</p>", "晓风"),
        # an interview, a caption
        (f"<p>记者：您什么时候开始写作的</p><p>张三：十七岁</p>{TEXT}", ""),
        (f"{TEXT}<p>记者：谢谢您接受采访</p>", ""),
        (f"<p>（资料图片 记者 张三 摄）</p>{TEXT}", ""),
        (f"<p>By Monday Morning, Ann Cole had left.</p>{TEXT}", ""),
        (f"<p>Published by Some Paper</p>{TEXT}", ""),
    ],
)
def test_forms_of_bylines(text: str, authors: str) -> None:
    assert shown(read_page(page(DATED, text)))[2] == authors


def test_a_card_that_introduces_the_author() -> None:
    card = '<div class="author-card"><b class="name">晓风</b><p>写字的人，著有三本书</p></div>'
    assert shown(read_page(page(DATED, below=card)))[2] == "晓风"
    assert shown(read_page(page(DATED, below=card + card.replace("晓风", "明月"))))[2] == ""


def test_an_account_is_no_author_where_the_text_names_one() -> None:
    above = f"<div><a href='/user/7'>某某客栈</a></div>{DATED}"
    assert shown(read_page(page(above, f"<p>文/张三</p>{TEXT}")))[2] == "张三"


def test_the_site_is_no_author_and_no_link_is() -> None:
    head = '<meta name="author" content="某某"><meta property="article:author" content="https://a.example/p">'
    html = page(DATED, head=head).replace("_某某网</title>", "_某某新闻</title>")
    assert shown(read_page(html))[2] == ""


def test_who_opens_a_thread_is_told_by_his_link() -> None:
    above = '<p><a href="space-uid-7.html">一盏灯</a></p><p><a>楼主</a> 发表于 2024-8-1 09:12:13 只看该作者</p>'
    assert shown(read_page(page(above))) == (DAY, "", "一盏灯")


@pytest.mark.parametrize("who", ["某某网,desk@a.example", "Design by Some Studio"])
def test_addresses_and_makers_of_templates_are_no_authors(who: str) -> None:
    assert shown(read_page(page(DATED, head=f'<meta name="author" content="{who}">')))[2] == ""


@pytest.mark.parametrize("word", ["高清", "简体", "时尚", "安卓", "车市"])
def test_words_of_players_and_menus_are_no_authors(word: str) -> None:
    switch = f'<ul class="quality"><li>标准</li><li class="on">{word}</li></ul>'
    assert shown(read_page(page(DATED + switch)))[2] == ""
    assert shown(read_page(page(DATED + switch.replace(word, "高青"))))[2] == "高青"


@pytest.mark.parametrize(
    ("head", "day"),
    [
        ("{parts}<b>2024年08月01日 星期四</b>", DAY),
        ("<b>2024年08月01日 星期四</b>", ""),
        ("{parts}<b>2024年08月01日</b><b>2024年08月02日</b>", ""),
    ],
)
def test_the_day_of_a_newspapers_digital_edition(head: str, day: str) -> None:
    parts = "<p><a href='1.htm'>第A01版：头版</a></p><p><a href='2.htm'>第A02版：要闻</a></p>"
    columns = '<p>读者服务</p><p>往期回顾</p><div class="nav">'
    html = page().replace('<div class="nav">', head.format(parts=parts) + columns)
    assert shown(read_page(html))[0] == day


def test_the_days_in_a_headline_date_no_post() -> None:
    headline = "关于2024年8月1日至3日城东停水的通知"
    html = f"<html><head><title>{headline}_某网</title></head><body><h1>{headline}</h1>{TEXT}</body></html>"
    assert shown(read_page(html))[0] == ""


def test_a_headline_that_only_its_text_tells() -> None:
    html = page("").replace(f"<h1>{TITLE}</h1>", f'<div class="t1">{TITLE}</div>{DATED}')
    html = html.replace("_某某网</title>", " - Some Times</title>")
    article = read_page(html.replace("<div><p>", '<div class="article_content"><p>', 1))
    assert (article.title, shown(article)[0]) == (TITLE, DAY)


def test_a_headline_behind_the_names_of_site_and_column() -> None:
    html = page(DATED).replace(f"{TITLE}_某某网</title>", f"某某局 通知公告 {TITLE}</title>")
    assert read_page(html).title == TITLE


def test_an_article_that_waits_unseen_for_a_script() -> None:
    def styled(style: str) -> str:
        return page(DATED).replace(f"<div><p>　　{FIRST}", f'<div style="{style}"><p>　　{FIRST}')

    assert FIRST in read_page(styled("visibility: hidden; opacity: 0")).text
    with pytest.raises(Exception, match="empty_body"):
        read_page(styled("display: none; visibility: hidden"))


def test_a_text_in_what_is_called_like_a_side_column() -> None:
    html = page(DATED).replace(f"<div><p>　　{FIRST}", f'<div id="keyword_ad_area"><p>　　{FIRST}')
    assert FIRST in read_page(html).text


def test_a_line_called_an_info_line_is_no_text() -> None:
    line = '<p class="post-meta">八月 1, 2024 · 3 分钟 · 1024 字</p>'
    article = read_page(page("", line + TEXT))
    assert shown(article)[0] == DAY
    assert article.text.startswith(FIRST)
