"""`check_lab` finds what is wrong with a lab, says it in a problem, and raises nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from labs.grading import lab_check
from labs.grading.catalogue import Lab
from labs.grading.dispatcher import Dispatcher
from labs.grading.lab_check import LabReport, check_lab, write_signatures

Check = Callable[..., LabReport]

FILES = {
    "starter.py": "def double(x):\n    raise NotImplementedError\n",
    "brief.en.md": "# Double\n\n- twice\n\n```python\ndouble(x)  # twice\n```\n",
    "brief.zh.md": "# 加倍\n\n- 两倍\n\n```python\ndouble(x)  # 两倍\n```\n",
    "hidden/mutants/triple.py": "# killed-by: doubles\n# mistake: wrong-factor\ndef double(x): return 3 * x\n",
    "hidden/mutants/widens.py": "# killed-by: keeps-dtype\n# mistake: widened\ndef double(x): return 2 * x.double()\n",
    "hidden/alternates/times.py": "def double(x): return 2 * x\n",
    "hidden/mistakes.yaml": "wrong-factor: {en: Not two., zh: 不是二。}\nwidened: {en: Wide., zh: 变宽。}\n",
    "hidden/signatures.json": '{"wrong-factor": {"doubles keeps-dtype": 1}, "widened": {"keeps-dtype doubles": 1}}',
}
TRIPLE = "# killed-by: doubles\n# mistake: wrong-factor\n"


@pytest.fixture
def check(judge: Dispatcher, make_lab, monkeypatch: pytest.MonkeyPatch) -> Check:
    """Check a sound lab (of fewer mutants than are asked for) with some files replaced, or removed by None."""
    monkeypatch.setattr(lab_check, "MIN_MUTANTS", 2)
    monkeypatch.setattr(lab_check, "MIN_ALTERNATES", 1)

    def check(files: dict[str, str | bytes | None] | None = None) -> LabReport:
        lab: Lab = make_lab()
        for name, content in {**FILES, **(files or {})}.items():
            path = lab.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return check_lab(Lab(lab.track, lab.folder), judge)

    return check


def test_a_sound_lab_has_no_problem(check: Check):
    report = check()
    assert report.problems == []
    assert (report.lab, report.properties) == ("toy", 4)
    assert (report.mutants, report.killed, report.alternates, report.passed) == (2, 2, 1, 1)
    assert (report.classes, report.named, report.nameable) == (2, 0, 2)
    assert report.seconds > 0


@pytest.mark.parametrize(
    ("files", "file", "message"),
    [
        ({"starter.py": FILES["hidden/alternates/times.py"]}, "starter.py", "the starter passes"),
        (
            {"hidden/reference.py": "def double(x):\n    x += x\n    return x\n"},
            "reference.py",
            "is right but did not pass",
        ),
        (
            {"hidden/mutants/triple.py": TRIPLE + "def double(x): return x + x\n"},
            "triple.py",
            "died by: nothing",
        ),
        ({"hidden/mutants/triple.py": "def double(x): return 3 * x\n"}, "triple.py", "names no property"),
        ({"hidden/mutants/triple.py": "\n" + FILES["hidden/mutants/triple.py"]}, "triple.py", "names no property"),
        (
            {"hidden/mutants/triple.py": "# killed-by: leaves-input\ndef double(x): return 3 * x\n"},
            "triple.py",
            "must die by 'leaves-input', died by: doubles, keeps-dtype",
        ),
        (
            {"hidden/mutants/triple.py": "# killed-by: nothing-such\ndef double(x): return 3 * x\n"},
            "triple.py",
            "must die by",
        ),
        ({"hidden/mutants/triple.py": TRIPLE + "def double(x): 1 / 0\n"}, "triple.py", "must die by"),
        (
            {"hidden/alternates/times.py": "def double(x): return 3 * x\n"},
            "times.py",
            "is right but did not pass: doubles",
        ),
        (
            {"hidden/mutants/triple.py": "# killed-by: doubles\ndef double(x): return 3 * x\n"},
            "triple.py",
            "names no mistake",
        ),
        (
            {"hidden/mutants/triple.py": "# killed-by: doubles\n# mistake: none-such\ndef double(x): return 3 * x\n"},
            "triple.py",
            "'none-such' is no class of mistakes.yaml",
        ),
        (
            {"hidden/mistakes.yaml": FILES["hidden/mistakes.yaml"] + "unused: {en: No., zh: 无。}\n"},
            "mistakes.yaml",
            "no mutant stands for this class",
        ),
        (
            {"hidden/mistakes.yaml": FILES["hidden/mistakes.yaml"].replace(", zh: 变宽。", "")},
            "mistakes.yaml",
            "required",
        ),
        ({"hidden/mistakes.yaml": FILES["hidden/mistakes.yaml"] * 2}, "mistakes.yaml", "stands twice"),
        ({"hidden/mistakes.yaml": None}, "mistakes.yaml", "No such file"),
        ({"hidden/signatures.json": None}, "signatures.json", "run `ropes lab signatures toy`"),
        ({"hidden/signatures.json": "{}"}, "signatures.json", "run `ropes lab signatures toy`"),
        ({"hidden/mutants/widens.py": None}, "toy", "at least 2, found 1"),
        ({"hidden/alternates/times.py": None}, "toy", "at least 1, found 0"),
        ({"brief.zh.md": "# 加倍\n\n```python\ndouble(x)\n```\n"}, "brief.zh.md", "differ in structure"),
        ({"brief.zh.md": FILES["brief.zh.md"].replace("double(x)", "treble(x)")}, "brief.zh.md", "differ in structure"),
        ({"brief.zh.md": FILES["brief.zh.md"].replace("# 加倍", "## 加倍")}, "brief.zh.md", "differ in structure"),
        ({"brief.zh.md": None}, "toy", "brief.zh.md"),
        ({"brief.zh.md": b"\xff"}, "toy", "utf-8"),
        ({"starter.py": None}, "toy", "starter.py"),
        ({"hidden/reference.py": None}, "toy", "reference.py"),
        ({"hidden/mutants/triple.py": b"# \xff"}, "toy", "utf-8"),
        ({"lab.yaml": "id: [toy\n"}, "lab.yaml", "not valid YAML"),
        ({"lab.yaml": "id: toy\n"}, "lab.yaml", "Field required"),
        ({"lab.yaml": b"\xff"}, "lab.yaml", "not UTF-8"),
        ({"hidden/test_hidden.py": "def test_x(:"}, "toy", "SyntaxError"),
        ({"hidden/test_hidden.py": "@judges('no-such')\ndef test_x(): pass"}, "toy", "NameError"),
        ({"harness.py": "1/0"}, "toy", "ZeroDivisionError"),
    ],
)
def test_what_is_wrong_is_said(check: Check, files, file, message):
    report = check(files)
    assert any(Path(p.file).name == file and message in p.message for p in report.problems), report.problems
    assert report.killed <= report.mutants
    assert report.passed <= report.alternates


def test_an_undeclared_property_is_named(check: Check):
    hidden = "from labs.grading.suite import judges\n@judges('other')\ndef test_x(): pass"
    (problem,) = check({"hidden/test_hidden.py": hidden}).problems
    assert "a test judges 'other', which lab.yaml does not declare" in problem.message
    assert "no test judges 'doubles'" in problem.message


def test_a_killed_mutant_counts_and_a_survivor_does_not(check: Check):
    report = check({"hidden/mutants/triple.py": TRIPLE + "def double(x): return x + x\n"})
    assert (report.mutants, report.killed) == (2, 1)
    assert [Path(p.file).name for p in report.problems] == ["triple.py", "signatures.json"]


def test_a_mutant_that_dies_by_own_work_stands_for_no_class(check: Check):
    calls = "# killed-by: own-work\nimport torch\ndef double(x):\n    torch.rms_norm\n    return x + x\n"
    report = check({"hidden/mutants/calls.py": calls})
    assert report.problems == []
    assert (report.mutants, report.nameable) == (3, 2)


def test_written_signatures_are_those_that_are_checked(judge: Dispatcher, make_lab):
    lab: Lab = make_lab()
    for name, content in FILES.items():
        (lab.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (lab.folder / name).write_text(content)
    written = write_signatures(lab, judge)
    assert json.loads(written.read_text()) == json.loads(FILES["hidden/signatures.json"])


def test_a_starter_that_does_not_parse_is_allowed_and_fails(check: Check):
    assert check({"starter.py": "def double(x):\n    ...  # your code\n"}).problems == []
