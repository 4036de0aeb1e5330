"""Interface texts that follow the language while they are shown."""

from __future__ import annotations

from typing import Any

from textual.content import Content
from textual.widgets import Button, Static

from labs.grading.content import Language, Text
from tui.strings import say
from tui.translation import follow_language, language_of


class Phrase(Static):
    """A phrase of the interface, by its key in `tui.strings`. Its fields may hold anything: none is markup."""

    def __init__(self, key: str = "", *, id: str | None = None, classes: str | None = None, **fields: Any) -> None:
        super().__init__(id=id, classes=classes, markup=False)
        self._text = _text(key, fields)

    def on_mount(self) -> None:
        follow_language(self, self._translate)

    def say(self, key: str, **fields: Any) -> None:
        """Show another phrase; the empty key shows nothing."""
        self.say_text(_text(key, fields))

    def say_text(self, text: Text | None) -> None:
        """Show a text that brings its own translation."""
        self._text = text
        if self.is_attached:
            self._translate(language_of(self))

    def _translate(self, language: Language) -> None:
        self.update(Content(self._text[language]) if self._text else "")


class PhraseButton(Button):
    """A button whose label is a phrase."""

    def __init__(self, key: str, *, id: str, variant: Any = "default", **fields: Any) -> None:
        super().__init__(id=id, variant=variant, compact=True)
        self._text = _text(key, fields)

    def on_mount(self) -> None:
        follow_language(self, self._translate)

    def say(self, key: str, **fields: Any) -> None:
        self._text = _text(key, fields)
        self._translate(language_of(self))

    def _translate(self, language: Language) -> None:
        self.label = Content(self._text[language] if self._text else "")
        self.refresh(layout=True)


def _text(key: str, fields: dict[str, Any]) -> Text | None:
    return Text(en=_said(key, fields, Language.EN), zh=_said(key, fields, Language.ZH)) if key else None


def _said(key: str, fields: dict[str, Any], language: Language) -> str:
    """The phrase, with those of its fields in `language` that are in both."""
    return say(key, language, **{k: v[language] if isinstance(v, Text) else v for k, v in fields.items()})
