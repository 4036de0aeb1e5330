"""`ropes calc`: the functions behind the questions, with parameters of one's own."""

from __future__ import annotations

from tui.cli.output import end_progress, give_up, language_or_default, print_json, print_table, progress
from tui.number import number_text


def calculate(name: str | None, said: list[str], *, model: str | None, as_json: bool, language: str | None) -> None:
    """List the calculators, or call one and print what it gives, with its formula."""
    from quiz.bank import calculators

    known = calculators.read_calculators()
    shown = language_or_default(language)
    if name is None:
        if as_json:
            print_json(known.model_dump(mode="json"))
            return
        print_table(("name", "what"), [(c.name, c.title[shown]) for c in known.calculators])
        print(f"models: {', '.join(known.models)}")
        return
    try:
        calculator = known.find(name)
        params = calculators.parameters(known, calculator, model, said)
    except calculators.UnfitParameter as error:
        give_up(str(error))
    outcome = calculators.calculate(calculator, params, progress())
    end_progress()
    if outcome.error:
        give_up(f"{name}: {outcome.error}")
    if as_json:
        print_json({"name": name, "params": params, "value": outcome.value, "unit": calculator.unit})
        return
    print(f"{calculator.title[shown]}: {number_text(outcome.value)} {calculator.unit or ''}".rstrip())
    print(", ".join(f"{key}={value}" for key, value in params.items()))
    print(f"\n{calculator.formula()}")
