"""Every lab keeps what it promises, on the real judge: in `make test` a sample and what was just touched, else all."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from labs.grading.catalogue import LABS, Lab, all_labs
from labs.grading.client import Judge
from labs.grading.lab_check import MIN_ALTERNATES, MIN_MUTANTS, check_lab, check_score
from labs.grading.mutation_score import stored_scores
from labs.grading.oracles import oracle_path

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


CODE = [lab for lab in all_labs() if lab.reference.suffix == ".py"]


@pytest.mark.parametrize("lab", CODE, ids=lambda lab: lab.id)
def test_every_generated_mutation_is_killed_or_written_down(lab: Lab) -> None:
    planted, settled, unsettled = check_score(lab)
    assert unsettled == []
    assert settled == planted > 0


def test_few_generated_mutations_change_nothing() -> None:
    scores = [stored_scores()[lab.id] for lab in CODE]
    assert sum(score.killed for score in scores) >= 0.95 * sum(score.planted for score in scores)


def test_every_lab_has_an_oracle() -> None:
    assert [lab.id for lab in all_labs() if not oracle_path(lab).is_file()] == []
