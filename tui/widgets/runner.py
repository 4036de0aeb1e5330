"""Trying one's own input on one's own answer."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import HorizontalGroup, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from labs.grading.client import JudgeFault
from labs.grading.content import Language, Text
from labs.grading.verdict import RunOutput
from quiz.report.labels import label
from tui.printable import plain, printable
from tui.strings import say
from tui.translation import follow_language, language_of
from tui.widgets.phrase import Phrase

MAX_SNIPPET = 4000


class Runner(Vertical):
    """A line of Python, and what it did: output, value, and the traceback's lines in one's own file."""

    HELP = "help.runner"

    class Asked(Message):
        """The person pressed enter on a snippet."""

    def __init__(self) -> None:
        super().__init__()
        self._done: RunOutput | None = None
        self.line = Input(max_length=MAX_SNIPPET, compact=True, id="snippet")

    def compose(self) -> ComposeResult:
        with HorizontalGroup():
            yield Static("▸ ", classes="marker", markup=False)
            yield self.line
        yield Phrase("run.lead", id="run-status", classes="heading")
        with VerticalScroll():
            yield Static(id="run-output", markup=False)

    def on_mount(self) -> None:
        follow_language(self, self._translate)

    @property
    def snippet(self) -> str:
        return self.line.value

    @on(Input.Submitted, "#snippet")
    def _ask(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Asked())

    def wait(self) -> None:
        """Say that the snippet is running."""
        self._done = None
        self._translate(language_of(self))
        self.query_one("#run-status", Phrase).say("run.running")

    def show(self, done: RunOutput | JudgeFault) -> None:
        """Show what came of it: output, or the sentence in which the judge says why there is none."""
        status = self.query_one("#run-status", Phrase)
        if isinstance(done, JudgeFault):
            status.say("results.fault", sentence=printable(str(done)))
            return
        self._done = done
        status.say_text(_ending(done))
        self._translate(language_of(self))

    def _translate(self, language: Language) -> None:
        self.line.placeholder = say("run.placeholder", language)
        self.query_one("#run-output", Static).update(output_text(self._done, language) if self._done else Content())


def _ending(done: RunOutput) -> Text:
    """How the run ended, in words."""
    if done.fault is None:
        return Text(en=say("run.done", Language.EN), zh=say("run.done", Language.ZH))
    name = f"fault-{done.fault}"
    return Text(
        en=say("run.fault", Language.EN, fault=label(name, Language.EN)),
        zh=say("run.fault", Language.ZH, fault=label(name, Language.ZH)),
    )


def output_text(done: RunOutput, language: Language) -> Content:
    """What was printed, what came back, what was raised; each named, none of it markup."""
    parts: list[Content] = []
    sections = (("run.output", done.output), ("run.value", done.value), ("run.traceback", "\n".join(done.traceback)))
    for key, text in sections:
        if text:
            parts += [Content.styled(say(key, language), "bold"), plain(text.rstrip("\n"))]
    if done.truncated:
        parts.append(Content(say("run.truncated", language)))
    return Content("\n").join(parts or [Content(say("run.nothing", language))])
