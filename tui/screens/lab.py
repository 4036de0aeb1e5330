"""A lab: the brief, the hints, the answer in the making, and what the judge says of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.css.query import NoMatches
from textual.events import DescendantFocus
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Button, TabbedContent, TabPane

from labs.grading.catalogue import Lab
from labs.grading.client import JudgeFault
from labs.grading.content import Language, Text
from labs.grading.difference import Difference
from labs.grading.ladder import Standing, next_lab
from labs.grading.manifest import SuiteName
from labs.grading.verdict import RunOutput, Verdict
from quiz.records.store import EventKind, RecordsUnavailable
from tui.desk import Desk
from tui.external_editor import MAX_BYTES
from tui.screens.page import Page
from tui.selection import Selection
from tui.strings import say
from tui.translation import follow_language
from tui.widgets.editor import Editor
from tui.widgets.hints import Hints
from tui.widgets.json_line import JsonLine
from tui.widgets.keybar import KeyBar
from tui.widgets.phrase import PhraseButton
from tui.widgets.prose import Prose
from tui.widgets.results import Results
from tui.widgets.runner import Runner

Post = Callable[[Message], bool]
JUDGED: dict[SuiteName, EventKind] = {"public": EventKind.CHECKED, "hidden": EventKind.SUBMITTED}


class LabScreen(Page):
    """Reading on the left, writing on the right; on a narrow terminal one of them at a time."""

    HELP = "help.lab"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        # F6 and F7 mean something to the text area too: here they are the lab's.
        Binding("f3", "switch_pane", "key.switch-pane", id="lab.switch-pane", priority=True),
        Binding("f5", "judge('public')", "key.check", id="lab.check", priority=True),
        Binding("f6", "judge('hidden')", "key.submit", id="lab.submit", priority=True),
        Binding("f7", "run", "key.run", id="lab.run", priority=True),
        Binding("f7", "say_why_no_run", show=False, id="lab.no-run", priority=True),
        Binding("f8", "hint", "key.hint", id="lab.hint", priority=True),
        Binding("f9", "compare", "key.compare", id="lab.compare", priority=True),
        Binding("1", "show('brief')", "tab.brief", show=False, id="lab.brief"),
        Binding("2", "show('hints')", "tab.hints", show=False, id="lab.hints"),
        Binding("3", "show('results')", "tab.results", show=False, id="lab.results"),
        Binding("4", "show('run')", "tab.run", show=False, id="lab.run-tab"),
        Binding("5", "reference", "key.reference", show=False, id="lab.reference"),
        Binding("n", "next_lab", "key.next-lab", show=False, id="lab.next-lab"),
        Binding("t", "questions", "key.questions", show=False, id="lab.questions"),
    ]

    class Judged(Message):
        """A grading ended; `verdict` is a `JudgeFault` where the judge failed. The app hands it to its screen,
        which records it even where the person has left."""

        def __init__(self, origin: LabScreen, code: str, verdict: Verdict | JudgeFault) -> None:
            super().__init__()
            self.origin, self.code, self.verdict = origin, code, verdict

    class Warmed(Message):
        """The judge is ready for this lab, or cannot be, which a grading then tells."""

    class Ran(Message):
        """A snippet ended; `output` is a `JudgeFault` where the judge failed."""

        def __init__(self, origin: LabScreen, output: RunOutput | JudgeFault) -> None:
            super().__init__()
            self.origin, self.output = origin, output

    class Compared(Message):
        """A comparison ended; `found` is a `JudgeFault` where the judge failed, None where nothing was found."""

        def __init__(self, origin: LabScreen, found: Difference | JudgeFault | None) -> None:
            super().__init__()
            self.origin, self.found = origin, found

    class ReferenceWanted(Message):
        """The person has passed the lab and wants to read the reference."""

        def __init__(self, lab: Lab) -> None:
            super().__init__()
            self.lab = lab

    def __init__(self, desk: Desk, lab: Lab) -> None:
        super().__init__(desk)
        self.lab = lab
        drafts = desk.journal.of(lab.id, EventKind.CHANGED, EventKind.CHECKED, EventKind.SUBMITTED)
        verdicts = desk.journal.of(lab.id, *JUDGED.values())
        last = Verdict.model_validate(verdicts[-1].data["verdict"]) if verdicts else None
        taken = len(desk.journal.of(lab.id, EventKind.HINT_TAKEN))
        code = drafts[-1].data["code"] if drafts else lab.starter
        self._editor = Editor(code, suffix=Path(lab.manifest.answer).suffix, id="editor")
        self._is_config = lab.manifest.answer.endswith(".json")
        self._questions = Selection(questions=frozenset(lab.manifest.questions))
        topic = [_questions_button(lab)] if lab.manifest.questions else []
        self._brief = VerticalScroll(Prose(Text(en=lab.brief(Language.EN), zh=lab.brief(Language.ZH))), *topic)
        self._hints = Hints(lab.manifest.hints, taken)
        self._results = Results(last)
        self._may_compare = _may_compare(lab, last)
        self._has_passed = False
        self._next: Lab | None = None
        self._runner = Runner()
        self._json_line = JsonLine(code, id="json-line")
        self._tabs = TabbedContent(id="reading")
        self._contents: dict[str, Widget] = {"brief": self._brief, "hints": self._hints, "results": self._results}
        self._places = dict(self._contents)
        if not self._is_config:
            self._contents["run"], self._places["run"] = self._runner, self._runner.line
        self._busy: set[str] = set()

    def compose(self) -> ComposeResult:
        with Horizontal(id="panes"):
            with self._tabs:
                for tab, content in self._contents.items():
                    yield TabPane("", content, id=tab)
            with Vertical(id="writing"):
                yield self._editor
                if self._is_config:
                    yield self._json_line
        yield KeyBar()

    def on_mount(self) -> None:
        follow_language(self, self._translate)
        self.set_focus(self._brief)
        self._note(EventKind.SHOWN)
        self._warm_judge()

    def on_screen_resume(self) -> None:
        self._look_onward()

    def on_unmount(self) -> None:
        self._save(self._editor.take_unsaved())

    def _translate(self, language: Language) -> None:
        with suppress(NoMatches):  # left before it was whole
            for tab in self._contents:
                self._tabs.get_tab(tab).label = say(f"tab.{tab}", language)
        title = f"{self.lab.manifest.title[language]} · {self.lab.manifest.answer}"
        self._editor.border_title = title

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "run" or parameters == ("run",):
            return not self._is_config
        match action:
            case "compare":
                return self._may_compare
            case "reference":
                return self._has_passed
            case "next_lab":
                return self._next is not None
            case "questions":
                return bool(self.lab.manifest.questions)
        return self._is_config if action == "say_why_no_run" else True

    def _note(self, kind: EventKind, **data: Any) -> None:
        self.desk.journal.note(kind, self.lab.id, self.lab.version, data)

    @work(thread=True, group="warming", exit_on_error=False)
    def _warm_judge(self) -> None:
        try:
            self.desk.judge.get().wait_until_warm(lab=self.lab)
        except JudgeFault as fault:
            self.log.warning(str(fault))
        self.post_message(self.Warmed())

    @on(Warmed)
    def _show_warmth(self) -> None:
        self._results.warm()

    @on(Editor.Changed)
    def _read_config(self) -> None:
        if self._is_config:
            self._json_line.follow(self._editor.text)

    @on(Editor.Drafted)
    def _save_draft(self, event: Editor.Drafted) -> None:
        self._save(event.code)

    def _save(self, code: str | None) -> None:
        if code is None:
            return
        if _is_too_large(code):
            self.tell("lab.too-large", warning=True, limit=MAX_BYTES // 1024)
        else:
            self._note(EventKind.CHANGED, code=code)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        self.set_class(event.widget is self._editor, "-writing")

    @on(Results.Pointed)
    def _go_to_line(self, event: Results.Pointed) -> None:
        self._turn_to(self._editor)
        self._editor.move_cursor((event.line - 1, 0), center=True)

    def action_show(self, tab: str) -> None:
        """Bring a tab forward, on a narrow terminal in place of the editor."""
        self._tabs.active = tab
        self._turn_to(self._places[tab])

    @on(Editor.Left)
    def action_switch_pane(self) -> None:
        """From writing to reading, or back."""
        if self.focused is self._editor:
            self.action_show(self._tabs.active)
        else:
            self._turn_to(self._editor)

    def _turn_to(self, widget: Widget) -> None:
        # At once and in this order: a pane that is hidden while it has the focus gives it to just anything.
        self.set_focus(widget)
        self.set_class(widget is self._editor, "-writing")

    async def action_hint(self) -> None:
        self.action_show("hints")
        await self._hints.take()

    @on(Hints.Taken)
    def _note_hint(self, event: Hints.Taken) -> None:
        self._note(EventKind.HINT_TAKEN, hint=event.number)

    def action_judge(self, suite: SuiteName) -> None:
        """Have the answer judged by its public or its hidden suite."""
        self.action_show("results")
        if code := self._code_for("grading"):
            self._results.wait_for(suite)
            self._start("grading", partial(self._grade, code, suite, self.app.post_message))

    @on(Runner.Asked)
    def action_run(self) -> None:
        """Run the snippet, if one was typed; otherwise go and type one."""
        self.action_show("run")
        snippet = self._runner.snippet
        if snippet.strip() and (code := self._code_for("running")):
            self._note(EventKind.RAN, snippet=snippet)
            self._runner.wait()
            self._start("running", partial(self._run, code, snippet, self.app.post_message))

    def action_compare(self) -> None:
        """Look for the smallest input on which the answer and the reference differ."""
        self.action_show("results")
        if code := self._code_for("comparing"):
            self._results.comparison.wait()
            self._results.scroll_home(animate=False)
            self._start("comparing", partial(self._compare, code, self.app.post_message))

    @work(group="onward", exclusive=True)
    async def _look_onward(self) -> None:
        """Find out, from all sessions, whether the reference may be read and which lab comes next."""
        try:
            progress = await self.desk.journal.lab_progress()
        except RecordsUnavailable as fault:
            self.tell_fault(str(fault))
            return
        self._has_passed = progress.has_passed(self.lab.id)
        found = next_lab(self.desk.labs, progress) if progress.of(self.lab.id) is not Standing.OPEN else None
        self._next = found if found and found.id != self.lab.id else None
        self._results.onward.show(self._next, may_read_reference=self._has_passed)
        self.refresh_bindings()

    @on(Button.Pressed, "#reference")
    def action_reference(self) -> None:
        if self._has_passed:
            self.post_message(self.ReferenceWanted(self.lab))

    @on(Button.Pressed, "#next-lab")
    def action_next_lab(self) -> None:
        if self._next:
            self.post_message(self.Chosen(self._next))

    @on(Button.Pressed, "#questions")
    def action_questions(self) -> None:
        self.post_message(self.Chosen(self._questions))

    def action_say_why_no_run(self) -> None:
        self.tell("lab.no-run")

    def _code_for(self, work: str) -> str | None:
        """The answer as it stands, saved; None, and a word why, where it cannot be judged now."""
        self._save(self._editor.take_unsaved())
        if work in self._busy:
            self.tell("lab.busy")
            return None
        return None if _is_too_large(self._editor.text) else self._editor.text

    def _start(self, work: str, call: Callable[[], None]) -> None:
        self._busy.add(work)
        # The app's worker, not the screen's: a verdict is kept even if the person leaves before it comes.
        self.app.run_worker(call, thread=True, group=work, exclusive=True)

    # These run in threads and may outlive the screen, which then has no app to ask for: they get its `post`.

    def _grade(self, code: str, suite: SuiteName, post: Post) -> None:
        verdict: Verdict | JudgeFault
        try:
            verdict = self.desk.judge.get().grade(self.lab, code.encode(), suite=suite)
        except JudgeFault as fault:
            verdict = fault
        post(self.Judged(self, code, verdict))

    def _run(self, code: str, snippet: str, post: Post) -> None:
        output: RunOutput | JudgeFault
        try:
            output = self.desk.judge.get().run(self.lab, code.encode(), snippet)
        except JudgeFault as fault:
            output = fault
        post(self.Ran(self, output))

    def _compare(self, code: str, post: Post) -> None:
        found: Difference | JudgeFault | None
        try:
            found = self.desk.judge.get().smallest_difference(self.lab, code.encode())
        except JudgeFault as fault:
            found = fault
        post(self.Compared(self, found))

    def take_verdict(self, event: Judged) -> None:
        """Record a verdict, and show it if the screen is still there."""
        self._busy.discard("grading")
        if isinstance(event.verdict, Verdict):
            verdict = event.verdict.model_dump(mode="json")
            self._note(JUDGED[event.verdict.suite], code=event.code, verdict=verdict)
            self._may_compare = _may_compare(self.lab, event.verdict)
        if self.is_attached:
            self._results.show(event.verdict)
            self._look_onward()

    def take_output(self, event: Ran) -> None:
        self._busy.discard("running")
        if self.is_attached:
            self._runner.show(event.output)

    def take_comparison(self, event: Compared) -> None:
        self._busy.discard("comparing")
        if self.is_attached:
            self._results.comparison.show(event.found)


def _questions_button(lab: Lab) -> PhraseButton:
    return PhraseButton("lab.questions", id="questions", count=len(lab.manifest.questions))


def _may_compare(lab: Lab, last: Verdict | None) -> bool:
    """Somebody who learns may, once an answer has not passed, on a lab with cases for it."""
    return last is not None and not last.passed and lab.cases.is_file()


def _is_too_large(code: str) -> bool:
    return len(code.encode(errors="replace")) > MAX_BYTES
