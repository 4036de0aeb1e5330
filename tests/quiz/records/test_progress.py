"""How far the labs have come is read from every session, whatever else stands in the records."""

from __future__ import annotations

import pytest

from labs.grading.ladder import Progress, Standing
from quiz.records.progress import lab_progress
from quiz.records.store import EventKind, Records

PASSED, FAILED = {"verdict": {"passed": True}}, {"verdict": {"passed": False}}


@pytest.fixture
def records(tmp_path):
    with Records.open(f"sqlite:///{tmp_path}/records.sqlite3") as records:
        yield records


def test_nothing_is_recorded_yet(records) -> None:
    assert lab_progress(records) == Progress({}, "")


def test_a_pass_stays_one_in_later_sessions_and_after_later_failures(records) -> None:
    first, second = records.start_session("en").id, records.start_session("zh").id
    records.record(first, EventKind.SUBMITTED, "rope", "1", FAILED)
    records.record(first, EventKind.SUBMITTED, "rope", "1", PASSED)
    records.record(second, EventKind.SUBMITTED, "rope", "2", FAILED)
    assert lab_progress(records) == Progress({"rope": Standing.PASSED}, "rope")


def test_only_the_hidden_suite_passes_a_lab(records) -> None:
    session = records.start_session("en").id
    records.record(session, EventKind.SUBMITTED, "gqa", "1", FAILED)
    records.record(session, EventKind.CHECKED, "rope", "1", PASSED)
    for kind in (EventKind.SHOWN, EventKind.CHANGED, EventKind.HINT_TAKEN, EventKind.ANSWERED):
        records.record(session, kind, "swiglu", "1", PASSED)
    assert lab_progress(records) == Progress({"gqa": Standing.TRIED, "rope": Standing.TRIED}, "rope")


@pytest.mark.parametrize(
    "data", [{}, {"verdict": None}, {"verdict": "true"}, {"verdict": {"passed": None}}, {"verdict": [1]}]
)
def test_a_verdict_that_cannot_be_read_is_no_pass(records, data) -> None:
    records.record(records.start_session("en").id, EventKind.SUBMITTED, "rope", "1", data)
    assert lab_progress(records).of("rope") is Standing.TRIED
