"""Whatever comes over an answer's wire, the judge ends with findings: valid conversations, mutated by the thousand.

The judge's own `Grading` listens to them over a real socket pair and a real arena, as in a fork of a judge server.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labs.grading import channel, frames
from labs.grading.catalogue import Lab
from labs.grading.dispatcher import Dispatcher, _Ends
from labs.grading.frames import MAX_BODY, MAX_HEADER, FrameFault
from labs.grading.judge import Grading
from labs.grading.proxies import Candidate, Raised
from labs.grading.suite import Mismatch, assert_close
from labs.grading.tensors import DTYPES, Opaque, pack
from labs.grading.verdict import Fault, Findings, JudgeFault, Outcome, RunOutput

INLINE = 64
"""Bodies longer than this go by the arena here, so that small messages take both ways."""
X = torch.tensor([1.0, -2.0, 0.5])
LONG = torch.arange(40.0)

# -- valid conversations ------------------------------------------------------------------------------------

GREETING = {"sandboxed": True}
SOURCE = {
    "forbidden": [{"name": "nn.RMSNorm", "line": 3}],
    "hidden": [{"name": "eval", "line": 2}, {"name": "torch.jit", "line": 7}],
}
LOADED = {"loaded": True}
UNLOADED = {"loaded": False, "error": {"fault": "raised", "type": "KeyError", "line": 1, "text": "no"}}
USED = [{"name": "rms_norm", "line": 4}, {"name": "RMSNorm", "line": 0}]
VALUES = [
    X + X,
    3 * X,
    LONG,
    [X, {"loss": X[:1], "steps": 3}],
    {"a": [1, 2.5, None, "text", True]},
    torch.tensor([True, False, True]),
    torch.tensor(1.5, dtype=torch.bfloat16),
    torch.empty(0, 3),
    {1, 2},
]
ERRORS = [{"fault": fault, "type": "ValueError", "line": 2, "text": "off"} for fault in ("raised", "memory")]
Frame = tuple[dict[str, Any], bytes]


def reply(value: object, used: Sequence[object] = ()) -> Frame:
    header, body = pack(value)
    return {"used": list(used), **header}, body


REPLIES = [*map(reply, VALUES), reply(X + X, USED), *(({"used": [], "error": error}, b"") for error in ERRORS)]


# -- what is done to them -----------------------------------------------------------------------------------


def nested(depth: int, wrap: Callable[[Any], Any]) -> Any:
    node: Any = 0
    for _ in range(depth):
        node = wrap(node)
    return node


ODD: list[Any] = [
    *(None, True, False, 0, 1, -1, 2**31, 2**62, 2**63, 2**64, 10**400, -(10**400), 0.5, float("nan"), float("-inf")),
    *(
        "",
        "x" * 5000,
        "\0",
        "\u202e\x1b[31m<b>[red]",
        "cpu",
        "cuda",
        "float32",
        "bool",
        "double",
        "__class__",
        "memory",
    ),
    *([], {}, [[]], [0, 2**62], [2**62, 0, 2**62], [10**400, 0], [-1], [True], "3", {"$tensor": 0}, {"$tensor": True}),
    *(
        {"$object": {"x": []}},
        {"$object": 10**400},
        {"$tensor": 0, "$object": "x"},
        {"type": [], "line": {}, "text": {}},
    ),
    *(nested(depth, lambda node: [node]) for depth in (30, 40, 900)),
    *(nested(depth, lambda node: {"$object": node}) for depth in (1, 40, 900)),
    [{"dtype": "float32", "shape": [0], "device": "cpu"}] * 300,
    [{"name": "rms_norm", "line": 1}] * 300,
]
NO_JSON = [
    *(b"", b"{", b"[1]", b"null", b"1", b"NaN", b"\xff\xfe{}", b"\xef\xbb\xbf{}", b'{"tree": "\\ud800"}', b"{}" * 2),
    *(b"9" * 5000, b'{"tree": ' + b"9" * 5000 + b"}", b"[" * 100_000, b'{"a":' * 20_000),
]
KEYS = ["tree", "tensors", "error", "used", "forbidden", "hidden", "sandboxed", "loaded", "output", "shape", "$tensor"]
LENGTHS = [0, 1, 7, MAX_HEADER, MAX_HEADER + 1, 2**24, MAX_BODY, MAX_BODY + 1, 2**31, 2**32 - 1]

Path = tuple[str | int, ...]
odd = st.sampled_from(ODD)
few_bytes = st.binary(max_size=12)


def places(node: Any) -> Iterator[Path]:
    """The path of every value in a JSON tree."""
    yield ()
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        yield from ((key, *rest) for rest in places(child))


def changed(node: Any, path: Path, change: Callable[[Any, str | int], None]) -> Any:
    """A copy of a JSON tree in which `change` was done to the container of what lies at `path`."""
    copy = json.loads(json.dumps(node))
    here = copy
    for key in path[:-1]:
        here = here[key]
    change(here, path[-1])
    return copy


@st.composite
def mutated(draw: st.DrawFn, frame: Frame) -> bytes:
    """One frame in which something is not as it should be."""
    header, body = frame
    paths = [p for p in places(header) if p]
    path = draw(st.sampled_from(paths + [p for p in paths if "tensors" in p] * 2))
    raw, length, body_length = json.dumps(header).encode(), None, None
    match draw(st.integers(0, 10)):
        case 0 | 1 | 2 | 3:
            value = draw(odd)
            raw = json.dumps(changed(header, path, lambda here, key: here.__setitem__(key, value))).encode()
        case 4:
            raw = json.dumps(changed(header, path, lambda here, key: here.__delitem__(key))).encode()
        case 5:
            raw = (
                raw[:-1] + b", " + json.dumps({draw(st.sampled_from(KEYS)): draw(odd)}).encode()[1:]
            )  # the last counts
        case 6:
            raw = draw(st.sampled_from(NO_JSON))
        case 7:
            at = draw(st.integers(0, len(raw)))
            raw = raw[:at] + draw(few_bytes) + raw[at + draw(st.integers(0, 3)) :]
        case 8:
            body = body[: draw(st.integers(0, len(body)))] + draw(few_bytes)
        case 9:
            length = draw(st.sampled_from(LENGTHS))
        case _:
            body_length = draw(st.sampled_from(LENGTHS))
    return framed(raw, body, length, body_length)


@dataclass(frozen=True)
class Conversation:
    """Everything that an answer's end will ever say."""

    stream: bytes
    arena: bytes
    is_greeted: bool
    """Whether its first frame is the one that our own code sends before it touches the answer."""


@st.composite
def conversations(draw: st.DrawFn) -> Conversation:
    begin = [GREETING, SOURCE, draw(st.sampled_from([*[LOADED] * 7, UNLOADED]))]
    said = [(header, b"") for header in begin] + draw(st.lists(st.sampled_from(REPLIES), min_size=1, max_size=6))
    sent = [framed(json.dumps(header).encode(), body) for header, body in said]
    for _ in range(draw(st.integers(0, 3))):
        first = draw(st.sampled_from([0, 1, 2, *[len(begin)] * 9]))  # mostly in a reply
        at = draw(st.integers(first, len(said) - 1))
        match draw(st.integers(0, 9)):
            case 0:
                sent[at : at + 1] = [sent[at]] * 2
            case 1:
                sent[at] = b""
            case 2:
                sent.insert(0, sent.pop(at))
            case 3:
                sent[at] = sent[at][: draw(st.integers(0, len(sent[at])))] + draw(few_bytes)
            case _:
                sent[at] = draw(mutated(said[at]))
    stream = b"".join(sent)
    greeting = framed(json.dumps(GREETING).encode())
    return Conversation(stream, draw(few_bytes) * 20, stream.startswith(greeting))


def framed(header: bytes, body: bytes = b"", length: int | None = None, body_length: int | None = None) -> bytes:
    """A frame; a body that goes by the arena is left out."""
    lengths = (len(header) if length is None else length, len(body) if body_length is None else body_length)
    return struct.pack(">II", *lengths) + header + (body if len(body) <= INLINE else b"")


# -- what must come of it -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def arena() -> Iterator[int]:
    """The arena's descriptor, with a short limit for what goes by the socket."""
    (fd,) = frames.make_arena() or [-1]
    if fd < 0:
        pytest.skip("this system has no sealed memory")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(frames, "MAX_INLINE", INLINE)
        yield fd
    os.close(fd)


def judged(lab: Lab, arena: int, said: Conversation) -> Findings:
    """What the judge finds of an answer that says this, whatever is asked, and hangs up."""
    os.pwrite(arena, said.arena or bytes(1), 0)
    judges, answers = socket.socketpair()
    ours, findings = socket.socketpair()
    obituary, wardens = socket.socketpair()
    wardens.close()
    with answers, ours:
        answers.setblocking(False)
        answers.send(said.stream)  # what does not fit is lost: one more way to end too early
        answers.shutdown(socket.SHUT_WR)
        fds = [judges.detach(), findings.detach(), obituary.detach(), os.dup(arena)]
        grading = Grading(lab, "hidden", {"seed": "", "device": "cpu"}, fds)
        grading.begin()
        for name in ("doubles", "doubles", "keeps-dtype", "leaves-input"):
            grading.settle(name, what_a_test_raises(grading.candidate, carefully=name != "leaves-input"))
        grading.finish()
        grading._findings_socket.close()
        grading.candidate._obituary.close()
        ours.settimeout(5)
        return Findings.model_validate(channel.receive(ours)[0])


def what_a_test_raises(candidate: Candidate, *, carefully: bool) -> BaseException | None:
    try:
        value = candidate.double(X)
    except (Raised, FrameFault, Mismatch) as typed:  # and nothing else
        return typed
    assert size_of_data(value) <= MAX_BODY
    try:
        if carefully:
            assert_close(value, X + X)
        else:
            assert dict(value)["loss"][0].item() > 0
    except Mismatch as typed:
        return typed
    except Exception as error:
        assert not carefully
        return error
    return None


def size_of_data(value: Any) -> int:
    """The bytes in the tensors of a value. It must be made of plain data alone."""
    assert type(value) in (type(None), bool, int, float, str, list, dict, torch.Tensor, Opaque)
    if type(value) is torch.Tensor:
        assert value.dtype in DTYPES.values()
        return value.untyped_storage().nbytes()
    children = value.values() if type(value) is dict else value if type(value) is list else []
    return sum(map(size_of_data, children))


def holds(lab: Lab, arena: int, said: Conversation) -> None:
    findings = judged(lab, arena, said)
    assert not (said.is_greeted and findings.broken)  # from there on nothing is the judge's own fault
    assert set(findings.faults) <= {Fault.RAISED, Fault.CRASHED, Fault.MEMORY, Fault.PROTOCOL, Fault.UNREADABLE}
    assert len(findings.model_dump_json()) < 50_000


few = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
many = settings(few, max_examples=20_000, suppress_health_check=list(HealthCheck))


@few
@given(said=conversations())
def test_every_conversation_ends_in_findings(toy: Lab, arena: int, said: Conversation):
    holds(toy, arena, said)


@pytest.mark.slow
@many
@given(said=conversations())
def test_every_one_of_many_conversations_ends_in_findings(toy: Lab, arena: int, said: Conversation):
    holds(toy, arena, said)


# -- what was found in this way, or by reading ---------------------------------------------------------------


def conversation(*said: Frame) -> Conversation:
    return Conversation(b"".join(framed(json.dumps(header).encode(), body) for header, body in said), b"", True)


def test_a_conversation_as_it_should_be_passes(toy: Lab, arena: int):
    begin: list[Frame] = [(GREETING, b""), ({"forbidden": [], "hidden": []}, b""), (LOADED, b"")]
    for last, faults in [({"loss": X[:1]}, []), ({"loss": [1.0]}, [Fault.PROTOCOL]), (X, [Fault.PROTOCOL])]:
        findings = judged(toy, arena, conversation(*begin, *[reply(X + X)] * 3, reply(last)))
        outcomes = {p.name: p.outcome for p in findings.properties}
        assert outcomes.pop("leaves-input") is (Outcome.ERROR if faults else Outcome.PASSED)
        assert set(outcomes.values()) == {Outcome.PASSED}
        assert findings.faults == faults


@pytest.mark.parametrize(
    "source",
    [
        {},
        {"forbidden": None, "hidden": 3},
        {"forbidden": {}, "hidden": "eval"},
        {"forbidden": [3, None, {}, {"name": "nn.RMSNorm"}], "hidden": [[], {"line": 2}, {"name": "eval", "line": []}]},
        {"forbidden": [{"name": ["nn.RMSNorm"], "line": 3}], "hidden": [{"name": {}, "line": 10**400}]},
        {
            "forbidden": [{"name": "nn.RMSNorm", "line": "3"}] * 2,
            "hidden": [{"name": "x" * 300, "line": 10**30}] * 300,
        },
    ],
)
def test_a_source_check_that_talks_nonsense_does_not_end_the_judge(toy: Lab, arena: int, source):
    """It once did, by a KeyError or a TypeError: then there was no verdict at all."""
    findings = judged(toy, arena, conversation((GREETING, b""), (source, b""), (LOADED, b"")))
    assert findings.faults == [Fault.CRASHED]
    assert all(len(flag) < 100 for flag in findings.flags)
    assert len(findings.flags) <= 100


def test_names_that_the_lab_does_not_forbid_are_not_repeated(toy: Lab, arena: int):
    source = {"forbidden": [{"name": "x[0] is 1.25", "line": 1}], "hidden": []}
    said = [(GREETING, b""), (source, b""), (LOADED, b""), REPLIES[0]]
    assert "1.25" not in judged(toy, arena, conversation(*said)).model_dump_json()


@pytest.mark.parametrize("text", [nested(900, lambda node: [node]), 10**400, {"a": 1}, None, True])
def test_what_should_be_text_and_is_not_is_not_written_out(text):
    assert Raised({"type": "ValueError", "line": 1, "text": text}).text == ""


@pytest.mark.parametrize("digits", [2000, 5000])
def test_a_number_too_large_for_the_wire_is_no_data(grade, digits):
    """It once ended the answer's process, and was called a crash."""
    verdict = grade(f"def double(x): return 10 ** {digits}")
    assert verdict.faults == []
    assert not verdict.passed


def test_a_reply_larger_than_allowed_breaks_the_protocol(grade):
    """Too large for the arena, it once ended the answer's process, and was called a crash."""
    verdict = grade("import torch\ndef double(x): return torch.zeros(2**26 + 1, dtype=torch.int8)")
    assert verdict.faults == [Fault.PROTOCOL]


# -- the other listener -------------------------------------------------------------------------------------

OUTPUTS = [
    {"output": {"output": "a\n", "value": "3", "traceback": [], "fault": None, "truncated": False}},
    {"output": {"output": "", "value": "", "traceback": ["answer.py:1 in f: x", "ValueError: no"], "fault": "raised"}},
]


@st.composite
def runs(draw: st.DrawFn) -> bytes:
    """What an answer's end says where a snippet is to be run."""
    said = [GREETING, SOURCE, draw(st.sampled_from([LOADED, LOADED, UNLOADED])), draw(st.sampled_from(OUTPUTS))]
    sent = [framed(json.dumps(header).encode()) for header in said]
    at = draw(st.sampled_from([0, 1, 2, 2, 3, 3, 3]))
    sent[at] = draw(mutated((said[at], b"")))
    return b"".join(sent)


@few
@given(said=runs())
def test_every_run_of_a_snippet_ends_in_an_output_or_a_fault_of_the_judge(toy: Lab, said: bytes):
    judges, answers = socket.socketpair()
    with judges, answers, pytest.MonkeyPatch.context() as patch, Dispatcher() as dispatcher:
        answers.setblocking(False)
        answers.send(said)
        answers.shutdown(socket.SHUT_WR)
        patch.setattr(dispatcher, "machine", lambda _: None)
        patch.setattr(dispatcher, "_candidate", lambda *_: contextlib.nullcontext(_Ends(judges, judges, [])))
        try:
            output = dispatcher.run(toy, b"", "1")
        except JudgeFault:
            assert not said.startswith(framed(json.dumps(GREETING).encode()))
        else:
            assert type(output) is RunOutput
            assert output.fault is not Fault.TIMEOUT
            assert len(output.model_dump_json()) < 100_000
