"""GIFT: what it can hold comes back, what it cannot is named, what is no GIFT is refused with its line."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labs.grading.content import Language
from quiz.bank.schema import Cloze, Matching, MultipleChoice, Numeric, Open, Question, SingleChoice
from quiz.exchange.gift import escape, write_gift
from quiz.exchange.gift_reader import read_gift, unescape
from quiz.exchange.outcome import Malformed
from quiz.exchange.prose import plain_lines
from quiz.marking import mark
from tests.quiz.exchange.samples import common, filling, options, said, sample, texts


def there_and_back(question: Question, language: Language) -> Question:
    exported = write_gift([question], language)
    (imported,) = read_gift(exported.text, filling(language)).questions
    assert imported.id == question.id
    return imported


def same(text: str, other: str) -> bool:
    """Line breaks have one spelling, and white space at the ends does not count."""
    return plain_lines(text).strip() == plain_lines(other).strip()


def same_frame(question: Question, imported: Question, language: str) -> bool:
    return same(question.prompt[language], imported.prompt[language]) and same(
        question.explanation[language], imported.explanation[language]
    )


@given(said)
def test_escaping_can_be_undone_and_leaves_one_line(text: str):
    escaped = escape(text)
    assert unescape(escaped) == plain_lines(text)
    assert "\n" not in escaped


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(("model", "kind", "right"), [(SingleChoice, "single", 1), (MultipleChoice, "multiple", None)])
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_choices_come_back(model, kind: str, right: int | None, language: Language, data: st.DataObject):
    question = model.model_validate(data.draw(common(kind)) | {"options": data.draw(options(right))})
    imported = there_and_back(question, language)
    assert isinstance(imported, model)
    assert same_frame(question, imported, language)
    assert imported.correct_keys == question.correct_keys
    for before, after in zip(question.options, imported.options, strict=True):
        assert same(before.text[language], after.text[language])
        assert before.feedback is None or (after.feedback and same(before.feedback[language], after.feedback[language]))


@pytest.mark.parametrize("language", Language)
@settings(max_examples=25, deadline=None)
@given(
    parts=common("numeric"),
    answer=st.floats(allow_nan=False, allow_infinity=False, width=32),
    absolute=st.floats(0, 1e6) | st.just(0.0),
)
def test_numbers_come_back(language: Language, parts, answer: float, absolute: float):
    key = {"answer": answer, "tolerance": {"absolute": absolute}, "derive": {"function": "a.b"}}
    question = Numeric.model_validate(parts | key)
    imported = there_and_back(question, language)
    assert isinstance(imported, Numeric)
    assert same_frame(question, imported, language)
    assert (imported.answer, imported.tolerance) == (question.answer, question.tolerance)


@pytest.mark.parametrize("language", Language)
@settings(max_examples=25, deadline=None)
@given(parts=common("matching"), pairs=st.lists(st.tuples(texts, said), min_size=3, max_size=8))
def test_pairs_come_back(language: Language, parts, pairs):
    written = [
        {"key": key, "left": left, "right": {"en": f"{n} {right}", "zh": f"{n} {right}"}}
        for n, (key, (left, right)) in enumerate(zip("abcdefgh", pairs, strict=False))
    ]
    question = Matching.model_validate(parts | {"pairs": written})
    imported = there_and_back(question, language)
    assert isinstance(imported, Matching)
    assert same_frame(question, imported, language)
    for before, after in zip(question.pairs, imported.pairs, strict=True):
        assert same(before.left[language].replace("->", "→"), after.left[language])
        assert same(before.right[language], after.right[language])


@pytest.mark.parametrize("language", Language)
@settings(max_examples=25, deadline=None)
@given(
    parts=common("cloze"),
    before=said.filter(lambda text: "{{" not in text and "\n\n" not in plain_lines(text)),
    after=said.filter(lambda text: "{{" not in text),
    accept=st.lists(said.filter(lambda text: "->" not in text), min_size=1, max_size=4),
)
def test_one_gap_comes_back(language: Language, parts, before: str, after: str, accept: list[str]):
    text = before + "{{1}}" + after
    question = Cloze.model_validate(parts | {"text": {"en": text, "zh": text}, "gaps": {"1": {"accept": accept}}})
    imported = there_and_back(question, language)
    assert isinstance(imported, Cloze)
    assert same_frame(question, imported, language)
    assert same(question.text[language], imported.text[language])
    assert all(map(same, imported.gaps["1"].accept, question.gaps["1"].accept))
    assert len(imported.gaps["1"].accept) == len(accept)


@pytest.mark.parametrize("language", Language)
def test_the_sample_says_what_is_lost(language: Language):
    questions = {question.id: question for question in sample()}
    exported = write_gift(questions.values(), language)
    lost = {note.question: note.sentence for note in exported.notes}
    left_out = {name for name, sentence in lost.items() if sentence.startswith("left out")}
    assert left_out == {"put-in-order", "which-line", "fill-in"}
    assert {"", "compute", "what-prints", "read-the-log", "explain"} <= lost.keys()
    imported = {question.id: question for question in read_gift(exported.text, filling(language)).questions}
    assert imported.keys() == questions.keys() - left_out
    assert isinstance(imported["explain"], Open)
    printed = imported["what-prints"]
    assert isinstance(printed, Cloze)
    assert "print(i, i * i)" in printed.prompt[language]
    assert mark(printed, {"gaps": {"1": "0 0\n1 1"}}).score == 1.0


def test_the_other_language_says_that_it_is_missing():
    english = read_gift("What is 2 bytes wide?{=fp16 ~fp32 ~int8}", filling()).questions[0]
    assert english.prompt.zh == "（未翻译） What is 2 bytes wide?"
    chinese = read_gift("哪个占 2 字节？{=fp16 ~fp32 ~int8}", filling(Language.ZH)).questions[0]
    assert chinese.prompt.en == "(not translated) 哪个占 2 字节？"
    assert "no explanation" in english.explanation.en


WRITTEN_ELSEWHERE = """
// a comment
$CATEGORY: $course$/top

::True or false:: The sun rises in the east.{T#No, look again.#Right.}

Two plus two is {=four =4} in every base above four.

::Grant::Who is buried there?{
  =no one
  ~%50%Grant # partly
  ~Grant's father
}

How many?{#10..20}
Just a description, with no braces.

Write a short biography.{}

Pi?{#=3.1416:0.01#good =%50%3:0.5}
"""


def test_what_others_write_is_read():
    imported = read_gift(WRITTEN_ELSEWHERE.replace("{#10..20}\nJust", "{#10..20}\n\nJust"), filling())
    kinds = [question.type for question in imported.questions]
    assert kinds == ["single", "cloze", "single", "numeric", "open", "numeric"]
    truth, gap, grant, span, _, pi = imported.questions
    assert truth.id == "true-or-false"
    assert [option.correct for option in truth.options] == [True, False, False]
    assert truth.options[1].feedback.en == "No, look again."
    assert gap.text.en == "Two plus two is {{1}} in every base above four."
    assert [option.correct for option in grant.options] == [True, False, False]
    assert (span.answer, span.tolerance.absolute) == (15, 5)
    assert (pi.answer, pi.tolerance.absolute) == (3.1416, 0.01)
    said = " ".join(note.sentence for note in imported.notes)
    for part in ("category", "fillers", "partly right", "asks nothing", "no rubric", "first number only"):
        assert part in said


@pytest.mark.parametrize(
    ("written", "line", "says"),
    [
        ("Fine?{=a ~b ~c}\n\nQ {=a ~b", 3, "braces"),
        ("\n\nQ } {=a ~b}", 3, "braces"),
        ("Q {=a ~b {c} ~d}", 1, "braces"),
        ("Q {a b}", 1, "= or ~"),
        ("Q {=a =b ~c}", 1, "right answer"),
        ("Q {~a ~b ~c}", 1, "right answer"),
        ("Q {~%50%a ~%50%b}", 1, "add a wrong one"),
        ("Q {=" + " ~".join("abcdefghi") + "}", 1, "9 options"),
        ("Q {#about ten}", 1, "a number is written"),
        ("Q {#1:-1}", 1, "nought"),
        ("Q {#1e999}", 1, "too large"),
        ("Q {=a -> b =c}", 1, "pair"),
        ("Q {=a -> b =c -> d}", 1, "at least 3"),
        ("Q {=%50%a =%50%b}", 1, "wholly right"),
        ("{=a ~b ~c}", 1, "prompt"),
        ("Q {=a ~b ~c} \\", 1, "braces"),
        ("Q " + "x" * 30_000 + "{=a ~b ~c}", 1, "longer than"),
        ("Q {=" + "\\" * 3 + "}", 1, "braces"),
    ],
)
def test_what_is_no_gift_is_refused_with_its_line(written: str, line: int, says: str):
    with pytest.raises(Malformed, match=says) as refused:
        read_gift(written, filling())
    assert refused.value.line == line


@settings(max_examples=100, deadline=None)
@given(st.text(st.sampled_from("\\~=#{}:%->.\n AT1é"), max_size=60))
def test_any_text_is_read_or_refused(written: str):
    with contextlib.suppress(Malformed):
        read_gift(written, filling())
