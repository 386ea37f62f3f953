"""`scrapy genspider`: Scrapy's own, with a template a family beside the stock ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import scrapy
from scrapy.commands import genspider

from crawler.reading.urls import column_path


class Command(genspider.Command):
    """TEMPLATES_DIR hides Scrapy's templates, so both folders are looked through."""

    def _find_template(self, template: str) -> Path | None:
        stock = Path(scrapy.__path__[0], "templates", "spiders", f"{template}.tmpl")
        own = Path(self.templates_dir, f"{template}.tmpl")
        if stock.exists() and not own.exists():
            return stock
        found = super()._find_template(template)
        if found is None:
            self.exitcode = 2
        return found

    def _list_templates(self) -> None:
        folders = (Path(self.templates_dir), Path(scrapy.__path__[0], "templates", "spiders"))
        names = sorted({file.stem for folder in folders for file in folder.glob("*.tmpl")})
        print("Available templates:", *(f"  {name}" for name in names), sep="\n")

    def _generate_template_variables(
        self, module: str, name: str, url: str, template_name: str
    ) -> dict[str, Any]:
        variables = super()._generate_template_variables(module, name, url, template_name)
        scheme, _, rest = url.partition("://")
        home = f"{scheme}://{rest.partition('/')[0]}/"
        return variables | {"home": home, "channel": column_path(url)}
