"""The containers that publishing systems keep articles in, where no family says which."""

from __future__ import annotations

from lxml.html import HtmlElement

from crawler.reading.page import css
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


def known_node(root: HtmlElement) -> HtmlElement | None:
    """The element that a publishing system's own mark says is the article; None without one."""
    for selector in KNOWN:
        found = [
            (len(squeeze(node.text_content())), node.find(".//img") is not None, node)
            for node in css(selector)(root)
        ]
        size, pictured, node = max(found, key=lambda each: each[:2], default=(0, False, None))
        if node is not None and (size >= 10 or pictured):
            return node
    return None
