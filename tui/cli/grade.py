"""`ropes grade`: answers in, verdicts out, each as soon as it is known."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Literal, cast

from labs.grading.answers import UnreadableAnswer, read_answer
from labs.grading.catalogue import Lab, UnknownLab, find_lab
from labs.grading.client import DeviceUnavailable, Judge, JudgeFault
from labs.grading.content import Language
from labs.grading.turns import processors
from labs.grading.verdict import Outcome, Verdict
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

_MARKS = {
    Outcome.PASSED: "✓",
    Outcome.FAILED: "✗",
    Outcome.ERROR: "!",
    Outcome.TIMEOUT: "⏱",
    Outcome.NOT_VERIFIED_HERE: "?",
}
_DEVICES = ("auto", "cpu", "cuda")


def grade_answers(
    lab_id: str, paths: list[str], *, device: str, seed: str | None, as_json: bool, language: str | None
) -> int:
    """Judge every answer and return the exit code; leaves at once where none can be judged.

    An answer on which the judge fails does not stop the others.
    """
    if device not in _DEVICES:
        give_up(f"--device is one of {', '.join(_DEVICES)}, not {device!r}")
    try:
        lab = find_lab(lab_id)
        answers = [(path, _read(path)) for path in paths]
    except (UnknownLab, FileNotFoundError) as error:
        give_up(str(error))
    shown = language_or_default(language)
    code = 0
    with Judge(device=cast(Literal["auto", "cpu", "cuda"], device)) as judge:
        try:
            judge.wait_until_warm(progress(), lab=lab)
            end_progress()
        except DeviceUnavailable as error:
            give_up(str(error))
        except JudgeFault as fault:
            give_up(str(fault), JUDGE_AT_FAULT)
        # One more than can be judged at once, so that a next one always waits.
        pool = ThreadPoolExecutor(processors() + 1)
        for pending in [pool.submit(_verdict, judge, lab, path, answer, seed) for path, answer in answers]:
            try:
                verdict = pending.result()
            except JudgeFault as fault:
                narrate(f"ropes: {fault}")
                code = JUDGE_AT_FAULT
                continue
            code = max(code, 0 if verdict.passed else FAILED)
            if as_json:
                print_json(plain(verdict))
            else:
                _print(verdict, shown)
    return code


def _verdict(judge: Judge, lab: Lab, path: str, answer: bytes | UnreadableAnswer, seed: str | None) -> Verdict:
    shown_path = path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    if isinstance(answer, UnreadableAnswer):
        return judge.refuse(lab, answer, path=shown_path)
    return judge.grade(lab, answer, seed=seed, path=shown_path)


def _read(path: str) -> bytes | UnreadableAnswer:
    try:
        return read_answer(path)
    except UnreadableAnswer as error:
        return error


def _print(verdict: Verdict, language: Language) -> None:
    from rich.console import Console
    from rich.text import Text

    from quiz.report.labels import label
    from quiz.report.words import line

    console = Console(highlight=False, soft_wrap=True)
    head = f"{'PASSED' if verdict.passed else 'NOT PASSED'}  {verdict.score:.0%}  {line(verdict.answer)}"
    console.print(Text(head, style="bold"))
    said = None
    for judged in verdict.properties:
        console.print(Text(f"  {_MARKS[judged.outcome]} {judged.outcome:<9} {judged.title[language]}"))
        if judged.diagnosis and judged.diagnosis != said:  # the same words once, not under every property
            console.print(Text(f"      {line(judged.diagnosis[language])}"))
            said = judged.diagnosis
    if verdict.mistakes:
        console.print(Text(f"  {label('mistakes', language)}"))
    for mistake in verdict.mistakes:
        console.print(Text(f"    • {line(mistake[language])}"))
    lacking = f", without {', '.join(verdict.isolation.missing)}" if verdict.isolation.missing else ""
    seed = f"; seed {verdict.seed}" if verdict.seed else ""
    facts = f"isolation {verdict.isolation.level}{lacking}; {verdict.device}{seed}; {verdict.seconds:.2f} s"
    console.print(Text(f"  {facts}", style="dim"))
    if not verdict.verified:
        console.print(Text(f"  {label('not-all-verified', language)}"))
    for note in (*(f"flag: {f}" for f in verdict.flags), *(f"fault: {f}" for f in verdict.faults)):
        console.print(Text(f"  {line(note)}"))
