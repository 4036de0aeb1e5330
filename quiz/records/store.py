"""Records: an append-only list of events for each session, one commit an event."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Engine, Row, insert, select

from labs.grading.content import Language
from quiz.records import schema
from quiz.records.database import RecordsUnavailable, open_engine, transaction
from quiz.records.location import database_url
from quiz.records.schema import MAX_ITEM, MAX_PERSON, MAX_VERSION

__all__ = ["Event", "EventKind", "Judged", "Records", "RecordsUnavailable", "Session", "UnknownSession"]

MAX_DATA_BYTES = 1024 * 1024


class UnknownSession(LookupError):
    """No session has this id. The message is one sentence."""

    def __init__(self, session_id: str) -> None:
        super().__init__(f"no session is called {session_id[:80]!r}")


class EventKind(StrEnum):
    """What a person did; beside it, what `Event.data` then holds."""

    SHOWN = "shown"
    """`{}`"""
    ANSWERED = "answered"
    """`{"response": {...}, "score": float | None}`"""
    SELF_MARKED = "self-marked"
    """`{"points": {"a": True}}`"""
    CHANGED = "changed"
    """`{"code": "..."}`, the editor's autosave"""
    CHECKED = "checked"
    """`{"code": "...", "verdict": {...}}`, the public suite"""
    SUBMITTED = "submitted"
    """`{"code": "...", "verdict": {...}}`, the hidden suite"""
    RAN = "ran"
    """`{"snippet": "..."}`"""
    HINT_TAKEN = "hint-taken"
    """`{"hint": 1}`"""
    LEFT = "left"
    """`{}`"""
    RETURNED = "returned"
    """`{}`"""
    FINISHED = "finished"
    """`{}`"""


@dataclass(frozen=True)
class Session:
    id: str
    started: datetime
    language: str
    person: str
    """Empty where it was not given."""


@dataclass(frozen=True)
class Event:
    id: int
    """Rises with every event."""
    session: str
    at: datetime
    """Aware, in UTC."""
    kind: EventKind
    item: str
    """The id of the question or lab; empty where the event is about neither."""
    version: str
    """The item's version when it happened."""
    data: dict[str, Any]


@dataclass(frozen=True)
class Judged:
    """That the judge judged an answer."""

    lab: str
    kind: EventKind
    """`CHECKED` by the public suite, or `SUBMITTED` to the hidden one."""
    passed: bool


class Records:
    """The database of sessions and events. Threads may share one; processes may open the same database.

    Every method raises `RecordsUnavailable` when the database cannot do its work.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, url: str | None = None) -> Self:
        """Open the database at `url`, or at `database_url()`; create or migrate it where needed.

        Raises `RecordsUnavailable`.
        """
        return cls(open_engine(url or database_url()))

    def start_session(self, language: str, person: str = "") -> Session:
        # A name is shown, never compared: what no database can store in a text gives way to U+FFFD.
        person = person.encode(errors="replace").decode().replace("\0", "\ufffd")[:MAX_PERSON]
        session = Session(secrets.token_hex(6), datetime.now(UTC), Language(language).value, person)
        with transaction(self._engine) as connection:
            connection.execute(insert(schema.sessions).values(vars(session)))
        return session

    def sessions(self) -> list[Session]:
        """Every session, the oldest first."""
        with transaction(self._engine) as connection:
            rows = connection.execute(select(schema.sessions).order_by(schema.sessions.c.started))
            return [Session(**row._mapping) for row in rows]

    def latest_session(self) -> Session | None:
        with transaction(self._engine) as connection:
            newest_first = select(schema.sessions).order_by(schema.sessions.c.started.desc())
            row = connection.execute(newest_first.limit(1)).one_or_none()
            return Session(**row._mapping) if row else None

    def session(self, session_id: str) -> Session:
        """Raises `UnknownSession`."""
        with transaction(self._engine) as connection:
            return _session(connection, session_id)

    def record(
        self,
        session_id: str,
        kind: EventKind,
        item: str = "",
        version: str = "",
        data: dict[str, Any] | None = None,
    ) -> Event:
        """Add one event. When this returns, the event is on disk.

        Raises `ValueError` where `data` is not JSON of at most 1 MiB or `item` or `version` is no short printable
        text, and `UnknownSession`.
        """
        kind, at, data = EventKind(kind), datetime.now(UTC), data or {}
        _require_storable(item, version, data)
        row = {"session": session_id, "at": at, "kind": kind.value, "item": item, "version": version, "data": data}
        with transaction(self._engine) as connection:
            _session(connection, session_id)
            key = connection.execute(insert(schema.events).values(row)).inserted_primary_key
        assert key is not None
        return Event(key[0], session_id, at, kind, item, version, data)

    def events(self, session_id: str, kind: EventKind | None = None) -> list[Event]:
        """The session's events in the order in which they happened. Raises `UnknownSession`."""
        query = select(schema.events).where(schema.events.c.session == session_id).order_by(schema.events.c.id)
        if kind is not None:
            query = query.where(schema.events.c.kind == kind.value)
        with transaction(self._engine) as connection:
            _session(connection, session_id)
            return [_event(row) for row in connection.execute(query)]

    def judged(self) -> list[Judged]:
        """Every judgement of every session, the oldest first; the code and the verdicts, which may be large, unread."""
        passed = schema.events.c.data["verdict", "passed"].as_boolean()
        query = (
            select(schema.events.c.item, schema.events.c.kind, passed)
            .where(schema.events.c.kind.in_([EventKind.CHECKED.value, EventKind.SUBMITTED.value]))
            .order_by(schema.events.c.id)
        )
        with transaction(self._engine) as connection:
            return [Judged(lab, EventKind(kind), bool(passed)) for lab, kind, passed in connection.execute(query)]

    def close(self) -> None:
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _session(connection: Connection, session_id: str) -> Session:
    row = connection.execute(select(schema.sessions).where(schema.sessions.c.id == session_id)).one_or_none()
    if row is None:
        raise UnknownSession(session_id)
    return Session(**row._mapping)


def _event(row: Row[Any]) -> Event:
    return Event(**{**row._mapping, "kind": EventKind(row.kind)})


def _require_storable(item: str, version: str, data: dict[str, Any]) -> None:
    if len(item) > MAX_ITEM or len(version) > MAX_VERSION:
        raise ValueError(f"an item has at most {MAX_ITEM} characters, a version {MAX_VERSION}")
    if not (item + version).isprintable():
        raise ValueError("an item and a version are printable")
    if len(json.dumps(data, allow_nan=False)) > MAX_DATA_BYTES:
        raise ValueError(f"an event holds at most {MAX_DATA_BYTES // 2**20} MiB of data")
