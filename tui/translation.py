"""The language in which everything is shown, and how a widget follows it."""

from __future__ import annotations

import os
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


def follow_language(widget: Widget, show: Callable[[Language], None], *, now: bool = True) -> None:
    """Call `show` whenever the language changes while `widget` lives, and once `now`."""
    widget.watch(widget.app, "language", show, init=now)


def preferred_language() -> Language:
    """Chinese where the environment's locale is Chinese, English otherwise."""
    names = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    locale = next((name for name in names if name), "")
    return Language.ZH if locale.lower().startswith("zh") else Language.EN
