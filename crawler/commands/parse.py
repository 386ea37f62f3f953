"""`scrapy parse`: Scrapy's own, on a store that is thrown away: it is there to look at a page."""

from __future__ import annotations

import argparse
from tempfile import TemporaryDirectory

from scrapy.commands import parse


class Command(parse.Command):
    """As Scrapy documents it. Knows of no earlier crawl, so that every row is shown."""

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.settings is not None
        with TemporaryDirectory() as folder:
            self.settings.set("DATABASE_URL", f"sqlite:///{folder}/store.db", "cmdline")
            self.settings.set("ARCHIVE_DIR", f"{folder}/archive", "cmdline")
            super().run(args, opts)
