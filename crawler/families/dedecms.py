"""DedeCMS (织梦), of many county sites and aggregators.

- Fingerprint: generator meta, `/plus/` scripts, `/templets/` styles.
- Article `/a/{column}/{Y}/{MMDD}/{id}.html` or `/plus/view.php?aid={id}`: one post has both.
- List `list_{column}_{k}.html`, dynamic `/plus/list.php?tid={column}&PageNo={k}`.
- Article pages: `div.info` (时间 来源 作者 点击), `div.content`; long articles go on in
  `{id}_2.html`, linked by number.
"""

from __future__ import annotations

import re
from typing import ClassVar

from crawler.families.base import Family, further_by_number
from crawler.reading.page import Page
from crawler.reading.rules import ArticleRules


class DedeCms(Family):
    """See the module's docstring."""

    name: ClassVar[str] = "dedecms"
    marks: ClassVar[tuple[str, ...]] = ("dedecms", "/plus/", "/templets/")
    rules: ClassVar[ArticleRules] = ArticleRules(
        title=(".viewbox .title h2", ".article-title"),
        info=(".viewbox .info",),
        body=(".viewbox .content",),
        drop=(".viewbox .dede_pages", ".pagebreak"),
    )

    def fingerprint(self, page: Page) -> bool:
        return any("dedecms" in c.raw.lower() for c in page.meta.get("generator", ())) or bool(
            re.search(
                r"""["'(][^"'(\s]*/(?:plus/(?:view|list|count|diggs?|feedback)\w*\.php|templets/)""",
                page.source,
            )
        )

    def further_pages(self, page: Page) -> list[str]:
        return further_by_number(page)
