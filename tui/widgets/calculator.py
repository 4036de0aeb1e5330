"""A calculator's two sides: what one types in, and what came of it with the formula below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import HorizontalGroup, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Input, Select, Static

from labs.grading.content import Language
from quiz.bank.calculators import Calculator, typed
from quiz.bank.derive import Outcome
from quiz.bank.schema import Parameter
from tui.number import number_text
from tui.printable import plain, printable
from tui.strings import say
from tui.translation import follow_language
from tui.widgets.phrase import Phrase, PhraseButton

MAX_LENGTH = 200


class CalculatorForm(VerticalScroll, can_focus=False):
    """A field for each parameter, and the known models whose shapes fill some of them."""

    class Given(Message):
        """The person pressed Enter in a field, or the button."""

    def __init__(self, calculator: Calculator, models: Mapping[str, Mapping[str, int]], *, id: str) -> None:
        super().__init__(id=id)
        self._fields = {
            name: Input(typed(value), max_length=MAX_LENGTH, compact=True) for name, value in calculator.params.items()
        }
        shapes = {
            model: {name: str(value) for name, value in shape.items() if name in calculator.params}
            for model, shape in models.items()
        }
        self._shapes = {model: shape for model, shape in shapes.items() if shape}
        self._model = Select([(model, model) for model in self._shapes], compact=True)

    def compose(self) -> ComposeResult:
        if self._shapes:
            yield self._model
        for name, field in self._fields.items():
            with HorizontalGroup():
                yield Static(name, classes="name", markup=False)
                yield field
        yield PhraseButton("calculator.compute", id="compute", variant="primary")

    def on_mount(self) -> None:
        follow_language(self, self._translate)

    def _translate(self, language: Language) -> None:
        self._model.prompt = say("calculator.model", language)

    @property
    def first(self) -> Input:
        """The first field."""
        return next(iter(self._fields.values()))

    def said(self) -> Sequence[str]:
        """What stands in the fields, each as `name=value`."""
        return [f"{name}={field.value.strip()}" for name, field in self._fields.items()]

    @on(Select.Changed)
    def _fill(self, event: Select.Changed) -> None:
        event.stop()
        for name, value in self._chosen_shape().items():
            self._fields[name].value = value

    @on(Input.Changed)
    def _leave_model(self, event: Input.Changed) -> None:
        """Once a field says otherwise, the numbers are no longer those of the model."""
        event.stop()
        if any(self._fields[name].value != value for name, value in self._chosen_shape().items()):
            self._model.clear()

    def _chosen_shape(self) -> Mapping[str, str]:
        model = self._model.value
        return self._shapes[model] if isinstance(model, str) else {}

    @on(Input.Submitted)
    @on(Button.Pressed)
    def _give(self, event: Input.Submitted | Button.Pressed) -> None:
        event.stop()
        self.post_message(self.Given())


class CalculatorResult(VerticalScroll):
    """What a calculator gave last, with the values that it was given; below it what the function says of itself."""

    def __init__(self, calculator: Calculator, *, id: str) -> None:
        super().__init__(id=id)
        self._calculator = calculator
        self._status = Phrase("calculator.ready", classes="status")
        self._params = Static(classes="params", markup=False)

    def compose(self) -> ComposeResult:
        self._params.display = False
        place, name = self._calculator.function.split(".")
        yield self._status
        yield self._params
        yield Phrase("calculator.formula", classes="heading", file=f"questions/{place}.py", function=name)
        yield Static(Content(self._calculator.formula()), classes="formula", markup=False)

    def wait(self) -> None:
        """Say that the function is at work."""
        self._say("calculator.computing")

    def refuse(self, sentence: str) -> None:
        """Say why there is no number."""
        self._say("calculator.failed", sentence=printable(sentence))

    def show(self, params: Mapping[str, Parameter], outcome: Outcome) -> None:
        """Show the number, or else why there is none."""
        if outcome.error:
            self.refuse(outcome.error)
        else:
            value = printable(f"{number_text(outcome.value)} {self._calculator.unit or ''}".rstrip())
            self._say("calculator.result", value=value)
        self._params.update(plain(", ".join(f"{name}={typed(value)}" for name, value in params.items())))
        self._params.display = True

    def _say(self, key: str, **fields: str) -> None:
        self._status.say(key, **fields)
        self._params.display = False
        self.scroll_home(animate=False)
