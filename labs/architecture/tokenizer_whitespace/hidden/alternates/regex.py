# One regular expression each way.
import re


def encode(text, linebreak=True, whitespaces=True, max_length=80):
    if max_length < 2:
        raise ValueError(max_length)

    def marker(found):
        run = found.group()
        if run == "\n":
            return "<n>" if linebreak else run
        if not whitespaces:
            return run
        if run == "\t":
            return "<|tab|>"
        full, rest = divmod(len(run), max_length)
        return f"<|blank_{max_length}|>" * full + ("" if rest == 0 else " " if rest == 1 else f"<|blank_{rest}|>")

    return re.sub("\n|\t| +", marker, text)


def decode(text, max_length=80):
    if max_length < 2:
        raise ValueError(max_length)
    white = {"<n>": "\n", "<|tab|>": "\t"}
    for n in range(2, max_length + 1):
        white["<|blank_%d|>" % n] = n * " "
    return re.sub(r"<n>|<\|[a-z]+(?:_[0-9]+)?\|>", lambda m: white.get(m[0], m[0]), text)
