"""`ropes lab map`: how the labs build on each other, how far one has come, which comes next."""

from __future__ import annotations

from labs.grading.catalogue import all_labs
from labs.grading.ladder import Progress, by_ladder, next_lab
from quiz.records.progress import lab_progress
from quiz.records.store import Records, RecordsUnavailable
from quiz.report.labels import label
from tui.cli.output import give_up, language_or_default, print_json, print_table
from tui.ladder import SIGNS, sign
from tui.strings import say


def recorded_progress() -> Progress:
    """How far the labs have come in this user's records; leaves where they cannot be read."""
    try:
        with Records.open() as records:
            return lab_progress(records)
    except RecordsUnavailable as error:
        give_up(str(error))


def print_map(*, as_json: bool, language: str | None) -> None:
    """Print every lab after those of its track that it requires."""
    labs = by_ladder(all_labs())
    progress = recorded_progress()
    suggested = next_lab(labs, progress)
    if as_json:
        standings = [
            {
                "id": lab.id,
                "track": lab.track,
                "level": lab.manifest.level,
                "standing": progress.of(lab.id),
                "requires": lab.manifest.requires,
                "questions": lab.manifest.questions,
            }
            for lab in labs
        ]
        print_json({"labs": standings, "next": suggested and suggested.id})
        return
    shown = language_or_default(language)
    print_table(
        [say(f"map.column-{name}", shown) for name in ("lab", "level", "track", "needs")],
        [
            (
                f"{sign(lab.id, progress)} {lab.id}",
                label(lab.manifest.level, shown),
                label(lab.track, shown),
                "\n".join(f"{sign(required, progress)} {required}" for required in lab.manifest.requires),
            )
            for lab in labs
        ],
    )
    print("  ".join(f"{shape} {say(f'map.{standing}', shown)}" for standing, shape in SIGNS.items()))
    if suggested:
        print(say("map.next-id", shown, lab=suggested.id))
