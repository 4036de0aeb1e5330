"""White space as markers, the reference.

The tokenizer of ChatGLM-6B (tokenization_chatglm.py, `_encode_whitespaces`) replaces, ahead of SentencePiece,

    newline -> <n>     tab -> <|tab|>     i blanks -> <|blank_i|>  for i = max_length, ..., 3, 2

From the longest down, so that a run is one marker, and a longer run is full markers and a rest. Every marker is a piece
of the vocabulary: 40 blanks of indentation cost one token.
"""

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
    for length in lengths:
        text = text.replace(blank(length), " " * length)
    return text


def blank(length):
    return f"<|blank_{length}|>"


def blank_lengths(max_length):
    if max_length < 2:
        raise ValueError("the shortest marker is of two blanks")
    return range(2, max_length + 1)
