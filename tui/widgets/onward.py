"""Where to go from a lab, once an answer to it was judged."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalGroup

from labs.grading.catalogue import Lab
from tui.widgets.phrase import PhraseButton


class Onward(VerticalGroup):
    """A way to the reference, once it may be read, and one to the lab that is suggested next."""

    def compose(self) -> ComposeResult:
        yield PhraseButton("reference.open", id="reference")
        yield PhraseButton("map.next", id="next-lab", title="")

    def on_mount(self) -> None:
        self.show(None, may_read_reference=False)

    def show(self, suggested: Lab | None, *, may_read_reference: bool) -> None:
        self.query_one("#reference").display = may_read_reference
        button = self.query_one("#next-lab", PhraseButton)
        button.display = suggested is not None
        if suggested:
            title = suggested.manifest.title
            button.say("map.next", title=title)
