"""The containers that publishing systems keep articles in, where no family says which."""

from __future__ import annotations

from itertools import groupby

from lxml.html import HtmlElement

from crawler.reading.page import Page, select
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


def known_node(page: Page) -> HtmlElement | None:
    """The element that a publishing system's own mark says is the article; None without one."""
    for _, matches in groupby(select(page, KNOWN), key=lambda match: match[0]):
        found = [
            (len(squeeze(node.text_content())), node.find(".//img") is not None, node)
            for _, node in matches
        ]
        size, pictured, node = max(found, key=lambda each: each[:2])
        if size >= 10 or pictured:
            return node
    return None
