"""Shrinking: the smallest visible call on which an answer and the reference differ, for learners.

It runs in a fork of the zygote, trusted like a judge: it holds the reference, the lab's visible cases and hypothesis,
and sees the answer only over the wire. What it finds shows the reference's value on purpose, on an input that the lab
lets everyone see; the hidden suite is not so much as loaded.
"""

from __future__ import annotations

import contextlib
import math
import os
import socket
import time
import traceback
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from random import Random
from typing import Any, NoReturn

import torch
from hypothesis import HealthCheck, Phase, Verbosity, find, settings
from hypothesis.errors import Flaky, NoSuchExample
from hypothesis.strategies import SearchStrategy

from labs.grading import channel, diagnosis
from labs.grading.catalogue import Lab
from labs.grading.content import Text, Track
from labs.grading.difference import MAX_VALUE, Difference
from labs.grading.frames import Arena, FrameFault, Wire
from labs.grading.proxies import Candidate, Raised, Reference, load_module, load_reference
from labs.grading.readable import readable
from labs.grading.suite import Mismatch, assert_close
from labs.grading.tensors import pack, unpack

Calls = Mapping[str, SearchStrategy[dict[str, Any]]]

VISIBLE = 2.0**-10
"""How far values must be apart, against the largest in their tensor or against 1, for a person to see it at once."""
ROUNDINGS = 16.0
"""How many eps they must be apart where the dtype is so coarse that this is more."""

ROUNDS = (25, 150)
"""Calls of each function, round by round: a gross mistake in the last function is found before time is short."""

_SETTINGS = settings(
    database=None,
    deadline=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
    verbosity=Verbosity.quiet,
)
_ELSEWHERE = Text(
    en="Your code returned a tensor on another device than its inputs.", zh="你的代码返回的张量与输入不在同一设备上。"
)


class _SearchEnded(BaseException):
    """The time is over, or the answer's process is. Not an Exception: hypothesis would take it for a finding."""


def run_and_exit(request: dict[str, Any], fds: list[int]) -> NoReturn:
    """Explore one answer, say what was found, and leave.

    `fds`: the socket for the reply, then for each of two processes that hold the answer its socket, its warden's
    line, and the arena if there is one. The reply: `{"difference": {...} or null, "problem": text}`.
    """
    # hypothesis keeps notes about the sources it sees in a folder: there is none that it may write to.
    os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = f"{os.devnull}/none"
    reply, ends = socket.socket(fileno=fds[0]), fds[1:]
    try:
        lab = Lab(Track(request["track"]), Path(request["lab"]))
        deadline = time.monotonic() + lab.manifest.limits.seconds / 2  # the last call, too, has its full time
        half = len(ends) // 2
        served, fresh = (_candidate(lab, one, request["device"]) for one in (ends[:half], ends[half:]))
        calls: Calls = load_module(lab.cases, "cases").CALLS
        found = smallest_difference(served, fresh, load_reference(lab), calls, deadline=deadline)
        channel.send(reply, {"difference": found and found.model_dump(mode="json"), "problem": ""})
    except BaseException as error:
        traceback.print_exc()
        channel.send(reply, {"difference": None, "problem": f"{type(error).__name__}: {error}"})
    finally:
        os._exit(0)


def _candidate(lab: Lab, fds: list[int], device: str) -> Candidate:
    sock, obituary = (socket.socket(fileno=fd) for fd in fds[:2])
    manifest = lab.manifest
    wire = Wire(sock, Arena.of(fds[2:]))
    candidate = Candidate(wire, obituary, forbidden=manifest.forbidden, device=device, limits=manifest.limits)
    candidate._meet()
    return candidate


def smallest_difference(
    candidate: Candidate, fresh: Candidate, reference: Reference, calls: Calls, *, deadline: float
) -> Difference | None:
    """The smallest call found before `deadline` (a `time.monotonic` value) on which the answer and ours differ.

    The functions of `calls` are explored in their order; the first that shows a difference is the one that counts,
    unless the call is right in `fresh`, the same answer in a process that has served nothing else: then one that
    differs by itself is looked for in the functions that follow. Raises `JudgeBroken` where the reference stumbles.
    """
    not_alone = None
    for examples, (function, arguments) in product(ROUNDS, calls.items()):
        search = _Search(candidate, reference, function, deadline)
        found = search.run(arguments, examples)
        if found and _compare(fresh, reference, function, found[0]):
            return found[1]
        if found and not_alone is None:
            not_alone = found[1].model_copy(update={"alone": False})
        if search.ended:
            break
    return not_alone


class _Search:
    """Looks for a difference in the calls of one function, and keeps the last one met: hypothesis ends with it."""

    def __init__(self, candidate: Candidate, reference: Reference, function: str, deadline: float) -> None:
        self._candidate = candidate
        self._reference = reference
        self._function = function
        self._deadline = deadline
        self._found: tuple[dict[str, Any], Difference] | None = None
        self.ended = False

    def run(self, arguments: SearchStrategy[dict[str, Any]], examples: int) -> tuple[dict[str, Any], Difference] | None:
        """The arguments of the smallest call found, and the difference: the first of `examples` drawn, shrunk."""
        random = Random(examples)  # noqa: S311  (repeatable on purpose)
        # Flaky: the same call agreed at another time.
        with contextlib.suppress(NoSuchExample, Flaky, _SearchEnded):
            find(arguments, self._differs, settings=settings(_SETTINGS, max_examples=examples), random=random)
        return self._found

    def _differs(self, arguments: dict[str, Any]) -> bool:
        if time.monotonic() > self._deadline:
            self._end()
        difference = _compare(self._candidate, self._reference, self._function, arguments)
        if difference is None:
            return False
        self._found = arguments, difference
        if difference.fault and self._candidate._unavailable:
            self._end()  # nothing more will come from it
        return True

    def _end(self) -> None:
        self.ended = True
        raise _SearchEnded


def _compare(candidate: Candidate, reference: Reference, function: str, arguments: dict[str, Any]) -> Difference | None:
    actual, failure, fault = None, None, None
    try:
        actual = getattr(candidate, function)(**arguments)
    except Raised as error:
        failure, fault = diagnosis.raised(error.type_name, error.line, error.text), error.fault
    except FrameFault as error:
        failure, fault = diagnosis.ended(error.fault), error.fault
    except Mismatch:
        failure = _ELSEWHERE
    expected = _as_data(getattr(reference, function)(**arguments))
    if failure is None and not differ(actual, expected):
        return None
    return Difference(
        function=function,
        arguments={name: readable(value, MAX_VALUE) for name, value in arguments.items()},
        answer="" if failure else readable(actual, MAX_VALUE),
        failure=failure,
        fault=fault,
        reference=readable(expected, MAX_VALUE),
        alone=True,
    )


def differ(actual: object, expected: object) -> bool:
    """Whether a person would call them different: type, shape, dtype, names, or a value by `VISIBLE`."""
    match expected:
        case torch.Tensor():
            return _tensors_differ(actual, expected)
        case dict():
            return not (isinstance(actual, dict) and actual.keys() == expected.keys()) or any(
                differ(actual[key], expected[key]) for key in expected
            )
        case list():
            return not (isinstance(actual, list) and len(actual) == len(expected)) or any(map(differ, actual, expected))
        case float():
            return type(actual) is not float or not math.isclose(actual, expected, rel_tol=VISIBLE, abs_tol=VISIBLE)
        case _:
            return type(actual) is not type(expected) or actual != expected


def _tensors_differ(actual: object, expected: torch.Tensor) -> bool:
    scale = torch.cat([torch.ones(1, dtype=torch.float64), expected.double().abs().flatten()])
    eps = torch.finfo(expected.dtype).eps if expected.dtype.is_floating_point else 1.0
    try:
        assert_close(actual, expected, scale=scale[scale.isfinite()].max(), tolerance=max(ROUNDINGS, VISIBLE / eps))
    except Mismatch:
        return True
    return False


def _as_data(value: object) -> object:
    """What the reference gives, as it would come over the wire: tuples as lists, tensors without a graph."""
    header, body = pack(value)
    return unpack(header, bytearray(body))[0]
