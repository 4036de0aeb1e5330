"""Shrinking to the smallest visible call on which an answer and the reference differ."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from textwrap import dedent

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from labs.grading.catalogue import Lab, find_lab
from labs.grading.difference import MAX_VALUE, Difference
from labs.grading.dispatcher import Dispatcher
from labs.grading.readable import readable
from labs.grading.smallest import differ
from labs.grading.tensors import Opaque
from labs.grading.verdict import Fault, JudgeFault
from tests.labs.zygotes import zygote_of

Explore = Callable[..., Difference | None]

CASES = """
from hypothesis import strategies as st
from labs.grading.cases import DTYPES, FEW, SIZES, tensor

@st.composite
def calls(draw):
    return {"x": tensor(draw, [draw(SIZES) for _ in range(draw(FEW))], draw(DTYPES))}

CALLS = {"double": calls(), "input_after": calls()}
"""


def with_cases(lab: Lab, cases: str = CASES) -> Lab:
    lab.cases.write_text(cases, encoding="utf-8")
    return lab


@pytest.fixture(scope="module")
def lab(make_lab) -> Lab:
    return with_cases(make_lab())


@pytest.fixture(scope="module")
def explore(judge: Dispatcher, lab: Lab) -> Explore:
    def explore(answer: str, lab: Lab = lab) -> Difference | None:
        return judge.smallest_difference(lab, dedent(answer).encode())

    return explore


def test_no_difference_from_a_right_answer(explore, right):
    assert explore(right) is None
    assert explore("def double(x):\n    return (x.double() * 2).to(x.dtype)\n") is None


@pytest.mark.parametrize(
    ("wrong_where", "smallest"),
    [
        ("x.numel() >= 3", "float32 (3,) [0, 0, 1]"),
        ("x.dim() == 2", "float32 (1, 1) [[1]]"),
        ("(x == 3).any()", "float32 (1,) [3]"),
        ("(x == -0.5).sum() == 2", "float32 (2,) [-0.5, -0.5]"),
        ("x.dtype is torch.bfloat16", "bfloat16 (1,) [1]"),
    ],
)
def test_a_wrong_value_is_shrunk_to_the_call_that_cannot_be_smaller(explore, wrong_where, smallest):
    found = explore(f"import torch\ndef double(x):\n    return x if {wrong_where} else x + x\n")
    assert found.function == "double"
    assert found.arguments == {"x": smallest}
    assert found.answer == smallest
    assert found.reference != found.answer
    assert found.alone
    assert found.failure is None
    assert found.fault is None


def test_dtypes_and_shapes_differ_where_values_do_not(explore):
    widened = explore("def double(x):\n    return (x + x).float()\n")
    assert (widened.answer, widened.reference) == ("float32 (1,) [0]", "float16 (1,) [0]")
    squeezed = explore("def double(x):\n    return (x + x).squeeze()\n")
    assert (squeezed.answer, squeezed.reference) == ("float32 () 0", "float32 (1,) [0]")


def test_what_an_exception_says_is_told_with_its_line(explore):
    found = explore(
        "def double(x):\n    if x.numel() > 1:\n        raise ValueError('[red]too many\\x1b[2J')\n    return x + x"
    )
    assert found.arguments == {"x": "float32 (2,) [0, 0]"}
    assert found.fault is Fault.RAISED
    assert found.answer == ""
    assert "line 3" in found.failure.en
    assert "第 3 行" in found.failure.zh
    assert "ValueError: [red]too many" in found.failure.en
    assert found.reference == "float32 (2,) [0, 0]"


def test_an_answer_that_cannot_be_loaded_differs_on_the_simplest_call(explore):
    found = explore("def double(x)\n    return x\n")
    assert found.arguments == {"x": "float32 (1,) [0]"}
    assert "line 1" in found.failure.en
    assert "SyntaxError" in found.failure.en


def test_inputs_that_were_changed_are_a_difference(explore):
    found = explore("def double(x):\n    return x.mul_(2)\n")
    assert found.function == "input_after"
    assert (found.answer, found.reference) == ("float32 (1,) [2]", "float32 (1,) [1]")


@pytest.mark.parametrize(
    ("statement", "fault"), [("os._exit(0)", Fault.CRASHED), ("while True: pass", Fault.TIMEOUT), ("9", None)]
)
def test_a_process_that_ends_or_hangs_is_told_by_its_fault(explore, make_lab, hasty, statement, fault):
    lab = with_cases(make_lab(manifest=(hasty.folder / "lab.yaml").read_text()))
    found = explore(f"import os\ndef double(x):\n    if x.dim() == 2:\n        {statement}\n    return x + x", lab)
    if fault is None:
        assert found is None
    else:
        assert found.fault is fault
        assert found.failure
        assert found.alone
        assert "[[" in found.arguments["x"]


def test_a_difference_that_needs_calls_before_it_says_so(explore):
    found = explore("""
        seen = []
        def double(x):
            seen.append(x)
            return x + x if len(seen) < 9 else x
    """)
    assert found.arguments == {"x": "float32 (1,) [1]"}
    assert not found.alone


def test_right_until_the_time_is_over_is_no_difference(explore, make_lab, hasty):
    manifest = (hasty.folder / "lab.yaml").read_text().replace("seconds: 20,", "seconds: 3,")
    lab = with_cases(make_lab(manifest=manifest))
    started = time.monotonic()
    assert explore("import time\ndef double(x):\n    time.sleep(0.1)\n    return x + x\n", lab) is None
    assert time.monotonic() - started < 15  # 400 calls, which would take 40 s


@pytest.mark.parametrize(
    "returned",
    [
        "torch.zeros(4000, 4000)",
        "'[bold]' * 10**6",
        "{str(n) * 100: {'x': x} for n in range(1000)}",
        "[[x] * 100] * 2",
        "10 ** 4000",
        "object()",
        "torch.zeros(2, 0)",
        "float('nan')",
        "'\\ud800'",
    ],
)
def test_whatever_comes_back_is_told_in_few_words(explore, returned):
    found = explore(f"import torch\ndef double(x):\n    return {returned}\n")
    assert len(found.answer or found.failure.en) <= MAX_VALUE
    assert found.reference == "float32 (1,) [0]"
    Difference.model_validate_json(found.model_dump_json())


def test_nothing_is_left_over(judge, explore, right, descendants, eventually):
    explore(right)  # whatever stays from now on was left by the calls below
    before = set(descendants(zygote_of(judge).pid))
    explore("import os\ndef double(x):\n    os.fork() if hasattr(os, 'fork') else 0\n    return x\n")
    assert eventually(lambda: set(descendants(zygote_of(judge).pid)) <= before)


def test_a_lab_without_cases_and_a_broken_one_are_no_fault_of_the_answer(explore, make_lab, right):
    with pytest.raises(JudgeFault, match="toy"):
        explore(right, make_lab())
    with pytest.raises(JudgeFault, match="our reference raised"):
        explore(right, with_cases(make_lab(reference="def double(x):\n    raise ValueError\n")))


def test_an_answer_cannot_read_the_reference_while_it_is_compared(judge, explore, lab):
    found = explore(f"def double(x):\n    return open({str(lab.reference)!r}).read()\n")
    missing = judge.machine().isolation.missing
    if "landlock" in missing:
        pytest.skip("files can be read on this machine")
    assert found.fault is Fault.RAISED
    assert "PermissionError" in found.failure.en


@pytest.mark.parametrize(
    ("lab_id", "mutant", "function", "argument", "value"),
    [
        ("rmsnorm", "mean_in_half", "forward", "x", "float16 (1,) [300]"),
        ("rope", "positions_in_bfloat16", "tables", "positions", "int64 (1,) [257]"),
        ("lora-layer", "merge_adds_each_time", "outputs_after", "steps", "['merge', 'merge']"),
    ],
)
def test_the_mistakes_of_real_labs_come_down_to_one_number(judge, lab_id, mutant, function, argument, value):
    lab = find_lab(lab_id)
    (path,) = (path for path in lab.mutants if path.stem == mutant)
    found = judge.smallest_difference(lab, path.read_bytes())
    assert found.function == function
    assert found.arguments[argument] == value


def test_nobody_else_loads_hypothesis_and_it_writes_nothing_anywhere(tmp_path):
    code = """
        import sys
        import tui.app, tui.cli.app, labs.grading.client, labs.grading.dispatcher
        assert "hypothesis" not in sys.modules
        from labs.grading.catalogue import find_lab
        with labs.grading.dispatcher.Dispatcher() as judge:
            lab = find_lab("rmsnorm")
            assert judge.smallest_difference(lab, lab.reference.read_bytes()) is None
    """
    subprocess.run([sys.executable, "-c", dedent(code)], check=True, cwd=tmp_path, timeout=120)
    assert not list(tmp_path.iterdir())


# -- what differs, and how it is written ---------------------------------------------------------------------

FLOATS = st.floats(-1000, 1000, width=32)
TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | FLOATS | st.text(max_size=5),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=3), children, max_size=3),
)


@given(TREES)
def test_nothing_differs_from_itself(value):
    assert not differ(value, value)


@given(TREES, TREES)
def test_data_of_different_types_differs(one, other):
    if type(one) is not type(other):
        assert differ(one, other)
        assert differ([one], [other])
        assert differ({"a": one}, {"a": other})


@given(st.lists(FLOATS, min_size=1, max_size=4), st.sampled_from([torch.float64, torch.float32, torch.float16]))
def test_a_step_that_a_person_sees_differs_and_rounding_does_not(values, dtype):
    expected = torch.tensor(values, dtype=torch.float64).to(dtype)
    size = max(1.0, float(expected.abs().max()))
    assert not differ(expected.clone(), expected)
    assert not differ(expected * (1 + torch.finfo(dtype).eps), expected)
    assert differ(expected + size / 16, expected)


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (torch.tensor([1.0]), torch.tensor([float("nan")])),
        (torch.tensor([float("inf")]), torch.tensor([-float("inf")])),
        (torch.tensor([1]), torch.tensor([2])),
        (torch.tensor([1.0]), torch.tensor([[1.0]])),
        (torch.zeros(0), torch.zeros(0, 2)),
        ([1.0], torch.tensor([1.0])),
        (1, 1.0),
        (True, 1),
        ({"a": 1}, {"a": 1, "b": 2}),
        ([1, 2], [1]),
        (Opaque("Tensor"), torch.tensor([1.0])),
        (float("nan"), 1.0),
        (None, torch.tensor([1.0])),
    ],
)
def test_what_differs(actual, expected):
    assert differ(actual, expected)


def test_values_are_written_short_and_exactly():
    value = {"x": torch.tensor([[0.5, -1.0]], dtype=torch.float16), "n": [None, True, 3, "[b]"]}
    assert readable(value, 100) == "{x: float16 (1, 2) [[0.5, -1]], n: [None, True, 3, '[b]']}"
    assert readable(torch.tensor(2.0**-10), 100) == "float32 () 0.000976562"


@given(TREES, st.integers(10, 200))
def test_no_text_is_longer_than_it_may_be(value, limit):
    assert len(readable(value, limit)) <= limit
