"""The smallest difference between an answer and the reference in words, for the app and the command line alike."""

from __future__ import annotations

from labs.grading.content import Language
from labs.grading.difference import Difference
from quiz.report.untrusted import visible
from tui.strings import say


def rows(found: Difference, language: Language) -> list[tuple[str, str]]:
    """Names and values, one row each: the call, its arguments, what the answer gives, what the reference gives.

    Nothing in them would act on a terminal; to whoever renders markup they are text.
    """
    answer = found.failure[language] if found.failure else found.answer
    told = [
        (say("compare.call", language), found.function),
        *((f"  {name}", value) for name, value in found.arguments.items()),
        (say("compare.yours", language), answer),
        (say("compare.reference", language), found.reference),
    ]
    return [(visible(name), visible(value)) for name, value in told]
