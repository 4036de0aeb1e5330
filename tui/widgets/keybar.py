"""The line at the foot of every screen: which keys do what, in the language of the app."""

from __future__ import annotations

from collections.abc import Iterator

from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

from labs.grading.content import Language
from tui.strings import say
from tui.translation import follow_language, language_of


class KeyBar(Footer):
    """Textual's footer, with each binding's description taken as a key in `tui.strings`."""

    def __init__(self) -> None:
        super().__init__(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        follow_language(self, self._translate)

    def compose(self) -> ComposeResult:
        yield from self._translated(super().compose())

    def _translated(self, keys: ComposeResult) -> Iterator[Widget]:
        for key in keys:
            if isinstance(key, FooterKey):
                key.description = say(key.description, language_of(self))
            yield key

    def _translate(self, language: Language) -> None:
        self.refresh(recompose=True)
