"""The bank on disk: `questions/<track>/<topic>.yaml`, each file parsed once, when it is first asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import questions
from labs.grading.content import Track
from labs.grading.yaml_source import Problem, read_model
from quiz.bank.index import Index, Summary, summary
from quiz.bank.schema import Question, Topic
from quiz.bank.variants import as_stored

QUESTIONS = Path(questions.__file__).resolve().parent
"""The bank that ropes brings along."""


class UnknownQuestion(LookupError):
    """No question of the bank has this id; the message says where to look."""


@dataclass(frozen=True)
class TopicFile:
    """One file of the bank, known by where it lies; nothing of it is read yet."""

    track: Track
    path: Path

    @property
    def name(self) -> str:
        return self.path.stem


@dataclass(frozen=True)
class Entry:
    """A question and where it stands. The question itself is read when it is first looked at."""

    summary: Summary
    file: TopicFile
    _bank: Bank = field(repr=False, compare=False)

    @property
    def id(self) -> str:
        return self.summary.id

    @property
    def track(self) -> Track:
        return self.file.track

    @property
    def topic(self) -> str:
        """The stem of the file's name."""
        return self.file.name

    @property
    def path(self) -> Path:
        return self.file.path

    @property
    def question(self) -> Question:
        """Raises `InvalidFile` where the file has been spoilt since it was listed."""
        return self._bank.question(self)

    @property
    def template(self) -> Question:
        """The question as its file has it: with `${...}` where a variant puts its parameters. Raises `InvalidFile`."""
        return self._bank.template(self)


class Bank:
    """The topics under `root`. Safe to share between threads: at worst a file is parsed twice."""

    def __init__(self, root: Path = QUESTIONS) -> None:
        self.root = root
        self._index = Index(root)
        self._parsed: dict[TopicFile, Topic] = {}

    def topics(self) -> list[TopicFile]:
        """Every topic, by track and then by name, from the file system alone."""
        return list(self._topic_files)

    def read(self, file: TopicFile) -> Topic:
        """What one topic's file says, with the stored parameters in its texts. Raises `InvalidFile`."""
        if file not in self._parsed:
            topic = read_model(file.path, Topic)
            self._parsed[file] = topic.model_copy(update={"questions": list(map(as_stored, topic.questions))})
        return self._parsed[file]

    def question(self, entry: Entry) -> Question:
        """The question of `entry`. Raises `InvalidFile`, and `UnknownQuestion` where it has gone since."""
        for question in self.read(entry.file).questions:
            if question.id == entry.id:
                return question
        raise _unknown(entry.id)

    def template(self, entry: Entry) -> Question:
        """The question of `entry` as its file has it: with `${...}` where a variant puts its parameters."""
        topic = read_model(entry.path, Topic)
        return next(question for question in topic.questions if question.id == entry.id)

    def entries(self, track: Track | None = None) -> list[Entry]:
        """Every question, or every question of one track, in the order of the files. Raises `InvalidFile`."""
        found = [
            Entry(summary, file, self)
            for file in self._topic_files
            if track in (None, file.track)
            for summary in self._summaries(file)
        ]
        self._index.save()
        return found

    def search(self, text: str) -> list[Entry]:
        """The questions whose id, topics or prompt contain `text`. Raises `InvalidFile`."""
        return [entry for entry in self.entries() if entry.summary.says(text)]

    def find(self, question_id: str) -> Entry:
        """The question called `question_id`. Raises `UnknownQuestion`, and `InvalidFile` for its own file.

        Only files in which the id is written are parsed, so that one question costs one topic.
        """
        for file in self._topic_files:
            if file in self._parsed or question_id in file.path.read_text(encoding="utf-8", errors="replace"):
                for question in self.read(file).questions:
                    if question.id == question_id:
                        return Entry(summary(question), file, self)
        raise _unknown(question_id)

    def left_out(self) -> list[Problem]:
        """What is wrong with files that are left out. Of our own bank none is: a faulty one raises."""
        return []

    def _summaries(self, file: TopicFile) -> list[Summary]:
        known = self._index.get(file.path)
        if known is None:
            known = [summary(question) for question in self.read(file).questions]
            self._index.put(file.path, known)
        return known

    @cached_property
    def _topic_files(self) -> list[TopicFile]:
        return [TopicFile(track, path) for track in Track for path in sorted((self.root / track).glob("*.yaml"))]


def _unknown(question_id: str) -> UnknownQuestion:
    return UnknownQuestion(f"no question is called {question_id[:80]!r}; `ropes bank list` shows every id of the bank")
