"""How far the labs have been done, over all sessions of the records."""

from __future__ import annotations

from labs.grading.ladder import Progress, Standing
from quiz.records.store import EventKind, Records


def lab_progress(records: Records) -> Progress:
    """A lab that was passed once stays passed, also where it changed since. Raises `RecordsUnavailable`."""
    standings: dict[str, Standing] = {}
    latest = ""
    for judged in records.judged():
        latest = judged.lab
        if judged.passed and judged.kind is EventKind.SUBMITTED:
            standings[judged.lab] = Standing.PASSED
        else:
            standings.setdefault(judged.lab, Standing.TRIED)
    return Progress(standings, latest)
