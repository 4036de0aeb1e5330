"""What the lab's screen shows of a verdict."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from labs.grading.content import Language, Text
from labs.grading.verdict import Isolation, Outcome, PropertyVerdict, Verdict
from quiz.report.labels import label
from tui.cli.grade import _print
from tui.strings import say
from tui.widgets.results import render_verdict

MISTAKES = [Text(en="A [bold]first[/bold] one.", zh="其一 [bold]。"), Text(en="Another one.", zh="其二。")]


def verdict_with(outcome: Outcome, mistakes: list[Text]) -> Verdict:
    eps = PropertyVerdict(name="eps", title=Text(en="eps", zh="eps"), outcome=outcome, weight=1.0)
    return Verdict(
        lab="toy",
        lab_version="1",
        suite="hidden",
        answer="",
        sha256="",
        passed=False,
        verified=outcome is not Outcome.NOT_VERIFIED_HERE,
        score=0.0,
        device="cpu",
        isolation=Isolation(level=3),
        seed="",
        seconds=0.1,
        properties=[eps],
        mistakes=mistakes,
    )


def rendered(language: Language, mistakes: list[Text], outcome: Outcome = Outcome.FAILED) -> str:
    verdict = verdict_with(outcome, mistakes)
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


@pytest.mark.parametrize("language", Language)
def test_what_could_not_be_verified_here_is_said(language: Language, capsys: pytest.CaptureFixture[str]):
    """In the app and on the command line: a pass without a GPU is not the whole of it."""
    sentences = {say("results.not-verified", language), label("not-all-verified", language)}
    for outcome in (Outcome.NOT_VERIFIED_HERE, Outcome.PASSED):
        _print(verdict_with(outcome, []), language)
        shown = rendered(language, [], outcome), capsys.readouterr().out
        said = [any(sentence in text for sentence in sentences) for text in shown]
        assert said == [outcome is Outcome.NOT_VERIFIED_HERE] * 2
