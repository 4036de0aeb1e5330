"""How many small changes of a reference a lab's hidden suite notices, and which it does not.

A survivor is either killed by a better property or written down in `hidden/equivalents.yaml` as one that changes
nothing: by its id, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pydantic import RootModel

from labs.grading.catalogue import Lab
from labs.grading.content import NonEmpty
from labs.grading.manifest import SuiteName
from labs.grading.mutator import Mutation, mutations
from labs.grading.turns import processors
from labs.grading.verdict import Verdict
from labs.grading.yaml_source import Problem, read_model


class Grader(Protocol):
    """A judge, in this process or behind the service."""

    def grade(
        self, lab: Lab, answer: bytes, *, suite: SuiteName = ..., seed: str | None = ..., path: str = ...
    ) -> Verdict:
        """Judge one answer."""


class Equivalents(RootModel[dict[str, NonEmpty]]):
    """`equivalents.yaml`: why a mutation is no mistake, by its id."""


@dataclass
class MutationScore:
    """What became of the mutations of one reference."""

    lab: str
    planted: int = 0
    killed: int = 0
    equivalent: int = 0
    survivors: list[Mutation] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def share_killed(self) -> float:
        """Of all mutations, equivalent ones included."""
        return self.killed / self.planted if self.planted else 1.0


def equivalents_path(lab: Lab) -> Path:
    return lab.folder / "hidden" / "equivalents.yaml"


def equivalents(lab: Lab) -> dict[str, str]:
    """The mutations that are written down as changing nothing, each with the reason. Raises InvalidFile."""
    path = equivalents_path(lab)
    return read_model(path, Equivalents).root if path.exists() else {}


def mutation_score(lab: Lab, judge: Grader, on_progress: Callable[[str], None] | None = None) -> MutationScore:
    """Grade every mutation of a lab's reference. Raises JudgeFault; a reference that is no code has no mutations."""
    score = MutationScore(lab.id)
    if lab.reference.suffix != ".py":
        return score
    planted = mutations(lab.reference.read_text(encoding="utf-8"))
    known = equivalents(lab)
    with ThreadPoolExecutor(processors()) as pool:
        verdicts = pool.map(lambda m: judge.grade(lab, m.source.encode(), seed="mutation"), planted)
        for mutation, verdict in zip(planted, verdicts, strict=True):
            score.planted += 1
            score.killed += not verdict.passed
            if verdict.passed and mutation.id in known:
                score.equivalent += 1
            elif verdict.passed:
                score.survivors.append(mutation)
            elif mutation.id in known:
                score.problems.append(_stale(lab, mutation.id, "is killed: take it out"))
            if on_progress:
                on_progress(f"{lab.id}: {score.planted} of {len(planted)}")
    planted_ids = {mutation.id for mutation in planted}
    score.problems += [_stale(lab, name, "is no mutation any more: take it out") for name in known.keys() - planted_ids]
    return score


def _stale(lab: Lab, name: str, message: str) -> Problem:
    return Problem(equivalents_path(lab), 1, name, message)
