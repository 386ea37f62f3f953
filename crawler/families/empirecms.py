"""EmpireCMS (帝国).

- Fingerprint: generator meta, the scripts `/e/public/`, `/e/action/`, `/e/data/`, `/e/extend/`.
- Article `/html/{column}/{id}.html`, `/{column}/{date}/{id}.html` or
  `/e/action/ShowInfo.php?classid=&id=`; long articles go on in `{id}_2.html`.
- List `index_{k}.html`, dynamic `/e/action/ListInfo/?classid=&page=` counted from 0: linked.
- Hits are written by `/e/public/ViewClick/`: never asked for.
"""

from __future__ import annotations

import re
from typing import ClassVar

from crawler.families.base import Family, further_by_number
from crawler.reading.page import Page


class EmpireCms(Family):
    """See the module's docstring."""

    name: ClassVar[str] = "empirecms"
    marks: ClassVar[tuple[str, ...]] = ("empirecms", "/e/")

    def fingerprint(self, page: Page) -> bool:
        return any("empirecms" in c.raw.lower() for c in page.meta.get("generator", ())) or bool(
            re.search(r"""["'][^"'\s]*/e/(?:public|action|data|extend|pl|search)/""", page.source)
        )

    def further_pages(self, page: Page) -> list[str]:
        return further_by_number(page)
