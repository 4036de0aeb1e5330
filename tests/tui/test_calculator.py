"""The calculators in the app: choosing, filling in, computing, and what is said where no number comes of it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from threading import Event

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from quiz.bank.calculators import read_calculators
from quiz.bank.derive import Outcome
from tests.tui.driving import click_on, shown, type_text, until, until_shown
from tui.screens.calculator import CalculatorScreen
from tui.widgets.calculator import CalculatorForm


class FakeFunction:
    """In place of `calculate`: keeps what it was called with."""

    def __init__(self) -> None:
        self.outcome = Outcome(value=1234567)
        self.calls: list[tuple[str, dict]] = []
        self.let_go = Event()
        self.let_go.set()

    def __call__(self, calculator, params) -> Outcome:
        self.calls.append((calculator.name, params))
        assert self.let_go.wait(10)
        return self.outcome


@pytest.fixture
def function(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeFunction]:
    function = FakeFunction()
    monkeypatch.setattr("tui.screens.calculator.calculate", function)
    yield function
    function.let_go.set()


async def open_calculators(pilot: Pilot) -> None:
    await until_shown(pilot, "All questions")
    await pilot.press("k")
    await until(pilot, lambda: isinstance(pilot.app.screen, CalculatorScreen))
    await until_shown(pilot, "Calculators", "rank", "Formula and source", "F5, computes")


async def choose(pilot: Pilot, name: str) -> CalculatorForm:
    """Walk to a calculator and into its first field; its form."""
    steps = [calculator.name for calculator in read_calculators().calculators].index(name)
    await pilot.press("home", *["down"] * steps, "enter")
    form = pilot.app.screen.query_one(f"#form-{name}", CalculatorForm)
    await until(pilot, lambda: pilot.app.focused is form.first)
    return form


async def retype(pilot: Pilot, text: str) -> None:
    """Put `text` into the field that has the focus."""
    field = pilot.app.focused
    assert isinstance(field, Input)
    await until(pilot, lambda: field.selected_text == field.value)  # coming into a field selects what it holds
    await pilot.press("backspace")
    await until(pilot, lambda: not field.value)
    await type_text(pilot, text)
    await until(pilot, lambda: field.value == text)


async def test_what_stands_in_the_fields_is_computed_and_shown_with_its_unit(app, function):
    async with app.run_test(size=(80, 24)) as pilot:
        await open_calculators(pilot)
        form = await choose(pilot, "kv-cache")
        assert form.said() == ["layers=32", "hidden=4096", "heads=32", "kv_heads=32", "batch=1", "tokens=4096"]
        await retype(pilot, "16")
        await pilot.press("enter")
        await until_shown(pilot, "Result: 1,234,567 GiB", "layers=16, hidden=4096", "2 · layers · kv_heads · head_dim")
        ((name, params),) = function.calls
        assert (name, params["layers"], params["tokens"]) == ("kv-cache", 16, 4096)
        await pilot.press("f2")
        await until_shown(pilot, "结果：1,234,567 GiB", "公式与出处", "一个批次的 KV 缓存", "填入已知模型的参数")
        assert form.said()[0] == "layers=16"
        await pilot.press("escape")
        await until_shown(pilot, "计算器", "全部题目")


async def test_a_known_model_fills_the_fields_that_its_shape_names(app, function):
    async with app.run_test(size=(80, 24)) as pilot:
        await open_calculators(pilot)
        form = await choose(pilot, "zero")
        await pilot.press("shift+tab", "enter")
        await until_shown(pilot, "llama-2-13b")
        await pilot.press("end", "enter")
        await until(pilot, lambda: form.said() == ["parameters=68976648192", "gpus=8", "stage=2"])
        await until_shown(pilot, "llama-2-70b", "esc Back")
        await pilot.press("tab")
        await until(pilot, lambda: app.focused is form.first)
        await retype(pilot, "7")
        await until_shown(pilot, "Fill in a known model")
        assert form.said() == ["parameters=7", "gpus=8", "stage=2"]


async def test_a_calculator_that_no_shape_fits_offers_no_model(app, function):
    async with app.run_test(size=(80, 24)) as pilot:
        await open_calculators(pilot)
        await choose(pilot, "batch")
        await until_shown(pilot, "train_batch_size")
        assert "known model" not in shown(pilot)


async def test_by_mouse_alone(app, function):
    async with app.run_test(size=(120, 40)) as pilot:
        await until_shown(pilot, "All questions")
        await click_on(pilot, "k Calc")
        await click_on(pilot, "Model states")
        await click_on(pilot, "Fill in a known model")
        await click_on(pilot, "llama-2-13b")
        await until_shown(pilot, "13015864320")
        await click_on(pilot, "  Compute  ")
        await until_shown(pilot, "Result: 1,234,567 GiB")
        assert function.calls == [("zero", {"parameters": 13015864320, "gpus": 8, "stage": 2})]


@pytest.mark.parametrize("wrong", ["many", "", "1.5", "[red]1[/red]"])
async def test_a_value_that_does_not_fit_is_said_in_a_sentence(app, function, wrong):
    async with app.run_test(size=(80, 24)) as pilot:
        await open_calculators(pilot)
        await choose(pilot, "batch")
        await retype(pilot, wrong)
        await pilot.press("enter")
        await until_shown(pilot, "✗ Not computed: train_batch_size takes a value like 256", f"'{wrong}'")
        await pilot.press("f2")
        await until_shown(pilot, "✗ 无法计算：train_batch_size")
    assert not function.calls


async def test_what_the_function_has_against_its_parameters_is_said(app, function):
    function.outcome = Outcome(error="\x1b[31m[b]no whole number of steps[/b]")
    async with app.run_test(size=(80, 24)) as pilot:
        await open_calculators(pilot)
        await choose(pilot, "batch")
        await pilot.press("enter")
        await until_shown(pilot, "✗ Not computed: ", "[31m[b]no whole number of steps[/b]", "train_batch_size=256, ")
        assert "\x1b" not in shown(pilot)


async def test_it_says_that_it_works_and_does_one_thing_at_a_time(app, function):
    function.let_go.clear()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await open_calculators(pilot)
        await pilot.press("f5")
        await until_shown(pilot, "Computing with the libraries themselves")
        await pilot.press("f2")
        await until_shown(pilot, "正在调用相关的库")
        await pilot.press("f5")
        await until_shown(pilot, "上一次计算尚未结束")
        await pilot.press("f2")
        await until_shown(pilot, "Computing with the libraries themselves")
        await choose(pilot, "batch")  # meanwhile another one can be looked at
        await until_shown(pilot, "F5, computes")
        function.let_go.set()
        await until(pilot, lambda: "Result" in str(app.screen.query_one("#result-lora .status").visual))
        assert "Result" not in shown(pilot)
        assert [name for name, _ in function.calls] == ["lora"]


async def test_leaving_while_it_works_is_no_trouble(app, function):
    function.let_go.clear()
    async with app.run_test(size=(80, 24)) as pilot:
        await open_calculators(pilot)
        await pilot.press("f5")
        await until_shown(pilot, "Computing with")
        await pilot.press("escape")
        await until_shown(pilot, "All questions")
        function.let_go.set()
        await open_calculators(pilot)


async def test_the_libraries_themselves_compute_but_not_in_the_app(app):
    loaded = "torch" in sys.modules
    async with app.run_test(size=(80, 24)) as pilot:
        await open_calculators(pilot)
        await choose(pilot, "batch")
        await retype(pilot, "512")
        await pilot.press("enter")
        await until_shown(pilot, "Computing with")
        await until(pilot, lambda: "Computing with" not in shown(pilot), seconds=120)
        await until_shown(pilot, "Result: 16", "train_batch_size=512, micro_batch=4, gpus=8")
    assert ("torch" in sys.modules) == loaded
