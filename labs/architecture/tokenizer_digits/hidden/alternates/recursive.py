# Merges by cutting a chunk where the best pair stands and joining the parts; decoding over one string with a regex.
import re


def _bpe(symbols, ranks):
    known = {(a, b) for a, b in zip(symbols, symbols[1:])} & ranks.keys()
    if not known:
        return symbols
    a, b = sorted(known, key=ranks.get)[0]
    for i in range(len(symbols) - 1):
        if symbols[i] == a and symbols[i + 1] == b:
            symbols = symbols[:i] + (a + b,) + symbols[i + 2 :]
            return _bpe(symbols, ranks)


def encode(text, vocab, merges):
    ranks = dict(zip(merges, range(len(merges))))
    tokens = ()
    for digit, rest in re.findall(r"([0-9])|([^0-9]+)", text and "▁" + text.replace(" ", "▁")):
        symbols = ()
        for c in digit or rest:
            symbols += (c,) if c in vocab else tuple("<0x" + bytes([b]).hex().upper() + ">" for b in c.encode("utf-8"))
        tokens += _bpe(symbols, ranks)
    return [vocab[t] for t in tokens]


def decode(ids, vocab):
    lookup = {v: k for k, v in vocab.items()}
    try:
        pieces = [lookup[i] for i in ids]
    except KeyError as error:
        raise ValueError("id") from error
    # Private characters stand for bytes until they are read; other pieces cannot hold them here.
    private = 0x100000
    text = ""
    for p in pieces:
        text += chr(private + int(p[3:5], 16)) if re.fullmatch(r"<0x..>", p) else p.replace("▁", " ")

    def read(match):
        raw = bytes(ord(c) - private for c in match.group())
        try:
            return str(raw, "utf-8")
        except ValueError:
            return "\ufffd" * len(raw)

    return re.sub("^ ", "", re.sub("[\U00100000-\U001000ff]+", read, text))
