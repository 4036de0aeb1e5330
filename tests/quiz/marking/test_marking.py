"""Marking, by properties over random questions and responses, and by hand for the policy."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from labs.grading.content import Language
from quiz.bank.schema import QUESTION_TYPES, Question
from quiz.marking import InvalidResponse, mark, mark_points
from quiz.presentation import key_text, presentation, response_text

read_question = TypeAdapter(Question).validate_python

LETTERS = "abcdefgh"
FILLING = {"misconception": "m", "feedback": {"en": "No.", "zh": "不是。"}}
SOURCE = {"kind": "paper", "title": "T", "url": "https://arxiv.org/abs/1706.03762", "where": "3.2"}


def text(word: str) -> dict[str, str]:
    return {"en": word, "zh": f"词{word}"}


def question(kind: str, **fields: Any) -> Question:
    base = {
        "id": f"a-{kind}",
        "version": 1,
        "level": "core",
        "topics": ["t"],
        "prompt": text("p"),
        "explanation": text("e"),
        "sources": [SOURCE],
    }
    return read_question({"type": kind, **base, **fields})


def keyed(count: int, **fields: str) -> list[dict[str, Any]]:
    return [{"key": k, **{name: text(f"{word}{k}") for name, word in fields.items()}} for k in LETTERS[:count]]


def options(correct: list[bool]) -> list[dict[str, Any]]:
    return [
        {**option, "correct": right, **({} if right else FILLING)}
        for option, right in zip(keyed(len(correct), text="option "), correct, strict=True)
    ]


counts = st.integers(3, 8)
typed = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20).filter(str.strip)


@st.composite
def questions(draw: st.DrawFn, kinds: tuple[str, ...] = QUESTION_TYPES) -> tuple[Question, dict[str, Any]]:
    """A question and the right response to it."""
    kind = draw(st.sampled_from(kinds))
    n = draw(counts)
    keys = list(LETTERS[:n])
    match kind:
        case "single" | "log-diagnosis":
            right = draw(st.integers(0, n - 1))
            log = {"log": "OVERFLOW"} if kind == "log-diagnosis" else {}
            return question(kind, options=options([i == right for i in range(n)]), **log), {"choice": keys[right]}
        case "multiple":
            correct = draw(st.lists(st.booleans(), min_size=n, max_size=n).filter(lambda c: 0 < sum(c) < len(c)))
            chosen = [key for key, right in zip(keys, correct, strict=True) if right]
            return question(kind, options=options(correct)), {"choices": draw(st.permutations(chosen))}
        case "numeric":
            answer = draw(st.floats(-1e200, 1e200))
            return question(kind, answer=answer, derive={"function": "m.f"}), {"value": repr(answer)}
        case "ordering":
            return question(kind, items=keyed(n, text="item ")), {"order": keys}
        case "matching":
            pairs = keyed(n, left="left ", right="right ")
            return question(kind, pairs=pairs), {"pairs": {key: key for key in keys}}
        case "cloze":
            accept = draw(st.lists(typed, min_size=1, max_size=9))
            gaps = {str(i): {"accept": [word]} for i, word in enumerate(accept, start=1)}
            holes = text(" ".join(f"{{{{{name}}}}}" for name in gaps))
            spelt = {str(i): f" {word.upper()} " for i, word in enumerate(accept, start=1)}
            # Upper case is not always undone by case folding (ß, say): such words stay as they are.
            right = {
                name: word if word.casefold() == gaps[name]["accept"][0].casefold() else accept[int(name) - 1]
                for name, word in spelt.items()
            }
            return question(kind, text=holes, gaps=gaps), {"gaps": right}
        case "trace":
            output = draw(typed)
            return question(kind, code="print()", answer=output), {"output": f" {output}\n"}
        case "spot-the-line":
            lines = draw(st.sets(st.integers(1, n), min_size=1))
            code = "\n".join(f"x = {i}" for i in range(n))
            fields = {"code": code, "wrong_lines": sorted(lines), "correction": text("c")}
            return question(kind, **fields), {"lines": draw(st.permutations(sorted(lines)))}
    rubric = [
        {"key": key, "kind": "required" if i == 0 else draw(st.sampled_from(["required", "bonus", "fatal"]))}
        | {"text": text(key), "sources": [SOURCE]}
        for i, key in enumerate(keys)
    ]
    return question("open", rubric=rubric, model_answer=text("m")), {"text": "because"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(LETTERS),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from([*LETTERS, "1", "2"]) | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)
field_names = st.sampled_from(
    ["choice", "choices", "value", "order", "pairs", "gaps", "output", "lines", "text", "extra"]
)


@given(questions())
def test_the_right_response_has_full_marks(case):
    asked, right = case
    marked = mark(asked, right)
    assert marked.score == (None if asked.type == "open" else 1.0)
    assert all(marked.parts.values())


@given(questions(), st.data())
def test_any_response_scores_between_0_and_1_or_is_refused(case, data):
    asked, right = case
    (field,) = right
    shaped = st.fixed_dictionaries({field: json_values})
    response = data.draw(st.dictionaries(field_names, json_values, max_size=3) | shaped | json_values)
    try:
        marked = mark(asked, response)
    except InvalidResponse:
        pass
    else:
        assert marked.score is None or 0 <= marked.score <= 1
    if isinstance(response, dict):
        for language in Language:
            assert response_text(asked, response, language).encode()


@given(questions(("multiple", "spot-the-line", "ordering", "matching")), st.data())
def test_any_other_well_formed_response_scores_less(case, data):
    asked, right = case
    ((field, value),) = right.items()
    match asked.type:
        case "multiple":
            other = data.draw(st.sets(st.sampled_from([o.key for o in asked.options])).map(sorted))
        case "spot-the-line":
            other = data.draw(st.sets(st.integers(1, len(asked.code.splitlines()))).map(sorted))
        case "ordering":
            other = data.draw(st.permutations(value))
        case _:
            other = dict(zip(value, data.draw(st.permutations(list(value))), strict=True))
    same = sorted(other) == sorted(value) if asked.type in ("multiple", "spot-the-line") else other == value
    assert (mark(asked, {field: other}).score == 1) == same


@given(questions(), st.text())
def test_a_presentation_is_a_permutation_and_depends_on_the_seed_alone(case, seed):
    asked, _ = case
    shown = presentation(asked, seed)
    assert shown == presentation(asked, seed)
    parts = {"single": "options", "multiple": "options", "log-diagnosis": "options", "ordering": "items"}
    parts["matching"] = "pairs"
    keys = [part.key for part in getattr(asked, parts[asked.type])] if asked.type in parts else []
    assert sorted(shown) == keys
    if asked.type == "ordering":
        assert shown != keys


def test_every_place_of_a_presentation_is_reached():
    asked = question("single", options=options([True, False, False]))
    shown = {tuple(presentation(asked, str(seed))) for seed in range(100)}
    assert shown == set(permutations("abc"))


@given(questions(), st.sampled_from(list(Language)))
def test_the_key_reads_like_the_right_response(case, language):
    asked, right = case
    key = key_text(asked, language)
    assert key
    if asked.type in ("single", "multiple", "log-diagnosis", "ordering", "matching"):
        assert response_text(asked, right, language) == key
    if asked.type == "spot-the-line":
        assert key.startswith(response_text(asked, right, language))


@pytest.mark.parametrize(
    ("choices", "score"),
    [("ab", 1), ("a", 1 / 2), ("abc", 1 / 2), ("ac", 0), ("abcd", 0), ("cd", 0), ("", 0)],
)
def test_wrong_choices_cost_what_right_ones_earn(choices, score):
    asked = question("multiple", options=options([True, True, False, False]))
    assert mark(asked, {"choices": list(choices)}).score == score


@pytest.mark.parametrize(
    ("order", "score"), [("abcd", 1), ("bacd", 4 / 6), ("bcda", 0), ("dcba", 0), ("badc", 2 / 6), ("acbd", 4 / 6)]
)
def test_an_order_scores_by_its_pairs(order, score):
    assert mark(question("ordering", items=keyed(4, text="i")), {"order": list(order)}).score == score


def test_parts_say_what_was_right():
    asked = question("cloze", text=text("{{1}} {{2}}"), gaps={"1": {"accept": ["Mean"]}, "2": {"accept": ["x"]}})
    marked = mark(asked, {"gaps": {"1": " ｍｅａｎ"}})
    assert (marked.score, marked.parts) == (0.5, {"1": True, "2": False})
    matching = question("matching", pairs=keyed(3, left="l", right="r"))
    marked = mark(matching, {"pairs": {"a": "a", "b": "c"}})
    assert (marked.score, marked.parts) == (1 / 3, {"a": True, "b": False, "c": False})


@pytest.mark.parametrize(
    ("tolerance", "typed", "score"),
    [
        ({}, "2000", 1),
        ({}, "2000.001", 0),
        ({"relative": 0.01}, "2,020", 1),
        ({"relative": 0.01}, "2020.1", 0),
        ({"absolute": 5}, "1995", 1),
        ({"absolute": 5}, "1994.9", 0),
        ({}, "-2000", 0),
    ],
)
def test_a_number_may_be_off_by_the_tolerance_and_no_more(tolerance, typed, score):
    asked = question("numeric", answer=2000, tolerance=tolerance, derive={"function": "m.f"})
    assert mark(asked, {"value": typed}).score == score


@pytest.mark.parametrize("typed", ["torch.Size([2,3])", " torch.Size( [2, 3] )\n", "torch.Size（[2，3]）", "(2, 3)"])
def test_white_space_and_width_do_not_count_in_a_trace(typed):
    asked = question("trace", code="c", answer="torch.Size([2, 3])", accept=["(2, 3)"])
    assert mark(asked, {"output": typed}).score == 1
    assert mark(asked, {"output": typed.upper().replace("2", "4")}).score == 0


RUBRIC = [
    {"key": key, "kind": kind, "text": text(key), "sources": [SOURCE]}
    for key, kind in zip("abcd", ["required", "required", "bonus", "fatal"], strict=True)
]


@pytest.mark.parametrize(
    ("said", "score"), [("", 0), ("a", 0.5), ("ab", 1), ("ac", 1), ("abc", 1), ("c", 0.5), ("abd", 0), ("d", 0)]
)
def test_a_rubric_scores_by_its_points(said, score):
    asked = question("open", rubric=RUBRIC, model_answer=text("m"))
    marked = mark_points(asked, dict.fromkeys(said, True))
    assert marked.score == score
    assert marked.points == {key: key in said for key in "abcd"}


@pytest.mark.parametrize("points", [{"e": True}, {"a": 1}, {"a": None}, {1: True}])
def test_points_that_the_rubric_does_not_have_are_refused(points):
    with pytest.raises(InvalidResponse):
        mark_points(question("open", rubric=RUBRIC, model_answer=text("m")), points)


@pytest.mark.parametrize(
    ("kind", "response"),
    [
        ("single", {"choice": "z"}),
        ("single", {"choice": ["a"]}),
        ("single", {"choice": "a", "extra": 1}),
        ("single", {}),
        ("single", None),
        ("multiple", {"choices": ["a", "a"]}),
        ("multiple", {"choices": "a"}),
        ("ordering", {"order": ["a", "b"]}),
        ("matching", {"pairs": {"a": "b", "c": "b"}}),
        ("matching", {"pairs": [["a", "b"]]}),
        ("spot-the-line", {"lines": [0]}),
        ("spot-the-line", {"lines": [True]}),
        ("spot-the-line", {"lines": [1.0]}),
        ("open", {"text": "x" * 20_001}),
        ("open", {"text": "\ud800"}),
        ("open", {"text": "\0"}),
    ],
)
def test_what_does_not_fit_is_refused(kind, response):
    fields = {
        "single": {"options": options([True, False, False])},
        "multiple": {"options": options([True, False, False])},
        "ordering": {"items": keyed(3, text="i")},
        "matching": {"pairs": keyed(3, left="l", right="r")},
        "spot-the-line": {"code": "a\nb", "wrong_lines": [1], "correction": text("c")},
        "open": {"rubric": RUBRIC, "model_answer": text("m")},
    }
    with pytest.raises(InvalidResponse) as refused:
        mark(question(kind, **fields[kind]), response)
    assert refused.value.text.en == str(refused.value)
    assert refused.value.text.zh.endswith("。")


def test_texts_for_reports_are_readable():
    cloze = question("cloze", text=text("a {{1}} b {{2}}"), gaps={"1": {"accept": ["x"]}, "2": {"accept": ["y"]}})
    assert key_text(cloze, "en") == "a [x] b [y]"
    assert response_text(cloze, {"gaps": {"2": " z "}}, "zh") == "词a […] b [z]"
    assert response_text(cloze, {"gaps": {}}, "zh") == "（未作答）"
    numeric = question("numeric", answer=6738415616, unit=text("bytes"), derive={"function": "m.f"})
    assert key_text(numeric, "en") == "6738415616 bytes"
    lines = question("spot-the-line", code="a\n  b\nc", wrong_lines=[2], correction=text("swap"))
    assert key_text(lines, "en") == "2: b\nswap"
    single = question("single", options=options([True, False, False]))
    assert response_text(single, {"choice": "z", "了": 1}, "en") == '{"choice": "z", "了": 1}'
