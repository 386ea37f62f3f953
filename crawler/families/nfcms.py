"""NFCMS (南方网内容管理平台), the one platform of Guangdong's government sites.

- Article `{column path}/content/post_{N}.html`, mobile twin `mpost_{N}`, and
  `/gkmlpt/content/{N/10^6}/{N/10^3}/post_{N}.html`. N is unique inside one instance only.
- List `{column path}/` or `index.html`, then `index_2.html`, `index_3.html` … with `a.next`.
- Two article skins: "zw" (h3.zw-title, span.time, span.ly, div.zw) and "article"
  (h3.articleTitle, div.info, div.article, div.fj); Shenzhen's sites have a third
  (h2.tBox, .sourceBox, .publishTime, .detailBox, #appendix), their portal .news_cont_d_wrap.
  Departments vary these at will; what no selector names is left to the general rules.
- 文号 stands in span.wh, hidden until a script finds it non-empty.
- Attachments: `a.nfw-cms-attachment` with the real file name in `alt`.
"""

from __future__ import annotations

import re
from typing import ClassVar
from urllib.parse import urljoin

from crawler.families.base import Family, NextPage
from crawler.reading.page import Page
from crawler.reading.paging import has_paging
from crawler.reading.rules import ArticleRules

_ARTICLE = re.compile(r"/content/(?:\d+/\d+/)?m?post_\d+\.html$")
_PAGE = re.compile(r"/index_(\d{1,4})\.html$")
_MOBILE = re.compile(r"/mpost_(\d+\.html)$")


class Nfcms(Family):
    """See the module's docstring."""

    name: ClassVar[str] = "nfcms"
    marks: ClassVar[tuple[str, ...]] = ("nfcms_",)
    rules: ClassVar[ArticleRules] = ArticleRules(
        title=("h3.zw-title", ".zw-title", "h3.articleTitle", ".articleTitle", "h2.tBox"),
        info=(
            "div.info",
            "span.time",
            "span.ly",
            ".zw-info",
            ".sourceBox",
            ".publishTime",
        ),
        body=(
            *("div.zw", "div.article", ".detailBox", ".news_cont_d_wrap", "#zoomcon"),
            *(".article_body", "div.article-content"),
        ),
        drop=(".zw-title", ".articleTitle", ".zw-info", ".info > .time", ".info > .ly"),
        attachments=("div.fj", "#appendix"),
        doc_number=("span.wh", "#wh"),
    )

    def fingerprint(self, page: Page) -> bool:
        return "NFCMS_SITE_ID" in page.source or "NFCMS_PUB_TYPE" in page.source

    def is_article(self, url: str) -> bool:
        return bool(_ARTICLE.search(url.split("?")[0].split("#")[0]))

    def canonical_url(self, url: str) -> str:
        return _MOBILE.sub(r"/post_\1", super().canonical_url(url))

    def next_page(self, page: Page, number: int) -> NextPage | None:
        linked = super().next_page(page, number)
        if linked or has_paging(page):
            return linked
        # The walk may have begun on a later page.
        own = _PAGE.search(page.url)
        following = int(own[1]) + 1 if own else number + 1
        return NextPage(urljoin(page.url, f"index_{following}.html"), guessed=True)
