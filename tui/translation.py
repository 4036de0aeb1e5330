"""The language in which everything is shown, and how a widget follows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, cast, runtime_checkable

from textual.widget import Widget

from labs.grading.content import Language


@runtime_checkable
class Bilingual(Protocol):
    """An app with a reactive `language`."""

    language: Language


def language_of(widget: Widget) -> Language:
    """The language that the app shows now."""
    return cast(Bilingual, widget.app).language


def follow_language(widget: Widget, show: Callable[[Language], None]) -> None:
    """Call `show` now, and again whenever the language changes while `widget` lives."""
    widget.watch(widget.app, "language", show)
