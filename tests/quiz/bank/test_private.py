"""Private banks stand beside ours under their own prefix, hurt nobody, and their code is never run."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from labs.grading.client import Judge
from labs.grading.content import Track
from labs.grading.verdict import Fault, RunOutput
from labs.grading.yaml_source import InvalidFile
from quiz.bank import bounds
from quiz.bank.banks import Banks
from quiz.bank.bounds import MAX_TEXT, read_untrusted
from quiz.bank.check import check_private
from quiz.bank.fresh import varies
from quiz.bank.loader import Bank, UnknownQuestion
from quiz.bank.private import PrivateBank, UnusableBank
from quiz.bank.schema import QUESTION_TYPES, Numeric
from quiz.bank.stats import stats
from quiz.report.untrusted import visible

SAMPLE = Path(__file__).parent / "sample.yaml"


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROPES_HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture
def acme(tmp_path: Path) -> Path:
    return private(tmp_path / "acme")


def private(folder: Path, *replacements: tuple[str, str]) -> Path:
    (folder / "peft").mkdir(parents=True)
    text = SAMPLE.read_text(encoding="utf-8")
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    (folder / "peft" / "sample.yaml").write_text(text, encoding="utf-8")
    (folder / "peft" / "widths.py").write_text("raise SystemExit('the code of a private bank was run')\n")
    return folder


def test_each_bank_keeps_its_own_ids(root: Path, acme: Path):
    other = private(acme.parent / "other")
    banks = Banks([acme, other], root)
    ours = [entry.id for entry in Bank(root).entries()]
    ids = [entry.id for entry in banks.entries()]
    assert sorted(ids) == sorted([*ours, *(f"acme.{name}" for name in ours), *(f"other.{name}" for name in ours)])
    for name in ids:
        assert banks.find(name).id == banks.find(name).question.id == name
    assert banks.find("acme.pick-one").path == acme / "peft" / "sample.yaml"
    assert {entry.id for entry in banks.search("ACME.")} == {f"acme.{name}" for name in ours}
    assert stats(banks).questions == 3 * len(QUESTION_TYPES)
    assert [banks.read(file).questions[0].id for file in banks.topics()] == [
        "pick-one",
        "acme.pick-one",
        "other.pick-one",
    ]


def test_tracks_stay_together(root: Path, acme: Path):
    shutil.copytree(acme / "peft", acme / "architecture")
    tracks = [entry.track for entry in Banks([acme], root).entries()]
    assert tracks == sorted(tracks, key=list(Track).index)
    assert {e.track for e in Banks([acme], root).entries(Track.ARCHITECTURE)} == {Track.ARCHITECTURE}


@pytest.mark.parametrize("unknown", ["acme.no-such", "acme.", "acme", "other.pick-one", ".pick-one"])
def test_an_unknown_id_says_so(root: Path, acme: Path, unknown: str):
    with pytest.raises(UnknownQuestion):
        Banks([acme], root).find(unknown)


def test_folders_that_clash_are_refused(root: Path, acme: Path):
    with pytest.raises(UnusableBank, match="two banks are called Acme"):
        Banks([acme, private(acme.parent / "deeper" / "Acme")], root)
    assert len(Banks([acme, acme / ".." / "acme"], root).entries()) == 2 * len(QUESTION_TYPES)


@pytest.mark.parametrize("name", ["my bank", "a.b", "x" * 41, "\x1b[31m", "题库"])
def test_a_name_that_is_no_prefix_is_refused(root: Path, tmp_path: Path, name: str):
    with pytest.raises(UnusableBank, match="rename"):
        Banks([private(tmp_path / name)], root)


def test_a_folder_that_is_not_there_is_refused(root: Path, acme: Path):
    for path in (acme / "none", acme / "peft" / "sample.yaml"):
        with pytest.raises(UnusableBank, match="no folder"):
            Banks([path], root)


def aliases(depth: int, merge: bool = False) -> str:
    """A few lines that stand for 9 to the power of `depth` values."""
    lines = ["a0: &a0 {k: v}"]
    for n in range(1, depth):
        values = ", ".join([f"*a{n - 1}"] * 9)
        lines.append(f"a{n}: &a{n} {{<<: [{values}]}}" if merge else f"a{n}: &a{n} [{values}]")
    return "\n".join(lines)


class Refuses:
    """A judge whose sandbox ends all that runs in it."""

    def evaluate(self, source: bytes, snippet: str) -> RunOutput:
        return RunOutput(fault=Fault.CRASHED)


BROKEN = {
    "not yaml": b"title: [",
    "not utf-8": b"title: \xff",
    "no topic": b"title: 3",
    "nothing": b"",
    "many aliases": aliases(30).encode(),
    "many merges": aliases(30, merge=True).encode(),
    "itself": b"a: &a [*a]",
    "deep": b"[" * 100_000,
    "large": b"# " + b"x" * (4 * 2**20),
    "long text": b"title: {en: " + b"x" * (MAX_TEXT + 1) + b", zh: x}",
    "placeholders": b"title: {en: '" + b"${x}" * 60 + b"', zh: x}",
    "python": b"!!python/object/apply:os.system ['exit 1']",
    "acting": b'"\\e[31m": "\\e]8;;https://evil.example\\e"',
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_left_out_and_named(root: Path, acme: Path, content: bytes):
    (acme / "debugging").mkdir()
    broken = acme / "debugging" / "broken.yaml"
    broken.write_bytes(content)
    banks = Banks([acme], root)
    assert len(banks.entries()) == 2 * len(QUESTION_TYPES)
    problems = banks.left_out()
    assert {problem.file for problem in problems} == {broken}
    assert all(str(problem) == visible(str(problem)) for problem in problems)
    assert {problem.file for problem in check_private(PrivateBank(acme), Refuses())} >= {broken}


def test_what_is_no_file_is_never_opened(root: Path, acme: Path):
    os.mkfifo(acme / "peft" / "pipe.yaml")
    (acme / "peft" / "zero.yaml").symlink_to("/dev/zero")
    (acme / "peft" / "gone.yaml").symlink_to(acme / "nowhere")
    (acme / "peft" / "folder.yaml").mkdir()
    banks = Banks([acme], root)
    assert len(banks.entries()) == 2 * len(QUESTION_TYPES)
    assert {problem.file.stem for problem in banks.left_out()} == {"pipe", "zero", "gone", "folder"}


def test_too_many_questions_are_refused(acme: Path, monkeypatch):
    monkeypatch.setattr(bounds, "MAX_QUESTIONS", 3)
    with pytest.raises(InvalidFile, match="more than 3"):
        read_untrusted(acme / "peft" / "sample.yaml")


def test_a_parameter_that_would_swell_a_text_is_refused(tmp_path: Path):
    long = private(tmp_path / "swell", ("params: {parameters: 1000,", "params: {parameters: " + "'" + "9" * 300 + "',"))
    with pytest.raises(InvalidFile, match="parameter"):
        read_untrusted(long / "peft" / "sample.yaml")


def test_texts_are_made_visible_where_they_come_in(tmp_path: Path):
    hostile = private(
        tmp_path / "hostile", ("{en: Match., zh: 配对。}", '{en: "\\e[31mred\\u202e", zh: "\\0配对\\x9b"}')
    )
    (question,) = (e.question for e in PrivateBank(hostile).entries() if e.id == "hostile.match")
    assert (question.prompt.en, question.prompt.zh) == ("⟨U+001B⟩[31mred⟨U+202E⟩", "⟨U+0000⟩配对⟨U+009B⟩")
    for entry in PrivateBank(hostile).entries():
        assert visible(entry.summary.prompt_en) == entry.summary.prompt_en


def test_a_question_that_varies_is_asked_as_it_is_stored(tmp_path: Path):
    varied = private(
        tmp_path / "varied",
        ("params: {parameters: 1000, bits: 16}}", "params: {parameters: 1000, bits: 16}, vary: {bits: [16, 8]}}"),
        ("do 1,000 parameters", "do ${parameters} parameters"),
    )
    entry = PrivateBank(varied).find("varied.compute")
    assert isinstance(entry.question, Numeric)
    assert "do 1000 parameters" in entry.question.prompt.en
    assert not varies(entry)
    assert entry.template == entry.question


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    with Judge(device="cpu") as judge:
        yield judge


def test_keys_are_computed_in_the_sandbox(acme: Path, judge: Judge):
    worse = private(
        acme.parent / "worse",
        ("answer: 2000", "answer: 2001"),
        ("{en: Match., zh: 配对。}", "{en: Match `x`., zh: 配对。}"),
    )
    for folder in (acme, worse):
        shutil.copy(SAMPLE.with_name("widths.py"), folder / "peft")
    assert check_private(PrivateBank(acme), judge) == []
    found = {(problem.field, problem.message) for problem in check_private(PrivateBank(worse), judge)}
    assert any(field.endswith("answer") and "returns 2000" in message for field, message in found)
    assert any("prompt" in field for field, _ in found)


def test_code_that_would_harm_does_nothing_but_fail(acme: Path, tmp_path: Path, judge: Judge):
    harmed = tmp_path / "harmed"
    (acme / "peft" / "widths.py").write_text(
        f"open({str(harmed)!r}, 'w').write('x')\ndef two_bytes(): return 'a'\ndef bytes_of(**_): return 1\n"
    )
    problems = check_private(PrivateBank(acme), judge)
    assert {problem.field.rsplit(".", 1)[-1] for problem in problems} == {"derive"}
    assert all("PermissionError" in problem.message or "ended with" in problem.message for problem in problems)
    assert not harmed.exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read_is_left_out(root: Path, acme: Path):
    (acme / "peft" / "sample.yaml").chmod(0)
    assert [p.message for p in Banks([acme], root).left_out()] == ["Permission denied"]
