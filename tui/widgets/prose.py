"""Text of the bank and of the labs: CommonMark in both languages."""

from __future__ import annotations

from textual.widgets import Markdown

from labs.grading.content import Language, Text
from tui.translation import follow_language, language_of


class Prose(Markdown):
    """A bilingual text, shown in the language of the app. Links are shown, never opened."""

    def __init__(self, text: Text, *, id: str | None = None, classes: str | None = None) -> None:
        # The first text goes in here: Markdown shows it on mounting, after any handler of ours.
        super().__init__(text[language_of(self)], id=id, classes=classes, open_links=False)
        self._text = text

    def on_mount(self) -> None:
        follow_language(self, self._translate, now=False)

    def _translate(self, language: Language) -> None:
        self.update(self._text[language])
