"""scrapy export: the store's records as files of one format."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from exporters.destinations import FLAVOURS

if TYPE_CHECKING:
    from exporters.destinations import Destination
    from exporters.run import Exports, Mode


class Command(ScrapyCommand):
    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "FORMAT -o PATH [--all | --since-last | --rebuild] | --all-destinations [--rebuild]"

    def short_desc(self) -> str:
        return "Export the stored records"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        assert self.settings is not None
        parser.epilog = f"FORMAT is one of: {', '.join(self.settings.getdict('EXPORT_FORMATS'))}"
        parser.add_argument(
            "-o",
            "--output",
            metavar="PATH",
            help="the file to write; a folder for site, markdown and sitemap",
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
            help="only records changed since the last export to PATH; a folder is always whole",
        )
        what.add_argument(
            "--rebuild",
            dest="mode",
            action="store_const",
            const="rebuild",
            help="everything anew, also files that would stay the same",
        )
        parser.add_argument(
            "--all-destinations",
            action="store_true",
            help="bring every destination of data/destinations.toml up to date from its own cursor",
        )
        parser.add_argument(
            "--flavour", choices=FLAVOURS, help="of markdown: hugo (default) or hexo"
        )
        parser.add_argument(
            "--media",
            action="store_true",
            help="site, markdown: copies of mirrored pictures and files instead of links",
        )
        parser.set_defaults(mode="all")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        from exporters.run import Exports
        from pipelines.database import StoreError, open_store

        assert self.settings is not None
        try:
            wanted = self._destinations(args, opts)
            engine = open_store(self.settings["DATABASE_URL"])
        except (StoreError, ValueError) as error:
            raise UsageError(str(error)) from error
        try:
            exports = Exports.of(engine, self.settings)
            for destination in wanted:
                self._export(exports, destination, opts.mode)
        except ValueError as error:  # a mistake in identity.toml
            raise UsageError(str(error)) from error
        finally:
            engine.dispose()

    def _destinations(self, args: list[str], opts: argparse.Namespace) -> list[Destination]:
        """What is to be brought up to date.

        Raises:
            ValueError: a mistake in destinations.toml.
        """
        from exporters.destinations import load_destinations, unnamed

        assert self.settings is not None
        formats = self.settings.getdict("EXPORT_FORMATS")
        if opts.all_destinations:
            if args or opts.output or opts.flavour or opts.media or opts.mode == "since-last":
                raise UsageError("--all-destinations stands alone, or with --rebuild")
            file = Path(self.settings["EXPORT_DESTINATIONS"])
            named = load_destinations(file, formats)
            if not named:
                raise UsageError(f"{file} names no destination")
            return named
        if len(args) != 1 or args[0] not in formats:
            given = f"not {' '.join(args)}" if args else "none given"
            raise UsageError(f"one FORMAT of {', '.join(formats)} is needed, {given}")
        if not opts.output:
            raise UsageError("-o PATH is needed")
        if opts.flavour and args[0] != "markdown":
            raise UsageError("--flavour is for markdown")
        if opts.media and args[0] not in ("site", "markdown"):
            raise UsageError("--media is for site and markdown")
        flavour = opts.flavour or FLAVOURS[0]
        return [unnamed(args[0], Path(opts.output), flavour=flavour, media=opts.media)]

    def _export(self, exports: Exports, destination: Destination, mode: Mode) -> None:
        """One edition; a destination that fails does not keep the others from theirs."""
        started = time.monotonic()
        try:
            edition = exports.export(destination, mode)
        except (FileExistsError, IsADirectoryError, NotADirectoryError) as error:
            if destination.name.startswith(f"{destination.format}:"):
                raise UsageError(str(error)) from error
            self._fail(destination, error)
        except (OSError, ValueError) as error:
            self._fail(destination, error)
        else:
            print(f"{edition} in {time.monotonic() - started:.1f} s")

    def _fail(self, destination: Destination, error: Exception) -> None:
        print(f"export: {destination.name}: {error}", file=sys.stderr)
        self.exitcode = 1
