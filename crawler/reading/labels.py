"""The labels of info lines (发布时间 / 来源 / 作者 / 编辑), and the values behind them.

Facts that shape it: separators are `：`, `:`, `丨`, `  :  `, no-break and full-width spaces; empty
values are common (`来源: | 发布时间: 2018-05-17 | 浏览次数:`), so a value ends where the next label
begins; counters, font switches and share links stand on the same line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from crawler.reading.byline import SPOKEN
from crawler.reading.dates import find_dates
from crawler.reading.names import is_name, is_outlet
from crawler.reading.text import fold_space


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
FIELD = {label: name for name, labels in LABELS.items() for label in labels}
RANK = {label: rank for labels in LABELS.values() for rank, label in enumerate(labels)}


def _any_label() -> str:
    """A pattern of all labels, long ones first; `来 源` and `来　源` are `来源`.

    By their first characters: most places of a line are the beginning of none, and that must
    not be found out two hundred times.
    """
    rests: dict[str, list[str]] = {}
    for label in sorted(FIELD, key=len, reverse=True):
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
MAX_VALUE = 60  # characters; what is longer is running text behind a word that looked like a label


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
        if FIELD[label] == "author" and (closed := _CLOSED.match(value)):
            value = closed[1]  # （记者 张三）近日，…
        if FIELD[label] in ("source", "author", "editor", "_person", "_issuer"):
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
        if signed and FIELD[label] == "source":  # 来源：某某报 张三
            value = outlet
            yield "author", label, behind[0]
        if not value and FIELD[label] == "source" and index + 1 < len(matches):
            # 来源：本网 记者 张三 names the outlet in the next label.
            value = next(iter(_OWN.findall(matches[index + 1]["label"])), "")
        if SPOKEN.search(f"{label}：{value}"):
            continue  # of an interview
        if value and len(value) <= MAX_VALUE:
            yield FIELD[label], label, value


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
