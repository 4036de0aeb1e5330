"""The line under the editor of a config: the first thing in it that strict JSON does not allow."""

from __future__ import annotations

from textual.timer import Timer

from labs.grading.content import Language, Text
from tui.external_editor import MAX_BYTES
from tui.printable import printable
from tui.strict_json import Problem, first_problem
from tui.strings import say
from tui.widgets.phrase import Phrase

PAUSE_SECONDS = 0.25
"""How long the typing must rest before the text is read anew."""

LONGEST_KEY = 40


class JsonLine(Phrase):
    """Speaks of the text's form alone; what the config means, the judge says."""

    HELP = "help.json"

    def __init__(self, text: str, *, id: str) -> None:
        super().__init__(id=id)
        self._pause: Timer | None = None
        self._read(text)

    def follow(self, text: str) -> None:
        """The text is now this one."""
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(PAUSE_SECONDS, lambda: self._read(text))

    def _read(self, text: str) -> None:
        # A text that is too large is neither saved nor judged, which the lab says.
        problem = first_problem(text[:MAX_BYTES])
        self.say_text(Text(en=_sentence(problem, Language.EN), zh=_sentence(problem, Language.ZH)))


def _sentence(problem: Problem | None, language: Language) -> str:
    if problem is None:
        return say("json.fine", language)
    what = say(problem.what, language)
    if not problem.at:
        return say("json.line", language, line=problem.line, what=what)
    at = printable(problem.at)[:LONGEST_KEY]
    return say("json.line-at", language, line=problem.line, at=at, what=what)
