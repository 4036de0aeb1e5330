"""Help: what the screen beneath is for, how its widgets are used, and which keys do what."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.dom import DOMNode
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Static

from labs.grading.content import Language
from tui.strings import say
from tui.translation import follow_language
from tui.widgets.keybar import KeyBar
from tui.widgets.phrase import Phrase


class HelpScreen(ModalScreen[None]):
    """Gathers the `HELP` that the screen and its visible widgets declare, and the keys that work there now."""

    HELP = "help.help"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,question_mark", "close", "key.close", id="help.close")]

    def __init__(self, beneath: Screen[object]) -> None:
        super().__init__()
        keys = (getattr(node, "HELP", None) for node in beneath.walk_children(with_self=True) if _is_shown(node))
        self._topics = list(dict.fromkeys(key for key in keys if isinstance(key, str)))
        # One action under several keys is one line.
        self._keys: dict[str, list[str]] = {}
        for active in beneath.active_bindings.values():
            if active.enabled and active.binding.description.startswith("key."):
                shown = beneath.app.get_key_display(active.binding)
                self._keys.setdefault(active.binding.description, []).append(shown)

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="help"):
            yield Phrase("help.title", classes="heading")
            for topic in self._topics:
                yield Phrase(topic, classes="topic")
            yield Phrase("help.keys", classes="heading")
            yield Static(id="keys", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        follow_language(self, self._translate)

    def _translate(self, language: Language) -> None:
        width = max((len(", ".join(keys)) for keys in self._keys.values()), default=0)
        lines = [
            Content.assemble((f"{', '.join(keys):<{width}}", "bold"), f"  {say(description, language)}")
            for description, keys in self._keys.items()
        ]
        self.query_one("#keys", Static).update(Content("\n").join(lines))

    def action_close(self) -> None:
        self.dismiss()


def _is_shown(node: DOMNode) -> bool:
    return all(ancestor.display for ancestor in node.ancestors_with_self if isinstance(ancestor, Widget))
