"""081: names that lead elsewhere, or that look like what they are not. They are opened as given, shown in a line."""

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from labs.grading.answers import UnreadableAnswer, read_answer
from labs.grading.catalogue import UnknownLab, find_lab
from quiz.report.untrusted import visible
from tests.labs.attacks.conftest import WRONG, fails
from tests.labs.attacks.showing import printed, shown
from tui.cli.app import cli
from tui.cli.grade import _verdict

NAMES = {
    "newline": "a.py\nPASSED  100%  b.py",
    "carriage return": "a.py\rPASSED  100%",
    "erased": "NOT PASSED\x1b[2K\x1b[1GPASSED.py",
    "backspaces": "a.py" + "\b" * 99 + "PASSED",
    "right to left": "answer_\u202eyp.drow",
    "isolates": "\u2066a\u2069.py\u200f",
    "nothing to see": "\u200b\u2060\ufeff.py",
    "separators": "a\u2028b\u2029c\x85d.py",
    "no text": os.fsdecode(b"\xff\xfe.py"),
    "markup": "[bold]a[bold]<script>alert(1)<!--.py",
    "template": "{0} %s {{7*7}} $(id) `id`;id.py",
    "long": "a" * 250,
    "dash": "--json",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_file_of_that_name_is_judged_and_shown_in_one_line(judge, target, tmp_path: Path, name):
    path = tmp_path / name
    path.write_text(WRONG)
    verdict = _verdict(judge, target, str(path), read_answer(str(path)), seed=None)
    fails(verdict)
    output = printed(verdict)
    assert visible(output) == output
    assert [line for line in output.splitlines() if "PASSED" in line[:10]] == output.splitlines()[:1]
    for text in shown(verdict, WRONG, tmp_path).values():
        assert visible(text) == text
        assert text.encode()


@pytest.mark.parametrize("name", ["a\0b.py", "\0", "answer.py\0.txt"])
def test_nul_is_in_no_name(tmp_path: Path, name):
    with pytest.raises(UnreadableAnswer, match="null"):
        read_answer(str(tmp_path / name))


@pytest.mark.parametrize("name", ["", "a" * 5000, "nowhere/answer.py", "answer.py/x", "../" * 3000 + "etc/passwd"])
def test_what_leads_nowhere_is_not_read(tmp_path: Path, name):
    (tmp_path / "answer.py").write_text(WRONG)
    with pytest.raises((UnreadableAnswer, FileNotFoundError)):
        read_answer(str(tmp_path / name))


@pytest.mark.parametrize("name", ["../../etc", "..", ".", "", "/", "rmsnorm/../rmsnorm", "rmsnorm\0", "\x1b[2Jrmsnorm"])
def test_a_lab_has_no_path(name):
    with pytest.raises(UnknownLab):
        find_lab(name)


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
@pytest.mark.parametrize(
    "arguments", [("grade", "rmsnorm", "--", "{}"), ("grade", "--", "{}", "x.py"), ("lab", "start", "--", "{}")]
)
def test_a_name_in_a_complaint_does_nothing(tmp_path: Path, monkeypatch, name, arguments):
    monkeypatch.chdir(tmp_path)
    run = CliRunner().invoke(cli, [argument.format(name) for argument in arguments])
    assert run.exit_code == 2
    assert visible(run.stderr) == run.stderr
    assert len(run.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
