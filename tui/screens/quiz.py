"""The quiz: one question after another, each marked and explained as soon as it is answered."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from enum import Enum, auto
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Button, Input, TextArea

from labs.grading.client import JudgeFault
from labs.grading.yaml_source import InvalidFile
from quiz.bank.fresh import fresh_variant, varies
from quiz.bank.loader import Entry
from quiz.bank.schema import LogDiagnosis, Numeric, Open, Question
from quiz.marking import InvalidResponse, Mark, mark, mark_points
from quiz.presentation import presentation
from quiz.records.store import EventKind, RecordsUnavailable
from tui.desk import Desk
from tui.explanation import explanation
from tui.screens.page import Page
from tui.selection import EVERYTHING, Selection
from tui.widgets.answers import Answer, answer_widget
from tui.widgets.code import Code
from tui.widgets.keybar import KeyBar
from tui.widgets.phrase import Phrase, PhraseButton
from tui.widgets.position import Position
from tui.widgets.prose import Prose
from tui.widgets.self_marking import Points, SelfMarking


class Step(Enum):
    """Where the question shown stands."""

    ASKED = auto()
    SELF_MARKING = auto()
    EXPLAINED = auto()
    ALL_DONE = auto()


BUTTON = {
    Step.ASKED: "quiz.answer",
    Step.SELF_MARKING: "quiz.save-marks",
    Step.EXPLAINED: "quiz.next",
    Step.ALL_DONE: "quiz.to-report",
}


RETRY_SECONDS = 0.05
LOOK_AHEAD = 4
"""So many questions of the queue are looked at for one that varies."""
HEADING_MARGIN = 2
"""Lines that may stand empty above what the sheet is turned to."""


class QuizScreen(Page):
    """What this session has not answered yet, of everything or of a selection."""

    HELP = "help.quiz"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "go_on", "key.go-on", id="quiz.go-on"),
        Binding("enter,n", "next", "key.next", show=False, id="quiz.next"),
        Binding("ctrl+n", "skip", "key.skip", id="quiz.skip"),
        Binding("pageup", "scroll(-1)", "key.page-up", show=False, id="quiz.page-up"),
        Binding("pagedown", "scroll(1)", "key.page-down", show=False, id="quiz.page-down"),
    ]

    class Finished(Message):
        """Every question is answered, and the person wants to see the report."""

    def __init__(self, desk: Desk, selection: Selection = EVERYTHING) -> None:
        super().__init__(desk)
        self._queue = desk.pending(selection)
        self._answered = len(desk.answered(selection))
        self._total = self._answered + len(self._queue)
        self._step = Step.ASKED
        self._one_at_a_time = asyncio.Lock()
        self._answer: Answer | None = None
        self._self_marking: SelfMarking | None = None
        self._question: Question
        """The first of the queue, as it is asked."""
        self._fresh: dict[str, Numeric] = {}
        """Variants that are ready, by id."""
        self._position = Position(selection, id="position")
        self._sheet = VerticalScroll(id="sheet")
        self._top: Widget | None = None
        """What the sheet was last turned to; None while a question is asked."""
        self._button = PhraseButton("quiz.answer", id="go-on", variant="primary")
        self._status = Phrase(id="status")

    def compose(self) -> ComposeResult:
        yield self._position
        yield self._sheet
        with Horizontal(id="actions"):
            yield self._button
            yield self._status
        yield KeyBar()

    def on_mount(self) -> None:
        # Texts reach their height some time after they are mounted, and change it with the language.
        self.watch(self._sheet, "virtual_size", self._keep_in_view_after, init=False)
        self._work(self._ask)

    @property
    def _entry(self) -> Entry:
        return self._queue[0]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "next":
            return self._step in (Step.EXPLAINED, Step.ALL_DONE)
        if action == "skip":
            return self._step is Step.ASKED and len(self._queue) > 1
        return True

    @on(Answer.Given)
    @on(Points.Given)
    @on(Button.Pressed, "#go-on")
    def action_go_on(self) -> None:
        """Whatever comes next: answer, save the marks, the next question, the report."""
        if self._step is Step.ALL_DONE:
            self.post_message(self.Finished())
        else:
            self._work(
                {
                    Step.ASKED: self._take_answer,
                    Step.SELF_MARKING: self._take_points,
                    Step.EXPLAINED: self._ask,
                }[self._step]
            )

    def action_next(self) -> None:
        self.action_go_on()

    def action_skip(self) -> None:
        self._work(self._skip)

    def action_scroll(self, pages: int) -> None:
        self._sheet.scroll_relative(y=pages * (self._sheet.size.height - 2), animate=False)

    def _keep_in_view_after(self) -> None:
        self.call_after_refresh(self._keep_in_view)

    @on(Input.Changed)
    @on(TextArea.Changed)
    def _keep_in_view(self) -> None:
        """What was just marked starts at the top of the sheet, and nobody types where they cannot see it."""
        if self._top is not None:
            self._sheet.scroll_to_widget(self._top, top=True, animate=False)
            if not self._is_turned_to(self._top):
                # On a busy machine a scroll can come before the layout that it needs.
                self.set_timer(RETRY_SECONDS, self._keep_in_view)
        elif isinstance(self.focused, Input | TextArea):
            self.focused.scroll_visible(animate=False)

    def _is_turned_to(self, widget: Widget) -> bool:
        """Whether `widget` stands at the top of the sheet, or as near to it as the sheet's end allows."""
        sheet = self._sheet
        at_top = widget.region.y <= sheet.content_region.y + HEADING_MARGIN
        return widget.region.height > 0 and (at_top or sheet.scroll_y >= sheet.max_scroll_y)

    @work(group="quiz")
    async def _work(self, step: Callable[[], Awaitable[None]]) -> None:
        """Do one thing at a time, in the order of the keys.

        What was pressed while the step before it was still being worked on was meant for what was shown then: it
        is dropped. A worker, because it ends with the screen, wherever it then is.
        """
        meant_for = self._step
        async with self._one_at_a_time:
            if self._step is not meant_for:
                return
            try:
                await step()
            except RecordsUnavailable as fault:
                self.tell_fault(str(fault))

    def _enter(self, step: Step) -> None:
        """Called before what belongs to `step` is shown, so that whoever sees it can go on at once."""
        self._step = step
        self._button.say(BUTTON[step])
        if step in (Step.EXPLAINED, Step.ALL_DONE):
            self.set_focus(self._sheet, scroll_visible=False)
        self.refresh_bindings()

    async def _ask(self) -> None:
        """Show the first question of the queue, or say that all are answered."""
        await self._sheet.remove_children()
        self._status.say("")
        self._top = None
        if not self._queue:
            self._position.clear()
            self._enter(Step.ALL_DONE)
            await self._sheet.mount(Phrase("quiz.all-done", classes="heading", total=self._total))
            if not self.desk.pending():
                self.desk.journal.note(EventKind.FINISHED)
            return
        question = self._question = self._fresh.pop(self._entry.id, None) or self._entry.question
        self._answer = answer_widget(question, presentation(question, self.desk.journal.session.id))
        self._answer.add_class("answer")
        parts: list[Widget] = [Prose(question.prompt, classes="prompt")]
        if isinstance(question, LogDiagnosis):
            parts.append(Code(question.log, python=False))
        self._enter(Step.ASKED)
        await self._sheet.mount(*parts, self._answer)
        self._sheet.scroll_home(animate=False)
        self.set_focus(self._answer.first)
        self._position.show(self._entry, self._answered + 1, self._total)
        self.desk.journal.note(EventKind.SHOWN, question.id, str(question.version))
        self._prepare_variant()

    @work(thread=True, group="variants", exclusive=True)
    def _prepare_variant(self) -> None:
        """Have the next question that varies ready with numbers of its own; until it is, the stored ones are asked."""
        ahead = next((entry for entry in self._queue[1:LOOK_AHEAD] if varies(entry)), None)
        if ahead is None or ahead.id in self._fresh:
            return
        try:
            found = fresh_variant(self.desk.judge.get(), ahead, self.desk.journal.session.id)
        except (JudgeFault, InvalidFile, OSError):
            return  # the stored numbers are as good
        if found is not None:
            self._fresh[ahead.id] = found

    async def _skip(self) -> None:
        """Put the question behind the others."""
        self._queue.append(self._queue.pop(0))
        await self._ask()

    async def _take_answer(self) -> None:
        """Mark and record the answer, then explain it; where it cannot be marked, say why and change nothing."""
        assert self._answer is not None
        question = self._question
        response = self._answer.response()
        if response is None:
            self._status.say("quiz.incomplete")
            return
        try:
            given = mark(question, response)
        except InvalidResponse as invalid:
            self._status.say_text(invalid.text)
            return
        data: dict[str, Any] = {"response": response, "score": given.score}
        if isinstance(question, Numeric) and question != self._entry.question:
            data["variant"] = {"params": question.derive.params, "answer": question.answer}
        await self.desk.journal.keep(EventKind.ANSWERED, question.id, str(question.version), data)
        self._answered += 1
        self._answer.reveal()
        if isinstance(question, Open):
            self._self_marking = SelfMarking(question)
            self._status.say("")
            self._enter(Step.SELF_MARKING)
            self._top = self._self_marking
            await self._sheet.mount(self._self_marking)
            self.set_focus(self._self_marking.first, scroll_visible=False)
        else:
            await self._explain(given)

    async def _take_points(self) -> None:
        question = self._question
        assert self._self_marking is not None
        assert isinstance(question, Open)
        points = self._self_marking.points
        await self.desk.journal.keep(EventKind.SELF_MARKED, question.id, str(question.version), {"points": points})
        self._self_marking.disabled = True
        await self._explain(Mark(score=mark_points(question, points).score))

    async def _explain(self, given: Mark) -> None:
        """Say what the answer is worth and why, and take the question off the queue."""
        question = self._question
        self._queue.pop(0)
        # A mark that a person gave themselves is named as one.
        key = "mark.self" if isinstance(question, Open) else f"mark.{_in_words(given.score)}"
        percent = int(100 * (given.score or 0))
        heading = Phrase(key, classes="heading", percent=percent)
        self._status.say(key, percent=percent)
        self._enter(Step.EXPLAINED)
        self._top = heading
        await self._sheet.mount(heading, Prose(explanation(question, given)))


def _in_words(score: float | None) -> str:
    return {0.0: "wrong", 1.0: "right"}.get(score or 0.0, "partly")
