"""JSON as RFC 8259 has it, with the line of every key: what a configuration file is held to before it is used.

Lenient readers (hjson, which DeepSpeed uses for files; Python's own `json` for NaN and duplicate keys) take more
than this. Problems are data, so that they can leave the process that found them.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NoReturn, TypedDict

from labs.grading.content import Text

KeyPath = tuple[str | int, ...]
"""The keys and list positions that lead to a value, from the outside in."""

MAX_DEPTH = 32
MAX_PROBLEMS = 20

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|\n|[^\s{}\[\]:,"]+')


_HALF = re.compile("[\ud800-\udfff]")


class Problem(TypedDict):
    """One thing that is wrong with a file, said in both languages. `line` is 0 where no line is to blame."""

    key: str
    line: int
    en: str
    zh: str


@dataclass(frozen=True)
class Document:
    """A file that is strict JSON: its object, and the line of each key."""

    value: dict[str, Any]
    lines: dict[KeyPath, int]

    def problem(self, path: KeyPath, en: str, zh: str) -> Problem:
        """A problem at the key that `path` leads to, or at the nearest key around it that the file has."""
        around = next((path[:n] for n in range(len(path), 0, -1) if path[:n] in self.lines), ())
        return Problem(key=dotted(path), line=self.lines.get(around, 0), en=en, zh=zh)


def said(problem: Problem) -> Text:
    """A problem as a sentence that begins with its line and its key, where it has them."""
    line, key = problem["line"], problem["key"].replace("`", "'")
    en = ", ".join([f"Line {line}"] * bool(line) + [f"`{key}`"] * bool(key))
    zh = "，".join([f"第 {line} 行"] * bool(line) + [f"`{key}`"] * bool(key))
    return Text(en=": ".join(filter(None, (en, problem["en"]))), zh="：".join(filter(None, (zh, problem["zh"]))))


def dotted(path: KeyPath) -> str:
    """`zero_optimization.stage`, shortened: a key is text from a stranger."""
    return ".".join(str(part)[:60] for part in path)[:200]


def read_strict(text: str) -> Document | list[Problem]:
    """The object that `text` holds, or what keeps it from being strict JSON. Raises nothing."""
    try:
        value = json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except json.JSONDecodeError as error:
        return [_syntax_problem(text, error)]
    except _NotANumber as error:
        return [_number_problem(text, str(error))]
    except (ValueError, RecursionError):  # thousands of digits or of brackets
        return [_TOO_DEEP]
    if not isinstance(value, dict):
        return [_NOT_AN_OBJECT]
    if _HALF.search(json.dumps(value, ensure_ascii=False)):
        return [_HALF_A_CHARACTER]
    lines: dict[KeyPath, int] = {}
    twice: list[Problem] = []
    for path, line in _keys(text):
        if len(path) > MAX_DEPTH:
            return [_TOO_DEEP]
        if path in lines:
            twice.append(_duplicate_problem(path, lines[path], line))
        lines[path] = line
    return twice[:MAX_PROBLEMS] or Document(value, lines)


def _keys(text: str) -> Iterator[tuple[KeyPath, int]]:
    """Every key of `text`, which is known to be JSON, with its path and its 1-based line, in reading order."""
    path: list[str | int] = []  # one entry for each open bracket: the key, or the position in a list
    line, string = 1, ""
    for match in _TOKEN.finditer(text):
        match token := match.group():
            case "\n":
                line += 1
            case "{":
                path.append("")
            case "[":
                path.append(0)
            case "}" | "]":
                path.pop()
            case ":":
                path[-1] = str(json.loads(string))
                yield tuple(path), line
            case "," if isinstance(path[-1], int):
                path[-1] += 1
            case _:
                string = token


class _NotANumber(Exception):
    """NaN or an infinity stands in the file, by its name or as a number beyond the range of float64."""


def _refuse(literal: str) -> NoReturn:
    raise _NotANumber(literal)


def _finite(literal: str) -> float:
    number = float(literal)
    return number if math.isfinite(number) else _refuse(literal)


def _syntax_problem(text: str, error: json.JSONDecodeError) -> Problem:
    rest, before = text[error.pos :].lstrip(), text[: error.pos].rstrip()
    en, zh = "This is where it stops being JSON", "从这里开始不再是合法的 JSON"
    if not text.strip():
        en, zh = "The file is empty", "文件是空的"
    elif text.startswith("\ufeff"):
        en, zh = "The file begins with a byte order mark", "文件以字节顺序标记（BOM）开头"
    elif rest.startswith(("//", "/*", "#")):
        en, zh = "JSON has no comments", "JSON 不允许写注释"
    elif (rest.startswith(("}", "]")) and before.endswith(",")) or "trailing comma" in error.msg:
        en, zh = "A comma stands before a closing bracket", "右括号前多了一个逗号"
    elif rest.startswith("'"):
        en, zh = "Text stands in double quotes, not in single ones", "字符串要用双引号，不能用单引号"
    elif rest.startswith(("True", "False", "None")):
        en, zh = "Write true, false or null, in lower case", "应小写，写成 true、false 或 null"
    else:
        en, zh = next((words for said, words in _SYNTAX.items() if error.msg.startswith(said)), (en, zh))
    return Problem(key=_last_key(before), line=error.lineno, en=f"{en}.", zh=f"{zh}。")


def _last_key(text: str) -> str:
    """The last key in a text that stops being JSON at its end: where a person would look."""
    parts = [part for part in _TOKEN.findall(text) if part != "\n"]
    keys = [part for part, after in pairwise(parts) if after == ":" and part.startswith('"')]
    return dotted((str(json.loads(keys[-1])),)) if keys else ""


def _number_problem(text: str, literal: str) -> Problem:
    line = 1
    for match in _TOKEN.finditer(text):
        if match.group() == literal:
            break
        line += match.group() == "\n"
    shown = literal[:40]
    return Problem(key="", line=line, en=f"{shown} is no finite number.", zh=f"{shown} 不是有限的数。")


def _duplicate_problem(path: KeyPath, first: int, second: int) -> Problem:
    return Problem(
        key=dotted(path),
        line=second,
        en=f"This key stands at line {first} already; which of the two counts depends on the reader.",
        zh=f"这个键在第 {first} 行已经出现过，以哪一个为准取决于读取它的程序。",
    )


# The parser's own words, told in ours: it thinks of delimiters, a person of commas.
_SYNTAX = {
    "Expecting ',' delimiter": ("A comma or a closing bracket is missing", "缺少逗号或右括号"),
    "Expecting ':' delimiter": ("A colon is missing after the key", "键后缺少冒号"),
    "Expecting property name": ("A key in double quotes is missing", "此处应为双引号括起的键"),
    "Expecting value": ("A value is missing, or is written as JSON does not know it", "缺少值，或值的写法不是 JSON"),
    "Unterminated string": ("A string is not closed", "字符串缺少右引号"),
    "Invalid control character": ("A line break or a tab stands inside a string", "字符串内有换行或制表符"),
    "Invalid \\": ("JSON does not know this backslash", "JSON 不认识的反斜杠转义"),
    "Extra data": ("Text follows after the end of the object", "对象结束之后还有内容"),
}

_TOO_DEEP = Problem(
    key="",
    line=0,
    en=f"Brackets may be {MAX_DEPTH} deep, and numbers a few thousand digits long; this file goes further.",
    zh=f"括号最多嵌套 {MAX_DEPTH} 层，数字最多几千位；这个文件超出了限度。",
)
_HALF_A_CHARACTER = Problem(
    key="",
    line=0,
    en="An escape such as \\ud83d is half of a character and stands without the other half.",
    zh="有 \\ud83d 这样的转义只是半个字符，缺了另一半。",
)
_NOT_AN_OBJECT = Problem(
    key="",
    line=1,
    en="The file must be one object, in braces.",
    zh="整个文件应是一个用花括号括起来的对象。",
)
