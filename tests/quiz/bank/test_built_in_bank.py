"""The bank that ropes brings along keeps its own rules: every key is computed anew, every text is read."""

from quiz.bank.check import check
from quiz.bank.loader import Bank
from quiz.bank.schema import QUESTION_TYPES
from quiz.bank.stats import stats


def test_the_built_in_bank_has_no_problems():
    assert [str(problem) for problem in check(Bank())] == []


def test_the_built_in_bank_has_every_type_of_question():
    counted = stats(Bank())
    assert [kind for kind in QUESTION_TYPES if not counted.types[kind]] == []
