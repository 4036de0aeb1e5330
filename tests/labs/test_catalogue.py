"""Every lab keeps what it promises, on the real judge: in `make test` a sample and what was just touched, else all."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from labs.grading.catalogue import LABS, Lab, all_labs
from labs.grading.client import Judge
from labs.grading.lab_check import MIN_ALTERNATES, MIN_MUTANTS, check_lab

SAMPLE = {"rmsnorm", "lora-layer", "deepspeed-zero2", "sft-labels"}
"""One of each track."""


def touched() -> set[Path]:
    """Folders of labs with a file that is not committed yet, or was in the last commit; none without git."""
    commands = (["git", "diff", "--name-only", "HEAD~1"], ["git", "ls-files", "--others", "--exclude-standard"])
    changed = [
        subprocess.run(command, cwd=LABS.parent, capture_output=True, text=True, check=False).stdout.splitlines()
        for command in commands
    ]
    return {LABS.parent.joinpath(*Path(name).parts[:3]) for names in changed for name in names}


def labs_to_check() -> list[object]:
    recent = touched()
    soon = [lab for lab in all_labs() if lab.id in SAMPLE or lab.folder in recent]
    return [pytest.param(lab, id=lab.id, marks=[] if lab in soon else [pytest.mark.slow]) for lab in all_labs()]


@pytest.mark.parametrize("lab", labs_to_check())
def test_every_mutant_dies_by_the_property_it_names_and_every_alternate_passes(lab: Lab) -> None:
    with Judge(device="cpu") as judge:
        report = check_lab(lab, judge)
    assert report.problems == []
    assert report.killed == report.mutants >= MIN_MUTANTS
    assert report.passed == report.alternates >= MIN_ALTERNATES
