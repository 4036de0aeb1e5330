"""What the judge says of an answer: each property with its outcome in a sign and a word."""

from __future__ import annotations

import re
from itertools import cycle
from typing import ClassVar

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import ProgressBar, Static

from labs.grading.client import JudgeFault
from labs.grading.content import Language
from labs.grading.manifest import SuiteName
from labs.grading.verdict import Outcome, Verdict
from quiz.report.labels import label
from quiz.report.words import circumstances, line
from tui.printable import printable
from tui.strings import say
from tui.translation import follow_language, language_of
from tui.widgets.comparison import Comparison
from tui.widgets.onward import Onward
from tui.widgets.phrase import Phrase

_STYLES = {Outcome.PASSED: "bold green", Outcome.NOT_VERIFIED_HERE: "bold yellow"}
_LINE = re.compile(r"\bline (\d{1,6})\b", re.IGNORECASE)


class Results(VerticalScroll):
    """The last verdict, or what is being waited for."""

    HELP = "help.results"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "to_next_line", "key.to-line", show=False, id="results.to-line")
    ]

    class Pointed(Message):
        """The person wants to see the line of their answer that a diagnosis names."""

        def __init__(self, line: int) -> None:
            super().__init__()
            self.line = line
            """From 1; the diagnosis may be wrong about there being one."""

    def __init__(self, verdict: Verdict | None) -> None:
        super().__init__()
        self._verdict = verdict
        self.comparison = Comparison()
        self.onward = Onward()
        self._is_warm = False
        self._awaited: SuiteName | None = None
        self._lines = cycle(_lines_named(verdict))

    def compose(self) -> ComposeResult:
        yield Phrase("results.none", id="results-status", classes="heading")
        yield ProgressBar(total=None, show_percentage=False, show_eta=False, id="results-progress")
        yield self.onward
        yield self.comparison
        yield Static(id="results-verdict", markup=False)

    def on_mount(self) -> None:
        self.query_one("#results-progress", ProgressBar).display = False
        follow_language(self, self._translate)

    def warm(self) -> None:
        """The judge is warm: from now on a suite that was asked for is running."""
        self._is_warm = True
        if self._awaited:
            self.wait_for(self._awaited)

    def wait_for(self, suite: SuiteName) -> None:
        """Say that a suite is running, or what it waits for."""
        self._awaited = suite
        self.comparison.clear()
        self.query_one("#results-status", Phrase).say(
            f"results.running-{suite}" if self._is_warm else "results.warming"
        )
        self.query_one("#results-progress", ProgressBar).display = True
        self.query_one("#results-verdict").display = False

    def show(self, verdict: Verdict | JudgeFault) -> None:
        """Show what came of it: after a fault of the judge nothing is known about the answer."""
        self._awaited = None
        self._verdict = verdict if isinstance(verdict, Verdict) else None
        self._lines = cycle(_lines_named(self._verdict))
        if isinstance(verdict, JudgeFault):
            self.query_one("#results-status", Phrase).say("results.fault", sentence=printable(str(verdict)))
        self.query_one("#results-progress", ProgressBar).display = False
        self.query_one("#results-verdict").display = True
        self._translate(language_of(self))
        self.scroll_home(animate=False)

    def action_to_next_line(self) -> None:
        """Point at the next line that is named, after the last one at the first again."""
        if line := next(self._lines, None):
            self.post_message(self.Pointed(line))

    def _translate(self, language: Language) -> None:
        body = self.query_one("#results-verdict", Static)
        if self._verdict is None:
            body.update("")
            return
        passed = sum(p.outcome is Outcome.PASSED for p in self._verdict.properties)
        self.query_one("#results-status", Phrase).say(
            f"results.{self._verdict.suite}-{'passed' if self._verdict.passed else 'failed'}",
            passed=passed,
            total=len(self._verdict.properties),
            percent=round(100 * self._verdict.score),
        )
        body.update(render_verdict(self._verdict, language))


def _lines_named(verdict: Verdict | None) -> list[int]:
    judged = verdict.properties if verdict else []
    said = (int(number) for p in judged if p.diagnosis for number in _LINE.findall(p.diagnosis.en))
    return list(dict.fromkeys(said))


def render_verdict(verdict: Verdict, language: Language) -> RenderableType:
    """The properties, what was noticed beside them, and how the judging was done. No text in it is markup."""
    properties = Table.grid(padding=(0, 2, 0, 0))
    for judged in verdict.properties:
        style = _STYLES.get(judged.outcome, "bold red")
        said = Text(line(judged.title[language]))
        if judged.diagnosis:
            said.append(f"\n{line(judged.diagnosis[language])}", style="dim")
        properties.add_row(Text(label(judged.outcome, language), style=style), said)
    facts = [(say("results.flag", language), line(flag)) for flag in verdict.flags]
    facts += [(label("duration", language), f"{verdict.seconds:.2f} s"), *circumstances(verdict, language)]
    lines = [say("results.fact", language, name=name, value=value) for name, value in facts]
    if not verdict.verified:
        lines.insert(0, say("results.not-verified", language))
    return Group(properties, _mistakes(verdict, language), Text("\n".join(lines), style="dim"))


def _mistakes(verdict: Verdict, language: Language) -> Text:
    """What usually fails like this, between two empty lines; one empty line where nothing is known."""
    if not verdict.mistakes:
        return Text()
    named = "".join(f"• {line(mistake[language])}\n" for mistake in verdict.mistakes)
    return Text.assemble("\n", (label("mistakes", language), "bold"), "\n", named)
