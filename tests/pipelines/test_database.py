from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, text

from pipelines.database import (
    StoreError,
    connect,
    newest_version,
    open_store,
    schema_version,
    upgrade,
    writing,
)
from pipelines.models import Base


def test_migrations_make_the_models(store: Engine) -> None:
    with store.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    assert schema_version(store) == newest_version()


def test_upgrade_again_changes_nothing(store: Engine) -> None:
    upgrade(store)
    assert schema_version(store) == newest_version()


def test_an_export_does_not_create_a_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no store"):
        open_store(f"sqlite:///{tmp_path}/none.db")
    assert not (tmp_path / "none.db").exists()


def test_another_schema_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/s.db"
    engine = open_store(url, create=True)
    with writing(engine).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    engine.dispose()
    with pytest.raises(StoreError, match="upgradedb"):
        open_store(url, create=True)


def test_a_database_of_something_else_is_left_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/s.db"
    engine = connect(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE theirs (id INTEGER)"))
    engine.dispose()
    with pytest.raises(StoreError, match="something else"):
        open_store(url, create=True)


@pytest.mark.parametrize("url", ["nonsense", "nosuch://x", "sqlite:////proc/none/x.db"])
def test_bad_urls_are_explained(url: str) -> None:
    with pytest.raises(StoreError):
        open_store(url, create=True)
