"""What the lab's screen shows of a verdict."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from labs.grading.content import Language, Text
from labs.grading.verdict import Isolation, Outcome, PropertyVerdict, Verdict
from tui.widgets.results import render_verdict

MISTAKES = [Text(en="A [bold]first[/bold] one.", zh="其一 [bold]。"), Text(en="Another one.", zh="其二。")]


def rendered(language: Language, mistakes: list[Text]) -> str:
    eps = PropertyVerdict(name="eps", title=Text(en="eps", zh="eps"), outcome=Outcome.FAILED, weight=1.0)
    verdict = Verdict(
        lab="toy",
        lab_version="1",
        suite="hidden",
        answer="",
        sha256="",
        passed=False,
        verified=True,
        score=0.0,
        device="cpu",
        isolation=Isolation(level=3),
        seed="",
        seconds=0.1,
        properties=[eps],
        mistakes=mistakes,
    )
    console = Console(file=io.StringIO(), width=80)
    console.print(render_verdict(verdict, language))
    console.file.seek(0)
    return console.file.read()


@pytest.mark.parametrize("language", Language)
def test_usual_mistakes_are_shown_once_as_they_are_written(language: Language):
    shown = rendered(language, MISTAKES)
    assert [shown.count(mistake[language]) for mistake in MISTAKES] == [1, 1]
    assert shown.count("•") == 2


@pytest.mark.parametrize("language", Language)
def test_where_no_mistake_is_known_nothing_is_said_of_any(language: Language):
    assert len(rendered(language, []).splitlines()) < len(rendered(language, MISTAKES).splitlines()) - 2
    assert "•" not in rendered(language, [])
