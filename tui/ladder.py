"""What the map says of a lab, in the app and on the command line."""

from __future__ import annotations

from collections.abc import Mapping

from labs.grading.catalogue import Lab
from labs.grading.content import Language
from labs.grading.ladder import Progress, Standing
from quiz.report.labels import label

SIGNS = {Standing.PASSED: "✓", Standing.TRIED: "◐", Standing.OPEN: "○"}


def sign(lab_id: str, progress: Progress) -> str:
    return SIGNS[progress.of(lab_id)]


def needs(lab: Lab, labs: Mapping[str, Lab], progress: Progress, language: Language) -> str:
    """What the lab requires, each with its sign; empty where it requires nothing."""
    known = [labs[required] for required in lab.manifest.requires if required in labs]
    return label("separator", language).join(
        f"{sign(required.id, progress)} {required.manifest.title[language]}" for required in known
    )
