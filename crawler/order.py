"""What the commands share by which an operator decides about stored posts."""

from __future__ import annotations

import argparse
from abc import abstractmethod
from datetime import UTC, datetime

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from sqlalchemy import Connection, Engine

from crawler.items import Done, Order


class OrderCommand(ScrapyCommand):
    """One URL or id, one transaction, one entry in the audit log. 2: there is nothing such."""

    requires_project = True
    requires_crawler_process = False

    @abstractmethod
    def order(self, target: str, opts: argparse.Namespace) -> Order:
        """What is asked for.

        Raises:
            UsageError: something is missing.
        """

    @abstractmethod
    def carry_out(
        self, connection: Connection, order: Order, now: datetime, opts: argparse.Namespace
    ) -> Done:
        """Do it, in one transaction."""

    @abstractmethod
    def report(self, done: Done, engine: Engine, opts: argparse.Namespace) -> None:
        """Tell what was done, once it is committed."""

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        from pipelines.archive import ArchiveError
        from pipelines.database import StoreError, open_store, writing
        from pipelines.takedown import NotFound

        assert self.settings is not None
        if len(args) != 1:
            raise UsageError("one URL or id is needed", print_help=False)
        order = self.order(args[0], opts)
        try:
            engine = open_store(self.settings["DATABASE_URL"])
        except StoreError as error:
            raise UsageError(str(error), print_help=False) from error
        try:
            with writing(engine).begin() as connection:
                done = self.carry_out(connection, order, datetime.now(UTC), opts)
            self.report(done, engine, opts)
        except (NotFound, ArchiveError) as error:
            raise UsageError(str(error), print_help=False) from error
        finally:
            engine.dispose()
