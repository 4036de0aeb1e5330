"""What a report says of one lab."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from labs.grading.catalogue import Lab, UnknownLab, find_lab
from labs.grading.content import Language
from labs.grading.verdict import Verdict
from labs.grading.yaml_source import InvalidFile
from quiz.records.store import Event, EventKind
from quiz.report.parts import LabPart, Passage, Standing

MAX_CODE = 100_000
"""Characters of one answer; the judge's own bound is of this order."""
MAX_DIFF = 2 * MAX_CODE

LAB_KINDS = frozenset({EventKind.CHANGED, EventKind.CHECKED, EventKind.SUBMITTED, EventKind.RAN, EventKind.HINT_TAKEN})
"""What happens in labs only."""


def look_up_lab(lab_id: str, root: Path) -> Lab | None:
    """The lab, or None where it no longer exists or its files cannot be read."""
    try:
        lab = find_lab(lab_id, root)
        lab.manifest, lab.version, lab.starter  # noqa: B018  (read now, so that a report never fails half-way)
    except (UnknownLab, InvalidFile, OSError, UnicodeDecodeError):
        return None
    return lab


def lab_part(lab: Lab | None, events: Sequence[Event], language: Language) -> LabPart:
    """The report on the lab of `events`, at least one; `lab` as the catalogue has it."""
    submissions = [event for event in events if event.kind is EventKind.SUBMITTED]
    last = submissions[-1] if submissions else None
    saved = [event for event in events if isinstance(event.data.get("code"), str)]
    with_code = last or (saved[-1] if saved else None)
    code = Passage.bounded(str(with_code.data.get("code", "")), MAX_CODE) if with_code else None
    version = (last or events[-1]).version
    standing = Standing.GONE
    if lab:
        standing = Standing.CURRENT if version == lab.version else Standing.CHANGED
    return LabPart(
        id=events[0].item,
        version=version,
        standing=standing,
        track=lab.track if lab else None,
        title=lab.manifest.title[language] if lab else events[0].item,
        checks=_count(events, EventKind.CHECKED),
        submissions=len(submissions),
        runs=_count(events, EventKind.RAN),
        hints=len({str(e.data.get("hint")) for e in events if e.kind is EventKind.HINT_TAKEN}),
        seconds=((last or events[-1]).at - events[0].at).total_seconds(),
        verdict=_verdict(last.data.get("verdict")) if last else None,
        code=code,
        diff=_diff(lab, code.text) if lab and code else None,
    )


def _count(events: Sequence[Event], kind: EventKind) -> int:
    return sum(event.kind is kind for event in events)


def _verdict(data: object) -> Verdict | None:
    try:
        return Verdict.model_validate(data)
    except ValidationError:
        return None


def _diff(lab: Lab, code: str) -> Passage:
    """Lines end at newlines alone: `splitlines` would also cut at characters that Python source may hold."""
    lines = difflib.unified_diff(
        lab.starter.split("\n"), code.split("\n"), f"starter/{lab.manifest.answer}", lab.manifest.answer, lineterm=""
    )
    return Passage.bounded("\n".join(lines), MAX_DIFF)
