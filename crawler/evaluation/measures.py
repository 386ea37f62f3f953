"""How right readings of labelled pages are: counting, and nothing else.

A label that is None was not judged and is not counted; "" says that the page shows none, and then
a reading must have none either. A page that was not read has empty fields and counts as such.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from typing import Any

from crawler.evaluation.corpus import NAMED, Label
from crawler.evaluation.readers import Prediction

MEASURES = ("F1", "P", "R", "junk", "title", "date", "author", "source")
_GRAM = 4
_CJK = ("zh", "ja", "ko")

# Wording that stands around an article on Chinese sites and never in it.
_BOILERPLATE = re.compile(
    "责任编辑|责编|分享到|【?打印(?:本页|此页|正文|】)|关闭窗口|上一篇|下一篇|免责声明|扫一扫|扫码|"
    "版权所有|相关阅读|相关新闻|字号|字体[:：]|浏览次数|阅读次数|点击次数|返回搜狐|【纠错】|举报|"
    "ICP备|网站地图|当前位置|您的位置|推荐阅读|热门推荐|登录|收藏"
)
_LABEL = re.compile(r"\s*(?:by|von|par|por|来源|作者|记者|编辑)\s*[:：]?\s*", re.I)
_BETWEEN_NAMES = re.compile(r"[,;、/|&]|\band\b|\bund\b|(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")


def measure(label: Label, got: Prediction) -> dict[str, float]:
    """What is judged of one page, each from 0 (wrong) to 1 (right); `junk`: 1 is bad.

    F1, P, R: of the multisets of 4-grams of body characters without white space (zh, ja, ko) or
    words. junk: boilerplate wording in the body that the label has not (zh). title: the same but
    for width and white space. date: the same day. author, source: the same set of names.
    """
    values: dict[str, float] = {}
    if label.body:
        truth = _grams(label.body, label.lang)
        if truth:
            values["P"], values["R"], values["F1"] = _agreement(truth, _grams(got.body, label.lang))
        if label.lang == "zh":
            values["junk"] = float(bool(boilerplate(got.body) - boilerplate(label.body)))
    if label.title is not None:
        same = _one_line(label.title, label.lang) == _one_line(got.title, label.lang)
        values["title"] = float(same)
    if label.date is not None:
        values["date"] = float(label.date == got.date)
    for name in NAMED:
        truth_names = getattr(label, name)
        if truth_names is not None:
            values[name] = float(names(truth_names) == names(getattr(got, name)))
    return values


def means(measured: Iterable[dict[str, float]]) -> dict[str, tuple[float, int]]:
    """Measure -> its mean over the pages that it was judged on, and their number."""
    found: dict[str, list[float]] = {}
    for values in measured:
        for name, value in values.items():
            found.setdefault(name, []).append(value)
    return {name: (sum(values) / len(values), len(values)) for name, values in found.items()}


def badness(measured: dict[str, float]) -> float:
    """How far a page is from right: a point for each wrong field, and what the body's F1 lacks."""
    return sum(1 - measured.get(name, 1) for name in ("F1", "title", "date", *NAMED))


def boilerplate(body: str) -> set[str]:
    """The boilerplate wordings in a body."""
    return set(_BOILERPLATE.findall(_normal(body)))


def names(printed: str | list[str]) -> set[str]:
    """The names in a byline or source line, without the word that introduces them.

    >>> sorted(names("作者：甲某、乙某"))
    ['乙某', '甲某']
    """
    text = _normal(printed if isinstance(printed, str) else ", ".join(printed))
    if introduced := _LABEL.match(text):
        text = text[introduced.end() :]
    folded = (" ".join(name.split()).casefold() for name in _BETWEEN_NAMES.split(text))
    return {name for name in folded if name}


def _agreement(truth: Counter[Any], got: Counter[Any]) -> tuple[float, float, float]:
    """Precision, recall and their harmonic mean."""
    common = (truth & got).total()
    if not common:
        return 0.0, 0.0, 0.0
    precision, recall = common / got.total(), common / truth.total()
    return precision, recall, 2 * precision * recall / (precision + recall)


def _grams(text: str, lang: str) -> Counter[Any]:
    """Every run of 4 characters or words; a shorter text is one gram."""
    text = _normal(text)
    units: str | tuple[str, ...]
    units = "".join(text.split()) if lang in _CJK else tuple(re.findall(r"\w+", text.lower()))
    last = max(len(units) - _GRAM, 0)
    return Counter(units[at : at + _GRAM] for at in range(last + 1)) if units else Counter()


def _one_line(text: str, lang: str) -> str:
    return ("" if lang in _CJK else " ").join(_normal(text).split())


def _normal(text: str) -> str:
    return unicodedata.normalize("NFKC", text)
