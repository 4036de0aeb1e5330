"""Keys that code computes: what the functions beside the YAML files return, and what trace questions print.

Both need torch and its like, which the quiz never imports, so they run in one process of their own
(`derive_worker.py`). Jobs and outcomes are plain JSON, so that the process can be another one later. The code
runs with the rights of whoever asks: it is the bank's own, read before it was shipped.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from quiz.bank.schema import Parameter, Question, Trace

WORKER = Path(__file__).with_name("derive_worker.py")
MAX_SECONDS = 120.0
"""For one job, the imports that it is the first to need included."""


@dataclass(frozen=True)
class DeriveJob:
    """Call `function` of the Python file `file` with `params` as keyword arguments."""

    file: str
    function: str
    params: dict[str, Parameter]


@dataclass(frozen=True)
class TraceJob:
    """Run `code` as a program of its own and say what it prints."""

    code: str


@dataclass(frozen=True)
class Outcome:
    """What a job gave: a number or a text, or else `error`, one sentence on why it gave none."""

    value: int | float | str | None = None
    error: str | None = None


def job_of(question: Question, folder: Path) -> DeriveJob | TraceJob | None:
    """The job that computes the key of a question in `folder`, or None where a person wrote the key."""
    if isinstance(question, Trace):
        return TraceJob(question.code)
    if derived := question.derived:
        return function_job(derived.function, derived.params, folder)
    return None


def function_job(function: str, params: dict[str, Parameter], folder: Path) -> DeriveJob:
    """The job of one function `module.function` of a topic's folder."""
    module, name = function.split(".")
    return DeriveJob(str(folder / f"{module}.py"), name, params)


def compute(
    jobs: Sequence[DeriveJob | TraceJob],
    on_progress: Callable[[str], None] | None = None,
    max_seconds: float = MAX_SECONDS,
) -> list[Outcome]:
    """The outcome of each job, in order. Takes seconds: the first job imports the libraries for all.

    A job that ends the process, or takes longer than `max_seconds`, gets an error; the rest run in a new one.
    """
    outcomes: list[Outcome] = []
    while len(outcomes) < len(jobs):
        outcomes += _run_worker(jobs[len(outcomes) :], len(jobs), on_progress, max_seconds)
    return outcomes


def _run_worker(
    jobs: Sequence[DeriveJob | TraceJob],
    total: int,
    on_progress: Callable[[str], None] | None,
    max_seconds: float,
) -> list[Outcome]:
    """Outcomes of the first jobs, at least one: all, or those up to the one that ended the process."""
    outcomes: list[Outcome] = []
    with _temporary_file() as request, _temporary_file() as noise:
        json.dump({"max_seconds": max_seconds, "jobs": [asdict(job) for job in jobs]}, request)
        request.seek(0)
        with _start(request, noise) as worker:
            assert worker.stdout
            try:
                _say(on_progress, jobs, outcomes, total)
                for line in worker.stdout:
                    outcomes.append(Outcome(**json.loads(line)))
                    _say(on_progress, jobs, outcomes, total)
            except BaseException:
                worker.kill()
                raise
            if len(outcomes) < len(jobs):
                outcomes.append(Outcome(error=_cause_of_death(worker.wait(), noise, max_seconds)))
            else:
                worker.kill()  # nothing is lost, and torch takes its time to leave
    return outcomes


def _temporary_file() -> IO[str]:
    return tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")


def _start(request: IO[str], noise: IO[str]) -> subprocess.Popen[str]:
    """Offline, without a GPU, so that a key never depends on the machine that computes it."""
    environment = {
        **os.environ,
        "CUDA_VISIBLE_DEVICES": "",
        "HF_HUB_OFFLINE": "1",
        "PYTHONIOENCODING": "utf-8",
        "TRANSFORMERS_VERBOSITY": "error",
    }
    return subprocess.Popen(
        # -P: the worker's neighbours in this folder shall not be importable as `check` or `stats`.
        [sys.executable, "-P", str(WORKER)],
        stdin=request,
        stdout=subprocess.PIPE,
        stderr=noise,
        env=environment,
        encoding="utf-8",
    )


def _say(
    on_progress: Callable[[str], None] | None,
    jobs: Sequence[DeriveJob | TraceJob],
    outcomes: list[Outcome],
    total: int,
) -> None:
    if on_progress and len(outcomes) < len(jobs):
        job = jobs[len(outcomes)]
        name = job.function if isinstance(job, DeriveJob) else "the code of a trace question"
        on_progress(f"{total - len(jobs) + len(outcomes) + 1} of {total}: {name}")


def _cause_of_death(status: int, noise: IO[str], max_seconds: float) -> str:
    noise.seek(0)
    lines = [line.strip() for line in noise if line.strip()]
    if any(line.startswith("Timeout (") for line in lines):
        return f"it did not finish within {max_seconds:g} s"
    last = f": {lines[-1][:200]}" if lines else ""
    return f"it ended the process with status {status}{last}"
