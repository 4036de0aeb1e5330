"""Opening the records' database: its URL, its settings, its migrations, its faults in a sentence each."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from quiz.records.schema import HEAD

MIGRATIONS = Path(__file__).parent / "migrations"
REVISION_TABLE = "alembic_version"
BUSY_SECONDS = 20.0
"""How long a transaction waits for another process to finish its own; each takes milliseconds."""


class RecordsUnavailable(RuntimeError):
    """The database cannot be used, and was left as it was; the message is one sentence with a next step."""


def open_engine(url: str) -> Engine:
    """An engine on the database at `url`, created or migrated to `HEAD` where needed.

    Raises `RecordsUnavailable`.
    """
    parsed = _parse(url)
    if parsed.get_backend_name() == "sqlite":
        _create_folder(parsed)
    try:
        engine = create_engine(parsed, connect_args=_connect_arguments(parsed))
    except (ArgumentError, ImportError) as error:
        raise RecordsUnavailable(
            f"no driver for the records at {_shown(parsed)} is installed ({_first_line(error)}); "
            "install it with pip, or unset ROPES_DATABASE_URL to keep them in a file"
        ) from error
    if parsed.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_immediate)
    try:
        with transaction(engine) as connection:
            _bring_up_to_date(connection)
    except BaseException:
        engine.dispose()
        raise
    return engine


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """One transaction, committed at the end. What the database refuses is raised as `RecordsUnavailable`."""
    try:
        with engine.begin() as connection:
            yield connection
    except SQLAlchemyError as error:
        cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
        raise RecordsUnavailable(
            f"the records at {_shown(engine.url)} cannot be used ({_first_line(cause)}); {_remedy(str(cause))}"
        ) from error
    except ValueError as error:  # a row that does not read back: not JSON, no date, an unknown kind of event
        raise RecordsUnavailable(
            f"the records at {_shown(engine.url)} hold what this ropes cannot read ({_first_line(error)}); "
            "upgrade ropes, or set ROPES_HOME to another folder"
        ) from error


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except (ArgumentError, ValueError) as error:  # the URL itself may hold a password: it is not repeated
        raise RecordsUnavailable(
            "ROPES_DATABASE_URL is not a database URL; write it like "
            "postgresql+psycopg://user:password@host/name, or unset it to keep the records in a file"
        ) from error
    if backend == "sqlite" and (parsed.database or ":memory:") == ":memory:":
        raise RecordsUnavailable(
            "records in memory would be lost at the end; name a file, like sqlite:////home/me/ropes.sqlite3"
        )
    return parsed


def _create_folder(url: URL) -> None:
    """Make the folder of an SQLite file, readable by its owner alone: answers are private."""
    if (url.database or "").startswith("file:"):
        return  # SQLite's own URI: whoever writes one has made the folder
    folder = Path(url.database or "").parent
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise RecordsUnavailable(
            f"the folder {folder} cannot be made ({error.strerror}); set ROPES_HOME to a folder that you may write to"
        ) from error


def _connect_arguments(url: URL) -> dict[str, object]:
    return {"timeout": BUSY_SECONDS} if url.get_backend_name() == "sqlite" else {}


def _configure_sqlite(connection: sqlite3.Connection, _: object) -> None:
    """One answer, one commit, on disk when the commit returns.

    In WAL mode a killed process loses no committed transaction under either setting of `synchronous`; FULL
    also syncs the log at each commit, so that a power cut loses none. It costs milliseconds an answer.
    """
    connection.isolation_level = None  # SQLAlchemy's `begin` event begins; the driver would do it too late
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")


def _begin_immediate(connection: Connection) -> None:
    """Take the write lock first, so that processes that open a new database migrate it in turn."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _bring_up_to_date(connection: Connection) -> None:
    """Migrate to `HEAD` within the caller's transaction. alembic is imported only for that."""
    tables = inspect(connection).get_table_names()
    revision = None
    if REVISION_TABLE in tables:
        revision = connection.scalar(text(f"SELECT version_num FROM {REVISION_TABLE}"))  # noqa: S608  (our constant)
    elif tables:
        raise RecordsUnavailable(
            f"{_shown(connection.engine.url)} belongs to another program (it holds the table {tables[0]!r}); "
            "point ROPES_DATABASE_URL or ROPES_HOME elsewhere"
        )
    if revision != HEAD:
        upgrade(connection, revision)


def upgrade(connection: Connection, revision: str | None) -> None:
    """Run every migration after `revision`. Raises `RecordsUnavailable` where a newer ropes wrote it."""
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        ScriptDirectory.from_config(config).get_revision(revision or HEAD)
    except CommandError as error:
        raise RecordsUnavailable(
            f"the records at {_shown(connection.engine.url)} were written by a newer ropes "
            f"(schema {revision}, this one knows {HEAD}); upgrade ropes, or set ROPES_HOME to another folder"
        ) from error
    command.upgrade(config, "head")


def _remedy(cause: str) -> str:
    """What to do about a fault, from the words that SQLite uses for it."""
    known = {
        "not a database": "move the file away, and ropes starts a new one",
        "malformed": "copy the file, then save what can be read with `sqlite3 COPY .recover`",
        "readonly": "make the file and its folder writable, or set ROPES_HOME to a folder that is",
        "unable to open": "check the permissions of the file and its folder, or set ROPES_HOME elsewhere",
        "locked": "another process holds it; close the other ropes and try again",
        "full": "free some disk space and try again",
    }
    return next(
        (remedy for word, remedy in known.items() if word in cause),
        "run `ropes doctor`, or set ROPES_HOME to another folder to start afresh",
    )


def _shown(url: URL) -> str:
    return str(url.database) if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
