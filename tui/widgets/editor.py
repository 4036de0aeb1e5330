"""The pane in which a lab's answer is written. What is typed is handed on for saving within a second."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.message import Message
from textual.timer import Timer
from textual.widgets import TextArea

from tui.widgets.writing import Writing

AUTOSAVE_SECONDS = 0.6


class Editor(Writing):
    """Code, with autosave. Escape leads out of it and loses nothing."""

    HELP: ClassVar[str] = "help.editor"

    class Drafted(Message):
        """The code as it is now, to be saved; each version is told once."""

        def __init__(self, code: str) -> None:
            super().__init__()
            self.code = code

    class Left(Message):
        """The person pressed escape."""

    def __init__(self, code: str, *, suffix: str, id: str) -> None:
        super().__init__(code, code=suffix, id=id)
        self._saved = code
        self._autosave: Timer | None = None

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        if self._autosave is None and self.text != self._saved:
            # Counted from the first unsaved key, so that steady typing is saved too.
            self._autosave = self.set_timer(AUTOSAVE_SECONDS, self._hand_on)

    def take_unsaved(self) -> str | None:
        """The code, if it was never handed on before; whoever calls this saves it."""
        if self._autosave is not None:
            self._autosave.stop()
            self._autosave = None
        if self.text == self._saved:
            return None
        self._saved = self.text
        return self.text

    def _hand_on(self) -> None:
        code = self.take_unsaved()
        if code is not None:
            self.post_message(self.Drafted(code))

    def on_key(self, event: events.Key) -> None:
        if event.key == "escape":
            event.stop()
            event.prevent_default()
            self.post_message(self.Left())
