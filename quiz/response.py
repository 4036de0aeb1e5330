"""Reading a response: plain JSON that somebody else wrote, so every shape, size and key is checked.

Each reader returns the response's value in the form that marking needs, or raises `InvalidResponse`. The
formats are listed in `quiz.bank.schema`.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Collection, Mapping
from typing import NoReturn, TypeGuard

from labs.grading.content import Text

MAX_TEXT = 20_000
"""Characters of one typed text."""
MAX_NUMBER = 64
"""Characters of one typed number."""

Response = Mapping[str, object]


class InvalidResponse(ValueError):
    """A response that does not fit its question. `text` is one sentence, in both languages."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.text = Text(en=en, zh=zh)


def read_choice(response: Response, keys: Collection[str]) -> str:
    """`{"choice": "b"}`: one of `keys`."""
    choice = _only_field(response, "choice")
    if not isinstance(choice, str) or choice not in keys:
        raise InvalidResponse("Choose one of the options.", "请从选项中选择一项。")
    return choice


def read_choices(response: Response, keys: Collection[str]) -> frozenset[str]:
    """`{"choices": ["a", "c"]}`: some of `keys`, each once; none at all is a response too."""
    choices = _only_field(response, "choices")
    if not _are_distinct_keys(choices, keys):
        raise InvalidResponse("Choose among the options, each at most once.", "请在选项中选择，每项至多一次。")
    return frozenset(choices)


def read_order(response: Response, keys: Collection[str]) -> list[str]:
    """`{"order": ["c", "a", "b"]}`: all of `keys`, each once."""
    order = _only_field(response, "order")
    if not _are_distinct_keys(order, keys) or len(order) != len(keys):
        raise InvalidResponse("Put every item into the order exactly once.", "请给每一项排序，每项恰好出现一次。")
    return order


def read_pairs(response: Response, keys: Collection[str]) -> dict[str, str]:
    """`{"pairs": {"a": "c"}}`: left key to right key, each at most once; a left side may stay open."""
    pairs = _only_field(response, "pairs")
    if (
        not isinstance(pairs, Mapping)
        or not _are_distinct_keys(list(pairs), keys)
        or not _are_distinct_keys(list(pairs.values()), keys)
    ):
        raise InvalidResponse(
            "Match the left sides with the right sides, each at most once.",
            "请配对左右两侧，每一侧至多使用一次。",
        )
    return dict(pairs)


def read_gaps(response: Response, names: Collection[str]) -> dict[str, str]:
    """`{"gaps": {"1": "mean"}}`: text by the gap's name; a gap may be left open."""
    gaps = _only_field(response, "gaps")
    if not isinstance(gaps, Mapping) or not _are_distinct_keys(list(gaps), names):
        raise InvalidResponse("Fill in the gaps of this text and no others.", "请只填写本题中的空。")
    return {name: _bounded_text(text) for name, text in gaps.items()}


def read_lines(response: Response, last: int) -> frozenset[int]:
    """`{"lines": [4, 7]}`: line numbers from 1 to `last`, each once."""
    lines = _only_field(response, "lines")
    if not isinstance(lines, list) or len(lines) > last or not all(type(line) is int for line in lines):
        raise InvalidResponse("Choose lines by their numbers.", "请按行号选择代码行。")
    chosen = frozenset(lines)
    if len(chosen) != len(lines) or not all(1 <= line <= last for line in chosen):
        raise InvalidResponse(
            f"Choose among lines 1 to {last}, each at most once.",
            f"请在第 1 至 {last} 行中选择，每行至多一次。",
        )
    return chosen


def read_text(response: Response, field: str) -> str:
    """`{"text": "..."}` or `{"output": "..."}`."""
    return _bounded_text(_only_field(response, field))


def read_number(response: Response) -> float:
    """`{"value": "3.5e9"}`, as typed; see `parse_number`."""
    return parse_number(_bounded_text(_only_field(response, "value")))


def parse_number(typed: str) -> float:
    """The finite number that a person typed, in the ways people type numbers.

    Besides Python's own forms: `6,738` and `6 738` (groups of three), `3.5x10^9`, full-width digits and
    signs, the Chinese full stop as a decimal point. What could be read in two ways is refused and never
    guessed: `3,5`, raised digits (`10⁹`), anything with a unit. Raises `InvalidResponse`.
    """
    if len(typed) > MAX_NUMBER:
        raise InvalidResponse(
            f"A number has at most {MAX_NUMBER} characters here.", f"这里的数字至多 {MAX_NUMBER} 个字符。"
        )
    if any(unicodedata.decomposition(c).startswith(("<super>", "<sub>")) for c in typed):
        # Compatibility normalisation would turn 10⁹ into 109.
        raise InvalidResponse("Write powers of ten as 1e9.", "请用 1e9 的形式书写 10 的幂。")
    plain = unicodedata.normalize("NFKC", typed).translate(_AS_ASCII).strip().lower()
    if not plain:
        raise InvalidResponse("Type a number.", "请输入一个数字。")
    found = _NUMBER.fullmatch(plain)
    if not found:
        _explain_what_is_not_a_number(plain)
    mantissa = re.sub(r"[, _]", "", found["mantissa"])
    number = float(f"{found['sign']}{mantissa}e{found['exponent'] or 0}")
    if not math.isfinite(number):
        raise InvalidResponse("This number is too large.", "这个数字太大了。")
    return number


_AS_ASCII = str.maketrans({"。": ".", "−": "-", "–": "-", "×": "x", "*": "x"})
_UNSIGNED = r"(?:[0-9]+(?:_[0-9]+)*|[0-9]{1,3}(?:[, ][0-9]{3})+)(?:\.[0-9]*)?|\.[0-9]+"
_TIMES_TEN_TO = r"(?:e| ?x ?10 ?(?:\^|xx) ?)"
_NUMBER = re.compile(rf"(?P<sign>[+-]?) ?(?P<mantissa>{_UNSIGNED})(?:{_TIMES_TEN_TO}(?P<exponent>[+-]?[0-9]{{1,3}}))?")
_NUMBER_AND_MORE = re.compile(rf"[+-]? ?(?:{_UNSIGNED})(?:e[+-]?[0-9]+)? ?[^0-9.,_\s].*")


def _explain_what_is_not_a_number(plain: str) -> NoReturn:
    if re.fullmatch(r"[+-]?[0-9]+,[0-9]+", plain):
        raise InvalidResponse(
            "Write the decimal point as a dot, and group thousands by three.",
            "小数点请用“.”，千位分隔请每三位一组。",
        )
    if _NUMBER_AND_MORE.fullmatch(plain):
        raise InvalidResponse(
            "Type the number alone and in full, without a unit or a suffix such as K, M or %.",
            "请只输入完整的数字，不带单位，也不带 K、M、万、% 等后缀。",
        )
    raise InvalidResponse("Type a number such as 6738, 0.5 or 3.5e9.", "请输入一个数字，例如 6738、0.5 或 3.5e9。")


def _only_field(response: Response, name: str) -> object:
    if not isinstance(response, Mapping) or set(response) != {name}:
        raise InvalidResponse(
            f"A response to this question has the one field `{name}`.",
            f"本题的作答应当只有 `{name}` 一个字段。",
        )
    return response[name]


def _are_distinct_keys(values: object, keys: Collection[str]) -> TypeGuard[list[str]]:
    """Whether `values` is a list of some of `keys`, none twice."""
    return (
        isinstance(values, list)
        and len(values) <= len(keys)
        and all(isinstance(value, str) and value in keys for value in values)
        and len(set(values)) == len(values)
    )


def _bounded_text(text: object) -> str:
    if not isinstance(text, str):
        raise InvalidResponse("Type your answer as text.", "请以文本形式作答。")
    if len(text) > MAX_TEXT:
        raise InvalidResponse(
            f"An answer has at most {MAX_TEXT:,} characters; this one has {len(text):,}.",
            f"作答至多 {MAX_TEXT:,} 个字符，现有 {len(text):,} 个。",
        )
    if "\0" in text or any("\ud800" <= c <= "\udfff" for c in text):
        raise InvalidResponse("The answer contains characters that no text has.", "作答中含有无法保存的字符。")
    return text
