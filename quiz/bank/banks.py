"""Our bank and any number of private ones beside it, each under its own prefix."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from labs.grading.content import Track
from labs.grading.yaml_source import Problem
from quiz.bank.loader import QUESTIONS, Bank, Entry, TopicFile
from quiz.bank.private import PrivateBank, UnusableBank
from quiz.bank.schema import Question, Topic

_PLACE = {track: place for place, track in enumerate(Track)}


class Banks(Bank):
    """Ours under `root`, and a private bank in each of `folders`. Raises `UnusableBank`.

    Of a private bank, a file that cannot be used is left out, and `left_out` says why.
    """

    def __init__(self, folders: Iterable[Path], root: Path = QUESTIONS) -> None:
        super().__init__(root)
        self._private: list[PrivateBank] = []
        for bank in map(PrivateBank, folders):
            same = next((b for b in self._private if b.name.casefold() == bank.name.casefold()), None)
            if same and same.root != bank.root:
                raise UnusableBank(f"two banks are called {bank.name}: {same.root} and {bank.root}; rename one folder")
            if not same:
                self._private.append(bank)

    def topics(self) -> list[TopicFile]:
        found = [*super().topics(), *(file for bank in self._private for file in bank.topics())]
        return sorted(found, key=lambda file: _PLACE[file.track])

    def entries(self, track: Track | None = None) -> list[Entry]:
        found = [*super().entries(track), *(entry for bank in self._private for entry in bank.entries(track))]
        return sorted(found, key=lambda entry: _PLACE[entry.track])

    def find(self, question_id: str) -> Entry:
        name, dot, _ = question_id.partition(".")
        for bank in self._private:
            if dot and bank.name == name:
                return bank.find(question_id)
        return super().find(question_id)

    def read(self, file: TopicFile) -> Topic:
        bank = self._private_bank_of(file)
        return bank.read(file) if bank else super().read(file)

    def template(self, entry: Entry) -> Question:
        bank = self._private_bank_of(entry.file)
        return bank.template(entry) if bank else super().template(entry)

    def left_out(self) -> list[Problem]:
        return [problem for bank in self._private for problem in bank.left_out()]

    def _private_bank_of(self, file: TopicFile) -> PrivateBank | None:
        return next((bank for bank in self._private if file in bank.topics()), None)
