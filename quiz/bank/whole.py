"""What only the bank as a whole can get wrong: coverage, balance, twins, and ids that went away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from labs.grading.yaml_source import InvalidFile, Problem, line_of
from quiz.bank import inventory, lock
from quiz.bank.giveaways import length_faults, position_faults, twins
from quiz.bank.loader import Bank, TopicFile
from quiz.bank.schema import Question, Topic


def whole_bank_problems(bank: Bank, topics: Mapping[TopicFile, Topic]) -> Iterator[Problem]:
    """Problems of all `topics` together."""
    yield from balance_problems(bank, topics)
    questions = [question for topic in topics.values() for question in topic.questions]
    places = _places(topics)
    yield from _inventory_problems(bank, questions, places)
    path = bank.root / lock.FILE_NAME
    try:
        for name, fault in lock.lock_faults(lock.read_lock(bank.root), questions) if path.exists() else ():
            yield Problem(path, 1, name, fault)
    except ValueError:
        yield Problem(path, 1, "", "cannot be read; take it from the repository again")


def balance_problems(bank: Bank, topics: Mapping[TopicFile, Topic]) -> Iterator[Problem]:
    """Keys that give themselves away by their place or length, and questions that ask the same."""
    questions = [question for topic in topics.values() for question in topic.questions]
    for fault in (*position_faults(questions), *length_faults(questions)):
        yield Problem(bank.root, 1, "options", fault)
    places = _places(topics)
    for first, second in twins(questions):
        yield _at(places, second, f"asks nearly the same as {first.id}: change one, or take one out")


def _places(topics: Mapping[TopicFile, Topic]) -> dict[str, tuple[TopicFile, int]]:
    return {q.id: (file, i) for file, topic in topics.items() for i, q in enumerate(topic.questions)}


def _inventory_problems(
    bank: Bank, questions: list[Question], places: Mapping[str, tuple[TopicFile, int]]
) -> Iterator[Problem]:
    path = bank.root / inventory.FILE_NAME
    try:
        wanted = inventory.read_inventory(bank.root)
    except InvalidFile as invalid:
        yield from invalid.problems
        return
    for question in questions:
        for row in question.covers:
            if row not in wanted.rows:
                yield _at(places, question, f"covers {row}, which the inventory does not have")
    for kind, coverage in inventory.covered(wanted, questions).items():
        for missing in coverage.missing:
            yield Problem(path, 1, kind, f"no question covers {missing}")


def _at(places: Mapping[str, tuple[TopicFile, int]], question: Question, message: str) -> Problem:
    file, i = places[question.id]
    line = line_of(file.path.read_text(encoding="utf-8"), ("questions", i, "id"))
    return Problem(file.path, line, question.id, message)
