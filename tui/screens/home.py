"""Home: the tracks of the quiz, the labs, and how far the session has come."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widgets import OptionList

from labs.grading.catalogue import Lab
from labs.grading.content import Language, Track
from quiz.records.store import EventKind, RecordsUnavailable
from quiz.report.labels import label
from tui.desk import Desk
from tui.screens.page import Page
from tui.selection import EVERYTHING, Selection
from tui.strings import say
from tui.widgets.keybar import KeyBar
from tui.widgets.menu import Choice, Menu
from tui.widgets.phrase import Phrase

ALL, FILTER = "all", "filter"


class HomeScreen(Page):
    """Where one starts and comes back to."""

    HELP = "help.home"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stay", show=False, id="page.back"),
        Binding("c", "continue", "key.continue", id="home.continue"),
        Binding("f", "filter", "key.filter", id="home.filter"),
        Binding("m", "map", "key.map", id="home.map"),
        Binding("k", "calculator", "key.calculator", id="home.calculator"),
        Binding("n", "new_session", "key.new-session", id="home.new-session"),
        Binding("r", "report", "key.report", id="home.report"),
        Binding("q", "app.quit", "key.quit", id="home.quit"),
        Binding("right", "app.focus_next", "key.next-list", show=False, id="home.next-list"),
        Binding("left", "app.focus_previous", "key.previous-list", show=False, id="home.previous-list"),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._labs = {lab.id: lab for lab in desk.labs}

    def compose(self) -> ComposeResult:
        yield Phrase("home.title", id="title")
        yield Phrase("home.lead", id="lead")
        with Container(id="lists"):
            whole = Choice(ALL, self._whole_quiz, lambda language: self._progress(EVERYTHING, language))
            tracks = [self._track_choice(track) for track in self.desk.tracks()]
            part = Choice(FILTER, lambda language: say("home.filter", language), self._filter_state)
            yield Menu([whole, *tracks, part], id="tracks", title=lambda language: say("home.quiz", language))
            labs = [self._lab_choice(lab) for lab in self.desk.labs]
            yield Menu(labs, id="labs", title=lambda language: say("home.labs", language))
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one("#tracks", Menu).focus()

    async def on_screen_resume(self) -> None:
        await self.desk.journal.settle()
        self._redraw()

    def _redraw(self) -> None:
        for menu in self.query(Menu):
            menu.redraw()

    @on(OptionList.OptionSelected, "#tracks")
    def _open_track(self, event: OptionList.OptionSelected) -> None:
        if event.option_id == FILTER:
            self.action_filter()
        elif event.option_id == ALL:
            self.action_continue()
        else:
            self.post_message(self.Chosen(_of_track(event.option_id or "")))

    @on(OptionList.OptionSelected, "#labs")
    def _open_lab(self, event: OptionList.OptionSelected) -> None:
        self.post_message(self.Chosen(self._labs[event.option_id or ""]))

    def action_stay(self) -> None:
        """Escape leads here and no further."""

    def action_continue(self) -> None:
        self.post_message(self.Chosen(EVERYTHING))

    def action_filter(self) -> None:
        self.post_message(self.Chosen("filter"))

    def action_map(self) -> None:
        self.post_message(self.Chosen("map"))

    def action_calculator(self) -> None:
        self.post_message(self.Chosen("calculator"))

    def action_report(self) -> None:
        self.post_message(self.Chosen("report"))

    async def action_new_session(self) -> None:
        try:
            await self.desk.journal.start_session(self.shown_language)
        except RecordsUnavailable as fault:
            self.tell_fault(str(fault))
            return
        self._redraw()
        self.tell("home.new-session-started")

    def _whole_quiz(self, language: Language) -> str:
        key = "home.continue" if self.desk.answered() else "home.start"
        return say(key, language)

    def _filter_state(self, language: Language) -> str:
        chosen = self.desk.filter
        if chosen == EVERYTHING:
            return say("home.filter-none", language)
        return f"{chosen.describe(language)}\n  {self._progress(chosen, language)}"

    def _progress(self, selection: Selection, language: Language) -> str:
        answered, pending = len(self.desk.answered(selection)), len(self.desk.pending(selection))
        return say("home.progress", language, answered=answered, total=answered + pending)

    def _track_choice(self, track: Track) -> Choice:
        return Choice(
            track,
            lambda language: label(track, language),
            lambda language: self._progress(_of_track(track), language),
        )

    def _lab_choice(self, lab: Lab) -> Choice:
        manifest = lab.manifest

        def state(language: Language) -> str:
            return say(
                "home.lab",
                language,
                level=label(manifest.level, language),
                minutes=manifest.minutes,
                state=self._lab_state(lab, language),
            )

        return Choice(lab.id, lambda language: manifest.title[language], state)

    def _lab_state(self, lab: Lab, language: Language) -> str:
        submitted = self.desk.journal.of(lab.id, EventKind.SUBMITTED)
        if submitted:
            score = max(event.data["verdict"]["score"] for event in submitted)
            return say("home.lab-submitted", language, percent=round(100 * score))
        begun = self.desk.journal.of(lab.id, EventKind.CHANGED, EventKind.CHECKED)
        return say("home.lab-begun" if begun else "home.lab-new", language)


def _of_track(track: str) -> Selection:
    return Selection(tracks=frozenset({track}))
