"""The walk that the README shows: from home through a question of every type and all labs to the report, keys only."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from labs.grading.catalogue import all_labs
from quiz.bank.loader import Bank
from quiz.bank.schema import QUESTION_TYPES
from quiz.records.store import EventKind, Records
from tests.walk.answering import give_right_answer
from tests.walk.lab_answers import LORA, MENDED_RMSNORM, NEARLY_RMSNORM, ROPE, ZERO2, Edit
from tests.walk.terminal import Terminal


@dataclass(frozen=True)
class Scene:
    """One moment of the walk: what was done to get there, and what the screen then showed."""

    done: str
    screen: str
    coloured: str


class Walk:
    """Drives the real app in a real terminal. `folder` becomes its home and working directory."""

    def __init__(self, folder: Path, *, columns: int = 80, rows: int = 24) -> None:
        self.folder = folder
        self.home = folder / "home"
        self._lab_at = 0
        self._records_url = f"sqlite:///{self.home / 'records.sqlite3'}"
        self._size = {"columns": columns, "rows": rows}

    def scenes(self) -> Iterator[Scene]:
        environment = {
            "ROPES_HOME": str(self.home),
            "ROPES_LANGUAGE": "en",
            "LANG": "C.UTF-8",
            "COLORTERM": "truecolor",
        }
        with Terminal("ropes", folder=self.folder, environment=environment, **self._size) as terminal:
            self._terminal = terminal
            terminal.wait_for("Questions", "Labs", "Report")
            yield self._scene("ropes opens at home")
            yield from self._quiz()
            yield from self._rmsnorm()
            yield from self._lab("rope", ROPE)
            yield from self._lab("lora-layer", LORA)
            yield from self._lab("deepspeed-zero2", ZERO2)
            yield from self._report()

    def _scene(self, done: str) -> Scene:
        coloured = self._terminal.settled()
        screen = self._terminal.screen().replace(str(self.folder), "~")
        return Scene(done, screen, coloured)

    def _quiz(self) -> Iterator[Scene]:
        """One question of each type; the others are skipped."""
        terminal = self._terminal
        questions = {entry.question.id: entry.question for entry in Bank().entries()}
        unseen = set(QUESTION_TYPES)
        terminal.press("Enter")
        shown = 0
        while unseen:
            shown += 1
            question = questions[self._question_shown(shown)]
            terminal.settled()
            if question.type not in unseen:
                terminal.press("C-n")
                continue
            unseen.remove(question.type)
            yield self._scene(f"a question, {question.type}: {question.id}")
            give_right_answer(terminal, question, self._session())
            terminal.wait_for("Next question")
            yield self._scene("answered: the mark, the key and why")
            terminal.press("Enter")
        terminal.wait_for("Question")
        terminal.press("Escape")
        terminal.wait_for("Labs")

    def _rmsnorm(self) -> Iterator[Scene]:
        """The first lab in full: brief, hint, a nearly right answer, the right one, an input of one's own."""
        terminal = self._terminal
        terminal.press("Right")
        terminal.settled()
        self._open_lab("rmsnorm")
        yield self._scene("the lab's brief")
        terminal.press("F8")
        terminal.wait_for("Hint 1")
        yield self._scene("F8: a hint")
        self._write(NEARLY_RMSNORM)
        yield self._scene("F3: a first answer, typed")
        terminal.press("F5")
        terminal.wait_for("Public suite: 3 of 4")
        yield self._scene("F5: the public suite finds that float16 overflows")
        terminal.press("F6")
        terminal.wait_for("Submitted: not passed")
        yield self._scene("F6: submitted all the same, to the hidden suite")
        self._write(MENDED_RMSNORM)
        terminal.press("F6")
        terminal.wait_for("Submitted: passed")
        yield self._scene("F6: mended and submitted again")
        terminal.press("F7")
        terminal.type("RMSNorm(4)(torch.tensor([1.0, 2.0, 3.0, 4.0]))")
        terminal.press("Enter")
        terminal.wait_for("0.3651")
        yield self._scene("F7: an input of one's own")
        self._go_home()

    def _lab(self, lab_id: str, answer: Sequence[Edit]) -> Iterator[Scene]:
        """Another lab, answered right at once."""
        terminal = self._terminal
        self._open_lab(lab_id)
        yield self._scene(f"the brief of another lab: {lab_id}")
        self._write(answer)
        yield self._scene("its answer, typed")
        terminal.press("F6")
        terminal.wait_for("Submitted: passed")
        yield self._scene("F6: submitted")
        self._go_home()

    def _open_lab(self, lab_id: str) -> None:
        """From home, walk to the lab in the list of labs, which has the focus, and open it."""
        ids = [lab.id for lab in all_labs()]
        terminal = self._terminal
        steps = ids.index(lab_id) - self._lab_at  # the list keeps its place
        if steps:
            terminal.press(*["Down" if steps > 0 else "Up"] * abs(steps))
            terminal.settled()
        self._lab_at += steps
        terminal.press("Enter")
        terminal.wait_for("1 Brief")

    def _go_home(self) -> None:
        self._terminal.press("Escape")
        self._terminal.wait_for("Labs", "Questions")

    def _write(self, edits: Sequence[Edit]) -> None:
        self._terminal.press("F3")
        self._terminal.wait_for("$EDITOR")  # its key is offered once the editor has the focus
        for edit in edits:
            self._replace_line(edit)

    def _report(self) -> Iterator[Scene]:
        terminal = self._terminal
        terminal.press("r")
        terminal.wait_for("Scores by track")
        yield self._scene("r: the report")
        terminal.press("w")
        terminal.wait_for("Written to")
        yield self._scene("w: written as one HTML file")
        terminal.press("C-q")
        terminal.wait_for_end()

    def _replace_line(self, edit: Edit) -> None:
        terminal = self._terminal
        terminal.press_until("NPage", edit.found)
        terminal.walk_to(edit.found)
        terminal.press("End", "C-u")
        terminal.wait_for_gone(edit.found)
        for number, line in enumerate(edit.lines):
            if number:
                terminal.press("Enter")
            terminal.settled()
            terminal.type(" " * edit.indent + line)
        terminal.wait_for(edit.lines[-1][:60])

    def _question_shown(self, number: int) -> str:
        """The id of the `number`-th question, from the records: the app notes it just after it is painted."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with Records.open(self._records_url) as records:
                shown = [e.item for e in records.events(self._session(), EventKind.SHOWN)]
            if len(shown) >= number:
                return shown[number - 1]
        raise TimeoutError(f"question {number} was never noted as shown")

    def _session(self) -> str:
        with Records.open(self._records_url) as records:
            session = records.latest_session()
            assert session is not None
            return session.id
