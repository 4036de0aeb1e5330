"""Writing GIFT, the text format of Moodle.

Of a question GIFT keeps its id, prompt, answers, their feedback, and the explanation as general feedback (`####`), in
one language. Texts are marked as Markdown. A line break is written `\\n`, because an empty line ends a question.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from quiz.bank.schema import (
    Cloze,
    LogDiagnosis,
    Matching,
    MultipleChoice,
    Numeric,
    Open,
    Option,
    Ordering,
    Question,
    SingleChoice,
    SpotTheLine,
    Trace,
)
from quiz.exchange.outcome import Exported, Note
from quiz.exchange.prose import fenced, number_text, plain_lines

MARKERS = ("[html]", "[moodle]", "[plain]", "[markdown]")
_CONTROL = re.compile(r"[\\~=#{}:]")
_ARROW = "->"


class _LeftOut(Exception):
    """GIFT has no such question; the message says why."""


def write_gift(questions: Iterable[Question], language: str) -> Exported:
    """`questions` in one language, and what of them stays behind."""
    notes = [
        Note(
            "",
            "GIFT holds one language, and neither versions, levels, topics, sources, misconceptions nor code that "
            "computes keys",
        )
    ]
    written: list[str] = []
    for question in questions:
        losses: list[str] = []
        try:
            written.append(_question(question, language, losses))
        except _LeftOut as reason:
            losses = [f"left out: {reason}"]
        notes += [Note(question.id, loss) for loss in losses]
    return Exported("\n".join(written), notes)


def escape(text: str) -> str:
    """`text` as GIFT takes it literally, on one line."""
    return _CONTROL.sub(r"\\\g<0>", plain_lines(text)).replace("\n", r"\n")


def _question(question: Question, language: str, losses: list[str]) -> str:
    before, answers, after = _parts(question, language, losses)
    lines = [*answers, f"####{escape(question.explanation[language])}"]
    block = "\n".join(lines)
    return f"::{escape(question.id)}::[markdown]{before}{{\n{block}\n}}{after}\n"


def _parts(question: Question, language: str, losses: list[str]) -> tuple[str, list[str], str]:
    """What stands before the answers, the answers, and what stands behind them, all escaped."""
    prompt = question.prompt[language]
    match question:
        case SingleChoice():
            return escape(prompt), _options(question, language), ""
        case LogDiagnosis():
            losses.append("becomes single choice, the log stands in the prompt")
            return escape(f"{prompt}\n\n{fenced(question.log)}"), _options(question, language), ""
        case MultipleChoice():
            return escape(prompt), _weighted(question, language), ""
        case Numeric():
            return escape(_numeric_prompt(question, language, losses)), [_number(question)], ""
        case Matching():
            return escape(prompt), _pairs(question, language, losses), ""
        case Cloze():
            return _gapped(question, language, losses)
        case Trace():
            losses.append("becomes a short answer, the code stands in the prompt")
            answers = _short_answers([question.answer, *question.accept])
            return escape(f"{prompt}\n\n{fenced(question.code, 'python')}"), answers, ""
        case Open():
            losses.append("becomes an essay without rubric, model answer and follow-up questions")
            return escape(prompt), [], ""
        case Ordering():
            raise _LeftOut("GIFT has no ordering")
        case SpotTheLine():
            raise _LeftOut("GIFT has no lines to mark")


def _options(question: SingleChoice | LogDiagnosis, language: str) -> list[str]:
    return [_option(option, language, "=" if option.correct else "~", "") for option in question.options]


def _option(option: Option, language: str, sign: str, weight: str) -> str:
    feedback = f"#{escape(option.feedback[language])}" if option.feedback else ""
    return f"{_answer(sign, weight, option.text[language])}{feedback}"


def _answer(sign: str, weight: str, text: str) -> str:
    """One answer; a text that looks like a weight or a marker gets one in front, since only the first is read."""
    if text.startswith("%") and not weight:
        weight = "%100%" if sign == "=" else "%0%"
    return f"{sign}{weight}{_marker(text)}{escape(text)}"


def _marker(text: str) -> str:
    return "[markdown]" if text.startswith(MARKERS) else ""


def _weighted(question: MultipleChoice, language: str) -> list[str]:
    """Right options share the mark, and a wrong one costs all of it; Moodle knows no other sum that fits."""
    share = f"%{100 / len(question.correct_keys):.5f}".rstrip("0").rstrip(".") + "%"
    return [_option(o, language, "~", share if o.correct else "%-100%") for o in question.options]


def _numeric_prompt(question: Numeric, language: str, losses: list[str]) -> str:
    if question.tolerance.relative:
        losses.append("its relative tolerance becomes an absolute one")
    if question.pitfalls:
        losses.append("what is said of wrong numbers is dropped")
    if not question.unit:
        return question.prompt[language]
    losses.append("its unit stands in the prompt")
    return f"{question.prompt[language]} ({question.unit[language]})"


def _number(question: Numeric) -> str:
    return f"#{number_text(question.answer)}:{number_text(_tolerance(question))}"


def _tolerance(question: Numeric) -> float:
    return max(question.tolerance.absolute, question.tolerance.relative * abs(question.answer))


def _pairs(question: Matching, language: str, losses: list[str]) -> list[str]:
    lines = []
    for pair in question.pairs:
        left = pair.left[language]
        if _ARROW in left:
            left = left.replace(_ARROW, "→")
            losses.append("`->` in a left side is written `→`: GIFT reads it as the end of the left side")
        lines.append(f"={_marker(left)}{escape(left)} {_ARROW} {escape(pair.right[language])}")
    return lines


def _short_answers(answers: list[str]) -> list[str]:
    if any(_ARROW in answer for answer in answers):
        raise _LeftOut("an answer holds `->`, which GIFT reads as a pair")
    return [_answer("=", "", answer) for answer in answers]


def _gapped(question: Cloze, language: str, losses: list[str]) -> tuple[str, list[str], str]:
    if len(question.gaps) > 1:
        raise _LeftOut("GIFT has one gap a question")
    ((name, gap),) = question.gaps.items()
    before, after = question.text[language].split(f"{{{{{name}}}}}")
    if before and not after:
        losses.append("becomes a short answer, its gap stands at the end")
    lead = f"\n\n{before}" if before or after else ""
    return escape(question.prompt[language] + lead), _short_answers(list(gap.accept)), escape(after)
