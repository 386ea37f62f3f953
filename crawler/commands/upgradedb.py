"""`scrapy upgradedb`: bring the store to the schema of this version."""

from __future__ import annotations

import argparse
import sys

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from sqlalchemy.exc import SQLAlchemyError

from pipelines.database import StoreError, connect, schema_version, upgrade


class Command(ScrapyCommand):
    requires_project = True
    requires_crawler_process = False

    def short_desc(self) -> str:
        return "Create the store's tables or upgrade them to this version"

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        # Scrapy imports all commands to list them: what one of them needs must not slow the others.
        from alembic.util.exc import CommandError

        assert self.settings is not None
        if args:
            raise UsageError("upgradedb takes no arguments", print_help=False)
        try:
            engine = connect(self.settings["DATABASE_URL"])
            before = schema_version(engine)
            upgrade(engine)
            after = schema_version(engine)
        except StoreError as error:
            raise UsageError(str(error), print_help=False) from error
        except (SQLAlchemyError, CommandError) as error:  # no database, or one of a later version
            print(f"upgradedb: {error}", file=sys.stderr)
            self.exitcode = 1
            return
        print(
            f"schema {before or 'none'} -> {after}"
            if before != after
            else f"schema {after}: up to date"
        )
        engine.dispose()
