"""The migrations make the tables that the code says, in one transaction, and only when they are needed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from quiz.records.database import MIGRATIONS, open_engine, transaction, upgrade
from quiz.records.schema import HEAD, metadata


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'records.sqlite3'}"


def test_head_is_the_newest_migration():
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_the_migrations_make_the_tables_of_the_code(url: str):
    engine = open_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == HEAD
    engine.dispose()


def test_a_migration_that_is_interrupted_leaves_nothing_behind(url: str):
    engine = open_engine(url)
    with transaction(engine) as connection:
        metadata.drop_all(connection)
        connection.exec_driver_sql("DROP TABLE alembic_version")

    def interrupted() -> None:
        with transaction(engine) as connection:
            upgrade(connection, None)
            assert inspect(connection).has_table("events")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert inspect(engine).get_table_names() == []
    engine.dispose()


def test_an_up_to_date_database_opens_without_alembic(url: str):
    open_engine(url).dispose()
    script = (
        "import sys; from quiz.records.store import Records; Records.open(sys.argv[1]).sessions();"
        "print(sorted({'alembic', 'sqlalchemy.orm', 'torch'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script, url], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
