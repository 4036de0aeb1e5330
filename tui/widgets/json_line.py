"""The line under the editor of a config: the first thing in it that strict JSON does not allow."""

from __future__ import annotations

from textual.timer import Timer

from labs.grading.content import Language, Text
from labs.grading.strict_json import Document, read_strict, said
from tui.external_editor import MAX_BYTES
from tui.printable import printable
from tui.strings import say
from tui.widgets.phrase import Phrase

PAUSE_SECONDS = 0.25
"""How long the typing must rest before the text is read anew."""


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
        if len(text) > MAX_BYTES:  # neither saved nor judged, which the lab says
            self.say("")
            return
        self.say_text(_sentence(text))


def _sentence(text: str) -> Text:
    read = read_strict(text)
    if isinstance(read, Document):
        return Text(en=say("json.fine", Language.EN), zh=say("json.fine", Language.ZH))
    problem = said(read[0])
    return Text(en=f"✗ {printable(problem.en)}", zh=f"✗ {printable(problem.zh)}")
