"""The app: composes the screens, carries the language and the judge, and nothing else."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from typing import ClassVar, Literal

from textual import on, work
from textual.app import App
from textual.binding import Binding, BindingType
from textual.reactive import reactive

from labs.grading.catalogue import Lab, all_labs
from labs.grading.client import Judge, JudgeFault
from labs.grading.content import Language
from quiz.bank.loader import Bank
from quiz.records.store import EventKind, Records
from tui import cjk
from tui.desk import Desk, JudgeFactory, JudgeService
from tui.journal import Journal
from tui.screens.calculator import CalculatorScreen
from tui.screens.filter import FilterScreen
from tui.screens.help import HelpScreen
from tui.screens.home import HomeScreen
from tui.screens.lab import LabScreen
from tui.screens.map import MapScreen
from tui.screens.page import Page
from tui.screens.quiz import QuizScreen
from tui.screens.reference import ReferenceScreen
from tui.screens.report import ReportScreen
from tui.selection import Selection
from tui.strings import say
from tui.translation import preferred_language

Start = Literal["home", "quiz"]
MOST_TOLD = 3
"""Files left out that are named on opening; `ropes bank check --bank` names all."""


class RopesApp(App[int]):
    """`ropes` in the terminal. The records stay open when it ends: whoever opened them closes them."""

    TITLE = "ropes"
    CSS_PATH = [
        "app.tcss",
        "screens/home.tcss",
        "screens/filter.tcss",
        "screens/quiz.tcss",
        "screens/lab.tcss",
        "screens/map.tcss",
        "screens/reference.tcss",
        "screens/calculator.tcss",
    ]
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "key.help", id="app.help", priority=True),
        Binding("question_mark", "help", "key.help", show=False, id="app.help-too"),
        Binding("f2", "switch_language", "key.language", id="app.language", priority=True),
        Binding("ctrl+q", "quit", "key.quit", show=False, id="app.quit", priority=True),
    ]

    language: reactive[Language] = reactive(Language.EN)

    def __init__(
        self,
        records: Records,
        *,
        start: Start = "home",
        bank: Bank | None = None,
        labs: Sequence[Lab] | None = None,
        judge_factory: JudgeFactory = Judge,
        language: Language | None = None,
    ) -> None:
        super().__init__()
        cjk.install()
        language = language or preferred_language()
        self.set_reactive(RopesApp.language, language)
        self._start = start
        self._judge = JudgeService(judge_factory)
        self.desk = Desk(
            bank=bank or Bank(),
            labs=list(all_labs()) if labs is None else labs,
            journal=Journal(records, language),
            judge=self._judge,
        )

    def on_mount(self) -> None:
        self.desk.journal.on_fault = lambda sentence: self.notify(sentence, severity="error", markup=False, timeout=15)
        self.push_screen(HomeScreen(self.desk))
        if self._start == "quiz":
            self.push_screen(QuizScreen(self.desk))
        self.call_after_refresh(self._tell_left_out)
        self.call_after_refresh(self._warm_judge)

    def _tell_left_out(self) -> None:
        first = {problem.file: problem for problem in reversed(self.desk.bank.left_out())}
        for problem in list(first.values())[:MOST_TOLD]:
            sentence = say("app.left-out", self.language, problem=str(problem))
            self.notify(sentence, severity="warning", markup=False, timeout=15)

    @work(thread=True, group="judge", exit_on_error=False)
    def _warm_judge(self) -> None:
        """Have the judge ready before it is needed. A fault is told when a grading meets it."""
        try:
            self._judge.get().wait_until_warm()
        except JudgeFault as fault:
            self.log.warning(str(fault))

    @on(Page.Chosen)
    def _go_to(self, event: Page.Chosen) -> None:
        match event.goal:
            case Selection() as selection:
                self.push_screen(QuizScreen(self.desk, selection))
            case Lab() as lab if isinstance(self.screen, LabScreen):
                self.switch_screen(LabScreen(self.desk, lab))  # one lab is open at a time
            case Lab() as lab:
                self.push_screen(LabScreen(self.desk, lab))
            case "map":
                self.push_screen(MapScreen(self.desk))
            case "calculator":
                self.push_screen(CalculatorScreen(self.desk))
            case "filter":
                self.push_screen(FilterScreen(self.desk))
            case "report":
                self.push_screen(ReportScreen(self.desk))

    @on(FilterScreen.Chosen)
    def _quiz_instead(self, event: FilterScreen.Chosen) -> None:
        self.switch_screen(QuizScreen(self.desk, event.selection))

    @on(QuizScreen.Finished)
    def _report_instead(self) -> None:
        self.switch_screen(ReportScreen(self.desk))

    @on(LabScreen.ReferenceWanted)
    def _show_reference(self, event: LabScreen.ReferenceWanted) -> None:
        self.push_screen(ReferenceScreen(self.desk, event.lab))

    @on(LabScreen.Judged)
    def _hand_on_verdict(self, event: LabScreen.Judged) -> None:
        event.origin.take_verdict(event)

    @on(LabScreen.Ran)
    def _hand_on_output(self, event: LabScreen.Ran) -> None:
        event.origin.take_output(event)

    @on(LabScreen.Compared)
    def _hand_on_comparison(self, event: LabScreen.Compared) -> None:
        event.origin.take_comparison(event)

    def action_help(self) -> None:
        if isinstance(self.screen, HelpScreen):
            self.screen.dismiss()
        else:
            self.push_screen(HelpScreen(self.screen))

    def action_switch_language(self) -> None:
        self.language = Language.ZH if self.language is Language.EN else Language.EN

    def on_app_blur(self) -> None:
        self.desk.journal.note(EventKind.LEFT)

    def on_app_focus(self) -> None:
        self.desk.journal.note(EventKind.RETURNED)

    async def on_unmount(self) -> None:
        await asyncio.to_thread(self._judge.close)
        await asyncio.to_thread(self.desk.journal.close)


def run(records_url: str | None = None, start: Start = "home", bank: Bank | None = None) -> int:
    """Open the app in this terminal; the process's exit status.

    Raises `quiz.records.store.RecordsUnavailable` and `labs.grading.yaml_source.InvalidFile`.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        print(say("app.no-terminal", preferred_language()), file=sys.stderr)
        return 2
    with Records.open(records_url) as records:
        return RopesApp(records, start=start, bank=bank).run() or 0
