"""`ropes lab map` and `ropes lab reference`, run in this process over the records of a test."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from labs.grading.catalogue import all_labs, find_lab
from quiz.records.store import EventKind, Records
from tui.cli.app import cli


@pytest.fixture
def ropes(tmp_path, monkeypatch):
    monkeypatch.setenv("ROPES_DATABASE_URL", f"sqlite:///{tmp_path}/records.sqlite3")
    monkeypatch.setenv("COLUMNS", "80")
    return lambda *arguments: CliRunner().invoke(cli, ["lab", *arguments])


@pytest.fixture
def judged(ropes):
    def judged(lab: str, passed: bool) -> None:
        with Records.open() as records:
            session = records.start_session("en").id
            records.record(session, EventKind.SUBMITTED, lab, "1", {"verdict": {"passed": passed}})

    return judged


def test_the_map_has_every_lab_and_what_it_needs(ropes, judged) -> None:
    judged("swiglu", True)
    judged("gqa", False)
    data = json.loads(ropes("map", "--json").stdout)
    labs = {lab["id"]: lab for lab in data["labs"]}
    assert labs.keys() == {lab.id for lab in all_labs()}
    assert (labs["swiglu"]["standing"], labs["gqa"]["standing"]) == ("passed", "tried")
    assert labs["gqa"]["requires"] == find_lab("gqa").manifest.requires
    assert data["next"] in labs["gqa"]["requires"]
    for language, words in (("en", ("✓ swiglu", "◐ gqa", "Next lab:")), ("zh", ("✓ swiglu", "◐ gqa", "下一个实验："))):
        shown = ropes("map", "--language", language).stdout
        assert all(word in shown for word in words)
        assert all(lab_id in shown for lab_id in labs)  # no id is cut off at 80 columns
        assert max(map(len, shown.splitlines())) <= 80


def test_the_reference_is_kept_back_until_the_lab_is_passed(ropes, judged) -> None:
    secret = find_lab("swiglu").reference.read_text(encoding="utf-8").splitlines()[0]
    judged("gqa", True)
    judged("swiglu", False)
    for option in ((), ("--json",)):
        run = ropes("reference", "swiglu", *option)
        assert run.exit_code == 2
        assert "swiglu is not passed yet" in run.output
        assert secret not in run.output


def test_the_reference_once_passed(ropes, judged) -> None:
    lab = find_lab("swiglu")
    judged("swiglu", True)
    judged("swiglu", False)
    data = json.loads(ropes("reference", "swiglu", "--json").stdout)
    assert data["reference"] == lab.reference.read_text(encoding="utf-8")
    assert [c["object"] for c in data["compare"]] == [c.object for c in lab.manifest.compare]
    assert all(c["source"]["path"].startswith(c["source"]["library"]) for c in data["compare"])
    for language, words in (("en", ("Our reference", "What differs")), ("zh", ("参考实现", "有何不同"))):
        shown = ropes("reference", "swiglu", "--language", language).stdout
        assert all(word in shown for word in (*words, "modeling_llama.py", "class LlamaMLP"))


def test_an_unknown_lab_is_one_sentence(ropes) -> None:
    assert ropes("reference", "no-such-lab").exit_code == 2
