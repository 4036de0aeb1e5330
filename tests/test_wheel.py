"""The wheel, installed in a fresh environment outside the checkout, does the main job."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(CHECKOUT)]
    subprocess.run(build, check=True, capture_output=True)
    (built,) = folder.glob("ropes-*.whl")
    return built


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with our wheel; torch and the other dependencies are the ones that run this test."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = folder / "bin" / "python"
    install = [python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(install, check=True)
    own = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    # A .pth line only adds to the path: an editable install of the checkout there is not followed.
    (Path(own) / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder


def ropes(environment: Path, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(environment / "bin" / "ropes"), *arguments]
    variables = {**os.environ, "ROPES_HOME": str(home)}
    return subprocess.run(command, capture_output=True, text=True, cwd=home, env=variables, timeout=300, check=False)


def test_the_wheel_holds_the_data_and_no_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "labs/architecture/rmsnorm/hidden/test_hidden.py" in names
    assert any(name.startswith("questions/") and name.endswith(".yaml") for name in names)
    assert any(name.endswith(".tcss") for name in names)
    assert not any(name.startswith(("tests/", "bench/", "docs/")) for name in names)


def test_it_lists_labs_and_questions(environment: Path, tmp_path: Path) -> None:
    labs = ropes(environment, tmp_path, "lab", "list", "--json")
    assert "rmsnorm" in {lab["id"] for lab in json.loads(labs.stdout)}
    questions = ropes(environment, tmp_path, "bank", "list", "--json")
    assert len(json.loads(questions.stdout)) >= 12


def test_it_grades_right_and_wrong_from_site_packages(environment: Path, tmp_path: Path) -> None:
    rmsnorm = CHECKOUT / "labs/architecture/rmsnorm"
    right = rmsnorm / "hidden/alternates/llama_order.py"
    wrong = rmsnorm / "starter.py"
    run = ropes(environment, tmp_path, "grade", "rmsnorm", str(right), str(wrong), "--json")
    verdicts = [json.loads(line) for line in run.stdout.splitlines()]
    assert [v["passed"] for v in verdicts] == [True, False], run.stderr
    assert run.returncode == 1


def test_an_answer_cannot_read_the_hidden_suite_in_site_packages(environment: Path, tmp_path: Path) -> None:
    (hidden,) = environment.glob("lib/python3*/site-packages/labs/architecture/rmsnorm/hidden/reference.py")
    answer = tmp_path / "answer.py"
    answer.write_text(f"exec(open({str(hidden)!r}).read())\n")
    run = ropes(environment, tmp_path, "grade", "rmsnorm", str(answer), "--json")
    verdict = json.loads(run.stdout)
    assert not verdict["passed"]
    assert verdict["faults"] == ["unreadable"]
    assert "PermissionError" in verdict["properties"][0]["diagnosis"]["en"]
