"""scrapy export: the store's records as files of one format."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from scrapy.utils.misc import load_object


class Command(ScrapyCommand):
    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "FORMAT -o PATH [--all | --since-last | --rebuild]"

    def short_desc(self) -> str:
        return "Export the stored records"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        assert self.settings is not None
        parser.epilog = f"FORMAT is one of: {', '.join(self.settings.getdict('EXPORT_FORMATS'))}"
        parser.add_argument(
            "-o", "--output", metavar="PATH", help="the file to write; a folder for site"
        )
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--all",
            dest="mode",
            action="store_const",
            const="all",
            help="every record ever exported (default)",
        )
        what.add_argument(
            "--since-last",
            dest="mode",
            action="store_const",
            const="since-last",
            help="only records changed since the last export to PATH; a site is always whole",
        )
        what.add_argument(
            "--rebuild",
            dest="mode",
            action="store_const",
            const="rebuild",
            help="everything, writing also the site's files that stay the same",
        )
        parser.set_defaults(mode="all")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        from exporters.base import identity_from
        from exporters.run import export
        from pipelines.database import StoreError, open_store

        assert self.settings is not None
        formats = self.settings.getdict("EXPORT_FORMATS")
        if len(args) != 1 or args[0] not in formats:
            given = f"not {' '.join(args)}" if args else "none given"
            raise UsageError(f"one FORMAT of {', '.join(formats)} is needed, {given}")
        if not opts.output:
            raise UsageError("-o PATH is needed")
        started = time.monotonic()
        try:
            identity = identity_from(self.settings)
            engine = open_store(self.settings["DATABASE_URL"])
        except (StoreError, ValueError) as error:
            raise UsageError(str(error)) from error
        try:
            format_class = load_object(formats[args[0]])
            edition = export(engine, format_class, Path(opts.output), identity, mode=opts.mode)
        except (FileExistsError, IsADirectoryError, NotADirectoryError) as error:
            raise UsageError(str(error)) from error
        except OSError as error:
            print(f"export: {error}", file=sys.stderr)
            self.exitcode = 1
        else:
            print(f"{edition} in {time.monotonic() - started:.1f} s")
        finally:
            engine.dispose()
