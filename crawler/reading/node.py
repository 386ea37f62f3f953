"""Finding the element that holds the article, where no family says which it is."""

from __future__ import annotations

import re
from collections import defaultdict

from lxml.html import HtmlElement

from crawler.reading.page import UNREAD, is_hidden, select
from crawler.reading.text import squeeze

# Containers that Chinese publishing systems use, most telling first.
KNOWN = (
    "#UCAP-CONTENT",
    "ucapcontent",
    ".TRS_UEDITOR",
    ".trs_editor_view",
    ".TRS_Editor",
    "#vsb_content, #vsb_content_2, #vsb_content_4, #vsb_content_500, .v_news_content",
    "#zoom",
    "#zoomcon",
    "#ivs_content",
    "[itemprop=articleBody]",
    ".article-content, .article_content, .articleContent, .article-body, .article_body",
    "#article_content, #articleContent, #article-content, #article_body",
    ".xxgk-content, .pages_content, .detail-content, .detail_content, .news_content, .content-box",
)
# A side column or a foot is never the article, however much text it holds.
_ASIDE = re.compile(
    r"(?:^|[\s_-])(?:nav|menu|foot(?:er)?|side(?:bar)?|aside|comment|recommend|related|hot|friend|"
    r"links?|copyright|breadcrumb|crumb|share|login|search|banner|top(?:bar)?)(?:$|[\s_-])",
    re.I,
)
_SENTENCE = re.compile(r"[，。；：、！？]")
_MIN_SCORE = 40


def find_node(root: HtmlElement) -> HtmlElement | None:
    """The article node by known containers, else by where sentences are; None when unsure."""
    for _, node in select(root, KNOWN):
        if len(squeeze(node.text_content())) >= 10 or node.find(".//img") is not None:
            return node
    return _densest(root)


def _densest(root: HtmlElement) -> HtmlElement | None:
    scores: defaultdict[HtmlElement, float] = defaultdict(float)
    for element in root.iter():
        if not isinstance(element.tag, str) or element.tag in UNREAD or element.tag == "a":
            continue
        own = squeeze("".join([element.text or "", *(child.tail or "" for child in element)]))
        if len(own) < 8:
            continue
        block = _block(element)
        if block is None or any(_is_aside(e) for e in (block, *block.iterancestors())):
            continue
        score = len(own) + 8 * len(_SENTENCE.findall(own))
        # A paragraph speaks for its parent, less so for what is around that.
        holder = block if block.tag in ("div", "td", "section", "article") else block.getparent()
        for weight in (1.0, 0.4):
            if holder is None or holder.tag in ("body", "html"):
                break
            scores[holder] += weight * score
            holder = holder.getparent()
    if not scores:
        return None
    best = max(scores, key=lambda element: scores[element])
    return best if scores[best] >= _MIN_SCORE else None


def _block(element: HtmlElement) -> HtmlElement | None:
    """The nearest block around a text: inline markup does not make a paragraph."""
    node: HtmlElement | None = element
    while node is not None and node.tag in ("span", "font", "b", "strong", "i", "em", "u", "o:p"):
        node = node.getparent()
    return node


def _is_aside(element: HtmlElement) -> bool:
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    return element.tag in ("nav", "footer", "aside", "header") or (
        bool(_ASIDE.search(names)) or is_hidden(element)
    )
