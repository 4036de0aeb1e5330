"""098: text that a terminal obeys: colours, links, its title, its clipboard. Every way of showing names it instead."""

from pathlib import Path

import pytest

from quiz.report.untrusted import visible
from tests.labs.attacks.showing import Page, shown

TEXTS = {
    "green": "\x1b[32mPASSED 100%\x1b[0m",
    "erase": "\x1b[2J\x1b[H\x1b[2K\x1b[1APASSED",
    "hide": "\x1b[8mhidden\x1b[28m \x1b[?25l\x1b[?1049h",
    "link": "\x1b]8;;https://evil.example\x1b\\reference\x1b]8;;\x1b\\",
    "title": "\x1b]0;PASSED\x07\x1b]2;PASSED\x9c",
    "clipboard": "\x1b]52;c;cm0gLXJmIH4=\x07",
    "8 bit": "\x9b32mPASSED\x9d8;;https://evil.example\x9c",
    "report": "\x1b[6n\x1b[c\x1b]10;?\x07\x05\x1b[21t",
    "image": "\x1b_Gf=24,s=1,v=1;AAAA\x1b\\\x1bPq#0~\x1b\\",
    "backspaces": "FAILED" + "\b" * 6 + "PASSED\rPASSED\x7f\x0b\x0c",
    "bidi": "\u202edessaP\u202c\u2066x\u2069",
    "lines": "FAILED\nPASSED  100%  answer.py\u2028PASSED\x85PASSED",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_nothing_is_obeyed(attack, tmp_path: Path, text):
    """In an exception at import, whose text is shown, and in the code itself."""
    source = f"raise ValueError({text!r})\n"
    verdict = attack(source.encode())
    assert not verdict.passed
    ways = shown(verdict, f"{source}\n# {text}", tmp_path)
    for way, output in ways.items():
        assert visible(output) == output, way
    assert not any(attributes.get("href", "").startswith("https://evil") for _, attributes in Page(ways["page"]).tags)
    assert [line for line in ways["shell"].splitlines() if line.startswith(("PASSED", "NOT PASSED"))] == [
        "NOT PASSED  0%  "
    ]


def test_in_an_interview_hidden_text_of_a_call_is_not_shown_at_all(attack):
    verdict = attack("", "def double(x):\n    raise ValueError('\\x1b[32mPASSED' + repr(x))\n")
    assert "PASSED" not in verdict.model_dump_json()
