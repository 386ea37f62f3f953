"""PHPCMS, and 动易 (PowerEasy) with the same habits.

- Fingerprint: generator meta, `/statics/` with `phpcms`, `index.php?m=content`, or the default
  line of both: 文章来源：本站原创 作者：佚名 发布时间：… 点击数：.
- Article `/{Y}/{MMDD}/{id}.html`, `index.php?m=content&c=index&a=show&catid=&id=`, 动易
  `/Item/{id}.aspx`, `/Article/{column}/{id}.html`; long articles go on in `{id}_2.html`.
- List `/{column}/{k}.html`, `index.php?m=content&c=index&a=lists&catid=&page=`, `?page=`.
"""

from __future__ import annotations

import re
from typing import ClassVar

from crawler.families.base import Family, further_by_number
from crawler.reading.page import Page

_MARKS = re.compile(
    r"phpcms|index\.php\?m=content(?:&|&amp;)c=index|PowerEasy|/Item/\d+\.aspx|"
    r"文章来源：[^<>]{0,20}(?:<[^<>]*>|&nbsp;|\s)*作者：.{0,200}点击数：",
    re.I | re.S,
)


class PhpCms(Family):
    """See the module's docstring."""

    name: ClassVar[str] = "phpcms"
    marks: ClassVar[tuple[str, ...]] = ("phpcms", "m=content", "powereasy", "/item/", "点击数：")

    def fingerprint(self, page: Page) -> bool:
        return bool(_MARKS.search(page.source))

    def further_pages(self, page: Page) -> list[str]:
        return further_by_number(page)
