"""How an answer to this lab is called.

The judge runs these functions over your module and over its own. A vocabulary is sent as the list of its pieces, the
id of a piece being its place in the list plus `first`; the 256 byte pieces, in their order, are added behind it.
"""

BYTES = [f"<0x{byte:02X}>" for byte in range(256)]


def encode(answer, text, pieces, merges, first=0):
    """The ids of a text."""
    return answer.encode(text, _vocab(pieces, first), [tuple(pair) for pair in merges])


def decode(answer, ids, pieces, first=0):
    """The text of some ids, or None where decode raises a ValueError."""
    try:
        return answer.decode(ids, _vocab(pieces, first))
    except ValueError:
        return None


def round_trip(answer, texts, pieces, merges, first=0):
    """Each text encoded and decoded."""
    vocab, merges = _vocab(pieces, first), [tuple(pair) for pair in merges]
    return [answer.decode(answer.encode(text, vocab, merges), vocab) for text in texts]


def _vocab(pieces, first):
    return {piece: first + i for i, piece in enumerate([*pieces, *BYTES])}
