"""Cloze: a text with gaps, and a line to type for each of them."""

from __future__ import annotations

import re

from textual import on
from textual.app import ComposeResult
from textual.containers import HorizontalGroup
from textual.widget import Widget
from textual.widgets import Input, Static

from labs.grading.content import Text
from quiz.bank.schema import Cloze
from quiz.response import Response
from tui.widgets.answers.answer import Answer
from tui.widgets.answers.fields import MAX_LENGTH
from tui.widgets.prose import Prose

_GAP = re.compile(r"\{\{([1-9])\}\}")


class ClozeAnswer(Answer):
    """Enter goes from gap to gap, and answers after the last."""

    HELP = "help.cloze"

    def __init__(self, question: Cloze) -> None:
        super().__init__()
        self._text = Text(en=_GAP.sub(r"`___\1___`", question.text.en), zh=_GAP.sub(r"`___\1___`", question.text.zh))
        self._gaps = {gap: Input(max_length=MAX_LENGTH, compact=True) for gap in sorted(question.gaps)}

    def compose(self) -> ComposeResult:
        yield Prose(self._text)
        for gap, line in self._gaps.items():
            with HorizontalGroup():
                yield Static(f"{gap} ▸ ", classes="unit", markup=False)
                yield line

    @on(Input.Submitted)
    def _go_on(self, event: Input.Submitted) -> None:
        event.stop()
        lines = list(self._gaps.values())
        after = lines[lines.index(event.input) + 1 :]
        if after:
            after[0].focus()
        else:
            self.post_message(self.Given())

    @property
    def first(self) -> Widget:
        return next(iter(self._gaps.values()))

    def response(self) -> Response | None:
        gaps = {gap: line.value.strip() for gap, line in self._gaps.items()}
        return {"gaps": gaps} if all(gaps.values()) else None
