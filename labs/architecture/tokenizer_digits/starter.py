"""Encoding and decoding as Llama does: a space in front, digits alone, bytes for what the vocabulary lacks."""


def encode(text: str, vocab: dict[str, int], merges: list[tuple[str, str]]) -> list[int]:
    """The ids of `text`: ▁ for spaces, one chunk a digit, bytes where a character is no piece, then the merges."""
    raise NotImplementedError("TODO: prefix, chunks, characters or bytes, merges, ids")


def decode(ids: list[int], vocab: dict[str, int]) -> str:
    """The text of `ids`: runs of bytes decoded together, spaces for ▁, one space off at the start.

    Raises ValueError for an id that belongs to no piece.
    """
    raise NotImplementedError("TODO: pieces, runs of bytes, spaces")
