"""A pass over the archive: which records, what became of each, and where it is.

A replay is a run (table `runs`). Its figures say how far it is and what it has found; they are
written in the transaction that holds the revisions, so that one that was killed goes on as if
nothing had been.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Engine, Select, func, insert, or_, select, update

from crawler.items import Article
from pipelines.batch import revise
from pipelines.database import writing
from pipelines.difference import COLUMNS, Weight
from pipelines.fingerprint import storable
from pipelines.models import Record, Revision, Run
from pipelines.times import in_cst

NAME = "replay"  # in place of a source's
CHUNK = 50  # records that are read and written together
_SAMPLES = 5  # shown of each field
_NAMED = 20  # shown of what could not be read, by reason
_DETAIL = 200  # characters shown of what went wrong
_AROUND = 60  # characters shown of a value, from a few before it differs
_BEFORE = 10


@dataclass(slots=True, kw_only=True)
class Reading:
    """What today's rules make of a record's captures."""

    id: str
    url: str
    revision_id: int
    outcome: Literal["same", "differs", "refused", "missing", "damaged", "crashed"]
    """`missing`: the archive no longer keeps the page. `damaged`: it should, and cannot give it.
    `crashed`: the reader did.
    """
    reason: str = ""
    """Of all but the first two; a word to count by."""
    detail: str = ""
    article: Article | None = None
    """What differs, without its captures' bodies."""
    found: dict[str, Weight] = field(default_factory=dict)
    """What it differs in (pipelines.difference)."""
    shown: dict[str, list[list[str]]] = field(default_factory=dict)
    """Of each of these fields: [column, old, new], cut to where they differ."""


class Replay:
    """One replay, begun or gone on with."""

    def __init__(
        self,
        engine: Engine,
        source: str | None,
        since: date | None,
        rules: str,
        at: datetime,
        *,
        apply: bool,
    ) -> None:
        """
        Args:
            engine: of the store.
            source: name of a spider; None: all of them.
            since: posts published on this day or later, and those without a date.
            rules: what tells these rules from others; another value begins anew.
            at: now, aware.
            apply: make revisions of what differs.
        """
        self.engine = engine
        self.source, self.since, self.apply = source, since, apply
        arguments = {
            **{"source": source, "since": since.isoformat() if since else None},
            **{"apply": apply, "rules": rules},
        }
        with writing(engine).begin() as connection:
            query = (
                select(Run.id, Run.arguments, Run.figures)
                .where(Run.spider == NAME, Run.outcome.is_(None))
                .order_by(Run.id.desc())
            )
            broken = (row for row in connection.execute(query) if row.arguments == arguments)
            if (before := next(broken, None)) is not None:
                self.run, self.figures = before.id, before.figures
            else:
                self.figures = _nothing()
                values = {"spider": NAME, "arguments": arguments, "figures": self.figures}
                values["started_at"] = in_cst(at)
                run = insert(Run).values(values).returning(Run.id)
                self.run = connection.execute(run).scalar_one()
            self.total: int = connection.execute(self._records(func.count())).scalar_one()
            gone = self._records(func.count(), usable=False)
            self.left: int = connection.execute(gone).scalar_one()
        self.done: int = sum(self.figures["outcomes"].values())

    def _records(self, *columns: Any, usable: bool = True) -> Select[Any]:
        status = Record.status == "usable" if usable else Record.status != "usable"
        query = select(*columns).select_from(Record).where(status)
        if self.source is not None:
            query = query.where(Record.spider == self.source)
        if self.since is not None:
            dated = Revision.date_published
            query = query.join(Revision, Revision.id == Record.revision_id)
            query = query.where(or_(dated.is_(None), dated >= self.since.isoformat()))
        return query

    def chunks(self) -> Iterator[list[str]]:
        """The ids of the records still to be read, in order."""
        last = self.figures["last"]
        while True:
            query = self._records(Record.id).where(Record.id > last).order_by(Record.id)
            with self.engine.connect() as connection:
                ids = list(connection.execute(query.limit(CHUNK)).scalars())
            if not ids:
                return
            yield ids
            last = ids[-1]

    def take(self, readings: Sequence[Reading], at: datetime) -> None:
        """Count readings, which follow those taken before, and make their revisions; `at`: now."""
        figures = deepcopy(self.figures)
        for reading in readings:
            _count(figures, reading)
        figures["last"] = readings[-1].id
        differing = [(r.id, r.revision_id, r.article) for r in readings if r.article is not None]
        with writing(self.engine).begin() as connection:
            if self.apply:
                figures["revised"] += revise(connection, differing, at, self.run)
            values = {"figures": storable(figures)}
            connection.execute(update(Run).where(Run.id == self.run).values(values))
        self.figures = figures
        self.done += len(readings)

    def finish(self, at: datetime) -> bool:
        """Note that it has come to its end; whether all went well."""
        outcomes = self.figures["outcomes"]
        well = not (outcomes.get("damaged") or outcomes.get("crashed"))
        values = {
            "outcome": "done" if well else "failed",
            "finished_at": in_cst(at),
        }
        with writing(self.engine).begin() as connection:
            connection.execute(update(Run).where(Run.id == self.run).values(values))
        return well


def _nothing() -> dict[str, Any]:
    """The figures of a replay that begins.

    `outcomes`: how many of each; `fields`: field -> how many of each weight; `samples`: field ->
    [id, url, shown]; `reasons`: "outcome: reason" -> how many; `named`: the same -> [id, url,
    detail].
    """
    empty: dict[str, Any] = {"last": "", "revised": 0}
    return empty | {name: {} for name in ("outcomes", "fields", "samples", "reasons", "named")}


def _count(figures: dict[str, Any], reading: Reading) -> None:
    def more(counts: dict[str, int], name: str) -> None:
        counts[name] = counts.get(name, 0) + 1

    more(figures["outcomes"], reading.outcome)
    if reading.reason:
        name = f"{reading.outcome}: {reading.reason}"
        more(figures["reasons"], name)
        named = figures["named"].setdefault(name, [])
        if len(named) < _NAMED:
            named.append([reading.id, reading.url, reading.detail[:_DETAIL]])
    for name, weight in reading.found.items():
        more(figures["fields"].setdefault(name, {}), weight)
        samples = figures["samples"].setdefault(name, [])
        if len(samples) < _SAMPLES:
            samples.append([reading.id, reading.url, reading.shown[name]])


def excerpts(old: dict[str, Any], new: dict[str, Any], name: str) -> list[list[str]]:
    """[column, old, new] for the columns of a field that differ, cut to where they do."""
    found = []
    for column in COLUMNS[name]:
        if old[column] != new[column]:
            values = [_plain(old[column]), _plain(new[column])]
            pairs = enumerate(zip(*values, strict=False))
            differs = next((i for i, (a, b) in pairs if a != b), min(map(len, values)))
            begin = max(0, differs - _BEFORE)
            found.append([column, *(_excerpt(value, begin) for value in values)])
    return found


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _excerpt(value: str, begin: int) -> str:
    end = begin + _AROUND
    return f"{'…' if begin else ''}{value[begin:end]}{'…' if end < len(value) else ''}"
