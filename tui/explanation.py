"""What is said after an answer, as CommonMark in both languages."""

from __future__ import annotations

import re

from labs.grading.content import Language, Source, Text
from quiz.bank.schema import (
    LogDiagnosis,
    MultipleChoice,
    Numeric,
    Open,
    Question,
    SingleChoice,
    SpotTheLine,
    Trace,
)
from quiz.marking import Mark
from quiz.presentation import key_text
from tui.strings import say

_MARKUP = re.compile(r"([\\`*_{}\[\]()#+!|<>~-])")


def explanation(question: Question, mark: Mark) -> Text:
    """The key, what is off about the wrong options that were chosen, why, and where to look it up."""
    return Text(
        en="\n\n".join(_parts(question, mark, Language.EN)), zh="\n\n".join(_parts(question, mark, Language.ZH))
    )


def _parts(question: Question, mark: Mark, language: Language) -> list[str]:
    parts = []
    if not isinstance(question, Open):  # its key, the model answer, was shown for self-marking
        parts.append(f"**{say('feedback.key', language)}**\n\n{_key(question, language)}")
    if wrong := _feedback(question, mark, language):
        parts.append(f"**{say('feedback.chosen', language)}**\n\n{wrong}")
    parts.append(f"**{say('feedback.why', language)}**\n\n{question.explanation[language]}")
    if isinstance(question, Open) and question.follow_ups:
        asked = "\n".join(f"- {follow_up[language]}" for follow_up in question.follow_ups)
        parts.append(f"**{say('feedback.next', language)}**\n\n{asked}")
    sources = [*question.sources, *_rubric_sources(question)]
    listed = "\n".join(dict.fromkeys(f"- {_source(source)}" for source in sources))
    parts.append(f"**{say('feedback.sources', language)}**\n\n{listed}")
    return parts


def _key(question: Question, language: Language) -> str:
    text = key_text(question, language)
    if isinstance(question, Trace):
        return f"~~~~\n{text}\n~~~~"
    if isinstance(question, SpotTheLine):
        code, _, _ = text.rpartition(f"\n{question.correction[language]}")
        return f"~~~~\n{code}\n~~~~\n\n{question.correction[language]}"
    bullet = "- " if isinstance(question, MultipleChoice) else ""
    return "  \n".join(bullet + line for line in text.splitlines())


def _feedback(question: Question, mark: Mark, language: Language) -> str:
    if isinstance(question, Numeric):
        return "\n\n".join(
            pitfall.feedback[language] for pitfall in question.pitfalls if pitfall.misconception in mark.parts
        )
    if not isinstance(question, SingleChoice | MultipleChoice | LogDiagnosis):
        return ""
    return "\n".join(
        f"- {option.text[language]}  \n  {option.feedback[language]}"
        for option in question.options
        if option.feedback and mark.parts.get(option.key) is False
    )


def _rubric_sources(question: Question) -> list[Source]:
    return [source for point in question.rubric for source in point.sources] if isinstance(question, Open) else []


def _source(source: Source) -> str:
    return f"{_literal(source.title)}: {_literal(source.where)}  \n  <{source.url}>"


def _literal(text: str) -> str:
    return _MARKUP.sub(r"\\\1", text)
