"""Texts and numbers as plain text formats take them."""

from __future__ import annotations

import re


def plain_lines(text: str) -> str:
    """`text` with `\\n` for every line break."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def one_line(text: str) -> str:
    """`text` with a space for every run of white space."""
    return " ".join(text.split())


def fenced(code: str, info: str = "") -> str:
    """A block of code in CommonMark, its fence longer than any in the code."""
    longest = max((len(run) for run in re.findall(r"`+", code)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{info}\n{code.rstrip()}\n{fence}"


def number_text(number: float) -> str:
    """A whole number without its fraction; any other so that reading it gives the same number."""
    return str(int(number)) if number.is_integer() and abs(number) < 2**53 else repr(number)
