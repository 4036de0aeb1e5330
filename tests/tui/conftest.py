"""The app over a small bank with one question of every type, one of the real labs, and a judge that only pretends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest

from labs.grading.catalogue import find_lab
from labs.grading.client import JudgeFault
from labs.grading.content import Language
from labs.grading.difference import Difference
from labs.grading.verdict import Isolation, Outcome, PropertyVerdict, RunOutput, Verdict
from quiz.bank.loader import Bank
from quiz.records.store import Records
from tui.app import RopesApp

SAMPLE_BANK = Path(__file__).parent / "sample_bank"
RIGHT = "# right"
"""The pretended judge passes an answer that holds this."""


class FakeJudge:
    """The interface of `labs.grading.client.Judge` without a process behind it."""

    def __init__(self) -> None:
        self.fault: str | None = None
        self.let_go = Event()
        self.let_go.set()
        self.warmed = Event()
        self.warmed.set()
        self.warm = False
        self.labs: list[str] = []
        """Those that were warmed up."""
        self.closed = False
        self.output = RunOutput(value="tensor([1.])")
        self.snippets: list[str] = []
        self.evaluated = ""
        """What code that belongs to no lab gives."""
        self.difference: Difference | None = None
        self.compared: list[str] = []
        """The answers that were compared with the reference."""

    def wait_until_warm(self, on_progress: Callable[[str], None] | None = None, *, lab=None) -> None:
        if lab:
            assert self.warmed.wait(10)
            self.labs.append(lab.id)
        self.warm = True

    def grade(self, lab, answer: bytes, *, suite="hidden", seed=None, path="") -> Verdict:
        assert self.let_go.wait(10)
        if self.fault:
            raise JudgeFault(self.fault)
        passed = RIGHT in answer.decode()
        properties = [
            PropertyVerdict(
                name=p.name,
                title=p.title,
                weight=p.weight,
                outcome=Outcome.PASSED if passed else Outcome.FAILED,
                diagnosis=None if passed else p.diagnosis,
            )
            for p in lab.manifest.suite(suite)
        ]
        return Verdict(
            lab=lab.id,
            lab_version=lab.version,
            suite=suite,
            answer=path,
            sha256="0" * 64,
            passed=passed,
            verified=True,
            score=float(passed),
            device="cpu",
            isolation=Isolation(level=2, missing=["namespaces"]),
            seed="a seed",
            seconds=0.1,
            properties=properties,
        )

    def run(self, lab, answer: bytes, snippet: str) -> RunOutput:
        if self.fault:
            raise JudgeFault(self.fault)
        self.snippets.append(snippet)
        return self.output

    def evaluate(self, source: bytes, snippet: str) -> RunOutput:
        if self.fault:
            raise JudgeFault(self.fault)
        return RunOutput(value=self.evaluated)

    def smallest_difference(self, lab, answer: bytes) -> Difference | None:
        assert self.let_go.wait(10)
        if self.fault:
            raise JudgeFault(self.fault)
        self.compared.append(answer.decode())
        return self.difference

    def close(self) -> None:
        self.closed = True


@pytest.fixture(autouse=True)
def no_idle_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Textual's pilot waits 40 ms or more around each key; these tests wait for what they expect."""

    async def let_others_run(*_: float) -> None:
        await asyncio.sleep(0)

    monkeypatch.setattr("textual.app.wait_for_idle", let_others_run)
    monkeypatch.setattr("textual.pilot.wait_for_idle", let_others_run)


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    with Records.open(f"sqlite:///{tmp_path}/records.sqlite3") as records:
        yield records


@pytest.fixture
def judge() -> FakeJudge:
    return FakeJudge()


@pytest.fixture
def make_app(records: Records, judge: FakeJudge) -> Callable[..., RopesApp]:
    def make(**changes) -> RopesApp:
        settings = {
            "bank": Bank(SAMPLE_BANK),
            "labs": [find_lab("rmsnorm")],
            "judge_factory": lambda: judge,
            "language": Language.EN,
        }
        return RopesApp(records, **{**settings, **changes})

    return make


@pytest.fixture
def app(make_app: Callable[..., RopesApp]) -> RopesApp:
    return make_app()
