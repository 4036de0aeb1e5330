"""Who may grade now: never too many, one alone where it must be, and nobody waits for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labs.grading.turns import Turns, processors


class Room:
    """Counts who is in."""

    def __init__(self, places: int) -> None:
        self.turns = Turns(places)
        self._lock = threading.Lock()
        self.inside = {"shared": 0, "alone": 0}
        self.most = 0
        self.disturbed = False

    @contextmanager
    def turn(self, kind: str) -> Iterator[None]:
        waiting: AbstractContextManager[None] = self.turns.shared() if kind == "shared" else self.turns.alone()
        with waiting:
            with self._lock:
                self.inside[kind] += 1
                self.most = max(self.most, self.inside["shared"])
                self.disturbed |= bool(self.inside["alone"]) and sum(self.inside.values()) > 1
            yield
            with self._lock:
                self.inside[kind] -= 1


@settings(deadline=None, max_examples=40)
@given(
    places=st.integers(1, 4), kinds=st.lists(st.sampled_from(["shared", "shared", "alone"]), min_size=8, max_size=40)
)
def test_never_more_than_there_are_places_and_alone_is_alone(places, kinds):
    room = Room(places)
    start = threading.Barrier(8)

    def work(mine: list[str]) -> int:
        start.wait(10)
        for kind in mine:
            with room.turn(kind):
                threading.Event().wait(0.0001)  # lets the others try
        return len(mine)

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(work, [kinds[n::8] for n in range(8)], timeout=30))
    assert sum(done) == len(kinds)  # everybody had a turn
    assert room.most <= places
    assert not room.disturbed


def test_all_places_can_be_taken_at_once():
    turns = Turns(3)
    meet = threading.Barrier(3)

    def work() -> None:
        with turns.shared():
            meet.wait(10)  # broken if they are not in together

    with ThreadPoolExecutor(3) as pool:
        for future in [pool.submit(work) for _ in range(3)]:
            future.result(20)


@pytest.fixture
def busy() -> Iterator[tuple[Turns, Callable[[], None]]]:
    """One of two places is taken, until it is let go."""
    turns, go = Turns(2), threading.Event()
    inside = threading.Event()

    def hold() -> None:
        with turns.shared():
            inside.set()
            go.wait(20)

    thread = threading.Thread(target=hold)
    thread.start()
    inside.wait(10)
    yield turns, go.set
    go.set()
    thread.join(10)


def test_who_waits_to_be_alone_goes_before_all_who_come_later(busy, eventually):
    turns, let_go = busy
    order: list[str] = []

    def work(kind: str) -> None:
        with turns.alone() if kind == "alone" else turns.shared():
            order.append(kind)

    with ThreadPoolExecutor(4) as pool:
        alone = pool.submit(work, "alone")
        assert eventually(lambda: turns._waiting_alone == 1)
        later: list[Future[None]] = [pool.submit(work, "shared") for _ in range(3)]  # a place is free all the time
        assert order == []
        let_go()
        for future in [alone, *later]:
            future.result(20)
    assert order == ["alone", "shared", "shared", "shared"]


def test_whoever_fails_leaves_its_place():
    turns = Turns(1)
    for turn in (turns.shared, turns.alone, turns.shared):
        with pytest.raises(ZeroDivisionError), turn():
            1 / 0  # noqa: B018
    with turns.alone():
        pass


def test_there_is_a_processor():
    assert processors() >= 1
