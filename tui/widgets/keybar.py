"""The line at the foot of every screen: which keys do what, in the language of the app."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

from labs.grading.content import Language
from tui.strings import say
from tui.translation import follow_language, language_of


class KeyBar(Footer):
    """Textual's footer, with each binding's description taken as a key in `tui.strings`.

    Bindings that Textual's own widgets bring are described in English: they are left out.
    """

    def __init__(self) -> None:
        super().__init__(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        follow_language(self, self._translate)

    def compose(self) -> ComposeResult:
        keys = [key for key in super().compose() if isinstance(key, FooterKey) and key.description.startswith("key.")]
        for key in sorted(keys, key=_function_keys_last):
            key.description = say(key.description, language_of(self))
            yield key

    def _translate(self, language: Language) -> None:
        self.refresh(recompose=True)


def _function_keys_last(key: FooterKey) -> int:
    """Function keys by their number, after all others, which stay in the order of their bindings."""
    number = key.key.removeprefix("f")
    return int(number) if number.isdigit() else 0
