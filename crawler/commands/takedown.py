"""`scrapy takedown`: a story goes, everywhere and for ever."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.exceptions import UsageError
from sqlalchemy import Connection, Engine

from crawler.items import Done, Order
from crawler.order import OrderCommand

if TYPE_CHECKING:
    from pipelines.archive import Archive


class Command(OrderCommand):
    def syntax(self) -> str:
        return "URL|ID --reason TEXT [--requested-by TEXT] [--purge]"

    def short_desc(self) -> str:
        return "Take down a story: withdrawn in every export, never imported again"

    def long_desc(self) -> str:
        return (
            "Withdraws the record and every copy of its story, and keeps its addresses and its"
            " content from ever being imported again, by any source. A URL that was never imported"
            " never will be. The audit log keeps who, when, why and what."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--reason", default="", help="why (needed)")
        parser.add_argument("--requested-by", default="", help="who asked for it")
        parser.add_argument(
            "--purge",
            action="store_true",
            help="also remove text, pictures and archived pages, and what exports keep of them;"
            " this cannot be undone",
        )

    def order(self, target: str, opts: argparse.Namespace) -> Order:
        if not opts.reason:
            raise UsageError("--reason is needed", print_help=False)
        return Order(target, opts.reason, opts.requested_by)

    def carry_out(
        self, connection: Connection, order: Order, now: datetime, opts: argparse.Namespace
    ) -> Done:
        from pipelines.takedown import take_down

        return take_down(connection, order, now, self._archive() if opts.purge else None)

    def report(self, done: Done, engine: Engine, opts: argparse.Namespace) -> None:
        from exporters.destinations import load_destinations
        from exporters.run import Exports
        from pipelines.media import purge_media

        assert self.settings is not None
        print(f"taken down: {len(done.records)} records, {len(done.urls)} addresses")
        if opts.purge:
            self._archive().recover(engine)
            copies = purge_media(Path(self.settings["MEDIA_DIR"]), done.media)
            print(f"purged: text, {copies} copied files, {done.captures} archived pages")
            exports = Exports.of(engine, self.settings)
            named = load_destinations(Path(self.settings["EXPORT_DESTINATIONS"]), exports.formats)
            for destination in exports.made(named):
                try:
                    print(exports.renew(destination))
                except (OSError, ValueError) as error:  # the others must lose it all the same
                    print(f"export: {destination.name}: {error}", file=sys.stderr)
                    self.exitcode = 1

    def _archive(self) -> Archive:
        from pipelines.archive import Archive

        assert self.settings is not None
        return Archive(
            Path(self.settings["ARCHIVE_DIR"]), self.settings.getint("ARCHIVE_FILE_SIZE")
        )
