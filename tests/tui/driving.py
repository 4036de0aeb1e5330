"""Waiting for the app, reading what it shows, and answering questions by keys alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from textual.pilot import Pilot

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


async def until(pilot: Pilot, condition: Callable[[], object], seconds: float = 10) -> None:
    """Let the app work until `condition` holds. Fails after `seconds` with what is shown then."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited in vain; the screen shows:\n{shown(pilot)}")
        await asyncio.sleep(0.02)


def shown(pilot: Pilot) -> str:
    """What stands on the terminal now, line by line."""
    screen = pilot.app.screen
    try:
        return "\n".join(strip.text for strip in screen._compositor.render_strips(screen.size))
    except KeyError:  # a widget that was mounted a moment ago and has no styles yet
        return ""


async def until_shown(pilot: Pilot, *texts: str) -> None:
    await until(pilot, lambda: all(text in shown(pilot) for text in texts))


async def click_on(pilot: Pilot, text: str) -> None:
    """Click where `text` stands, once the screen stands still. Text before it on its line must be ASCII or narrow."""
    before = None
    await until_shown(pilot, text)
    while before != (now := shown(pilot)) or text not in now:
        before = now
        await pilot.pause(0.05)
    lines = now.splitlines()
    y = next(y for y, line in enumerate(lines) if text in line)
    await pilot.click(offset=(lines[y].index(text), y))


async def type_text(pilot: Pilot, text: str) -> None:
    names = {" ": "space", "\n": "enter"}
    await pilot.press(*(names.get(character, character) for character in text))


async def answer_rightly(pilot: Pilot, question: Question, seed: str) -> None:
    """Give the right answer to the question shown, pressing keys only, up to and including the one that answers."""
    order = presentation(question, seed)
    match question:
        case SingleChoice() | LogDiagnosis():
            (key,) = question.correct_keys
            await pilot.press(str(order.index(key) + 1), "enter")
        case MultipleChoice():
            await pilot.press(*(str(order.index(key) + 1) for key in question.correct_keys), "enter")
        case Numeric():
            await type_text(pilot, f"{question.answer:g}")
            await pilot.press("enter")
        case Ordering():
            await _sort(pilot, order, [item.key for item in question.items])
            await pilot.press("enter")
        case Matching():
            letters = [chr(ord("a") + order.index(pair.key)) for pair in question.pairs]
            await pilot.press(*letters, "enter")
        case Cloze():
            for gap in sorted(question.gaps):
                await type_text(pilot, question.gaps[gap].accept[0])
                here = pilot.app.focused
                await pilot.press("enter")
                await until(pilot, lambda here=here: pilot.app.focused is not here)
        case Trace():
            await type_text(pilot, " ".join(question.answer.split()))
            await pilot.press("enter")
        case SpotTheLine():
            line = 1
            for wrong in question.wrong_lines:
                await pilot.press(*["down"] * (wrong - line), "space")
                line = wrong
            await pilot.press("enter")
        case Open():
            await type_text(pilot, "my own words")
            await pilot.press("ctrl+s")


async def _sort(pilot: Pilot, order: list[str], right: list[str]) -> None:
    """Carry each item up to its place, the first one first: space, arrows, space."""
    order = list(order)
    cursor = 0
    for place, key in enumerate(right):
        here = order.index(key)
        await pilot.press(*["down" if here > cursor else "up"] * abs(here - cursor), "space")
        await pilot.press(*["up"] * (here - place), "space")
        order.insert(place, order.pop(here))
        cursor = place
