"""Opening the store: engine, pragmas, schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError

_WRITERS = 7_221_337  # the advisory lock of those who write; any number nobody else takes


class StoreError(Exception):
    """The store cannot be used; the message tells the operator why and what to do."""


def connect(url: str) -> Engine:
    """An engine for a store URL, without looking at the schema.

    SQLite: WAL with synchronous=FULL (NORMAL may lose the last commits on a power failure),
    foreign keys, and a busy timeout of 30 s, since crawls and exports share the file.

    Raises:
        StoreError: the URL is malformed or its driver is missing.
    """
    parsed = _parsed(url)
    try:
        if parsed.drivername in ("postgres", "postgresql"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        if parsed.get_backend_name() == "sqlite" and parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed)
    except (SQLAlchemyError, ImportError, OSError) as error:
        raise StoreError(f"cannot use the database URL: {error}") from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    elif engine.dialect.name == "postgresql":
        event.listen(engine, "begin", _begin_postgresql)
    return engine


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except SQLAlchemyError as error:
        raise StoreError(f"cannot use the database URL: {error}") from error
    except ValueError:  # what stands where a port should may be part of a password
        raise StoreError("cannot use the database URL: its port is no number") from None


def writing(engine: Engine) -> Engine:
    """The same engine for transactions that write, one at a time over all processes.

    Changes get their numbers as they are written; were two transactions to write side by side,
    the later number could be visible first, and a reader would miss the other for ever. SQLite
    must know at BEGIN: a reader that turns writer fails when another has written since.
    """
    return engine.execution_options(writing=True)


def upsert(
    connection: Connection, model: type[Any], values: Mapping[str, Any], keys: Sequence[str]
) -> None:
    """Insert a row, or set its other columns where one with these keys is there."""
    # Either takes 3 MB: only the one that is used.
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert
    else:
        from sqlalchemy.dialects.sqlite import insert  # type: ignore[assignment]
    statement = insert(model).values(**values)
    changed = {name: value for name, value in values.items() if name not in keys}
    connection.execute(statement.on_conflict_do_update(index_elements=list(keys), set_=changed))


def _begin_sqlite(connection: Connection) -> None:
    mode = "IMMEDIATE" if connection.get_execution_options().get("writing") else "DEFERRED"
    connection.exec_driver_sql(f"BEGIN {mode}")


def _begin_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get("writing"):
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_WRITERS})"))


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes too late; see _begin_sqlite
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=30000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def open_store(url: str, *, create: bool = False) -> Engine:
    """Open a store whose schema is up to date.

    Args:
        url: SQLAlchemy database URL.
        create: make the tables if the database is empty (a crawl does, an export does not).

    Raises:
        StoreError: there is no store at the URL, or its schema is of another version.
    """
    parsed = _parsed(url)
    if parsed.get_backend_name() == "sqlite" and not create:
        path = Path(parsed.database or "")
        if not path.is_file():
            raise StoreError(f"there is no store at {path}: crawl a source first")
    engine = connect(url)
    try:
        at = schema_version(engine)
        if at is None:
            if inspect(engine).get_table_names():
                raise StoreError("the database holds tables of something else")
            if not create:
                raise StoreError("the store is empty: crawl a source first")
            upgrade(engine)
        elif at != newest_version():
            raise StoreError(
                f"the store's schema is at {at}, this program needs {newest_version()}:"
                " run `scrapy upgradedb`"
            )
    except SQLAlchemyError as error:
        raise StoreError(f"cannot open the store: {error}") from error
    return engine


def schema_version(engine: Engine) -> str | None:
    """The migration that the database is at, None where there is no schema of ours."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        version: str | None = connection.execute(
            text("SELECT version_num FROM alembic_version")
        ).scalar()
        return version


def newest_version() -> str:
    """The newest migration that this program knows: their files are named by number."""
    folder = Path(__file__).parent / "migrations" / "versions"
    return max(path.name for path in folder.glob("[0-9]*.py")).partition("_")[0]


def upgrade(engine: Engine) -> None:
    """Bring the schema to the newest migration, creating it where there is none."""
    # Loading alembic costs a third of a second, which only an upgrade has to pay.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "pipelines:migrations")
    with writing(engine).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
