"""The map of the labs: which needs which, how far one has come, which comes next."""

from __future__ import annotations

from itertools import groupby
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Button, OptionList

from labs.grading.catalogue import Lab
from labs.grading.content import Language, Level, Track
from labs.grading.ladder import Progress, by_ladder, next_lab
from quiz.records.store import RecordsUnavailable
from quiz.report.labels import label
from tui.desk import Desk
from tui.ladder import needs, sign
from tui.screens.page import Page
from tui.selection import Selection
from tui.strings import say
from tui.widgets.keybar import KeyBar
from tui.widgets.menu import Choice, Heading, Menu
from tui.widgets.phrase import Phrase, PhraseButton


class MapScreen(Page):
    """Every lab under its track and level, after those that it needs. All sessions of the records count."""

    HELP = "help.map"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "next_lab", "key.next-lab", id="map.next-lab"),
        Binding("t", "questions", "key.questions", id="map.questions"),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._labs = {lab.id: lab for lab in desk.labs}
        self._progress = Progress()
        self._next: Lab | None = None
        choices: list[Choice | Heading] = []
        for (track, level), labs in groupby(by_ladder(desk.labs), key=lambda lab: (lab.track, lab.manifest.level)):
            choices += [_heading(track, level), *map(self._choice, labs)]
        self._menu = Menu(choices, id="map", title=self._title)
        self._button = PhraseButton("", id="next-lab")

    def compose(self) -> ComposeResult:
        yield Phrase("map.lead", id="map-lead")
        yield self._button
        yield self._menu
        yield KeyBar()

    def on_mount(self) -> None:
        self._button.display = False
        self._menu.focus()

    async def on_screen_resume(self) -> None:
        try:
            self._progress = await self.desk.journal.lab_progress()
        except RecordsUnavailable as fault:
            self.tell_fault(str(fault))
            return
        self._next = next_lab(self.desk.labs, self._progress)
        self._button.display = self._next is not None
        if self._next:
            self._button.say("map.next", title=self._next.manifest.title)
        self._menu.redraw()
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self._next is not None if action == "next_lab" else True

    @on(Button.Pressed, "#next-lab")
    def action_next_lab(self) -> None:
        if self._next:
            self.post_message(self.Chosen(self._next))

    @on(OptionList.OptionSelected)
    def _open(self, event: OptionList.OptionSelected) -> None:
        self.post_message(self.Chosen(self._labs[event.option_id or ""]))

    def action_questions(self) -> None:
        """Ask the questions on the topic of the lab at the cursor."""
        option = self._menu.highlighted_option
        questions = self._labs[option.id].manifest.questions if option and option.id else []
        if questions:
            self.post_message(self.Chosen(Selection(questions=frozenset(questions))))
        else:
            self.tell("map.no-questions")

    def _title(self, language: Language) -> str:
        passed = sum(map(self._progress.has_passed, self._labs))
        return say("map.title", language, passed=passed, total=len(self._labs))

    def _choice(self, lab: Lab) -> Choice:
        manifest = lab.manifest

        def state(language: Language) -> str:
            needed = needs(lab, self._labs, self._progress, language)
            said = [
                say(f"map.{self._progress.of(lab.id)}", language),
                say("map.minutes", language, minutes=manifest.minutes),
                say("map.questions", language, count=len(manifest.questions)) if manifest.questions else "",
                say("map.needs", language, labs=needed) if needed else "",
            ]
            return " · ".join(filter(None, said))

        return Choice(lab.id, lambda language: f"{sign(lab.id, self._progress)} {manifest.title[language]}", state)


def _heading(track: Track, level: Level) -> Heading:
    return Heading(
        lambda language: say("map.heading", language, track=label(track, language), level=label(level, language))
    )
