"""Read the names of authors and editor."""

from __future__ import annotations

import re
from typing import Any

from crawler.items import Article

# Words that introduce a person. What stands before 记者 is the outlet (新华社记者, 本报见习记者).
_ROLE = re.compile(
    r"(?:[\u4e00-\u9fffA-Za-z+·]{0,14}?(?:见习|实习|特约|全媒体|首席|融媒体?|特派)?记者|通讯员|实习生|作者|评论员|"
    r"特约评论员|撰稿人?|执笔人?|撰文|供稿人?|报道员|特派员|文字|文/图|图/文|文图|图文|文|摄影报道|报道|整理)"
    r"[\s\u3000]*[:：/]?[\s\u3000]*"
)
_ROLE_AT_START = re.compile("^" + _ROLE.pattern)
_NOBODY = re.compile(
    r"^(?:佚名|不详|未知|无|暂无|匿名|系统管理员|管理员|超级管理员|网站管理员|admin(?:istrator)?|system|"
    r"root|editor|test|本站原创|原创|转载|网络|互联网|cosmic|[a-z]+_[a-z_]+|[A-Za-z]{0,6}\d+|\d+|[-—*]+)$",
    re.I,
)
_NAMELESS = re.compile(
    r"^(?:本报|本网|本刊|本台|本社|新华社|中新社|[\u4e00-\u9fff]{2,8})?(?:记者|通讯员|评论员)$"
)
# A name of two characters is padded to look like one of three: 张 三.
_PADDED = re.compile(
    r"(?<![\u3400-\u9fff])([\u3400-\u9fff])[ \u3000]+([\u3400-\u9fff])(?![\u3400-\u9fff])"
)
_OUTLET = re.compile(r"(?:报|社|网|台|客户端|新闻|融媒体?|中心)$")
_BETWEEN = re.compile(r"[、，,;；/|丨&\s\u3000]+|(?<=[\u3400-\u9fff])和(?=[\u3400-\u9fff]{2,3}$)")


_PLACE_REPORT = re.compile(r"报道$|^[\u4e00-\u9fff]{0,8}摄$")
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
            article.authors = names
            break
    for candidate in article.candidates.get("editor", []):
        if names := read_names(candidate.raw):
            article.chosen["editor"] = candidate
            article.editor = "、".join(names)
            break


def read_names(raw: str) -> list[str]:
    """Split a byline as printed into names, in order, each once.

    >>> read_names("记者 张 三 通讯员 李四、王小五")
    ['张三', '李四', '王小五']
    """
    raw = raw.strip(" \u3000()（）[]【】:：")
    if _NAMELESS.match(raw):
        return [raw]
    names: dict[str, None] = {}
    # Each role opens a list of names.
    for part in re.split(
        r"[\s\u3000]*(?=(?:本报|本网)?(?:记者|通讯员|实习生)|作者[:：]|撰稿|摄影)", raw
    ):
        part = _ROLE_AT_START.sub("", part) if _ROLE_AT_START.match(part) else part
        if re.match(r"摄影|图片", part):
            continue
        part = _PADDED.sub(r"\1\2", part)
        for word in _BETWEEN.split(part):
            if names and re.match(r"\d", word):
                break  # 7 分钟: what follows is no name
            # 赵培：某某学院: the name goes before its affiliation.
            name, _, affiliation = word.partition("：")
            name = name.strip(" \u3000·:：()（）")
            if _PLACE_REPORT.search(name) and names:
                continue
            if (
                _PERSON.match(name)
                and len(name) <= 40
                and not _NOBODY.match(name)
                and not _outlet(name, raw)
            ):
                names[name] = None
            if affiliation and names:
                break
    return list(names)


def _outlet(name: str, raw: str) -> bool:
    """新华社 in `新华社记者 张三` is not a person, 某某日报 in `某某日报 记者 张三` neither."""
    before = re.search(re.escape(name) + r"([\s\u3000]*)(?:见习|实习|特约|全媒体|首席)?记者", raw)
    return before is not None and (not before[1] or bool(_OUTLET.search(name)))
