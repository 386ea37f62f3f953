"""Read the names of authors and editor."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from crawler.items import Article, Candidate
from crawler.reading.names import is_name

# Words that introduce a person. What stands before 记者 is the outlet (新华社记者, 本报见习记者).
_KIND = r"(?:见习|实习|特约|全媒体|首席|融媒体?|特派|驻[\u4e00-\u9fff]{1,4}|文字|本报|本网)"
_REPORTER = rf"{_KIND}?(?:记者|記者)"
_ROLE = (
    rf"(?:[\u4e00-\u9fffA-Za-z+·]{{0,14}}?{_REPORTER}|(?:本[报网刊台])?(?:首席|特约|资深)?(?:通讯员|通訊員|评论员|撰稿人?)|实习生"
    r"|(?:本文|[\u4e00-\u9fffA-Za-z·]{0,10}(?:专栏|特约))?作者|执笔人?|撰文|撰写|供稿人?|投稿人?|报道员|特派员|观察员|网友|文字|文/图|图/文|文图|图文"
    r"|文(?=[/／:：|｜丨\s\u3000])|摄影报道|报道|整理|编译|[Bb][Yy]\b)"
    r"[\s\u3000]*[:：/／|｜丨]?[\s\u3000]*"
)
_ROLE_AT_START = re.compile(f"^{_ROLE}")
# Each role opens a list of names. Roles of the second kind made no text.
_NO_AUTHOR = (
    r"(?:摄影(?!报道)|摄像|摄|图片|供图|配图|制图|视频|剪辑|设计|编辑|责编|责任编辑|校对|审核|监制|策划|翻译"
    r"|[图圖](?=[/／:：|｜丨\s\u3000]))"
)
_OPENING = re.compile(
    rf"[\s\u3000]*(?=(?:本报|本网)?(?:记者|通讯员|实习生)|作者[:：]|撰稿|{_NO_AUTHOR})"
    r"(?<![文图]/)(?<![/／])"
)
# 张三/文, 李四/图, 王五 摄: the role behind the name.
_MADE_PICTURES = re.compile(
    r"[\u3400-\u9fff·]{2,5}[\s\u3000]*(?:[/／][\s\u3000]*(?:图|圖|摄影?|供图)(?![/／])|[\s\u3000]摄(?!\S)|[\s\u3000]摄影$)"
)
_MADE_TEXT = re.compile(
    r"[/／][\s\u3000]*(?:文[并、/]?图|图[并、/]?文|文|撰文|整理|编译|综合)(?![/／\u3400-\u9fff])"
)
_BRACKET = re.compile(
    r"(?<=[^\s\u3000(（])[\s\u3000]*[(（](?![^()（）]*(?:记者|通讯员))[^()（）]*(?:[)）]|$)"
)
_NOBODY = re.compile(
    r"^(?:佚名|不详|未知|无|暂无|匿名|未署名|系统管理员|管理员|超级管理员|网站管理员|admin\w*|system|root|editor"
    r"|test|guest|user|anonymous|webmaster|administrator|superadmin|manager|本站|本网|本站原创|原创|转载|网络"
    r"|互联网|网络转载|来源网络|网友|网友投稿|投稿|小编|站长|编辑|作者|cosmic|[a-z]+_[a-z_]+|[A-Za-z]{0,6}\d+|\d+"
    r"|[-—*]+)$",
    re.I,
)
_LABELLED = re.compile(r"info:[\u4e00-\u9fff]*(?:记者|通讯员)$")
_NAMELESS = re.compile(
    r"^(?:本报|本网|本刊|本台|本社|新华社|中新社|[\u4e00-\u9fff]{2,8})?(?:特约)?(?:记者|通讯员|评论员|观察员)$"
)
# A name of two characters is padded to look like one of three: 张 三.
_PADDED = re.compile(
    r"(?<![\u3400-\u9fff])([\u3400-\u9fff])[ \u3000]+([\u3400-\u9fff])(?![\u3400-\u9fff])"
)
_OUTLET = re.compile(r"(?:报|社|网|台|客户端|新闻|融媒体?|中心)$|^本[报网刊台社]$")
# A space between Latin words is part of a name.
_BETWEEN = re.compile(
    r"[、，,;；/／|｜丨&]+|(?<![A-Za-z.'])[\s\u3000]+|[\s\u3000]+(?![A-Za-z])|\band\b"
    r"|(?<=[\u3400-\u9fff])和(?=[\u3400-\u9fff]{2,3}$)"
)
_AND_OTHERS = re.compile(r"(?<=[\u3400-\u9fff]{2})等人?$")
# 张三，某某大学教授: who the person is.
_STANDING = re.compile(
    r"^(?:系|为|是|原?单位).{3}|(?:大学|学院|学校|党校|教授|研究员|研究院|研究所|研究中心|博士|主任|处长|局长"
    r"|书记|部长|所长|院长|委员|会长|律师|教师|作家)$"
)
# 张三系某某大学教授
_IS = re.compile(r"^([\u3400-\u9fff·]{2,4}?)[，,]?(?:单位)?(?:系|为|是|现任|男|女).{3,}$")
_PLACE_REPORT = re.compile(
    r"^发自[\u4e00-\u9fff]{2,6}$|(?:报道|报导|報導|報道)$|^[\u4e00-\u9fff]{0,8}摄$"
)
_REPORT = re.compile(r"(?:综合|摄影)?(?:报道|报导|報導|報道)$|发自[\u4e00-\u9fff]{2,6}$")
# [美]约翰·史密斯; 张三 单位：某某大学
_COUNTRY = re.compile(r"[\[［〔（(【][美英法德日俄苏意加澳韩印台港]国?[\]］〕）)】][\s\u3000]*")
_ABOUT_HIM = re.compile(r"[\s\u3000，,；;]+(?:单位|电话|邮箱|学校|指导[老教]师)[:：].*$")
# 張三台北5日電: places from which agencies report in this form, and else the usual length.
_DISPATCH = re.compile(
    r"^([\u3400-\u9fff]{2,3}?)(?:(?:台[北中南東]|新北|桃園|高雄|基隆|新竹|嘉義|苗栗|彰化|南投|雲林|屏東|宜蘭|花蓮"
    r"|澎湖|金門|馬祖|北京|上海|香港|東京|華盛頓|紐約)[市縣]?|(?<=[\u3400-\u9fff]{3})[\u3400-\u9fff]{2,5})\d{1,2}日[电電]$"
)
_NUMBERED = re.compile(r"(?<=[\u3400-\u9fff])\d(?:[,，]\d)*\*?(?=$|[\s,，、;；])")  # 张三1, 李四2
_STAFF = re.compile(
    r"\b(?:[A-Z]\w+\s+)?Staff(?:\s+(?:Writer|Reporter)s?)?\b|\b(?:Staff\s+)?(?:Writer|Reporter|Correspondent)s?\b"
)
_HAN = re.compile(r"[\u3400-\u9fff]")
# Letters of any script, points between the parts of a name; no digits, signs or markup.
_PERSON = re.compile(r"^[^\W\d_][\w·.•\-' ]{0,39}$")


class NormaliseAuthorPipeline:
    """Sets authors and editor. 记者 and 通讯员 are authors, 责任编辑 is the editor.

    A byline that names no person (本网记者, 粤组宣) is kept as printed; 系统管理员 is nobody.
    """

    def process_item(self, item: Any) -> Any:
        if isinstance(item, Article):
            normalise_author(item)
        return item


def normalise_author(article: Article) -> None:
    """See NormaliseAuthorPipeline."""
    for candidate in article.candidates.get("author", []):
        if names := read_names(candidate.raw):
            article.chosen["author"] = candidate
            article.authors = [*names, *_beside(candidate, article)]
            break
    for candidate in article.candidates.get("editor", []):
        if names := read_names(candidate.raw):
            article.chosen["editor"] = candidate
            article.editor = "、".join(names)
            break


def _beside(chosen: Candidate, article: Article) -> Iterator[str]:
    """Those named behind a label of their own on the same line: 记者 张三 通讯员 李四."""
    named = set(read_names(chosen.raw))
    if chosen.origin.startswith("info:"):
        for other in article.candidates["author"]:
            if other.xpath == chosen.xpath and _LABELLED.match(other.origin):
                for name in read_names(other.raw):
                    if name not in named:
                        named.add(name)
                        yield name


def read_names(raw: str) -> list[str]:
    """Split a byline as printed into names, in order, each once.

    >>> read_names("记者 张 三 通讯员 李四、王小五")
    ['张三', '李四', '王小五']
    """
    raw = _COUNTRY.sub("", _ABOUT_HIM.sub("", raw)).strip(" \u3000()（）[]【】:：")
    if _NAMELESS.match(raw):
        return [raw]
    raw = _MADE_TEXT.sub(" ", _MADE_PICTURES.sub(" ", _BRACKET.sub("", raw)))
    if not _HAN.search(raw):
        raw = re.sub(r"\s+in\s+[A-Z].*$", "", raw)  # By Li Ming in Beijing
        raw = _STAFF.sub("", raw)
    if len(_NUMBERED.findall(raw)) > 1:
        raw = _NUMBERED.sub("", raw)
    names: dict[str, None] = {}
    for part in _OPENING.split(raw):
        if re.match(_NO_AUTHOR, part):
            continue
        part = _PADDED.sub(r"\1\2", _ROLE_AT_START.sub("", part))
        words = [word for word in _BETWEEN.split(part) if word]
        for word in words:
            if names and re.match(r"\d", word):
                break  # 7 分钟: what follows is no name
            # 赵培：某某学院: the name goes before its affiliation.
            name, _, affiliation = word.partition("：")
            name = _AND_OTHERS.sub("", name.strip(" \u3000·:：()（）"))
            name = _IS.sub(r"\1", name)
            if dispatch := _DISPATCH.match(name):
                name = dispatch[1]
            if _PLACE_REPORT.search(name):
                name = _REPORT.sub("", name)
                if names and not is_name(name):
                    continue
            if (
                _PERSON.match(name)
                and (len(name) > 1 or not _HAN.match(name))
                and not _NOBODY.match(name)
                and not _outlet(name, raw)
                and not (_STANDING.search(name) and (names or name.startswith("系")))
            ):
                names[name] = None
            if affiliation and names:
                break
    # 某某日报 张三: where others are named, an outlet is none of them.
    persons = [name for name in names if not _OUTLET.search(name)]
    return persons or list(names)


def _outlet(name: str, raw: str) -> bool:
    """新华社 in `新华社记者 张三` is not a person, 某某日报 in `某某日报 记者 张三` neither."""
    before = re.search(rf"{re.escape(name)}([\s\u3000]*){_REPORTER}", raw)
    return before is not None and (not before[1] or bool(_OUTLET.search(name)))
