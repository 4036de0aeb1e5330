# Written from the brief and the starter alone.
"""White space as markers, before and after tokenizing, as in ChatGLM-6B."""

import re

MARKER = re.compile(r"<n>|<\|tab\|>|<\|blank_([1-9][0-9]*)\|>")


def _check(max_length: int) -> None:
    if max_length < 2:
        raise ValueError("max_length must be at least 2")


def encode(text: str, linebreak: bool = True, whitespaces: bool = True, max_length: int = 80) -> str:
    """`text` with <n> for newlines, <|tab|> for tabs, and <|blank_2|> to <|blank_max_length|> for runs of blanks.

    Raises ValueError where max_length is below 2.
    """
    _check(max_length)

    def run(match: re.Match) -> str:
        full, rest = divmod(len(match.group()), max_length)
        tail = f"<|blank_{rest}|>" if rest > 1 else " " * rest
        return f"<|blank_{max_length}|>" * full + tail

    if linebreak:
        text = text.replace("\n", "<n>")
    if whitespaces:
        text = text.replace("\t", "<|tab|>")
        text = re.sub(" {2,}", run, text)
    return text


def decode(text: str, max_length: int = 80) -> str:
    """`text` with the white space that its markers stand for.

    Raises ValueError where max_length is below 2.
    """
    _check(max_length)

    def space(match: re.Match) -> str:
        if match.group() == "<n>":
            return "\n"
        if match.group() == "<|tab|>":
            return "\t"
        digits = match.group(1)
        if len(digits) > len(str(max_length)) or not 2 <= int(digits) <= max_length:
            return match.group()
        return " " * int(digits)

    return MARKER.sub(space, text)
