"""What the judge says of right and wrong answers, and what decides a pass."""

from __future__ import annotations

import hashlib

import pytest

from labs.grading.catalogue import Lab
from labs.grading.verdict import Fault, Outcome, Verdict
from tests.labs.toy import HIDDEN

PASSED, FAILED, ERROR = Outcome.PASSED, Outcome.FAILED, Outcome.ERROR


def outcomes(verdict: Verdict) -> dict[str, Outcome]:
    return {p.name: p.outcome for p in verdict.properties}


def diagnoses(verdict: Verdict) -> str:
    return " ".join(p.diagnosis.en + p.diagnosis.zh for p in verdict.properties if p.diagnosis)


# -- right and wrong ----------------------------------------------------------------------------------------


def test_a_right_answer_passes(grade, toy: Lab, right):
    verdict = grade(right, path="answer.py", seed="s")
    assert set(outcomes(verdict).values()) == {PASSED}
    assert verdict.passed
    assert verdict.verified
    assert verdict.score == 1.0
    assert verdict.faults == verdict.flags == []
    assert verdict.sha256 == hashlib.sha256(right.encode()).hexdigest()
    assert (verdict.lab, verdict.suite, verdict.answer, verdict.seed) == ("toy", "hidden", "answer.py", "s")
    assert verdict.lab_version == toy.version
    assert 1 <= verdict.isolation.level <= 3
    assert all(p.diagnosis is None for p in verdict.properties)
    assert Verdict.model_validate_json(verdict.model_dump_json()) == verdict


@pytest.mark.parametrize(
    ("answer", "failed", "score"),
    [
        ("def double(x): return x + x.float()", {"keeps-dtype"}, 5 / 6),
        ("def double(x): x += x; return x", {"leaves-input"}, 5 / 6),
        ("def double(x): return 3 * x", {"doubles", "keeps-dtype"}, 2 / 6),
        ("def double(x): return x * 2.001 if x.dim() == 2 else x * 2", {"doubles"}, 3 / 6),
    ],
    ids=["dtype", "in-place", "value", "one-test-of-two"],
)
def test_a_wrong_answer_fails_by_the_property_that_it_breaks(grade, answer, failed, score):
    verdict = grade(answer)
    assert {name for name, outcome in outcomes(verdict).items() if outcome is FAILED} == failed
    assert {name for name, outcome in outcomes(verdict).items() if outcome is PASSED} == outcomes(
        verdict
    ).keys() - failed
    assert not verdict.passed
    assert verdict.score == pytest.approx(score)
    assert verdict.faults == []


@pytest.mark.parametrize(
    "returned",
    [
        "x * float('nan')",
        "(2 * x).double() if x.dtype == torch.float32 else (2 * x).float()",
        "(2 * x)[None]",
        "(2 * x).flatten()[0]",
        "torch.full_like(x, float('inf'))",
        "(2 * x).expand(2, *x.shape)",
        "(2 * x)[..., :1]",
        "torch.empty(0)",
    ],
)
def test_values_dtypes_and_shapes_are_compared(grade, returned):
    verdict = grade(f"import torch\ndef double(x): return {returned}")
    assert outcomes(verdict)["doubles"] is FAILED
    assert not verdict.passed


@pytest.mark.parametrize(
    "returned",
    [
        "(x + x).t().contiguous().t() if x.dim() == 2 else x + x",
        "torch.stack([x + x, x], -1)[..., 0]",
        "torch.nn.Parameter(x + x) if x.is_floating_point() else x + x",
        "torch._neg_view(-2 * x) if x.dtype in (torch.float32, torch.float64) else x + x",
    ],
    ids=["strides", "view", "parameter", "negative-view"],
)
def test_how_a_right_result_lies_in_memory_does_not_matter(grade, returned):
    verdict = grade(f"import torch\ndef double(x): return {returned}")
    assert verdict.passed, diagnoses(verdict)


HOSTILE = """
class Yes:
    def __eq__(self, other): return True
    def __le__(self, other): return True
    def __bool__(self): return True
    def __repr__(self): raise RuntimeError
    def __str__(self): raise RuntimeError
    __hash__ = None
    shape = dtype = device = property(lambda self: self)
def double(x): return Yes()
"""
SUBCLASS = """
import torch
class Sly(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        name = getattr(func, "__name__", "")
        return True if name in ("allclose", "equal") else super().__torch_function__(func, types, args, kwargs or {})
def double(x): return (3 * x).as_subclass(Sly)
"""


@pytest.mark.parametrize(
    "answer",
    [
        "def double(x): return None",
        "def double(x): return [2.0]",
        "def double(x): return {'$tensor': 0}",
        "def double(x): return {'tree': 1, '__class__': 'Tensor'}",
        "def double(x): return (2 * x.float()).numpy()",
        "def double(x): return True",
        "def double(x): return 'x' * 1000",
        "def double(x):\n    a = []\n    a.append(a)\n    return a",
        "import torch\ndef double(x): return (2 * x.float()).to_sparse()",
        "import torch\ndef double(x): return (2 * x).to(torch.complex64)",
        HOSTILE,
        SUBCLASS,
    ],
)
def test_what_is_no_plain_tensor_never_passes(grade, answer):
    verdict = grade(answer)
    assert outcomes(verdict)["doubles"] in (FAILED, ERROR)
    assert not verdict.passed


def test_a_tensor_without_data_never_passes(grade):
    verdict = grade("import torch\ndef double(x): return (x + x).to('meta')")
    assert outcomes(verdict)["doubles"] is ERROR
    assert verdict.faults == [Fault.RAISED]


def test_floods_on_the_standard_streams_go_nowhere(grade):
    verdict = grade(
        """
        import os, sys
        print("x" * 2**22); sys.stderr.write("y" * 2**22); os.write(1, b"z" * 2**22)
        def double(x):
            print("x" * 2**22); os.write(2, b"z" * 2**22)
            return x + x
        """
    )
    assert verdict.passed


# -- seeds --------------------------------------------------------------------------------------------------

BY_THE_DRAW = """
from labs.grading.suite import judges

@judges("doubles")
def test_even(candidate, draw):
    assert candidate.double(draw.integers(0, 2, 1)).item() == 0

@judges("keeps-dtype")
def test_sign(candidate, draw):
    assert candidate.double(draw.normal(1)).item() > 0

@judges("leaves-input")
def test_input(candidate, draw):
    assert candidate.double(draw.uniform(0, 1, 1)).item() < 1
"""


def test_a_seed_replays_its_inputs_and_another_draws_others(grade, make_lab, right):
    lab = make_lab(hidden=BY_THE_DRAW)
    seeds = [str(n) for n in range(6)]
    first = [outcomes(grade(right, lab=lab, seed=seed)) for seed in seeds]
    assert first == [outcomes(grade(right, lab=lab, seed=seed)) for seed in seeds]
    assert len({tuple(o.values()) for o in first}) > 2
    assert len({grade(right, lab=lab).seed for _ in range(3)}) == 3


# -- what decides a pass ------------------------------------------------------------------------------------

ONLY_INPUT = """
import pytest
from labs.grading.suite import judges

@judges("doubles")
def test_doubles():
    pytest.skip("needs a GPU")

@judges("keeps-dtype")
def test_dtype():
    pytest.skip("needs a GPU")

@judges("leaves-input")
def test_input(candidate, draw):
    x = draw.normal(4)
    assert candidate.input_after(x).equal(x)
"""


def test_what_only_the_answer_reports_decides_no_pass(grade, make_lab, right):
    verdict = grade(right, lab=make_lab(hidden=ONLY_INPUT))
    assert outcomes(verdict) == {
        "doubles": Outcome.NOT_VERIFIED_HERE,
        "keeps-dtype": Outcome.NOT_VERIFIED_HERE,
        "leaves-input": PASSED,
        "own-work": PASSED,
    }
    assert not verdict.passed
    assert not verdict.verified
    assert verdict.score == 1.0  # over what ran


ON_GPU = (
    HIDDEN
    + """
@judges("keeps-dtype")
def test_memory(candidate, device):
    if device != "cuda":
        pytest.skip("only a GPU can tell")
    assert False, "this is for machines without one"
"""
)


def test_what_needs_a_gpu_is_left_open_without_one(grade, make_lab, right):
    """It neither helps nor harms, but the verdict is not the whole of it."""
    lab = make_lab(hidden=ON_GPU)
    verdict = grade(right, lab=lab)
    assert outcomes(verdict)["keeps-dtype"] is Outcome.NOT_VERIFIED_HERE
    assert verdict.passed
    assert not verdict.verified
    wrong = grade("def double(x): return 3 * x", lab=lab)
    assert not wrong.passed
    assert outcomes(wrong)["keeps-dtype"] is not PASSED


def test_a_missing_exception_is_a_failure_and_not_an_error(grade, make_lab, right):
    hidden = """
        import pytest
        from labs.grading.proxies import Raised
        from labs.grading.suite import judges

        @judges("doubles")
        def test_refuses(candidate):
            with pytest.raises(Raised, match="TypeError"):
                candidate.double("text")

        @judges("keeps-dtype")
        def test_nothing(candidate): pass

        @judges("leaves-input")
        def test_nothing_either(candidate): pass
    """
    lab = make_lab(hidden=hidden)
    refusing = "def double(x):\n    if isinstance(x, str): raise TypeError(x)\n    return x + x"
    assert outcomes(grade(right, lab=lab))["doubles"] is FAILED
    verdict = grade(refusing, lab=lab)
    assert verdict.passed
    assert verdict.faults == []
