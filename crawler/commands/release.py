"""`scrapy release`: what is held is published, on an editor's word."""

from __future__ import annotations

import argparse
from datetime import datetime

from sqlalchemy import Connection, Engine

from crawler.items import Done, Order
from crawler.order import OrderCommand


class Command(OrderCommand):
    def syntax(self) -> str:
        return "URL|ID [--editor NAME]"

    def short_desc(self) -> str:
        return "Publish a held post; the editor who answers for it goes into the record"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--editor", default="", help="name of the editor")

    def order(self, target: str, opts: argparse.Namespace) -> Order:
        return Order(target, "", opts.editor)

    def carry_out(
        self, connection: Connection, order: Order, now: datetime, opts: argparse.Namespace
    ) -> Done:
        from pipelines.takedown import release

        return release(connection, order, now)

    def report(self, done: Done, engine: Engine, opts: argparse.Namespace) -> None:
        print(f"released: {len(done.records)} records")
