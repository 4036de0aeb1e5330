"""Encoding and decoding as Llama's tokenizer does, the reference.

Hugo Touvron et al., "Llama 2", arXiv:2307.09288, section 2.2: byte pair encoding as in SentencePiece, numbers digit by
digit, unknown characters as bytes. The merges are those of Sennrich et al., arXiv:1508.07909, section 3.2:

    as long as a pair of neighbours is among the merges, join the pair that was learnt first

Bytes are the last resort of a vocabulary that cannot hold every character: 256 pieces spell them all.
"""

import itertools
import re


def encode(text, vocab, merges):
    if not text:
        return []
    rank = {pair: i for i, pair in enumerate(merges)}
    text = "▁" + text.replace(" ", "▁")  # a word has one token, at the start as elsewhere
    ids = []
    for chunk in re.split("([0-9])", text):  # the group keeps the digits
        pieces = [piece for char in chunk for piece in spell(char, vocab)]
        ids += [vocab[piece] for piece in merge(pieces, rank)]
    return ids


def spell(char, vocab):
    """A character as one piece, or as its bytes."""
    return [char] if char in vocab else [f"<0x{byte:02X}>" for byte in char.encode("utf-8")]


def merge(pieces, rank):
    while True:
        pairs = [pair for pair in itertools.pairwise(pieces) if pair in rank]
        if not pairs:
            return pieces
        best = min(pairs, key=rank.__getitem__)
        joined, i = [], 0
        while i < len(pieces):
            if tuple(pieces[i : i + 2]) == best:
                joined.append(best[0] + best[1])
                i += 2
            else:
                joined.append(pieces[i])
                i += 1
        pieces = joined


def decode(ids, vocab):
    piece_of = {i: piece for piece, i in vocab.items()}
    text, run = "", bytearray()
    for i in ids:
        if i not in piece_of:
            raise ValueError(f"no piece has the id {i}")
        piece = piece_of[i]
        if re.fullmatch("<0x[0-9A-F]{2}>", piece):
            run.append(int(piece[3:5], 16))
        else:
            text += spell_out(run) + piece.replace("▁", " ")
            run.clear()
    return (text + spell_out(run)).removeprefix(" ")


def spell_out(run):
    """The text of a run of bytes; a part of a character alone says nothing."""
    try:
        return run.decode("utf-8")
    except UnicodeDecodeError:
        return "\ufffd" * len(run)
