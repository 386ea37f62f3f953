"""`scrapy restore`: a takedown is undone."""

from __future__ import annotations

import argparse
from datetime import datetime

from sqlalchemy import Connection, Engine

from crawler.items import Done, Order
from crawler.order import OrderCommand


class Command(OrderCommand):
    def syntax(self) -> str:
        return "URL|ID [--reason TEXT]"

    def short_desc(self) -> str:
        return "Undo a takedown, as far as it can be undone"

    def long_desc(self) -> str:
        return (
            "Publishes the records of the story again. What was purged is imported again by the"
            " next crawl that meets it."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--reason", default="", help="why, for the audit log")

    def order(self, target: str, opts: argparse.Namespace) -> Order:
        return Order(target, opts.reason)

    def carry_out(
        self, connection: Connection, order: Order, now: datetime, opts: argparse.Namespace
    ) -> Done:
        from pipelines.takedown import restore

        return restore(connection, order, now)

    def report(self, done: Done, engine: Engine, opts: argparse.Namespace) -> None:
        print(f"restored: {len(done.records)} records, {len(done.urls)} addresses")
