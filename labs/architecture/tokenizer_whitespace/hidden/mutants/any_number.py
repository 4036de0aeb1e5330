# killed-by: look-alikes
# mistake: anything-is-a-marker
# One regular expression for all numbers.
import re

NEWLINE, TAB = "<n>", "<|tab|>"


def encode(text, linebreak=True, whitespaces=True, max_length=80):
    lengths = blank_lengths(max_length)
    if linebreak:
        text = text.replace("\n", NEWLINE)
    if whitespaces:
        text = text.replace("\t", TAB)
        for length in reversed(lengths):
            text = text.replace(" " * length, blank(length))
    return text


def decode(text, max_length=80):
    lengths = blank_lengths(max_length)
    text = text.replace(NEWLINE, "\n").replace(TAB, "\t")
    return re.sub(r"<\|blank_(\d+)\|>", lambda found: " " * int(found[1]), text)


def blank(length):
    return f"<|blank_{length}|>"


def blank_lengths(max_length):
    if max_length < 2:
        raise ValueError("the shortest marker is of two blanks")
    return range(2, max_length + 1)
