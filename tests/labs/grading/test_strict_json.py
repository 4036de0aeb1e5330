"""Strict JSON: the problems of a text, their lines and their keys."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.grading.strict_json import Document, read_strict, said

NAMES = st.text(max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)
INDENTS = st.sampled_from([None, 0, 2, "\t"])


@pytest.mark.parametrize(
    ("text", "line", "key", "says"),
    [
        ('{\n  "a": 1,\n  "b": 2,\n}', 4, "b", "closing bracket"),
        ('{"a": [\n1,\n]}', 3, "a", "closing bracket"),
        ('{\n  // why\n  "a": 1\n}', 2, "", "comments"),
        ('{\n  "a": 1 # why\n}', 2, "a", "comments"),
        ('{"a": 1} /* why */', 1, "a", "comments"),
        ('{\n  "a": 1\n  "b": 2\n}', 3, "a", "comma"),
        ('{"a" 1}', 1, "", "colon"),
        ('{"a": 1, b: 2}', 1, "a", "key in double quotes"),
        ('{"a":\n True}', 2, "a", "lower case"),
        ('{"a": yes}', 1, "a", "value"),
        ("{\n'a': 1}", 2, "", "not in single ones"),
        ('{"a": "b\n}', 1, "a", "tab"),
        ('{"a": "b', 1, "a", "not closed"),
        ('{"a": "\\d"}', 1, "a", "backslash"),
        ('{"a": 1}\n}', 2, "a", "after the end"),
        ('{"a": ["x", ": y"],\n "b": "{", "c": }', 2, "c", "value"),
        ('{"a": ["x",\t": y" 1]}', 1, "a", "comma"),
        ('{"a": {"b": "\\" : c', 1, "b", "not closed"),
        ("", 1, "", "empty"),
        ("[1]", 1, "", "object"),
        ("\ufeff{}", 1, "", "byte order mark"),
        ('{"a": ' + "[" * 100_000 + "]" * 100_000 + "}", 0, "", "further"),
        ('{"a":' * 33 + "1" + "}" * 33, 0, "", "further"),
        ('{"a": ' + "1" * 5000 + "}", 0, "", "further"),
        ('{"a": "\\ud83d"}', 0, "", "half"),
        ('{"\\ude00": 1}', 0, "", "half"),
        ('{\n  "a": {"x": NaN}\n}', 2, "", "NaN"),
        ('{"a": "NaN",\n "b": -Infinity}', 2, "", "-Infinity"),
        ('{"a":\n1e999}', 2, "", "1e999"),
        ('{"a": 1,\n "b": {"a": 2},\n "a": 3}', 3, "a", "line 1 already"),
        ('{"a": [{"b": 1}, {"b": 2,\n "\\u0062": 3}]}', 2, "a.1.b", "line 1 already"),
    ],
)
def test_the_first_problem_has_its_line_and_its_key(text: str, line: int, key: str, says: str) -> None:
    problems = read_strict(text)
    assert isinstance(problems, list)
    assert (problems[0]["line"], problems[0]["key"]) == (line, key)
    assert says in problems[0]["en"]
    sentence = said(problems[0])
    assert sentence.en.startswith(f"Line {line}" if line else problems[0]["en"])
    assert sentence.zh.startswith(f"第 {line} 行" if line else problems[0]["zh"])


@given(st.dictionaries(NAMES, VALUES, max_size=4), INDENTS, st.booleans())
def test_whatever_json_writes_is_read(config: dict[str, object], indent: int | str | None, ascii_only: bool) -> None:
    read = read_strict(json.dumps(config, indent=indent, ensure_ascii=ascii_only))
    assert isinstance(read, Document)
    assert read.value == config


@given(st.dictionaries(NAMES, VALUES, min_size=1, max_size=4), INDENTS, st.data())
def test_a_key_that_stands_twice_is_found_wherever_it_is(
    config: dict[str, object], indent: int | str | None, data: st.DataObject
) -> None:
    text = json.dumps(config, indent=indent)
    name = data.draw(st.sampled_from(sorted(config)))
    twice = text.rstrip("\n")[:-1].rstrip("\n") + f",\n{json.dumps(name)}: 0}}"
    problems = read_strict(twice)
    assert isinstance(problems, list)
    assert [p["line"] for p in problems] == [twice.count("\n") + 1]
    assert "stands" in problems[0]["en"]


@given(st.text(alphabet='{}[]":,\\/#\n\t ab1N', max_size=40) | st.text())
def test_any_text_has_an_answer_and_only_strict_json_is_fine(text: str) -> None:
    read = read_strict(text)
    if isinstance(read, Document):
        assert isinstance(json.loads(text, parse_constant=pytest.fail, object_pairs_hook=unique), dict)
    else:
        assert 0 <= read[0]["line"] <= text.count("\n") + 1


def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def test_a_whole_pair_of_surrogates_is_a_character() -> None:
    read = read_strict('{"\\ud83d\\ude00": "\\ud83d\\ude00"}')
    assert isinstance(read, Document)


def test_every_key_has_its_line() -> None:
    read = read_strict('{"a":\n  [1, {"b": "{,:"},\n\n  {"b": 1, "c\\u0064": {}}],\n"e": "\\""}')
    assert isinstance(read, Document)
    assert read.lines == {("a",): 1, ("a", 1, "b"): 2, ("a", 2, "b"): 4, ("a", 2, "cd"): 4, ("e",): 5}
    assert read.problem(("a", 2, "cd", "deeper"), "x.", "x。")["line"] == 4
