"""Where one kind of page keeps the parts of an article: plain data, made by the families."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True, frozen=True, kw_only=True)
class ArticleRules:
    """CSS selectors, each tuple in order of trust. What is empty is found by general rules."""

    title: tuple[str, ...] = ()
    info: tuple[str, ...] = ()
    """Elements that hold parts of the info line."""
    body: tuple[str, ...] = ()
    """The article node. A match that holds neither text, picture nor file is passed over."""
    drop: tuple[str, ...] = ()
    """Inside the article node, but no part of the article."""
    attachments: tuple[str, ...] = ()
    """Lists of files, inside or outside the article node."""
    doc_number: tuple[str, ...] = ()


# Raised when pages are read by other rules: what was read by older ones is fetched whole again.
VERSION = 3

GENERIC = ArticleRules()

# Inside any article node these are tools of the page, never its text.
TOOLS = (
    ".bdsharebuttonbox, .bshare-custom, .jiathis_style, .social-share, .share, .shareBox",
    ".shareIcon, .share-box, #share, .print, .printer, .toolbar, .tools, .qrcode, .ewm, .erweima",
    ".breadcrumb, .crumbs, .pages_print, .page-tools, .article-tools, .fontsize, .font-size",
    ".jiucuo",
)
