# All merges in turn, each over the whole chunk; decoding with groupby.
from itertools import groupby


def _chunks(text):
    current = ""
    for c in text:
        if "0" <= c <= "9":
            yield current
            yield c
            current = ""
        else:
            current += c
    yield current


def _join(pieces, a, b):
    result = []
    for piece in pieces:
        if result and result[-1] == (a, False) and piece == b:
            result[-1] = (a + b, True)
        else:
            result.append((piece, False))
    return [piece for piece, _ in result]


def encode(text, vocab, merges):
    ids = []
    if len(text) == 0:
        return ids
    for chunk in _chunks((" " + text).replace(" ", "\u2581")):
        pieces = []
        for c in chunk:
            if c in vocab:
                pieces.append(c)
            else:
                pieces += [f"<0x{b:02X}>" for b in bytes(c, "utf8")]
        for a, b in merges:
            pieces = _join(pieces, a, b)
        ids.extend(map(vocab.get, pieces))
    return ids


def decode(ids, vocab):
    bytes_of = {vocab[f"<0x{b:02X}>"]: b for b in range(256)}
    piece_of = {i: p for p, i in vocab.items()}
    if not set(ids) <= set(piece_of):
        raise ValueError("unknown id")
    text = ""
    for is_byte, group in groupby(ids, key=bytes_of.__contains__):
        if is_byte:
            raw = bytes(bytes_of[i] for i in group)
            decoded = raw.decode("utf-8", "replace")
            text += decoded if decoded.encode() == raw else "\ufffd" * len(raw)
        else:
            text += "".join(piece_of[i] for i in group).replace("\u2581", " ")
    return text if not text.startswith(" ") else text[1:]
