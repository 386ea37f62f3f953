"""Whether two posts carry the same story, though not in the same words.

A signature finds the posts that may (MinHash: two signatures agree in as many slots as the texts
have character 3-grams in common), `same_story` decides. How well is measured on made-up re-posts
and look-alikes: `python -m tests.bench.similar`. Rules were chosen by looking at pairs of its
tuning half; the shares asked for and the least lengths are not fitted to either half.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from crawler.reading.names import is_name
from crawler.reading.text import fold

_SLOTS = 128
_BANDS, _ROWS = 20, 4  # at .6 alike, 94 pairs in 100 share a band: 1 - (1 - .6⁴)²⁰

_ALIKE = 0.6
_SHORT = 600
"""Below this many characters a notice differs from its template in a few words: see `_reworded`."""
_ALIKE_SHORT = 0.75
_BARE = 100
"""Below this the text alone does not tell one post from another (详见附件)."""
_SLACK = 0.1
"""Share of the places and units that a reworded long text may change."""

_Hashes = npt.NDArray[np.uint64]


def sign(text: str) -> bytes:
    """The signature of a text: 128 slots of four bytes, b"" where there is nothing to sign.

    Byline, head and tail lines, width, case, spaces and punctuation do not count.
    """
    hashes = _hashes(fold(body(text)))
    if not hashes.size:
        return b""
    # One permutation: the upper bits of a hash choose its slot, the rest is its rank there.
    width = np.uint64(64 - _SLOTS.bit_length() + 1)
    starts = np.arange(_SLOTS, dtype=np.uint64) << width
    first = np.minimum(np.searchsorted(hashes, starts), hashes.size - 1)
    filled = (hashes[first] >> width) == np.arange(_SLOTS, dtype=np.uint64)
    values = (hashes[first] >> np.uint64(25)).astype(np.uint32)
    # An empty slot borrows from the next that is filled, in a way that tells how far it was.
    owners = np.flatnonzero(filled)
    nearest = owners[np.searchsorted(owners, np.arange(_SLOTS)) % owners.size]
    distance = ((nearest - np.arange(_SLOTS)) % _SLOTS).astype(np.uint32)
    signature = values[nearest] + distance * np.uint32(0x9E3779B1)
    return signature.astype("<u4").tobytes()


def resembles(text: str, signature: bytes) -> bool:
    """Whether a text is much like the one of a signature, whose own text need not be there.

    Less can be told than by `same_story`: notices of one template about different people are alike.
    """
    mine = sign(text)
    if not mine or not signature:
        return False
    equal = np.frombuffer(mine, "<u4") == np.frombuffer(signature, "<u4")
    short = len(fold(body(text))) < _SHORT
    return float(equal.mean()) >= (_ALIKE_SHORT if short else _ALIKE)


def bands(signature: bytes) -> list[int]:
    """Twenty signed 64-bit numbers; texts that are much alike have at least one in common.

    Empty for an empty signature.
    """
    if not signature:
        return []
    slots = np.frombuffer(signature, "<u4")[: _BANDS * _ROWS].astype(np.uint64)
    mixed = np.arange(1, _BANDS + 1, dtype=np.uint64)
    for row in slots.reshape(_BANDS, _ROWS).T:
        mixed = _mix(mixed ^ row)
    numbers: list[int] = mixed.view(np.int64).tolist()
    return numbers


@dataclass(frozen=True)
class Story:
    """What is compared of a post: title, text as stored, and its attachments' names."""

    title: str
    text: str
    files: tuple[str, ...] = ()

    @cached_property
    def body(self) -> str:
        return body(self.text)

    @cached_property
    def folded(self) -> str:
        return fold(self.body)

    @cached_property
    def grams(self) -> _Hashes:
        return _hashes(self.folded)

    @cached_property
    def numbers(self) -> set[str]:
        """Of text, title and files; the day in a signature counts, for it tells issues apart."""
        return _numbers("\n".join([body(self.text, signed=True), self.title, *self.files]))

    @cached_property
    def counted(self) -> set[str]:
        """The same numbers, each with what it counts: 第3期 is another than 第3段."""
        return _counted("\n".join([self.body, self.title, *self.files]))

    @cached_property
    def labels(self) -> set[str]:
        """The numbers that a post is called by, with what they count: year, issue, document."""
        return _counted("\n".join([self.title, *self.files]))

    @cached_property
    def names(self) -> set[str]:
        """Of persons and organisations, as far as they can be told."""
        text = self.body
        return _persons(text) | _persons(self.title) | set(_ORGANISATION.findall(text))

    @cached_property
    def places(self) -> set[str]:
        return set(_PLACE.findall(self.body))


def same_story(one: Story, other: Story) -> bool:
    """Whether two posts are one story, so that one of them is enough.

    Re-posts have another head, tail or title, lack paragraphs, or are reworded here and there:
    of the 3-grams that either text has, both have six in ten. Notices from one template, issues
    of a column, lists of appointments and updates of a story share as much, but what they are
    about differs: each has numbers or names that the other lacks. In texts of less than 600
    characters this is a matter of a word, so that they must share 3 in 4 and replace no word by
    another; below 100 characters the titles have to agree as well.
    """
    if _differ(one.numbers, other.numbers) or _relabelled(one, other):
        return False
    length = min(len(one.folded), len(other.folded))
    long = length >= _SHORT
    if _resemblance(one.grams, other.grams) < (_ALIKE if long else _ALIKE_SHORT):
        return False
    slack = _SLACK if long else 0
    if (
        _differ(one.names, other.names)
        or _differ(one.places, other.places, slack)
        or _differ(one.counted, other.counted, slack)
    ):
        return False
    if long:
        return _share_files(one.files, other.files)
    if {fold(name) for name in one.files} != {fold(name) for name in other.files}:
        return False
    if length < _BARE and not _titles_agree(one.title, other.title):
        return False
    return not _reworded(one.body, other.body)


def _differ(one: set[str], other: set[str], slack: float = 0) -> bool:
    """Whether each has what the other lacks. One alone may: paragraphs were left out.

    `slack`: the share of the smaller set that does not count.
    """
    allowed = slack * min(len(one), len(other))
    return min(len(one - other), len(other - one)) > allowed


def _relabelled(one: Story, other: Story) -> bool:
    return _differ(one.labels - other.counted, other.labels - one.counted)


def _share_files(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether two lists of names may be of the same files; 附件1 is any file's name."""
    names = [
        {name for file in files if not _ANY_FILE.fullmatch(name := fold(file))}
        for files in (one, other)
    ]
    return not all(names) or bool(names[0] & names[1])


def _titles_agree(one: str, other: str) -> bool:
    shorter, longer = sorted((fold(one), fold(other)), key=len)
    return len(shorter) >= 4 and shorter in longer


def _reworded(one: str, other: str) -> bool:
    """Whether somewhere a word or number stands in another's place; a character is a misprint."""
    mine, theirs = ([fold(part) for part in _SENTENCE.split(text)] for text in (one, other))
    left, right = (
        "".join(p for p in a if p not in set(b)) for a, b in ((mine, theirs), (theirs, mine))
    )
    gap = ["", ""]
    for tag, a1, a2, b1, b2 in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag == "equal" and a2 - a1 > 1:
            gap = ["", ""]
        elif tag != "equal":
            gap = [gap[0] + left[a1:a2], gap[1] + right[b1:b2]]
            if all(len(side) >= 2 or any(c.isdigit() for c in side) for side in gap):
                return True
    return False


# --- what of a text is its own -------------------------------------------------------------------

_ROLE = (
    r"(?:记者|記者|通讯员|通訊員|作者|编辑|責編|责编|责任编辑|编委|校对|审核|初审|复审|终审|监制|供稿|撰稿|"
    r"撰文|摄影|评论员|实习生|来源|稿源|转自|编者按)"
)
# At either end: lines that name people and outlets, and the tools of a page.
_FRAME = re.compile(
    rf"^[\W_]*(?:[\u4e00-\u9fff]{{0,6}}?{_ROLE}(?:[\W_]|$).{{0,60}}"
    r"|(?:文/图|图/文|文图|文字|图片|原标题|发布时间|发布日期|发表时间|时间|日期|声明|免责声明|版权声明|"
    r"打印|关闭|上一篇|下一篇|扫一扫|分享|浏览|点击|阅读)[\W_].{0,80}|扫一扫.{0,30}"
    rf"|[^。！？]{{0,20}}(?:供稿|{_ROLE}[^。！？]{{2,20}}(?:报道|摄影|摄))[\W_]*)$"
)
_SIGNERS = re.compile(r"^[（(][\u4e00-\u9fff·、\s]{2,30}[）)]$")
_DAY = re.compile(
    r"^(?:[\d〇零一二三四五六七八九]{4}年)?[\d一二三四五六七八九十]{1,3}月[\d一二三四五六七八九十]{1,3}日$"
)
_DATELINE = re.compile(
    r"^[^。，！？；\n]{0,24}?(?:电|讯|消息)(?:[\s\u3000]*[（(][^（）()]{1,60}[）)]|(?=[\s\u3000：:]))[\s\u3000：:]*"
)
_BRACKET = re.compile(
    rf"[（(【\[][^（）()【】\[\]。]{{0,30}}{_ROLE}[^（）()【】\[\]。]{{0,60}}[）)】\]]"
)
_SENTENCE = re.compile(r"[\n。！？；!?;]+")
_ANY_FILE = re.compile(
    r"(?:附件|下载|点击下载|附件下载)[\d一二三四五六七八九十]*(?:pdf|docx?|xlsx?|rar|zip)?"
)


def body(text: str, *, signed: bool = False) -> str:
    """The text, NFKC, without what re-posting changes: dateline, byline, head and tail lines.

    `signed`: keep the day that closes a notice.
    """
    lines = [line.strip() for line in unicodedata.normalize("NFKC", text).split("\n")]
    lines = [line for line in lines if line]
    while len(lines) > 1 and _is_frame(lines[0]):
        del lines[0]
    day = ""
    while len(lines) > 1 and (_is_frame(lines[-1]) or _DAY.match(lines[-1].replace(" ", ""))):
        last = lines.pop()
        if _DAY.match(last.replace(" ", "")):
            day = last
            if (
                len(lines) > 1
                and len(lines[-1]) <= 25
                and not re.search(r"[。！？；:!?;]$", lines[-1])
            ):
                del lines[-1]  # who signs
    if lines:
        lines[0] = _DATELINE.sub("", _BRACKET.sub("", _DATELINE.sub("", lines[0])))
        lines[-1] = _BRACKET.sub("", lines[-1])
    if signed and day:
        lines.append(day)
    return "\n".join(lines)


def _is_frame(line: str) -> bool:
    return len(line) <= 100 and bool(
        _FRAME.match(line) or _SIGNERS.match(line) or not _BRACKET.sub("", line).strip()
    )


_CHINESE = "〇零一二两三四五六七八九十百千万亿"
_NUMBER = re.compile(rf"\d+(?:\.\d+)?|第[{_CHINESE}]+|[{_CHINESE}]{{2,}}")


_COUNTED = re.compile(rf"第?(?:{_NUMBER.pattern})[^\s\d]?")


def _numbers(text: str) -> set[str]:
    return set(_NUMBER.findall(_plain(text)))


def _counted(text: str) -> set[str]:
    return set(_COUNTED.findall(_plain(text)))


def _plain(text: str) -> str:
    """Numbers without separators."""
    return re.sub(r"(?<=\d),(?=\d{3})", "", unicodedata.normalize("NFKC", text))


_HAN = "[\u3400-\u9fff]"
_PADDED = re.compile(rf"(?<!{_HAN})({_HAN})[ \u3000]+({_HAN})(?!{_HAN})")
_ALONE = re.compile(rf"(?<!{_HAN}){_HAN}{{2,3}}(?!{_HAN})")
_OPENS = re.compile(
    rf"(?<!{_HAN})({_HAN}{{2,3}}?)(?=同志|任|为|是|的|系|因|不再|现任|涉嫌|违反|接受|男|女|说|告诉|表示)"
)
_NAMED = re.compile(
    r"(?:任命|免去|聘任|聘请|推荐|人选|对象|表彰|追授|授予|对|由|当事人|被执行人|申请人|书记|主任|[局处市县区镇乡院校部所站厅科]长|"
    rf"负责人)({_HAN}{{2,3}}?)(?=同志|为|任|的|因|不再|等|接受|涉嫌|{_HAN}?(?!{_HAN}))"
)
_ORGANISATION = re.compile(
    rf"{_HAN}{{3,6}}(?=有限公司|公司|合作社|经营部|商行|酒店|医院|大学|学院|中学|小学|幼儿园)"
)
_PLACE = re.compile(
    rf"(?!{_HAN}[全我本各该外城都])(?<![全我]){_HAN}{{2}}(?:省|市|县|区|镇|乡|村|街道)"
)


def _persons(text: str) -> set[str]:
    text = _PADDED.sub(r"\1\2", unicodedata.normalize("NFKC", text))
    found = (*_ALONE.findall(text), *_OPENS.findall(text), *_NAMED.findall(text))
    return {name for name in found if is_name(name)}


# --- hashing -------------------------------------------------------------------------------------


def _hashes(folded: str) -> _Hashes:
    """The distinct 3-grams of a folded text as 64-bit hashes, in order."""
    points: npt.NDArray[Any] = np.frombuffer(folded.encode("utf-32-le", "replace"), "<u4")
    if points.size < 3:
        return np.empty(0, np.uint64)
    points = points.astype(np.uint64)
    # A code point has 21 bits: three of them make one number.
    return np.unique(
        _mix(points[:-2] << np.uint64(42) | points[1:-1] << np.uint64(21) | points[2:])
    )


def _mix(numbers: _Hashes) -> _Hashes:
    """Spread numbers over 64 bits (the finaliser of SplitMix64: Steele, Lea, Flood, 2014)."""
    numbers = numbers + np.uint64(0x9E3779B97F4A7C15)
    numbers = (numbers ^ numbers >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ numbers >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    return numbers ^ numbers >> np.uint64(31)


def _resemblance(one: _Hashes, other: _Hashes) -> float:
    """Jaccard: what both have of what either has."""
    if not one.size or not other.size:
        return 0.0
    both = int(np.intersect1d(one, other, assume_unique=True).size)
    return both / (one.size + other.size - both)
