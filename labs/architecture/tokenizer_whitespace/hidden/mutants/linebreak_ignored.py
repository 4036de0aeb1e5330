# killed-by: switches
# mistake: switch-misread
# Always replaces newlines.
NEWLINE, TAB = "<n>", "<|tab|>"


def encode(text, linebreak=True, whitespaces=True, max_length=80):
    lengths = blank_lengths(max_length)
    if True:
        text = text.replace("\n", NEWLINE)
    if whitespaces:
        text = text.replace("\t", TAB)
        for length in reversed(lengths):
            text = text.replace(" " * length, blank(length))
    return text


def decode(text, max_length=80):
    lengths = blank_lengths(max_length)
    text = text.replace(NEWLINE, "\n").replace(TAB, "\t")
    for length in lengths:
        text = text.replace(blank(length), " " * length)
    return text


def blank(length):
    return f"<|blank_{length}|>"


def blank_lengths(max_length):
    if max_length < 2:
        raise ValueError("the shortest marker is of two blanks")
    return range(2, max_length + 1)
