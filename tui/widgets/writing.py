"""A pane to write in, which the person's own editor can take over."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import TextArea

from tui.external_editor import EditorUnavailable, edit
from tui.strings import say
from tui.translation import language_of


class Writing(TextArea):
    """A text area with `$EDITOR` at hand. Tab leaves it, unless it holds code, whose file suffix is then given."""

    HELP: ClassVar[str] = "help.writing"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("f4", "external_editor", "key.editor", id="writing.editor")]

    def __init__(self, text: str = "", *, code: str = "", id: str | None = None) -> None:
        super().__init__(
            text,
            id=id,
            language=None,
            soft_wrap=not code,
            show_line_numbers=bool(code),
            tab_behavior="indent" if code else "focus",
        )
        self._suffix = code or ".md"

    def action_external_editor(self) -> None:
        try:
            self.text = edit(self.app, self.text, self._suffix)
        except EditorUnavailable as problem:
            self.notify(say(problem.key, language_of(self), **problem.fields), severity="warning", markup=False)
