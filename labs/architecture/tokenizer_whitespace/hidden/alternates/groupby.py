# Runs of equal characters with itertools; decoding with the released order of replacements turned round.
from itertools import groupby


def _check(n):
    if n < 2:
        raise ValueError("no marker is that short")


def _blanks(n, longest):
    while n >= 2:
        used = min(n, longest)
        yield f"<|blank_{used}|>"
        n -= used
    yield " " * n


def encode(text, linebreak=True, whitespaces=True, max_length=80):
    _check(max_length)
    result = ""
    for character, group in groupby(text):
        n = len(list(group))
        if character == "\n" and linebreak:
            result += "<n>" * n
        elif character == "\t" and whitespaces:
            result += "<|tab|>" * n
        elif character == " " and whitespaces:
            result += "".join(_blanks(n, max_length))
        else:
            result += character * n
    return result


def decode(text, max_length=80):
    _check(max_length)
    for n in range(max_length, 1, -1):
        text = text.replace(f"<|blank_{n}|>", " " * n)
    return text.replace("<|tab|>", "\t").replace("<n>", "\n")
