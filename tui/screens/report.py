"""The report on the session so far, and the file of it that an interviewer reads."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Static

from labs.grading.content import Language
from quiz.records.store import RecordsUnavailable
from quiz.report.model import Report, build
from quiz.report.terminal import render
from tui.printable import printable
from tui.screens.page import Page
from tui.translation import follow_language
from tui.widgets.keybar import KeyBar
from tui.widgets.phrase import Phrase


class ReportScreen(Page):
    """Built anew from the records each time it is opened, and each time the language changes."""

    HELP = "help.report"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("w", "write", "key.write-html", id="report.write")]

    class Built(Message):
        def __init__(self, report: Report) -> None:
            super().__init__()
            self.report = report

    class Failed(Message):
        """A report could not be built or written; the sentence says why."""

        def __init__(self, sentence: str) -> None:
            super().__init__()
            self.sentence = sentence

    class Written(Message):
        def __init__(self, path: Path) -> None:
            super().__init__()
            self.path = path

    def compose(self) -> ComposeResult:
        yield Phrase("report.building", id="report-status")
        with VerticalScroll(id="report"):
            yield Static(id="report-text", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one("#report").focus()
        follow_language(self, self._rebuild)

    def _rebuild(self, language: Language) -> None:
        self._build(language)

    @work(thread=True, exclusive=True, group="report")
    def _build(self, language: Language) -> None:
        desk = self.desk
        try:
            report = build(desk.journal.records, desk.bank, desk.journal.session.id, language)
        except RecordsUnavailable as fault:
            self.post_message(self.Failed(str(fault)))
        else:
            self.post_message(self.Built(report))

    @on(Built)
    def _show(self, event: Built) -> None:
        self.query_one("#report-status", Phrase).say("report.lead")
        self.query_one("#report-text", Static).update(render(event.report))

    @on(Failed)
    def _tell(self, event: Failed) -> None:
        self.query_one("#report-status", Phrase).say("")
        self.tell_fault(event.sentence)

    def action_write(self) -> None:
        """Write the report as one HTML file into the working directory."""
        self._write(self.shown_language, Path.cwd() / f"ropes-report-{datetime.now():%Y%m%d-%H%M%S}.html")

    @work(thread=True, exclusive=True, group="report-file")
    def _write(self, language: Language, path: Path) -> None:
        from quiz.report.html import render_html

        desk = self.desk
        try:
            report = build(desk.journal.records, desk.bank, desk.journal.session.id, language)
            with path.open("x", encoding="utf-8") as file:
                file.write(render_html(report))
        except RecordsUnavailable as fault:
            self.post_message(self.Failed(str(fault)))
        except OSError as fault:
            self.post_message(self.Failed(f"{path}: {fault.strerror}"))
        else:
            self.post_message(self.Written(path))

    @on(Written)
    def _say_where(self, event: Written) -> None:
        self.query_one("#report-status", Phrase).say("report.written", path=printable(str(event.path)))
