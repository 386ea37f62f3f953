"""The info line: 发布时间 / 来源 / 作者 / 编辑 as printed near the headline.

Facts that shape it: separators are `：`, `:`, `丨`, `  :  `, no-break and full-width spaces; empty
values are common (`来源: | 发布时间: 2018-05-17 | 浏览次数:`), so a value ends where the next label
begins; counters, font switches and share links stand on the same line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lxml.html import HtmlElement

from crawler.items import Candidate
from crawler.reading.byline import BULLETS, SPOKEN
from crawler.reading.dates import find_dates
from crawler.reading.names import english_names, is_name
from crawler.reading.page import candidate, visible_text
from crawler.reading.text import fold_space, squeeze


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Field -> its labels, the most trusted first. Fields with an underscore are only there to end the
# value before them: 成文日期 is when a paper was written, 发布机构 is its issuer, not the source.
LABELS: dict[str, tuple[str, ...]] = {
    "date": _words(
        """
        发布时间 发布日期 发表时间 发表日期 刊登时间 刊登日期 刊发时间 发稿时间
        上传时间 上载日期 信息提供日期 公开日期 公开时间 公布日期 见报日期 见报时间
        提交日期 提交时间 发帖时间 发贴时间 发文时间 录入时间 添加时间 添加日期
        加入时间 创建时间 入库时间 发布于 发表于 张贴于 刊发于 發布時間 發佈時間
        發布日期 發佈日期 發表時間 發表日期 刊登時間 刊登日期 上版日期 發布於 發表於
        发布 发表 时间 日期 時間 Published Posted Date Time 发信站 出版时间 出版日期 出版
        """
    ),
    "date_updated": _words(
        """
        更新时间 更新日期 最后更新 最近更新 修改时间 修改日期 更新於 更新于 更新時間
        最後更新 最后修订 最后修改 最后编辑 Updated Modified
        """
    ),
    "source": _words(
        """
        来源 信息来源 文章来源 稿件来源 新闻来源 内容来源 资料来源 稿源 本文来源
        来源于 来源网站 来源媒体 转载自 转贴自 转自 摘自 原载 來源 資料來源 新聞來源 文章來源
        供稿单位 提供单位 发布单位 出处 文章出处 出處 来自 Source
        """
    ),
    "author": _words(
        """
        作者 文章作者 本文作者 原作者 作者姓名 撰稿人 撰稿 撰文 撰写 执笔 采写 采访撰文
        采访、撰文 学生记者 校园记者 记者
        本报记者 本网记者 本刊记者 见习记者 实习记者 特约记者 文字记者 通讯员
        特约通讯员 特约撰稿 記者 撰稿記者 文/图 图/文 文、图 图、文 文图 图文 文/圖 文字 供稿人 供稿
        投稿人 文 发信人 发帖人 发贴人 发表者 楼主 博主 来论 Author Authors By
        """
    ),
    "editor": _words(
        """
        责任编辑 责编 责任编审 网络编辑 本期编辑 本文编辑 值班编辑 执行编辑 栏目编辑
        文字编辑 新媒体编辑 实习编辑 见习编辑 编辑 编审 責任編輯 責編 編輯 Editor
        Editors
        """
    ),
    "doc_number": _words(
        """
        发文字号 文件编号 文号
        """
    ),
    "_written": _words(
        """
        成文日期 成文时间 发文日期 印发日期 生成日期 签发日期 施行日期 实施日期 有效期
        截止时间 截止日期 活动时间
        """
    ),
    "_issuer": _words(
        """
        发布机构 发文机关 发文单位 主办单位 承办单位 发布者 发布人
        """
    ),
    "_person": _words(
        """
        校对 责任校对 校审 审校 审核 审稿 审读 审签 审定 核稿 初审 复审 终审 一审 二审
        三审 监制 监审 出品 签发 摄影 摄像 供图 配图 制图 设计 美编 排版 视频 剪辑
        播音 翻译 译者 编译 图片 图 圖 摄影记者 信息录入人 录入人 录入者 录入 上传者
        提交者 策划 总策划 统筹 选稿 值班 版面编辑 图片编辑 视频编辑 口述 讲述
        指导老师 指导教师
        """
    ),
    "_other": _words(
        """
        浏览次数 浏览量 浏览 点击数 点击量 点击率 点击次数 点击 人气 阅读次数 阅读量
        阅读数 阅读 访问量 访问次数 访问统计 瀏覽次數 瀏覽數 點擊數 點閱 字号 字体大小
        字体 字級 分享到 分享 索引号 主题词 主题分类 体裁分类 公开方式 公开形式
        公开范围 关键词 关键字 關鍵字 标签 语音播报 朗读 评论 回复 跟帖 跟贴 打印 收藏
        保护视力色 视力保护色 背景颜色 原标题 标题 分类 栏目 类别 所属栏目 版面 版次 信箱 名称
        主题 手机查看 选择字号 时效 信区 Views Comments Tags
        """
    ),
}
_FIELD = {label: name for name, labels in LABELS.items() for label in labels}
_RANK = {label: rank for labels in LABELS.values() for rank, label in enumerate(labels)}


def _any_label() -> str:
    """A pattern of all labels, long ones first; `来 源` and `来　源` are `来源`.

    By their first characters: most places of a line are the beginning of none, and that must
    not be found out two hundred times.
    """
    rests: dict[str, list[str]] = {}
    for label in sorted(_FIELD, key=len, reverse=True):
        rest = "".join(rf"[\s\u3000]*{re.escape(character)}" for character in label[1:])
        rests.setdefault(label[0], []).append(rest)
    branches = (f"{first}(?:{'|'.join(some)})" for first, some in rests.items())
    return f"(?=[{''.join(rests)}])(?:{'|'.join(branches)})"


# Two to four characters that stand alone, after titles such as 本报记者.
_PERSON = (
    r"(?:[\u4e00-\u9fff+·]{0,10}(?:记者|通讯员)[\s\u3000]*)?"
    r"(?:[\u3400-\u9fff]{2,4}|[\u3400-\u9fff][\s\u3000][\u3400-\u9fff])(?![\u3400-\u9fff])"
)
LABEL = re.compile(
    r"(?:(?<=^)|(?<=[\s\u3000|丨/／\[【（(\]】)），,;；:：>\d])"
    # Spans that style sets apart: 发布者：李某发布时间：2019-03-05浏览次数：35.
    r"|(?=(?:(?:发布|发表|更新)(?:时间|日期)|(?:浏览|阅读|点击)(?:次数|量|数)|责任编辑)[:：])"
    rf"|(?<=发布|更新)(?=来源))"
    # 每经记者：张三
    rf"(?:[\u4e00-\u9fff]{{1,10}}?(?=(?:记者|编辑)[:：]))??(?P<label>{_any_label()}"
    r")[\s\u3000]*(?:[:：∶﹕]|丨(?=[\s\u3000]*\S)|(?<=来源|源于)[\s\u3000]+"
    r"|(?<=时间)[\s\u3000]+(?=\d)|(?<=[发布表新刊贴發佈][于於])[\s\u3000]*(?=[12]\d{3}[-年/.])"
    # 【来源】某某报; 文/张三, 编辑｜李四; 作者 张三
    r"|(?<=来源|作者|时间|日期)[】\]][:：]?|(?<=来源)[/／｜](?=\S)(?!\S*[:：])"
    rf"|(?<=[文图字稿者员影辑编对制审划论写])[\s\u3000]*[/／|｜│︱](?=[\s\u3000]*{_PERSON})"
    rf"|(?:(?<=作者|编辑|责编|记者|記者|摄影)|(?<=通讯员))[\s\u3000]+(?={_PERSON})"
    r"|(?<=[文图]/[文图圖])[\s\u3000]+)"
)
# What ends a value although it is no label.
NOISE = re.compile(
    r"[\[【（(]?\s*(?:大\s+中\s+小|[\[【(（]\s*大\s*[\]】)）]|字体[大中小]|我要纠错|打印本?页?|关闭(?:窗口|本页)|"
    r"收藏本?[站页]?|分享[到至]?|扫一扫|点击(?:数|率|量|播放|\s*\d)|浏览(?:次数|量)?|次浏览|纠错|"
    r"\s[大中小](?=\s|$)|手机看|参与互动|我有话说|\s举报(?=\s|$)|进入[\u4e00-\u9fff]{2,4}论坛|[+＋]?\s*关注(?=\s|$)|我要评论|有?\s*\d+\s*(?:条评论|人参与|次阅读)|跟[贴帖]|阅读[（(\d]|评论[（(\d]|发表评论|查看评论|来源网站|A\+|A-|返回|二维码|下载|繁體|字号|[\[【(（]\s*打印)"
)
_CLOSED = re.compile(r"^([^（(【\[）)】\]]+)[）)】\]](?=[\u4e00-\u9fff]{2})")
_OWN = re.compile(r"^(本[网报刊])[\s\u3000]")
_TITLE_ALONE = re.compile(r"(?:[记記]者|通讯员)[\s\u3000]+$")
_NEXT_LABEL = re.compile(r"[\s\u3000|丨，,;；]+[\u4e00-\u9fff]{2,6}[:：]")
_POINT = re.compile(r"\s+[∙•]\s+")
_UNTIL = re.compile(r"[\s\u3000]*[于於@在][\s\u3000]*$")  # 作者：张三 于 2005-08-12
_SIZE = re.compile(r"\s[大中小]$")  # of the font: 小字号
EDGE = " \t\u3000|丨/／·,，;；、>-—_：:"
_LOOSELY = 40  # characters of a line that is dated loosely
_MAX_VALUE = 60  # characters; what is longer is running text behind a word that looked like a label


def read_info_line(line: str) -> Iterator[tuple[str, str, str]]:
    """Split one line into (field, label, value); values are never empty.

    >>> list(read_info_line("来源: | 发布时间: 2018-05-17 | 浏览次数:"))
    [('date', '发布时间', '2018-05-17')]
    """
    line = fold_space(line)
    matches = list(LABEL.finditer(line))
    byline = False
    for index, match in enumerate(matches):
        label = re.sub(r"[\s\u3000]", "", match["label"])
        byline = _TITLE_ALONE.search(match[0]) is not None and (byline or match.start() == 0)
        if byline:
            continue  # 本报记者 张三 通讯员 李四, as in a text, which has forms of its own
        end = matches[index + 1].start() if index + 1 < len(matches) else len(line)
        value = line[match.end() : end]
        if noise := NOISE.search(value):
            value = value[: noise.start()]
        if _FIELD[label] == "author" and (closed := _CLOSED.match(value)):
            value = closed[1]  # （记者 张三）近日，…
        if _FIELD[label] in ("source", "author", "editor", "_person", "_issuer"):
            for start, _, _ in find_dates(value):
                value = _UNTIL.sub("", value[:start])
                break
            # 作者：张三　审稿人：李四, whoever else is named in ways of a site's own
            value = _NEXT_LABEL.split(value)[0]
            value = _POINT.split(value)[0]
        if label in ("Source", "By", "Author"):
            value = value.partition(" | ")[0]
        value = _unbracket(_SIZE.sub("", value.strip(EDGE)))
        outlet, *behind = value.split() or [""]
        signed = len(behind) == 1 and is_name(behind[0]) and is_outlet(outlet)
        if signed and _FIELD[label] == "source":  # 来源：某某报 张三
            value = outlet
            yield "author", label, behind[0]
        if not value and _FIELD[label] == "source" and index + 1 < len(matches):
            # 来源：本网 记者 张三 names the outlet in the next label.
            value = next(iter(_OWN.findall(matches[index + 1]["label"])), "")
        if SPOKEN.search(f"{label}：{value}"):
            continue  # of an interview
        if value and len(value) <= _MAX_VALUE:
            yield _FIELD[label], label, value


def _unbracket(value: str) -> str:
    """Cut a bracket that was opened or closed outside of the value: `岳弘彬）` -> `岳弘彬`."""
    for opening, closing in ("（）", "()", "【】", "[]"):
        if value.endswith(opening):
            value = value[:-1].rstrip(EDGE)
        if value.endswith(closing) and value.count(closing) > value.count(opening):
            value = value[:-1]
        elif value.startswith(closing):
            value = value[1:]
    return value.strip(EDGE)


def is_account(link: HtmlElement) -> bool:
    """Whether a link leads to who posted, by its address or by what it is called."""
    named = f"{link.get('class') or ''} {link.get('rel') or ''}"
    return bool(_ACCOUNT.search(link.get("href") or "") or _ACCOUNT_NAME.search(named))


def read_lines(lines: list[tuple[HtmlElement, str]]) -> dict[str, list[Candidate]]:
    """Candidates from lines that may be info lines, each with its element, best label first.

    Besides labelled values, a date without a label counts (`<span class="h-time">`), and what
    stands right beside it and looks like an outlet's name.
    """
    found: dict[str, list[tuple[int, Candidate]]] = {}
    for element, line in lines:
        if len(line) <= 400:
            labelled = ""
            for name, label, value in read_info_line(line):
                labelled += "" if name == "_other" else f"{value}\n"
                if name == "source":
                    value = _linked(element, value)
                found.setdefault(name, []).append(
                    (_RANK[label], candidate(element, value, f"info:{label}"))
                )
            unknown = "author" not in found
            bare = unknown and not labelled and _is_byline(element)
            if unknown and (written := english_names(line, bare=bare)):
                found["author"] = [(60, candidate(element, written, "info"))]
                if "date" not in found:
                    _unlabelled(element, line, found, f"{labelled}{written}")
            elif unknown and _POSTING.search(line) and (posted := _posted(line)):
                for name, value in zip(("author", "date"), posted, strict=True):
                    found.setdefault(name, []).append((60, candidate(element, value, "info:发表")))
            elif not labelled and (match := _POSTER.search(line)):
                found.setdefault("author", []).append(
                    (60, candidate(element, match["who"], "info:发表"))
                )
                _unlabelled(element, line, found, match[0])
            elif "date" not in found or not labelled:
                _unlabelled(element, line, found, labelled)
    if "source" not in found and "date" in found:
        _beside_date(lines, found)
    return {
        name: [c for _, c in sorted(ranked, key=lambda pair: pair[0])]
        for name, ranked in found.items()
    }


def _linked(element: HtmlElement, value: str) -> str:
    """A source without what stands behind its link: 来源：<a>某某报</a> <a>我要评论</a>."""
    for link in element.iter("a"):
        name = visible_text(link)
        if name and value.startswith(name) and value[len(name) : len(name) + 1] in " \u3000(（":
            behind = re.split(r"[\s\u3000|丨]+", value[len(name) :].strip(EDGE))
            return value if any(map(OUTLET_NAME.match, behind)) else name
    return value


# Who posted and when, in one sentence, as forums and blogs print it above or below a post.
_WHO = (
    r"(?P<who>[A-Z][\w.'’-]+(?: [A-Z][\w.'’-]*){1,3}|[^\s\u3000，。：:|<>【】@]{1,20}?)[\s\u3000]*"
)
_VERB = r"(?:张贴|貼出|贴出|發表|发表|发布|發布|提交|上传)"
_BEFORE_DATE = (
    re.compile(
        r"(?:由|送交者[:：]|(?i:(?<!owered )\b(?:posted\s+)?by)\s)[\s\u3000]*"
        rf"{_WHO}{_VERB}?[\s\u3000]*"
        r"(?:[于於@在]|at|on)?[\s\u3000:：(（\[]*$"
    ),
    re.compile(rf"^{_WHO}(?:{_VERB}[于於]|@)[\s\u3000:：(（\[]*$"),
)
_POSTING = re.compile(r"[于於@由在者]|by\s|at\s", re.I)
_NOBODY = frozenset(("楼主", "posted", "Posted", "编辑", "作者", "本文", "文章"))
_AROUND_DATE = re.compile(rf"^{_WHO}[于於][\s\u3000]*\n.*{_VERB}")
_BEHIND_DATE = re.compile(rf"^[)）\]\s\u3000]*(?:由|by\s)[\s\u3000]*{_WHO}(?:{_VERB}|\W*$)")
_POSTER = re.compile(
    r"\b(?i:posted|written|submitted)\s+by:?\s+"
    r"(?P<who>\S{1,20}(?:\s(?!Published|Posted|Updated|On\b|In\b|Date)[A-Z]\S{0,19}){0,2})"
    r"(?=$|\s*[|@]|\s(?:at|on|in)\s)"
)
# 2014年至2015年9月10日: periods are of something else.
_SINCE = re.compile(r"(?:至|到|[\d年月日]\s*[—－~～-]+)\s*$")
_TILL = re.compile(r"\s*(?:至|到|[—－~～-]+\s*\d)")
# The day that a paper was written, and the one on the site's clock.
_OTHER_DAY = re.compile(
    "|".join([*LABELS["_written"], r"今天(?!\s*\d{1,2}:\d\d)", "今日", "当前时间", "现在时间"])
)
# 会议时间：, 报名日期：; what is published has a word of that in its label.
_FOREIGN = re.compile(
    r"(?<![\u4e00-\u9fff])(?![^：:]*[发刊布登载传录發])[\u4e00-\u9fff]{2,10}[:：]\s*$"
)
# 3小时前, 昨天 10:03, 08-25 10:03: no more than that to say when, between other fields.
LOOSE = re.compile(
    r"(?:^|(?<=[\s\u3000|·丨]))(?:\d{1,3}\s*(?:分钟|分鐘|小时|小時|天)前|刚刚|剛剛"
    r"|(?:昨天|前天)(?:\s*\d{1,2}:\d{2})?|今天\s*\d{1,2}:\d{2}"
    r"|(?:\d\d-)?\d{1,2}(?:月|-)\d{1,2}日?\s*\d{1,2}:\d\d(?::\d\d)?)(?=$|[\s\u3000|·丨])"
)
# A line that is nothing else: 05-08-25, 20050825, 05 2025-08 (in boxes).
_ALONE = re.compile(
    r"[\[【(（]?(?:\d\d-\d\d-\d\d(?:\s+\d{1,2}:\d\d(?::\d\d)?)?|(?:19|20)\d{6}"
    r"|20\d\d\s+\d\d?[-/.]\d\d?|\d\d?[-/]\d\d?\s+20\d\d"
    r"|\d{1,2}日?\s+(?:20\d\d\s*[-/.年]\s*\d{1,2}月?|\d{1,2}月\s*20\d\d年?))[\]】)）]?"
)
_CHANGED_ON = re.compile(r"\b(?:updated|modified)(?: on| at)?[\s\d:.,APMGT+-]*$", re.I)
_CHANGED = re.compile(r"\s*(?:更新|修改)(?![于於时日：:])")
_WROTE = re.compile(r"\s*[/／]\s*文$")
SHORT = 20  # characters
_ACCOUNT = re.compile(
    r"(?:^|/)(?:u|users?|people|authors?|space|members?|profile)/(?!(?:login|reg|sign|logout|center|index|home)|\d{4}/?$)[\w%.-]+/?$|space-uid-\d+"
    r"|[?&]uid=\d+|/@[\w.-]+/?$",
    re.I,
)
_BYLINE_NAME = re.compile(r"(?:^|[\s_-])(?:byline|authors?)(?:$|[\s_-])", re.I)
_ACCOUNT_NAME = re.compile(r"(?:^|[\s_-])(?:author|user-?name|user-?link|nick-?name)", re.I)
_INFO_NAME = re.compile(
    r"(?:^|[\s_-])(?:meta|byline|dateline|info|date|time|pub-?(?:time|date))(?:$|[\s_-])", re.I
)
# What may stand around a date and says nothing.
_IDLE = re.compile(
    r"(?:https?://|www\.)[\w./-]+|\b[\w-]+\.(?:com|net|org|gov|edu)(?:\.cn)?\b"
    r"|(?:发表|发布|刊发|更新|發表|發佈)[于於]"
    r"|\b(?i:(?:(?:first|last) )?(?:posted|published|updated))(?: on)?\b|\b(?:ET|EST|EDT|HKT)\b"
    r"|星期[一二三四五六日天]|[(（][月火水木金土日][)）]|第?\s*[A-Z]?\d{1,3}\s*版"
    r"|\b(?:Mon|Tue(?:s)?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?\b"
    r"|\b\d+(?:\.\d+)?k?\s*(?:分钟|字(?!\w)|min(?:ute)?s?\b(?:\s+read\b)?|words?\b)"
)
_REPORTED = re.compile(r"(?<=[报報社网網台])(?:报道|報道|报导|報導|消息|讯|訊|电|電)$")
_OUTLET = re.compile(r"^[《]?[\u4e00-\u9fffA-Za-z0-9·+（）()、“”《-]{2,24}[》]?$")
OUTLET_NAME = re.compile(
    r"^[\u4e00-\u9fffA-Za-z0-9·+《-]+(?:报|网|网络版|社|台|客户端|新闻|财经|杂志|周刊|在线|频道|公众号|发布|通讯|月刊|半月谈|导报|电视|广播"
    r"|報|網|新聞|雜誌|週刊)》?$"
)
_NO_OUTLET = re.compile(
    r"首页|正文|要闻|动态|公告|通知|专栏|当前位置|登录|注册|字号|浏览|阅读|打印|评论|分享|编辑|记者|作者|星期|上一|下一"
)


def _unlabelled(
    element: HtmlElement, line: str, found: dict[str, list[tuple[int, Candidate]]], labelled: str
) -> None:
    """A date without a label, and an outlet's name beside it.

    `labelled` is what labels of the line introduce: a date in it is of another kind.
    """
    if len(line) > 100 or _OTHER_DAY.search(line):
        return
    spans = list(find_dates(line))
    if not spans and "date" not in found:
        if match := _ALONE.fullmatch(line):
            spans = [(0, len(line), line)]
        elif len(line) <= _LOOSELY and (match := LOOSE.search(line)):
            spans = [(*match.span(), match[0])]
    for start, end, raw in spans:
        if raw in labelled or _is_row(element, raw) or _is_foreign(line[:start]):
            continue
        if _SINCE.search(line[:start]) or _TILL.match(line[end:]):
            continue
        if _CHANGED.match(line[end:]) or _CHANGED_ON.search(line[:start]):
            found.setdefault("date_updated", []).append((50, candidate(element, raw, "info:更新")))
            continue
        rest = _IDLE.sub(" ", line[:start] + " " + line[end:]).strip(EDGE)
        if noise := NOISE.search(rest):
            rest = rest[: noise.start()].strip(EDGE)
        if len(rest) > (60 if labelled else 30):
            return  # running text
        found.setdefault("date", []).append((50, candidate(element, raw, "info")))
        if labelled:
            opens = line[:start].strip(EDGE)
            behind = line[end:].split()
            for word in (opens, *behind[:1]):
                if "source" not in found and is_outlet(word) and not _NO_OUTLET.search(word):
                    found["source"] = [(50, candidate(element, word, "info"))]
            if "author" not in found and is_name(opens):
                found["author"] = [(60, candidate(element, opens, "info"))]
            return
        rest = _WROTE.sub("", rest)
        words = re.split(r"[\s\u3000|丨]+", rest)
        named = [word for word in words if OUTLET_NAME.match(word) and not _NO_OUTLET.search(word)]
        outlet = _REPORTED.sub("", (named[0] if named else rest).strip("()（）[]【】 "))
        persons = [word for word in words if is_name(word)]
        if len(words) == 2 and is_name(words[1]) and not named:
            named = [word for word in words[:1] if _OUTLET.match(word) and not is_name(word)]
            outlet = next(iter(named), outlet)
        if _is_byline(element) and (written := english_names(line, bare=True)):
            persons, rest = [written], written
        accounts = [visible_text(link) for link in element.iter("a") if is_account(link)]
        if (
            _OUTLET.match(outlet)
            and outlet not in persons
            and (outlet not in accounts or OUTLET_NAME.match(outlet))
            and not _NO_OUTLET.search(outlet)
            and not LABEL.search(outlet)
        ):
            found.setdefault("source", []).append((50, candidate(element, outlet, "info")))
        if persons and (named or rest in persons):
            found.setdefault("author", []).append(
                (60, candidate(element, "、".join(persons), "info"))
            )
        return


def _is_foreign(before: str) -> bool:
    """Whether a date has a label that is none of ours; one of ours stands empty."""
    label = _FOREIGN.search(before)
    return label is not None and squeeze(label[0]).rstrip(":：") not in _FIELD


def _is_byline(element: HtmlElement) -> bool:
    return bool(_BYLINE_NAME.search(element.get("class") or ""))


def is_info_line(element: HtmlElement) -> bool:
    """Whether an element is called what info lines are called: post-meta, byline, date."""
    return bool(_INFO_NAME.search(f"{element.get('class') or ''} {element.get('id') or ''}"))


def is_outlet(name: str) -> bool:
    """Whether a name ends like an outlet's."""
    return bool(OUTLET_NAME.match(name)) and len(name) <= SHORT


def names_outlet(line: str) -> bool:
    """Whether one of the words of a line is an outlet's name or a person's."""
    words = re.split(r"[\s\u3000|丨]+", line.strip(EDGE))
    named = any(OUTLET_NAME.match(word) or is_name(word) for word in words)
    return named or bool(english_names(line, bare=True))


def _posted(line: str) -> tuple[str, str] | None:
    """Who posted and when: 本帖由张三于2005年8月12日16:12发表."""
    if len(line) > 120:
        return None
    spans: list[tuple[int, int, str]] = []
    for start, end, date in sorted(find_dates(line)):
        if spans and not line[spans[-1][1] : start].strip():
            # Beside the day of publishing the one of change, which style hides.
            start, _, date = spans.pop()
        spans.append((start, end, date))
    for start, end, date in spans:
        before, behind = line[:start], line[end:]
        for match in (
            *(pattern.search(before) for pattern in _BEFORE_DATE),
            _AROUND_DATE.search(f"{before}\n{behind}"),
            _BEHIND_DATE.search(behind),
        ):
            if match and match["who"] not in _NOBODY:
                return match["who"], date
    return None


def _is_row(element: HtmlElement, date: str) -> bool:
    """Whether a date is part of the text of a link, as in lists of other posts."""
    links = [*element.iter("a"), *element.iterancestors("a")]
    texts = [squeeze(link.text_content()) for link in links]
    return any(squeeze(date) in text and len(text) > len(squeeze(date)) + 6 for text in texts)


def _beside_date(
    lines: list[tuple[HtmlElement, str]], found: dict[str, list[tuple[int, Candidate]]]
) -> None:
    """An outlet's name alone on the line above or below the date."""
    shown = {c.raw for _, c in found["date"]}
    for i, (_, line) in enumerate(lines):
        if len(line) > 40 or not any(raw in line for raw in shown):
            continue
        for element, name in [*lines[max(0, i - 1) : i], *lines[i + 1 : i + 2]]:
            if element.tag in ("h1", "h2", "h3"):
                continue
            if len(name) <= 16 and OUTLET_NAME.search(name) and not _NO_OUTLET.search(name):
                found.setdefault("source", []).append((60, candidate(element, name, "info")))
        return


_BETWEEN = re.compile(r"[\s\u3000、，,/／]+")
# What is longer is something that somebody says; names of two parts are not.
_SHORT_NAME = re.compile(r"(?:.{0,5}|.{2,10}[·•].{1,10}|[\w.'-]+)$")


def read_credits(lines: Iterable[tuple[HtmlElement, str]]) -> list[Candidate]:
    """Authors from lines of a text that only tell who did what: 口述：张三　撰文：李四."""
    found = []
    for element, line in lines:
        line = line.lstrip(BULLETS)
        if len(line) > _MAX_VALUE or "。" in line or not LABEL.match(line):
            continue
        told = list(read_info_line(line))
        said = sum(len(squeeze(label + value)) for _, label, value in told)
        if told and len(squeeze(line)) - said <= 4 * len(told):
            found += [
                candidate(element, value, f"info:{label}")
                for name, label, value in told
                if name == "author" and all(map(_SHORT_NAME.match, _BETWEEN.split(value)))
            ]
    return found


def merge(*readings: dict[str, list[Candidate]]) -> dict[str, list[Candidate]]:
    """Join candidate lists; earlier readings are trusted more, equal values are kept once."""
    merged: dict[str, dict[str, Candidate]] = {}
    for reading in readings:
        for name, candidates in reading.items():
            known = merged.setdefault(name, {})
            for c in candidates:
                known.setdefault(c.raw, c)
    return {name: list(known.values()) for name, known in merged.items()}
