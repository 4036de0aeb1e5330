"""Every lab keeps what it promises, on the real judge."""

from __future__ import annotations

import pytest

from labs.grading.catalogue import Lab, all_labs
from labs.grading.client import Judge
from labs.grading.lab_check import MIN_ALTERNATES, MIN_MUTANTS, check_lab


@pytest.mark.parametrize("lab", list(all_labs()), ids=lambda lab: lab.id)
def test_every_mutant_dies_by_the_property_it_names_and_every_alternate_passes(lab: Lab) -> None:
    with Judge(device="cpu") as judge:
        report = check_lab(lab, judge)
    assert report.problems == []
    assert report.killed == report.mutants >= MIN_MUTANTS
    assert report.passed == report.alternates >= MIN_ALTERNATES
