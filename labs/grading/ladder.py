"""How the labs build on each other, how far somebody has come among them, and which one comes next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from labs.grading.catalogue import Lab
from labs.grading.content import Level, Track
from labs.grading.yaml_source import Problem

_TRACKS, _LEVELS = tuple(Track), tuple(Level)


class Standing(StrEnum):
    PASSED = "passed"
    """An answer passed the hidden suite, at any time."""
    TRIED = "tried"
    """Answers were judged, and none passed the hidden suite."""
    OPEN = "open"


@dataclass(frozen=True)
class Progress:
    """How far somebody has come among the labs."""

    standings: Mapping[str, Standing] = field(default_factory=dict)
    """By a lab's id; labs that are not named are open."""
    latest: str = ""
    """The id of the lab that was judged last; empty before the first."""

    def of(self, lab_id: str) -> Standing:
        return self.standings.get(lab_id, Standing.OPEN)

    def has_passed(self, lab_id: str) -> bool:
        return self.of(lab_id) is Standing.PASSED


def by_ladder(labs: Iterable[Lab]) -> list[Lab]:
    """By track, then by level, then from what is required to what requires it."""
    by_id = {lab.id: lab for lab in labs}
    return sorted(
        by_id.values(),
        key=lambda lab: (_TRACKS.index(lab.track), _level(lab), _height(lab.id, by_id), lab.id),
    )


def next_lab(labs: Sequence[Lab], progress: Progress) -> Lab | None:
    """What to do next: a lab that is not passed, while everything that it requires is. None where there is none.

    What a failed lab requires comes first, then the track of the latest lab, then what is easier. The latest lab
    itself comes last of all: whoever failed it knows where it is.
    """
    by_id = {lab.id: lab for lab in labs}
    ready = [
        lab
        for lab in by_ladder(labs)
        if not progress.has_passed(lab.id) and all(map(progress.has_passed, lab.manifest.requires))
    ]
    failed = [lab_id for lab_id in by_id if progress.of(lab_id) is Standing.TRIED]
    needed = {required for lab_id in failed for required in all_required(lab_id, by_id)}
    track = by_id[progress.latest].track if progress.latest in by_id else None
    return min(
        ready,
        key=lambda lab: (lab.id == progress.latest, lab.id not in needed, lab.track is not track, _level(lab)),
        default=None,
    )


def all_required(lab_id: str, labs: Mapping[str, Lab]) -> set[str]:
    """The ids of what the lab requires, and of what that requires, and so on."""
    found: set[str] = set()
    pending = [lab_id]
    while pending:
        lab = labs.get(pending.pop())
        fresh = set(lab.manifest.requires) - found if lab else set()
        found |= fresh
        pending += fresh
    return found


def problems(labs: Sequence[Lab]) -> Iterator[Problem]:
    """What is wrong with `requires`: labs that do not exist, circles, and levels that fall along it."""
    by_id = {lab.id: lab for lab in labs}
    for lab in labs:
        manifest = lab.folder / "lab.yaml"
        if lab.id in all_required(lab.id, by_id):
            yield Problem(manifest, 1, "requires", "the lab requires itself in the end")
        for required in lab.manifest.requires:
            if required not in by_id:
                yield Problem(manifest, 1, "requires", f"no lab is called {required!r}")
            elif _level(by_id[required]) > _level(lab):
                message = f"{required} is {by_id[required].manifest.level}, this lab {lab.manifest.level}: levels rise"
                yield Problem(manifest, 1, "requires", message)


def _level(lab: Lab) -> int:
    return _LEVELS.index(lab.manifest.level)


def _height(lab_id: str, labs: Mapping[str, Lab]) -> int:
    """How many labs the lab requires in the end: more than any of those does."""
    return len(all_required(lab_id, labs))
