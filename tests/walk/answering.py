"""Which keys answer a question as the app shows it: what a person who knows the answer would press."""

from __future__ import annotations

from collections.abc import Iterator

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
from quiz.presentation import presentation
from tests.walk.terminal import Terminal


def give_right_answer(terminal: Terminal, question: Question, seed: str) -> None:
    """Type the right answer to the question on the screen and send it off; `seed` shuffled what is shown."""
    shown = presentation(question, seed)
    match question:
        case SingleChoice() | LogDiagnosis() | MultipleChoice():
            terminal.press(*(str(i + 1) for i, key in enumerate(shown) if key in question.correct_keys), "Enter")
        case Numeric():
            terminal.type(f"{question.answer:g}" if question.answer < 1e5 else f"{question.answer:.0f}")
            terminal.press("Enter")
        case Trace():
            terminal.type(" ".join(question.answer.split()))
            terminal.press("Enter")
        case Cloze():
            *others, last = sorted(question.gaps)
            terminal.press_until("NPage", "1 ▸ ")
            for number in others:
                terminal.type(question.gaps[number].accept[0])
                terminal.press_and_leave("Enter", f"{number} ▸ ")
            terminal.type(question.gaps[last].accept[0])
            terminal.press("Enter")
        case Ordering():
            terminal.press(*_sorting_keys(shown, [item.key for item in question.items]), "Enter")
        case Matching():
            letters = (chr(ord("a") + shown.index(pair.key)) for pair in question.pairs)
            terminal.press(*letters, "Enter")
        case SpotTheLine():
            terminal.press(*_marking_keys(question.wrong_lines), "Enter")
        case Open():
            terminal.type(_own_words(question))
            terminal.press("C-s")
            terminal.wait_for("Save the marks")
            for number, point in enumerate(question.rubric, 1):
                terminal.press_until("NPage", f"[ ] {number} ")
                if point.kind != "fatal":
                    terminal.press(str(number))
                    terminal.wait_for(f"[x] {number} ")
            terminal.press("Enter")


def _sorting_keys(shown: list[str], right: list[str]) -> Iterator[str]:
    """Insertion sort with the cursor: walk to the item that belongs here, carry it up."""
    order, cursor = list(shown), 0
    for target, key in enumerate(right):
        here = order.index(key)
        step = "Down" if here > cursor else "Up"
        yield from [step] * abs(here - cursor)
        yield from ["["] * (here - target)
        order.insert(target, order.pop(here))
        cursor = target


def _marking_keys(lines: list[int]) -> Iterator[str]:
    cursor = 1
    for line in sorted(lines):
        yield from ["Down"] * (line - cursor)
        yield "Space"
        cursor = line


def _own_words(question: Open) -> str:
    return " ".join(question.model_answer.en.split())[:200]
