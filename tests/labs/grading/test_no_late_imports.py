"""While an answer is graded, neither child of it imports anything new: a fork would pay for that each time, and the
sandbox might refuse it.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from labs.grading.catalogue import Lab, all_labs
from labs.grading.dispatcher import Dispatcher
from labs.grading.manifest import SuiteName
from labs.grading.verdict import Verdict

IN_CANDIDATE = '''

import sys as _sys

class _LateImport(BaseException):
    """No `except Exception` of a library hides it."""

class _Refuse:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if any(finder.find_spec(name, path, target) for finder in _sys.meta_path[1:]):
            raise _LateImport(name)
        return None  # a library asks for another one that is not here: nothing is imported

if __spec__ is None:  # in the answer's process; the judge server, which loads this file too, may still import
    _sys.meta_path.insert(0, _Refuse)
'''
"""Behind a harness: from when it is loaded, which is after the answer, every import of something new raises."""

IN_JUDGE = """

import sys as _sys
import pytest as _pytest
from labs.grading.proxies import Reference as _Reference

@_pytest.fixture(autouse=True)
def _nothing_new_is_imported(candidate):
    before = set(_sys.modules)
    yield
    if not isinstance(candidate, _Reference):  # in a rehearsal, which is there to import
        assert set(_sys.modules) - before == set()
"""
"""Behind a suite: each of its tests fails if it imported anything."""


def watched(lab: Lab, root: Path) -> Lab:
    """A copy of `lab` that fails every answer while anything new is imported."""
    folder = root / lab.track / lab.folder.name
    shutil.copytree(lab.folder, folder, ignore=shutil.ignore_patterns("__pycache__", "mutants", "alternates"))
    for path, addition in (
        (folder / "harness.py", IN_CANDIDATE),
        *((suite, IN_JUDGE) for suite in folder.glob("*/test_*.py")),
    ):
        path.write_text(path.read_text(encoding="utf-8") + addition, encoding="utf-8")
    return Lab(lab.track, folder)


def grade_reference(judge: Dispatcher, lab: Lab, suite: SuiteName) -> Verdict:
    return judge.grade(lab, lab.reference.read_bytes(), suite=suite)


@pytest.mark.parametrize("suite", ["hidden", "public"])
@pytest.mark.parametrize("lab", list(all_labs()), ids=lambda lab: lab.id)
def test_nothing_new_is_imported_while_a_reference_is_graded(
    judge: Dispatcher, lab: Lab, suite: SuiteName, tmp_path: Path
):
    verdict = grade_reference(judge, watched(lab, tmp_path), suite)
    assert [(p.name, p.outcome) for p in verdict.properties if p.outcome != "passed"] == []


LATE = "    import tabnanny"
"""Nothing else uses it."""


@pytest.mark.parametrize(
    "late",
    [
        {"harness": f"def double(answer, x):\n{LATE}\n    return answer.double(x)\n"},
        {"harness": f"def double(answer, x):\n    try:\n    {LATE}\n    except Exception:\n        pass\n"
         "    return answer.double(x)\n"},
        {"public": "from labs.grading.suite import judges\n\n"
         f'@judges("doubles")\ndef test_doubles(candidate):\n{LATE}\n'},
    ],
    ids=["in the candidate", "in the candidate, hidden by the library", "in the judge"],
)  # fmt: skip
def test_a_late_import_would_be_seen(judge: Dispatcher, make_lab, late: dict[str, str], tmp_path: Path):
    lab = make_lab(**late)
    assert grade_reference(judge, lab, "public").passed
    assert not grade_reference(judge, watched(lab, tmp_path), "public").passed
