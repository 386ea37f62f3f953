"""Read the source (来源): what the page shows, the publisher only where it shows none."""

from __future__ import annotations

import re
from typing import Any

from crawler.items import Article

_OWN = re.compile(
    r"^本(?:网|站|局|厅|部|委|院|馆|报|单位|部门|网站|站原创|网原创|网站原创|网讯|站讯)$|^本站(?:整理|编辑)$"
)
_EMPTY = re.compile(
    r"^(?:无|暂无|未知|不详|佚名|原创|转载|网络|互联网|来源网络|网络转载|其他|其它|-+|—+|null|undefined)$",
    re.I,
)
_EDGE = " \u3000\t：:|丨、，,;；·"
_ICONS = re.compile("[\ue000-\uf8ff]")  # of fonts
_WRAPPED = re.compile(r"^[\[【(（]\s*([^\[\]【】()（）]+?)\s*[\]】)）]$")
_LABEL = re.compile(r"^(?:信息|文章|稿件|新闻|内容)?来\s*源[\s\u3000]*[:：][\s\u3000]*")


class NormaliseSourcePipeline:
    """Sets source, source_raw and source_inferred (design, Semantics 6).

    source_raw is what is printed; 本网 and 本站 mean the publisher.
    """

    def process_item(self, item: Any) -> Any:
        if isinstance(item, Article):
            normalise_source(item)
        return item


def normalise_source(article: Article) -> None:
    """See NormaliseSourcePipeline."""
    for candidate in article.candidates.get("source", []):
        name = _LABEL.sub("", _ICONS.sub("", candidate.raw)).strip(_EDGE)
        name = _WRAPPED.sub(r"\1", name)
        if not name or _EMPTY.match(name):
            continue
        article.chosen["source"] = candidate
        article.source_raw = candidate.raw
        article.source = article.publisher if _OWN.match(name) and article.publisher else name
        return
    article.source = article.publisher
    article.source_inferred = bool(article.publisher)
