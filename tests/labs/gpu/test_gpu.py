"""Judging on a GPU: placement, half precision, and the attacks that need one. Skipped where there is none."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

from labs.grading.catalogue import Lab
from labs.grading.dispatcher import Dispatcher
from labs.grading.verdict import Outcome, Verdict
from tests.labs.gpu.hostile import CASES, FREE, RIGHT

OUTSIDE = "import sys, torch; sys.exit(not torch.cuda.is_available())"


@pytest.fixture(scope="module")
def on_gpu(judge: Dispatcher, make_lab: Callable[..., Lab]) -> Callable[[str, str], Verdict]:
    """Grade a source on the GPU by the toy lab with this manifest."""
    if judge.machine().cuda is None:
        pytest.skip("no GPU can be used here")

    def on_gpu(manifest: str, source: str) -> Verdict:
        return judge.grade(make_lab(manifest=manifest), source.encode(), device="cuda")

    return on_gpu


def test_what_works_outside_the_sandbox_works_in_it(judge: Dispatcher):
    """Or every test below would be skipped, and every person told that there is no GPU."""
    if subprocess.run([sys.executable, "-c", OUTSIDE], check=False).returncode:
        pytest.skip("no GPU here")
    assert judge.machine().cuda


@pytest.mark.parametrize("name", CASES)
def test_what_comes_of_an_answer_on_a_gpu(on_gpu, judge: Dispatcher, name: str):
    manifest, source, passes, faults = CASES[name]
    if "gpu_memory_mib" in manifest:
        pytest.importorskip("pynvml")
    verdict = on_gpu(manifest, source)
    assert (verdict.passed, verdict.faults) == (passes, faults)
    assert verdict.device == "cuda"
    assert verdict.isolation == judge.machine().cuda
    assert on_gpu(FREE, RIGHT).passed, "the next answer is judged wrongly"


def test_the_bench_says_so_where_there_is_no_gpu(judge: Dispatcher):
    if judge.machine().cuda:
        pytest.skip("there is one")
    bench = subprocess.run([sys.executable, "-m", "bench.gpu"], capture_output=True, text=True, check=False)
    assert bench.returncode == 2
    assert bench.stdout == ""
    assert "no GPU" in bench.stderr
    assert len(bench.stderr.splitlines()) == 1


def test_bfloat16_and_float16(on_gpu):
    """The toy's suite asks for both."""
    outcomes = {p.name: p.outcome for p in on_gpu(FREE, RIGHT).properties}
    assert outcomes["keeps-dtype"] is Outcome.PASSED
