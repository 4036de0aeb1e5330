"""Numbers as people type them."""

import contextlib
import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.response import InvalidResponse, parse_number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_float_is_read_back_as_it_is_printed(number):
    assert parse_number(repr(number)) == number


@given(st.integers(0, 10**15))
def test_grouped_digits_are_read_in_every_style(number):
    for typed in (f"{number:,}", f"{number:_}", f"{number:,}".replace(",", " "), f"{number:,}".replace(",", "，")):
        assert parse_number(typed) == number
    assert parse_number(str(number).translate({ord("0") + i: ord("０") + i for i in range(10)})) == number


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("1e9", 1e9),
        ("1E+9", 1e9),
        ("6_738", 6738),
        ("6,738.5", 6738.5),
        ("６，７３８．５", 6738.5),
        ("3。5", 3.5),
        (" −2.5 ", -2.5),
        ("－２", -2),
        ("+7", 7),
        (".5", 0.5),
        ("5.", 5),
        ("3.5x10^9", 3.5e9),
        ("3.5 × 10^-9", 3.5e-9),
        ("3.5*10**9", 3.5e9),
        ("１ｅ９", 1e9),
    ],
)
def test_ways_to_type_a_number(typed, number):
    assert parse_number(typed) == number


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Type a number"),
        ("  ", "Type a number"),
        ("nan", "Type a number"),
        ("inf", "Type a number"),
        ("-Infinity", "Type a number"),
        ("1e999", "too large"),
        ("１６ GiB", "without a unit"),
        ("16gib", "without a unit"),
        ("7B", "without a unit"),
        ("25%", "without a unit"),
        ("25％", "without a unit"),
        ("2万", "without a unit"),
        ("1e9 bytes", "without a unit"),
        ("6,738 字节", "without a unit"),
        ("3,5", "dot"),
        ("1,0000", "dot"),
        ("10⁹", "1e9"),
        ("3.5×10⁹", "1e9"),
        ("1/3", "without a unit"),
        ("0x10", "without a unit"),
        ("1.2.3", "Type a number"),
        ("--1", "Type a number"),
        ("__import__('os')", "Type a number"),
        ("٣", "Type a number"),
        ("9" * 65, "at most 64"),
        ("1 2", "Type a number"),
        ("[bold]1", "Type a number"),
    ],
)
def test_what_is_no_number_gets_one_clear_sentence(typed, sentence):
    with pytest.raises(InvalidResponse, match=re.escape(sentence)) as refused:
        parse_number(typed)
    assert refused.value.text.zh.endswith("。")


@given(st.text(max_size=100))
def test_any_text_is_a_finite_number_or_refused(typed):
    with contextlib.suppress(InvalidResponse):
        assert math.isfinite(parse_number(typed))
