"""Ids that stay and versions that rise with the meaning: `lock.json` at the bank's root remembers both.

A learner's progress hangs on a question's id and version. So an id never goes away, and what decides about right and
wrong never changes under the same version; wording may.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter

from quiz.bank.schema import (
    Cloze,
    LogDiagnosis,
    Matching,
    MultipleChoice,
    Numeric,
    Open,
    Ordering,
    Question,
    SingleChoice,
    SpotTheLine,
    Trace,
)

FILE_NAME = "lock.json"


class Locked(BaseModel):
    model_config = ConfigDict(frozen=True)

    version: int
    meaning: str


_Lock = TypeAdapter(dict[str, Locked])


def read_lock(root: Path) -> dict[str, Locked]:
    """What is locked of the bank under `root`, by id. Raises OSError and ValueError."""
    path = root / FILE_NAME
    return _Lock.validate_json(path.read_bytes()) if path.exists() else {}


def write_lock(root: Path, questions: Iterable[Question]) -> Path:
    """Lock the questions as they are now, beside those that are locked and gone.

    Raises OSError; ValueError where a meaning has changed and its version has not, and nothing is locked then.
    """
    known, now = read_lock(root), {q.id: Locked(version=q.version, meaning=meaning(q)) for q in questions}
    changed = [name for name, locked in now.items() if name in known and _changed(known[name], locked)]
    if changed:
        raise ValueError(f"raise the version of what means something else than before: {', '.join(changed)}")
    locked = known | now
    path = root / FILE_NAME
    path.write_bytes(_Lock.dump_json(dict(sorted(locked.items())), indent=1) + b"\n")
    return path


def _changed(before: Locked, now: Locked) -> bool:
    return now.version <= before.version and now != before


def lock_faults(lock: dict[str, Locked], questions: Iterable[Question]) -> Iterator[tuple[str, str]]:
    """Id and fault of each question that is not what was locked."""
    there = {question.id: question for question in questions}
    for name in sorted(lock.keys() - there.keys()):
        yield name, "is locked and gone: an id stays, or learners lose what they did under it"
    for question in there.values():
        known = lock.get(question.id)
        if known is None or question.version > known.version:
            yield question.id, "is not locked in this version: run `ropes bank lock`"
        elif question.version < known.version:
            yield question.id, f"has version {question.version}, after {known.version}"
        elif meaning(question) != known.meaning:
            yield question.id, "means something else than before: raise its version"


def meaning(question: Question) -> str:
    """A digest of what decides about right and wrong: not of the wording."""
    decisive = json.dumps([question.type, _decisive(question)], sort_keys=True)
    return hashlib.sha256(decisive.encode()).hexdigest()[:12]


def _decisive(question: Question) -> object:
    match question:
        case SingleChoice() | LogDiagnosis() | MultipleChoice():
            return {option.key: option.correct for option in question.options}
        case Numeric():
            return [question.answer, question.derive.params, question.tolerance.model_dump()]
        case Ordering():
            return [item.key for item in question.items]
        case Matching():
            return [pair.key for pair in question.pairs]
        case Cloze():
            return {name: gap.accept for name, gap in question.gaps.items()}
        case Trace():
            return [question.code, question.answer]
        case SpotTheLine():
            return [question.code, question.wrong_lines]
        case Open():
            return {point.key: point.kind for point in question.rubric}
