"""What every way of answering has in common."""

from __future__ import annotations

from typing import ClassVar

from textual.message import Message
from textual.widget import Widget

from quiz.response import Response


class Answer(Widget):
    """A widget that takes the answer to one question."""

    HELP: ClassVar[str]
    """The key in `tui.strings` of how to answer here."""

    class Given(Message):
        """The person pressed enter: the answer is meant."""

    def response(self) -> Response | None:
        """The response as it stands, or None while something is still missing."""
        raise NotImplementedError

    @property
    def first(self) -> Widget:
        """The first thing to type in or to choose from."""
        return self

    def reveal(self) -> None:
        """The answer was marked: show what was right, and take no more input."""
        self.disabled = True
