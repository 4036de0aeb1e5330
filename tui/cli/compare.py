"""`ropes lab compare`: the smallest visible input on which an answer and the reference differ."""

from __future__ import annotations

from labs.grading.answers import UnreadableAnswer, read_answer
from labs.grading.catalogue import Lab
from labs.grading.client import Judge, JudgeFault
from labs.grading.content import Language
from labs.grading.difference import Difference
from tui.cli.output import (
    FAILED,
    JUDGE_AT_FAULT,
    end_progress,
    give_up,
    language_or_default,
    narrate,
    plain,
    print_json,
    progress,
)
from tui.comparison import rows
from tui.strings import say


def compare_answer(lab: Lab, path: str, *, as_json: bool, language: str | None) -> int:
    """Print the difference found, if any, and return the exit code; leaves at once where none can be looked for."""
    if not lab.cases.is_file():
        give_up(f"{lab.id} has no small inputs to compare on; `ropes grade {lab.id}` judges the answer")
    try:
        answer = read_answer(path)
    except (FileNotFoundError, UnreadableAnswer) as error:
        give_up(f"the answer cannot be read: {error}")
    shown = language_or_default(language)
    try:
        with Judge() as judge:
            judge.wait_until_warm(progress(), lab=lab)
            progress()(say("compare.running", shown))
            found = judge.smallest_difference(lab, answer)
    except JudgeFault as fault:
        end_progress()
        give_up(str(fault), JUDGE_AT_FAULT)
    end_progress()
    if as_json:
        print_json(found and plain(found))
    elif found:
        _print(found, shown)
    else:
        narrate(say("compare.none", shown))
    return FAILED if found else 0


def _print(found: Difference, language: Language) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2, 0, 0))
    for name, value in rows(found, language):
        table.add_row(Text(name, style="bold"), Text(value, overflow="fold"))
    console = Console(highlight=False)
    console.print(Text(say("compare.found" if found.alone else "compare.not-alone", language), style="bold"))
    console.print(table)
