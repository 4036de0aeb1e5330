"""What strict JSON has against a text: the first problem, with its line and the key that it stands at."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

_TOKEN = re.compile(r'(?P<string>"(?:[^"\\]|\\.)*")(?P<colon>\s*:)?|(?P<bracket>[{}\[\]])|(?P<constant>-?Infinity|NaN)')

# The parser's own words, told in ours: it thinks of delimiters, a person of commas.
_SYNTAX = {
    "Expecting ',' delimiter": "json.comma",
    "Expecting ':' delimiter": "json.colon",
    "Expecting property name": "json.property-name",
    "Expecting value": "json.value",
    "Unterminated string": "json.open-string",
    "Invalid control character": "json.control-character",
    "Invalid \\": "json.escape",
    "Extra data": "json.extra",
    "Illegal trailing comma": "json.trailing-comma",
}


@dataclass(frozen=True)
class Problem:
    """What is off, as a key of `tui.strings`, and where."""

    line: int
    """From 1."""
    what: str
    at: str = ""
    """The last key of the config up to there; empty before the first one."""


def first_problem(text: str) -> Problem | None:
    """The first thing for which a strict reader refuses `text`; None for a JSON object without any."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        return _broken(text, error)
    except RecursionError:
        return Problem(1, "json.deep")
    except ValueError:  # a number of thousands of digits
        return Problem(1, "json.number")
    return _loose(text) if isinstance(value, dict) else Problem(1, "json.no-object")


def _broken(text: str, error: json.JSONDecodeError) -> Problem:
    before, rest = text[: error.pos], text[error.pos :].lstrip()
    if rest.startswith(("//", "/*", "#")):
        what = "json.comment"
    elif rest.startswith(("}", "]")) and before.rstrip().endswith(","):
        what = "json.trailing-comma"
    elif rest.startswith("'"):
        what = "json.quotes"
    else:
        what = next((what for said, what in _SYNTAX.items() if error.msg.startswith(said)), "json.invalid")
    keys = [_name(token) for token in _TOKEN.finditer(before) if token["colon"]]
    return Problem(error.lineno, what, keys[-1] if keys else "")


def _loose(text: str) -> Problem | None:
    """What the parser lets pass: a key that stands twice in one object, and numbers that JSON does not have."""
    open_brackets: list[set[str]] = []  # with the keys seen in each
    last = ""
    for token in _TOKEN.finditer(text):
        if token["colon"]:
            last = _name(token)
            if last in open_brackets[-1]:
                return Problem(_line(text, token), "json.duplicate", last)
            open_brackets[-1].add(last)
        elif token["constant"]:
            return Problem(_line(text, token), "json.constant", last)
        elif token["bracket"] in ("{", "["):
            open_brackets.append(set())
        elif token["bracket"]:
            open_brackets.pop()
    return None


def _line(text: str, token: re.Match[str]) -> int:
    return text.count("\n", 0, token.start()) + 1


def _name(token: re.Match[str]) -> str:
    """The key that a string token writes, which may spell its letters as escapes."""
    return str(json.loads(token["string"]))
