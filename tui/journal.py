"""The session that is being recorded."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from labs.grading.content import Language
from labs.grading.ladder import Progress
from quiz.records.progress import lab_progress
from quiz.records.store import Event, EventKind, Records, RecordsUnavailable, Session


class Journal:
    """One session of the records, its events in memory and on disk in the same order.

    Writes go through one thread, so that a slow disk or a distant database never holds up the event loop.
    Everything is called from the event loop's thread.
    """

    def __init__(self, records: Records, language: Language) -> None:
        """Resume the latest session, or start the first one. Raises `RecordsUnavailable`."""
        self.records = records
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="journal")
        self.session: Session = records.latest_session() or records.start_session(language)
        self.events: list[Event] = records.events(self.session.id)
        self.on_fault: Callable[[str], None] = lambda _sentence: None

    async def start_session(self, language: Language) -> None:
        """Leave this session as it is and begin another. Raises `RecordsUnavailable`."""
        self.session = await asyncio.wrap_future(self._writer.submit(self.records.start_session, language))
        self.events = []

    async def keep(self, kind: EventKind, item: str, version: str, data: dict[str, Any]) -> None:
        """Record an event and wait until it is on disk. Raises `RecordsUnavailable`.

        Whoever waits may be cancelled; the event is recorded nevertheless.
        """
        await asyncio.shield(asyncio.wrap_future(self._write(kind, item, version, data)))

    def note(self, kind: EventKind, item: str = "", version: str = "", data: dict[str, Any] | None = None) -> None:
        """Record an event without waiting for it; a fault is told to `on_fault`."""
        loop = asyncio.get_running_loop()

        def written(future: Future[Event]) -> None:
            fault = future.exception()
            if isinstance(fault, RecordsUnavailable | ValueError) and not loop.is_closed():
                loop.call_soon_threadsafe(self.on_fault, str(fault))

        self._write(kind, item, version, data or {}).add_done_callback(written)

    def _write(self, kind: EventKind, item: str, version: str, data: dict[str, Any]) -> Future[Event]:
        session, events = self.session, self.events

        def write() -> Event:
            event = self.records.record(session.id, kind, item, version, data)
            events.append(event)
            return event

        return self._writer.submit(write)

    async def settle(self) -> None:
        """Wait until everything recorded so far is on disk and in `events`."""
        await asyncio.wrap_future(self._writer.submit(lambda: None))

    async def lab_progress(self) -> Progress:
        """How far the labs have come in all sessions, with everything recorded so far. Raises `RecordsUnavailable`."""
        return await asyncio.wrap_future(self._writer.submit(lab_progress, self.records))

    def of(self, item: str, *kinds: EventKind) -> list[Event]:
        """The session's events about `item`, the oldest first."""
        return [event for event in self.events if event.item == item and event.kind in kinds]

    def close(self) -> None:
        """Wait for what is still to be written."""
        self._writer.shutdown(wait=True)
