"""The floors of the house, proven on what is really imported."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"torch", "transformers", "peft", "deepspeed", "pytest"}


def modules_after(statement: str) -> set[str]:
    code = f"{statement}\nimport sys\nprint(' '.join(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


@pytest.mark.parametrize(
    "statement",
    [
        "import tui.cli.app, tui.cli.grade, tui.cli.report, tui.cli.doctor",
        "import tui.app; tui.app.RopesApp",
        "import quiz.bank.check, quiz.marking, quiz.records.store, quiz.report.html, quiz.report.terminal",
        "import labs.grading.client, labs.grading.lab_check",
        "from quiz.bank.loader import Bank; Bank().entries()",
    ],
)
def test_nothing_above_the_judge_imports_torch_or_its_like(statement: str) -> None:
    loaded = {name.split(".")[0] for name in modules_after(statement)}
    assert not loaded & HEAVY


def test_the_quiz_and_the_judges_client_know_nothing_of_textual() -> None:
    loaded = modules_after("import quiz.bank.check, quiz.report.html, quiz.records.store, labs.grading.client")
    assert not any(name.split(".")[0] == "textual" for name in loaded)


def test_help_loads_neither_the_app_nor_the_records() -> None:
    loaded = modules_after("import sys; sys.argv = ['ropes']; import tui.cli.app")
    assert not {"textual", "sqlalchemy", "pydantic", "yaml", "alembic", "jinja2"} & {n.split(".")[0] for n in loaded}
