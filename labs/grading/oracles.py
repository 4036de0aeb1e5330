"""Whether our references agree with what is not ours, as tests say: `tests/labs/<track>/test_<lab>_oracle.py`.

The tests are part of a checkout, not of an installed package.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from xml.etree import ElementTree

from labs.grading.catalogue import LABS, Lab

CHECKOUT = LABS.parent


class Agreement(StrEnum):
    AGREES = "agrees"
    DIFFERS = "differs"
    MISSING = "missing"
    NOT_HERE = "not here"
    """There are no tests beside an installed package."""


def oracle_path(lab: Lab) -> Path:
    return CHECKOUT / "tests" / "labs" / lab.track / f"test_{lab.folder.name}_oracle.py"


def ask_oracles(labs: Sequence[Lab]) -> dict[str, Agreement]:
    """Run the oracle tests of `labs` in a process of their own, which takes minutes for all; the outcome by lab id.

    A test that is skipped has agreed to nothing.
    """
    if not (CHECKOUT / "tests" / "labs").is_dir():
        return {lab.id: Agreement.NOT_HERE for lab in labs}
    paths = {lab.id: oracle_path(lab) for lab in labs}
    there = [path for path in paths.values() if path.is_file()]
    failed = _failed(there)
    return {
        name: Agreement.MISSING if path not in there else Agreement.DIFFERS if path in failed else Agreement.AGREES
        for name, path in paths.items()
    }


def _failed(paths: Sequence[Path]) -> set[Path]:
    """Those files of which not every test has passed."""
    if not paths:
        return set()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}"]
        subprocess.run([*command, *map(str, paths)], cwd=CHECKOUT, capture_output=True, check=False)
        if not report.exists():
            return set(paths)
        cases = list(ElementTree.parse(report).iter("testcase"))  # noqa: S314  (pytest has just written it)
    by_module = {".".join(path.relative_to(CHECKOUT).with_suffix("").parts): path for path in paths}
    ran = {case.get("classname", "") for case in cases}
    failed = {case.get("classname", "") for case in cases if any(child.tag in _NOT_PASSED for child in case)}
    return {path for module, path in by_module.items() if module in failed or module not in ran}


_NOT_PASSED = ("failure", "error", "skipped")
