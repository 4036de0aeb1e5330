"""How many small changes of a reference a lab's hidden suite notices, and which it does not.

A survivor is either killed by a better property or written down in `hidden/equivalents.yaml` as one that changes
nothing: by its id, with the reason. What was found is kept in `labs/mutation_scores.json`, for the version of the lab
that it was found in.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pydantic import TypeAdapter

from labs.grading.catalogue import LABS, Lab
from labs.grading.content import Content, NonEmpty
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


class Equivalents(Content):
    """`equivalents.yaml`: why a mutation is no mistake, by its id."""

    same: dict[str, NonEmpty] = {}
    """It changes no bit of what any call gives."""
    rounding: dict[str, NonEmpty] = {}
    """It changes how often or how finely something is rounded, where the brief leaves that open."""

    @property
    def all(self) -> dict[str, str]:
        return self.same | self.rounding


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


def equivalents(lab: Lab) -> Equivalents:
    """The mutations that are written down as changing nothing. Raises InvalidFile."""
    path = equivalents_path(lab)
    return read_model(path, Equivalents) if path.exists() else Equivalents()


def mutation_score(lab: Lab, judge: Grader, on_progress: Callable[[str], None] | None = None) -> MutationScore:
    """Grade every mutation of a lab's reference. Raises JudgeFault; a reference that is no code has no mutations."""
    score = MutationScore(lab.id)
    if lab.reference.suffix != ".py":
        return score
    planted = mutations(lab.reference.read_text(encoding="utf-8"))
    known = equivalents(lab).all
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


class StoredScore(Content):
    """The score of one version of a lab."""

    version: str
    planted: int
    killed: int
    equivalent: int
    survivors: list[str]

    @property
    def settled(self) -> int:
        """Killed, or written down as changing nothing."""
        return self.killed + self.equivalent


_Scores = TypeAdapter(dict[str, StoredScore])
SCORES = LABS / "mutation_scores.json"


def stored_scores() -> dict[str, StoredScore]:
    """What was found the last time, by lab. Raises OSError and ValueError."""
    return _Scores.validate_json(SCORES.read_bytes()) if SCORES.exists() else {}


def store_score(lab: Lab, score: MutationScore) -> None:
    """Keep what was found, beside what is known of other labs. Raises OSError."""
    found = StoredScore(
        version=lab.version,
        planted=score.planted,
        killed=score.killed,
        equivalent=score.equivalent,
        survivors=[mutation.id for mutation in score.survivors],
    )
    known = stored_scores() | {lab.id: found}
    SCORES.write_bytes(_Scores.dump_json(dict(sorted(known.items())), indent=1) + b"\n")


def _stale(lab: Lab, name: str, message: str) -> Problem:
    return Problem(equivalents_path(lab), 1, name, message)
