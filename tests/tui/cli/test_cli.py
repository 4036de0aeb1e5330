"""The command line, as a shell sees it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

LABS = Path(__file__).parents[3] / "labs"
RIGHT = LABS / "architecture/rmsnorm/hidden/alternates/llama_order.py"
STARTER = LABS / "architecture/rmsnorm/starter.py"


@pytest.fixture
def ropes(tmp_path: Path):
    def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [Path(sys.executable).with_name("ropes"), *map(str, arguments)],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "ROPES_HOME": str(tmp_path / "home"), **environment},
            cwd=tmp_path,
            timeout=120,
            check=False,
        )

    return run


def test_without_a_terminal_the_app_says_so_in_one_sentence(ropes) -> None:
    for arguments in ((), ("quiz",)):
        run = ropes(*arguments)
        assert run.returncode == 2
        assert len(run.stderr.strip().splitlines()) == 1
        assert not run.stdout


def test_lab_list_says_what_it_promises(ropes) -> None:
    labs = json.loads(ropes("lab", "list", "--json").stdout)
    (rmsnorm,) = (lab for lab in labs if lab["id"] == "rmsnorm")
    assert set(rmsnorm) == {"id", "track", "title", "level", "minutes", "properties"}
    assert len(rmsnorm["properties"]) >= 6


def test_bank_list_says_what_it_promises(ropes) -> None:
    questions = json.loads(ropes("bank", "list", "--json").stdout)
    assert len(questions) >= 12
    promised = {"id", "version", "track", "topics", "type", "level", "languages", "sources", "derived"}
    assert all(set(question) == promised for question in questions)
    shown = json.loads(ropes("bank", "show", questions[0]["id"], "--json").stdout)
    assert shown["id"] == questions[0]["id"]


def test_starting_a_lab_never_overwrites(ropes, tmp_path: Path) -> None:
    assert ropes("lab", "start", "rmsnorm").returncode == 0
    answer = tmp_path / "rmsnorm" / "answer.py"
    answer.write_text("# mine\n")
    again = ropes("lab", "start", "rmsnorm")
    assert again.returncode == 2
    assert answer.read_text() == "# mine\n"
    assert "--to" in again.stderr


def test_grade_prints_one_verdict_a_line(ropes, tmp_path: Path) -> None:
    broken, folder = tmp_path / "broken.py", tmp_path / "folder"
    broken.write_text("class RMSNorm(")
    folder.mkdir()
    run = ropes("grade", "rmsnorm", RIGHT, STARTER, broken, folder, "--json", "--seed", "fixed")
    verdicts = [json.loads(line) for line in run.stdout.splitlines()]
    assert run.returncode == 1
    assert [v["passed"] for v in verdicts] == [True, False, False, False]
    assert [v["answer"] for v in verdicts] == [str(p) for p in (RIGHT, STARTER, broken, folder)]
    assert verdicts[2]["faults"] == verdicts[3]["faults"] == ["unreadable"]
    promised = {"lab", "answer", "sha256", "passed", "verified", "score", "device", "isolation", "seed", "seconds"}
    assert all(promised | {"properties", "flags", "faults"} <= set(v) for v in verdicts)
    right = verdicts[0]
    assert right["score"] == 1.0
    assert right["seed"] == "fixed"
    assert all(set(p) == {"name", "title", "outcome", "weight", "diagnosis"} for p in right["properties"])


def test_grade_says_once_what_answers_that_fail_like_this_usually_do_wrong(ropes) -> None:
    mutant = LABS / "architecture/rmsnorm/hidden/mutants/detached_statistic.py"
    (found, *_) = json.loads(ropes("grade", "rmsnorm", mutant, "--json").stdout)["mistakes"]
    for language in ("en", "zh"):
        assert ropes("grade", "rmsnorm", mutant, "--language", language).stdout.count(found[language]) == 1
    assert json.loads(ropes("grade", "rmsnorm", RIGHT, "--json").stdout)["mistakes"] == []


def test_exit_codes_of_grade(ropes, tmp_path: Path) -> None:
    assert ropes("grade", "rmsnorm", RIGHT).returncode == 0
    for arguments in (
        ("grade", "no-such-lab", RIGHT),
        ("grade", "rmsnorm", tmp_path / "nothing.py"),
        ("grade", "rmsnorm", RIGHT, "--device", "abacus"),
    ):
        run = ropes(*arguments)
        assert run.returncode == 2
        assert len(run.stderr.strip().splitlines()) == 1


def test_a_fifo_is_judged_unreadable_and_does_not_hang(ropes, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.py")
    run = ropes("grade", "rmsnorm", tmp_path / "fifo.py", "--json")
    assert json.loads(run.stdout)["faults"] == ["unreadable"]


def test_a_name_with_control_characters_is_shown_harmlessly(ropes, tmp_path: Path) -> None:
    path = tmp_path / "a\x1b]0;title\x07.py"
    path.write_text("pass")
    run = ropes("grade", "rmsnorm", path)
    assert "\x1b]" not in run.stdout


def test_compare_shows_the_smallest_difference(ropes, tmp_path: Path) -> None:
    wrong = LABS / "architecture/rmsnorm/hidden/mutants/mean_in_half.py"
    found = ropes("lab", "compare", "rmsnorm", wrong, "--json")
    assert found.returncode == 1
    assert json.loads(found.stdout)["arguments"]["x"] == "float16 (1,) [300]"
    hostile = tmp_path / "answer.py"
    hostile.write_text("raise ValueError('\x1b[2J[red]')")
    for language, word in (("en", "Reference"), ("zh", "参考实现")):
        shown = ropes("lab", "compare", "rmsnorm", hostile, "--language", language, PYTHONUTF8="1", COLUMNS="200")
        assert shown.returncode == 1
        assert word in shown.stdout
        assert "ValueError" in shown.stdout
        assert "[red]" in shown.stdout
        assert "\x1b" not in shown.stdout


def test_exit_codes_of_compare(ropes) -> None:
    nothing = ropes("lab", "compare", "rmsnorm", RIGHT, "--json")
    assert (nothing.returncode, json.loads(nothing.stdout)) == (0, None)
    config = LABS / "deepspeed/deepspeed_zero2/starter.json"
    for arguments in (("rmsnorm", "nowhere.py"), ("no-such-lab", RIGHT), ("deepspeed-zero2", config), ("rmsnorm", "/")):
        run = ropes("lab", "compare", *arguments)
        assert run.returncode == 2
        assert len(run.stderr.strip().splitlines()) == 1
        assert not run.stdout


def test_report_without_records_says_what_to_do(ropes) -> None:
    run = ropes("report")
    assert run.returncode == 2
    assert "ropes" in run.stderr


def test_doctor_looks_at_everything(ropes) -> None:
    findings = json.loads(ropes("doctor", "--json").stdout)
    assert {"python", "torch", "deepspeed", "database", "device", "isolation"} <= {f["what"] for f in findings}
    unhealthy = ropes("doctor", "--json", ROPES_DATABASE_URL="sqlite:////proc/nowhere/records.sqlite3")
    assert unhealthy.returncode == 1
    (database,) = (f for f in json.loads(unhealthy.stdout) if f["what"] == "database")
    assert not database["healthy"]
    assert database["mend"]


def test_shell_completion_is_offered(ropes) -> None:
    run = ropes(_ROPES_COMPLETE="source_bash")
    assert "complete" in run.stdout


def test_scattered_packages_are_noticed() -> None:
    from tui.cli.installation import scattered_packages

    home, elsewhere = Path("/site-packages"), Path("/other")
    assert scattered_packages(lambda name: home) == ""
    assert "quiz (/other)" in scattered_packages(lambda name: elsewhere if name == "quiz" else home)
    assert "labs (not installed)" in scattered_packages(lambda name: None if name == "labs" else home)
    assert scattered_packages() == ""
