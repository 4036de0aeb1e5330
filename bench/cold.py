"""What verdicts are compared with: interpreters that start cold, at the same low priority as the judge service."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from bench.stopwatch import seconds
from labs.grading.catalogue import Lab
from labs.grading.service import NICENESS

ROOT = Path(__file__).resolve().parents[1]
_NICE = ["nice", "-n", str(NICENESS)]


def import_torch() -> float:
    """Seconds of a fresh interpreter that imports torch and does nothing else."""
    return seconds(lambda: subprocess.run([*_NICE, sys.executable, "-c", "import torch"], check=True))


def pytest_of(lab: Lab, *, lean: bool = False) -> float:
    """Seconds of `python -m pytest` over the hidden suite of `lab`, with its reference as the answer.

    Nothing is cached. It is the pytest that is installed here, with its plugins; a lean one loads none of them,
    as in the judge. Raises CalledProcessError where the suite does not pass.
    """
    command = [*_NICE, sys.executable, "-m", "pytest", "-q", "-p", "bench.one_process", "--lab", lab.id]
    command += ["-c", os.devnull, "--rootdir", str(lab.folder), "--import-mode=importlib", "-p", "no:cacheprovider"]
    environment = os.environ | ({"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"} if lean else {})
    run = [*command, str(lab.folder / "hidden")]
    return seconds(lambda: subprocess.run(run, check=True, capture_output=True, cwd=ROOT, env=environment))
