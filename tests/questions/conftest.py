"""The bank's questions, by id, for tests that hold their keys against a second source."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import questions
from labs.grading.yaml_source import read_model
from quiz.bank.schema import Question, Topic

BANK = Path(questions.__file__).parent


@pytest.fixture(scope="session")
def question() -> Callable[[str, str], Question]:
    """`question("peft/lora", "lora-first-gradients")`"""

    def find(topic: str, question_id: str) -> Question:
        return next(q for q in read_model(BANK / f"{topic}.yaml", Topic).questions if q.id == question_id)

    return find
