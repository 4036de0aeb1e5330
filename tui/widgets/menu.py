"""A list of things to open, each with a line that says how it stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from labs.grading.content import Language
from tui.translation import follow_language, language_of


@dataclass(frozen=True)
class Choice:
    """One entry of a menu, with a line for its state if it has one. Both are asked each time the menu is drawn."""

    id: str
    label: Callable[[Language], str]
    state: Callable[[Language], str] | None = None


@dataclass(frozen=True)
class Heading:
    """A line of a menu that only says what the choices below it have in common."""

    label: Callable[[Language], str]


class Menu(OptionList):
    """Choices in the language of the app. Enter or a click opens one; `OptionSelected` says which."""

    HELP = "help.menu"

    def __init__(self, choices: Sequence[Choice | Heading], *, id: str, title: Callable[[Language], str]) -> None:
        super().__init__(id=id, markup=False)
        self._choices = choices
        self._title = title

    def on_mount(self) -> None:
        follow_language(self, lambda _: self.redraw())

    def redraw(self) -> None:
        """Draw every line anew; the highlight stays where it was."""
        language, highlighted = language_of(self), self.highlighted
        self.border_title = self._title(language)
        self.clear_options()
        self.add_options(_option(choice, language) for choice in self._choices)
        self.highlighted = highlighted
        if highlighted is None:
            self.action_first()


def _option(choice: Choice | Heading, language: Language) -> Option:
    if isinstance(choice, Heading):
        return Option(Content.assemble((choice.label(language), "bold")), disabled=True)
    state = f"\n  {choice.state(language)}" if choice.state else ""
    return Option(Content.assemble(choice.label(language), (state, "$text-muted")), id=choice.id)
