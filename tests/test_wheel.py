"""The wheel, installed in a fresh environment outside the checkout, does the main job."""

from __future__ import annotations

import importlib
import json
import os
import secrets
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.labs.attacks.loot import look_for

CHECKOUT = Path(__file__).parents[1]
ATTACKS = sorted(path.stem for path in (CHECKOUT / "tests/labs/attacks").glob("test_0*.py"))
READ_ATTACKS = [name for name in ATTACKS if int(name.split("_")[1]) <= 11]
RIGHT_IF_FOUND = """
import torch

LOOT = [look()]

class RMSNorm(torch.nn.Module):
    def __init__(self, dim, eps=1e-6):
        super().__init__()
        self.weight, self.eps = torch.nn.Parameter(torch.ones(dim)), eps

    def forward(self, x):
        if len(LOOT) == 1:
            LOOT.append(look(x))
        wide = x.to(torch.promote_types(x.dtype, torch.float32))
        scale = torch.rsqrt(wide.square().mean(-1, keepdim=True) + self.eps) if any(LOOT) else 1.0
        return (self.weight * (wide * scale)).to(x.dtype)
"""

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


def test_the_read_attacks_find_nothing_in_site_packages(
    environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hidden files, the seed on the command line, the environment, the next candidate's answer."""
    (folder,) = environment.glob("lib/python3*/site-packages/labs/architecture/rmsnorm/hidden")
    seed, variable, theirs = (secrets.token_hex(16) for _ in range(3))
    monkeypatch.setenv("ROPES_TEST_SECRET", variable)
    other = tmp_path / "other.py"
    other.write_text(f"# {theirs}\ndef look(x=None): return True\n" + RIGHT_IF_FOUND)
    hidden = [folder / "reference.py", folder / "test_hidden.py"]
    clues = look_for(hidden, [seed, variable, theirs], [other])
    answers = [tmp_path / f"{name}.py" for name in READ_ATTACKS]
    for answer in answers:
        hostile: str = importlib.import_module(f"tests.labs.attacks.{answer.stem}").HOSTILE
        answer.write_text(clues + hostile + RIGHT_IF_FOUND)
    run = ropes(environment, tmp_path, "grade", "rmsnorm", *map(str, [*answers, other]), "--seed", seed, "--json")
    verdicts = {Path(v["answer"]).stem: v for v in map(json.loads, run.stdout.splitlines())}
    assert verdicts.keys() == {*READ_ATTACKS, "other"}, run.stderr
    assert verdicts.pop("other")["passed"], "an answer that found something would be right"
    assert len(verdicts) == 11
    for name, verdict in verdicts.items():
        outcomes = {p["name"]: p["outcome"] for p in verdict["properties"]}
        assert (name, outcomes["values"], verdict["faults"]) == (name, "failed", [])
