"""099: markup of the library that draws the terminal. What an answer says is text, and is never read as markup."""

from pathlib import Path

import pytest

from tests.labs.attacks.showing import shown

TEXTS = [
    "[bold green]PASSED 100%[/]",
    "[/]",
    "[/bold]",
    "[",
    "[[",
    "[link=https://evil.example]reference[/link]",
    "[@click=app.quit]next[/]",
    "[blink reverse on red]",
    ":warning: :thumbs_up:",
    "\\[red]",
    "[not a style",
    "{label} %(label)s %s {0.__class__}",
]


@pytest.mark.parametrize("text", TEXTS)
def test_it_is_shown_as_it_was_written(attack, tmp_path: Path, text):
    code = f"raise ValueError({text!r})  # {text}\n"
    verdict = attack(code)
    assert not verdict.passed
    ways = shown(verdict, code, tmp_path)
    assert f"ValueError: {text}" in ways["shell"]
    assert ways["terminal"].count(text) >= 2, "in the diagnosis and in the code"


@pytest.mark.parametrize("text", TEXTS)
def test_in_the_app_as_well(text):
    from tui.printable import plain

    assert plain(text).plain == text
    assert not plain(text).spans
