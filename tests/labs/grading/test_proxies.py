"""The judge's end of a conversation: what breaks before the answer is touched is no fault of the answer."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from labs.grading.frames import FrameFault, Wire
from labs.grading.manifest import Limits
from labs.grading.proxies import Candidate, JudgeBroken, Raised
from labs.grading.suite import Mismatch
from labs.grading.verdict import Fault

Answer = Callable[..., Candidate]
GREETING = [{"sandboxed": True}, {"forbidden": [], "hidden": []}, {"loaded": True}]


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    judges, answers = socket.socketpair()
    with judges, answers:
        yield judges, answers


@pytest.fixture
def obituary() -> Iterator[socket.socket]:
    """A warden that has gone without a word."""
    ours, wardens = socket.socketpair()
    wardens.close()
    with ours:
        yield ours


@pytest.fixture
def says(ends, obituary) -> Answer:
    """A candidate whose process has sent these headers already."""

    def says(*headers: dict[str, Any], seconds: float = 5.0) -> Candidate:
        for header in headers:
            Wire(ends[1]).send(header, deadline=time.monotonic() + 5)
        limits = Limits(seconds=seconds, call_seconds=seconds)
        return Candidate(Wire(ends[0]), obituary, forbidden=["nn.RMSNorm"], device="cpu", limits=limits)

    return says


def test_an_end_before_the_sandbox_is_the_judges_fault(ends, says: Answer):
    candidate = says()
    ends[1].close()
    with pytest.raises(JudgeBroken):
        candidate._meet()


def test_silence_before_the_sandbox_is_the_judges_fault(says: Answer):
    with pytest.raises(JudgeBroken):
        says(seconds=0.05)._meet()


def test_a_sandbox_that_failed_is_the_judges_fault(says: Answer):
    with pytest.raises(JudgeBroken, match="no room"):
        says({"sandboxed": False, "problem": "no room"})._meet()


@pytest.mark.parametrize("heard", [1, 2])
def test_an_end_after_it_is_the_answers_and_every_call_says_so(ends, says: Answer, heard):
    candidate = says(*GREETING[:heard])
    ends[1].close()
    candidate._meet()
    for _ in range(2):
        with pytest.raises(FrameFault) as caught:
            candidate.double(1)
        assert caught.value.fault is Fault.CRASHED


def test_a_fault_in_one_call_is_the_fault_of_all_that_follow(says: Answer):
    candidate = says(*GREETING, {"tree": {"$tensor": 0}, "tensors": []}, {"tree": 1, "tensors": []})
    candidate._meet()
    for _ in range(2):
        with pytest.raises(FrameFault) as caught:
            candidate.double(1)
        assert caught.value.fault is Fault.PROTOCOL


def test_what_is_raised_in_one_call_is_not(ends, says: Answer):
    candidate = says(*GREETING, {"error": {"type": "ValueError", "line": 3, "text": "no"}}, {"tree": 1, "tensors": []})
    candidate._meet()
    with pytest.raises(Raised, match="ValueError") as caught:
        candidate.double(1, how="fast")
    assert (caught.value.line, caught.value.text, caught.value.fault) == (3, "no", Fault.RAISED)
    assert candidate.double(2) == 1
    requests = [Wire(ends[1]).receive(deadline=time.monotonic() + 5)[0] for _ in range(2)]
    assert [r["call"] for r in requests] == ["double", "double"]
    assert requests[0]["tree"] == {"args": [1], "kwargs": {"how": "fast"}}


@pytest.mark.parametrize("name", ["Exception", "no such", "", None, 7, "\n", "__main__"])
def test_only_names_of_builtins_are_repeated(name):
    raised = Raised({"type": name, "line": -1, "text": "x" * 10_000, "fault": "crashed"})
    assert raised.type_name == "Exception"
    assert (raised.line, len(raised.text), raised.fault) == (0, 500, Fault.RAISED)


def test_a_tensor_from_another_device_is_a_mismatch(says: Answer):
    empty = {"tree": {"$tensor": 0}, "tensors": [{"dtype": "float32", "shape": [0], "device": "cuda"}]}
    candidate = says(*GREETING, empty)
    candidate._meet()
    with pytest.raises(Mismatch, match="device"):
        candidate.double(1)


def test_forbidden_names_are_taken_as_the_lab_writes_them(says: Answer):
    used = [{"name": "RMSNorm", "line": 7}, {"name": "RMSNorm", "line": 8}, {"name": "x.RMSNorm", "line": 9}, {}, 3]
    candidate = says(*GREETING, {"tree": 1, "tensors": [], "used": used})
    candidate._meet()
    candidate.double(1)
    assert {(f.name, f.line) for f in candidate._reached} == {("RMSNorm", 7)}
