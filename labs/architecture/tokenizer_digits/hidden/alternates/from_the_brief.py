# Written from the brief and the starter alone.
"""Encoding and decoding as Llama does: a space in front, digits alone, bytes for what the vocabulary lacks."""

import re

SPACE = "\u2581"
BYTE = re.compile(r"<0x([0-9A-F]{2})>")


def _bpe(pieces: list[str], ranks: dict[tuple[str, str], int]) -> list[str]:
    while len(pieces) > 1:
        pair = min(zip(pieces, pieces[1:]), key=lambda p: ranks.get(p, len(ranks)))
        if pair not in ranks:
            break
        merged, i = [], 0
        while i < len(pieces):
            if i + 1 < len(pieces) and (pieces[i], pieces[i + 1]) == pair:
                merged.append(pieces[i] + pieces[i + 1])
                i += 2
            else:
                merged.append(pieces[i])
                i += 1
        pieces = merged
    return pieces


def encode(text: str, vocab: dict[str, int], merges: list[tuple[str, str]]) -> list[int]:
    """The ids of `text`: ▁ for spaces, one chunk a digit, bytes where a character is no piece, then the merges."""
    if not text:
        return []
    ranks = {tuple(pair): i for i, pair in enumerate(merges)}
    ids = []
    for chunk in re.split(r"([0-9])", (" " + text).replace(" ", SPACE)):
        pieces = []
        for char in chunk:
            if char in vocab:
                pieces.append(char)
            else:
                pieces.extend(f"<0x{byte:02X}>" for byte in char.encode("utf-8"))
        ids.extend(vocab[piece] for piece in _bpe(pieces, ranks))
    return ids


def decode(ids: list[int], vocab: dict[str, int]) -> str:
    """The text of `ids`: runs of bytes decoded together, spaces for ▁, one space off at the start.

    Raises ValueError for an id that belongs to no piece.
    """
    pieces = {i: piece for piece, i in vocab.items()}
    parts: list[str] = []
    run = bytearray()

    def flush() -> None:
        try:
            parts.append(run.decode("utf-8"))
        except UnicodeDecodeError:
            parts.append("\ufffd" * len(run))
        run.clear()

    for i in ids:
        if i not in pieces:
            raise ValueError(f"no piece has the id {i}")
        match = BYTE.fullmatch(pieces[i])
        if match:
            run.append(int(match.group(1), 16))
        else:
            flush()
            parts.append(pieces[i].replace(SPACE, " "))
    flush()
    return "".join(parts).removeprefix(" ")
