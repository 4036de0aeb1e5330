"""The functions behind the questions, with numbers of one's own."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import ContentSwitcher, OptionList

from quiz.bank.calculators import Calculator, UnfitParameter, calculate, parameters, read_calculators
from quiz.bank.derive import Outcome
from quiz.bank.schema import Parameter
from tui.desk import Desk
from tui.screens.page import Page
from tui.strings import say
from tui.widgets.calculator import CalculatorForm, CalculatorResult
from tui.widgets.keybar import KeyBar
from tui.widgets.menu import Choice, Menu
from tui.widgets.phrase import Phrase


class CalculatorScreen(Page):
    """The calculators, beside them the fields of the one at the cursor, below them what it gave.

    Raises `InvalidFile`.
    """

    HELP = "help.calculator"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5", "compute", "key.compute", id="calculator.compute"),
        Binding("tab", "app.focus_next", "key.next-field", id="calculator.next-field"),
        Binding("right", "app.focus_next", "key.next-list", show=False, id="calculator.next-list"),
        Binding("left", "app.focus_previous", "key.previous-list", show=False, id="calculator.previous-list"),
    ]

    class Computed(Message):
        """What `calculate` gave for `params`."""

        def __init__(self, calculator: Calculator, params: dict[str, Parameter], outcome: Outcome) -> None:
            super().__init__()
            self.calculator, self.params, self.outcome = calculator, params, outcome

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._known = known = read_calculators()
        self._chosen = known.calculators[0]
        self._is_computing = False
        choices = [Choice(calculator.name, calculator.title.__getitem__) for calculator in known.calculators]
        self._menu = Menu(choices, id="calculators", title=lambda language: say("calculator.title", language))
        self._forms = {c.name: CalculatorForm(c, known.models, id=f"form-{c.name}") for c in known.calculators}
        self._results = {c.name: CalculatorResult(c, id=f"result-{c.name}") for c in known.calculators}

    def compose(self) -> ComposeResult:
        yield Phrase("calculator.lead", id="calculator-lead")
        with Horizontal(id="given"):
            yield self._menu
            yield ContentSwitcher(*self._forms.values(), id="forms", initial=f"form-{self._chosen.name}")
        yield ContentSwitcher(*self._results.values(), id="results", initial=f"result-{self._chosen.name}")
        yield KeyBar()

    def on_mount(self) -> None:
        self._menu.focus()

    @on(OptionList.OptionHighlighted, "#calculators")
    def _choose(self, event: OptionList.OptionHighlighted) -> None:
        self._chosen = self._known.find(event.option_id or "")
        self.query_one("#forms", ContentSwitcher).current = f"form-{self._chosen.name}"
        self.query_one("#results", ContentSwitcher).current = f"result-{self._chosen.name}"

    @on(OptionList.OptionSelected, "#calculators")
    def _go_to_fields(self) -> None:
        self._forms[self._chosen.name].first.focus()

    @on(CalculatorForm.Given)
    def action_compute(self) -> None:
        """Compute with what stands in the fields; one computation at a time."""
        if self._is_computing:
            self.tell("calculator.busy", warning=True)
            return
        chosen = self._chosen
        result = self._results[chosen.name]
        try:
            params = parameters(self._known, chosen, None, self._forms[chosen.name].said())
        except UnfitParameter as unfit:
            result.refuse(str(unfit))
            return
        self._is_computing = True
        result.wait()
        self._compute(chosen, params)

    @work(thread=True, group="calculator")
    def _compute(self, calculator: Calculator, params: dict[str, Parameter]) -> None:
        try:
            outcome = calculate(calculator, params)
        except OSError as fault:
            outcome = Outcome(error=str(fault))
        self.post_message(self.Computed(calculator, params, outcome))

    @on(Computed)
    def _show(self, event: Computed) -> None:
        self._is_computing = False
        self._results[event.calculator.name].show(event.params, event.outcome)
