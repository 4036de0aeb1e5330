"""Strict JSON: the first problem of a text, its line and its key."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.grading.content import Language
from tui.strict_json import Problem, first_problem
from tui.strings import say

NAMES = st.text(max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)
INDENTS = st.sampled_from([None, 0, 2])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{\n  "a": 1,\n  "b": 2,\n}', Problem(4, "json.trailing-comma", "b")),
        ('{"a": [\n1,\n]}', Problem(3, "json.trailing-comma", "a")),
        ('{\n  // why\n  "a": 1\n}', Problem(2, "json.comment")),
        ('{\n  "a": 1 # why\n}', Problem(2, "json.comment", "a")),
        ('{"a": 1} /* why */', Problem(1, "json.comment", "a")),
        ('{\n  "a": 1\n  "b": 2\n}', Problem(3, "json.comma", "a")),
        ('{"a" 1}', Problem(1, "json.colon")),
        ('{"a": 1, b: 2}', Problem(1, "json.property-name", "a")),
        ('{"a":\n True}', Problem(2, "json.value", "a")),
        ("{\n'a': 1}", Problem(2, "json.quotes")),
        ('{"a": "b\n}', Problem(1, "json.control-character", "a")),
        ('{"a": "b', Problem(1, "json.open-string", "a")),
        ('{"a": "\\d"}', Problem(1, "json.escape", "a")),
        ('{"a": 1}\n}', Problem(2, "json.extra", "a")),
        ("", Problem(1, "json.value")),
        ("[1]", Problem(1, "json.no-object")),
        ("\ufeff{}", Problem(1, "json.invalid")),
        ('{"a": ' + "[" * 100_000 + "]" * 100_000 + "}", Problem(1, "json.deep")),
        ('{"a": ' + "1" * 5000 + "}", Problem(1, "json.number")),
        ('{\n  "a": {"x": NaN}\n}', Problem(2, "json.constant", "x")),
        ('{"a": "NaN",\n "b": -Infinity}', Problem(2, "json.constant", "b")),
        ('{"a": 1,\n "b": {"a": 2},\n "a": 3}', Problem(3, "json.duplicate", "a")),
        ('{"a": [{"b": 1}, {"b": 2,\n "\\u0062": 3}]}', Problem(2, "json.duplicate", "b")),
        ('{"a": ["x", ": y"],\n "b": "{", "c": }', Problem(2, "json.value", "c")),
    ],
)
def test_the_first_problem_has_its_line_and_its_key(text, problem):
    assert first_problem(text) == problem
    assert say(problem.what, Language.EN) != say(problem.what, Language.ZH)


@given(st.dictionaries(NAMES, VALUES, max_size=4), INDENTS, st.booleans())
def test_whatever_json_writes_is_fine(config, indent, ascii_only):
    assert first_problem(json.dumps(config, indent=indent, ensure_ascii=ascii_only)) is None


@given(st.dictionaries(NAMES, VALUES, min_size=1, max_size=4), INDENTS, st.data())
def test_a_key_that_stands_twice_is_found_wherever_it_is(config, indent, data):
    text = json.dumps(config, indent=indent)
    name = data.draw(st.sampled_from(sorted(config)))
    twice = text.rstrip("\n")[:-1].rstrip("\n") + f',\n{json.dumps(name)}: 0}}'
    assert first_problem(twice) == Problem(twice.count("\n") + 1, "json.duplicate", name)


@given(st.text(alphabet='{}[]":,\\/#\n ab1N', max_size=40))
def test_any_text_is_read_and_only_strict_json_is_fine(text):
    problem = first_problem(text)
    assert problem is None or 1 <= problem.line <= text.count("\n") + 1
    if problem is None:
        assert isinstance(json.loads(text, parse_constant=pytest.fail, object_pairs_hook=unique), dict)


def unique(pairs):
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)
