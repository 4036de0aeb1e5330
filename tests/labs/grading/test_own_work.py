"""Library functions that would do the work are seen however they are reached."""

from __future__ import annotations

import pytest

from labs.grading.verdict import Outcome, Verdict

PASSED, FAILED, ERROR = Outcome.PASSED, Outcome.FAILED, Outcome.ERROR


def outcomes(verdict: Verdict) -> dict[str, Outcome]:
    return {p.name: p.outcome for p in verdict.properties}


def diagnoses(verdict: Verdict) -> str:
    return " ".join(p.diagnosis.en + p.diagnosis.zh for p in verdict.properties if p.diagnosis)


USES = {
    "attribute": "torch.nn.functional.rms_norm(x.float(), x.shape[-1:])",
    "alias": "F.rms_norm(x.float(), x.shape[-1:])",
    "getattr": "getattr(F, 'rms_norm')(x.float(), x.shape[-1:])",
    "torch.ops": "torch.ops.aten.rms_norm(x.float(), x.shape[-1:])",
    "module": "torch.nn.RMSNorm(x.shape[-1])(x.float())",
    "imported module": "Norm(x.shape[-1])(x.float())",
}
PUT_TOGETHER = {
    "getattr": "getattr(F, 'rms_' + 'norm')(x.float(), x.shape[-1:])",
    "torch.ops": "getattr(torch.ops.aten, 'rms_' + 'norm')(x.float(), x.shape[-1:])",
    "module": "getattr(torch.nn, 'RMS' + 'Norm')(x.shape[-1])(x.float())",
    "star": "star(x.float(), x.shape[-1:])",
}
USER = """
import torch
import torch.nn.functional as F
{imports}
def double(x):
    {use}
    return x + x
"""


@pytest.mark.parametrize("use", USES.values(), ids=USES.keys())
def test_a_forbidden_call_is_not_own_work(grade, use):
    imports = "from torch.nn import RMSNorm as Norm" if "Norm(" in use and "torch" not in use else ""
    verdict = grade(USER.format(imports=imports, use=use))
    assert outcomes(verdict) == {"doubles": PASSED, "keeps-dtype": PASSED, "leaves-input": PASSED, "own-work": FAILED}
    assert not verdict.passed
    assert "line 6" in diagnoses(verdict) or "line 4" in diagnoses(verdict)


@pytest.mark.parametrize("use", PUT_TOGETHER.values(), ids=PUT_TOGETHER.keys())
def test_names_put_together_at_run_time_are_caught_when_they_are_called(grade, use):
    imports = "from torch.nn.functional import *; star = vars()['rms' + '_norm']"
    verdict = grade(USER.format(imports=imports, use=use))
    assert outcomes(verdict)["own-work"] is FAILED
    assert "rms_norm (line 6)" in diagnoses(verdict)


@pytest.mark.parametrize("when", ["if x.dim() == 2: ", "if x.dtype.itemsize == 8: "])
def test_a_forbidden_call_in_one_test_is_enough(grade, when):
    verdict = grade(USER.format(imports="", use=when + PUT_TOGETHER["getattr"]))
    assert outcomes(verdict)["own-work"] is FAILED


@pytest.mark.parametrize(
    "way",
    [
        "import threading\n    t = threading.Thread(target=lambda: getattr(F, 'rms_' + 'norm')(torch.ones(4), (4,)))\n"
        "    t.start(); t.join()",
        "torch.jit.CompilationUnit('def f(x):\\n  return torch.rms_norm(x, [4])').f(torch.ones(4))",
        "with torch._C.DisableTorchFunction(): getattr(F, 'rms_' + 'norm')(torch.ones(4), (4,))",
        "from labs.grading import runtime_check",
        "getattr(torch._C, 'Disable' + 'TorchFunction')",
    ],
    ids=["thread", "torchscript", "mode-off", "the-judge", "computed-name"],
)
def test_ways_around_the_recorder_are_flagged(grade, way):
    """They cannot all be caught; they can be shown to a reviewer."""
    verdict = grade(USER.format(imports="", use=way))
    assert outcomes(verdict)["own-work"] is FAILED or any("line 6" in f or "line 7" in f for f in verdict.flags)


@pytest.mark.parametrize(
    "answer",
    [
        "import torch\nclass RMSNorm(torch.nn.Module): pass\n__all__ = ['RMSNorm']\ndef double(x): return x + x",
        "class A:\n    def rms_norm(self, x): return x + x\n    def go(self, x): return self.rms_norm(x)\n"
        "def double(x): return A().go(x)",
        "def rms_norm(x): return x + x\n"
        "def double(x):\n    'Twice, without torch.nn.functional.rms_norm().'\n    return rms_norm(x)",
        "import torch\ndef double(x):\n    m = torch.nn.Linear(2, 2)\n    assert list(m.modules())\n    return x + x",
    ],
    ids=["class", "method", "function", "modules"],
)
def test_what_the_answer_defines_itself_is_own_work(grade, answer):
    verdict = grade(answer)
    assert verdict.passed, diagnoses(verdict)
    assert verdict.flags == []


def test_an_answer_that_does_nothing_is_no_own_work(grade):
    assert outcomes(grade("def double(x): raise NotImplementedError"))["own-work"] is ERROR
