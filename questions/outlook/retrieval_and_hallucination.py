"""The numbers in retrieval_and_hallucination.yaml: the size of a vector index."""

from __future__ import annotations

from functools import cache


def index_gb(*, documents: int, tokens: int, chunk: int, overlap: int, dimensions: int) -> float:
    """GB (10^9 bytes) of a flat float32 index with one vector for each chunk.

        chunks a document = ceil((tokens - overlap) / (chunk - overlap))
        GB                = documents · chunks · 4 · dimensions / 10^9

    The chunks are counted by the truncation of tokenizers, whose `stride` is the overlap.
    Source: faiss wiki, Faiss indexes, `IndexFlatIP`: 4·d bytes a vector.
    """
    return documents * _chunks(tokens, chunk, overlap) * 4 * dimensions / 1e9


def without_overlap(*, documents: int, tokens: int, chunk: int, overlap: int, dimensions: int) -> float:
    """What comes out where the overlap is forgotten."""
    return index_gb(documents=documents, tokens=tokens, chunk=chunk, overlap=0, dimensions=dimensions)


def two_bytes_a_number(*, documents: int, tokens: int, chunk: int, overlap: int, dimensions: int) -> float:
    """What comes out with 16-bit numbers."""
    return index_gb(documents=documents, tokens=tokens, chunk=chunk, overlap=overlap, dimensions=dimensions) / 2


def one_vector_a_document(*, documents: int, tokens: int, chunk: int, overlap: int, dimensions: int) -> float:
    """What comes out where each document gets a single vector."""
    return documents * 4 * dimensions / 1e9


@cache
def _chunks(tokens: int, chunk: int, overlap: int) -> int:
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import WhitespaceSplit

    tokenizer = Tokenizer(WordLevel({"x": 0}))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    tokenizer.enable_truncation(max_length=chunk, stride=overlap)
    encoding = tokenizer.encode("x " * tokens)
    return 1 + len(encoding.overflowing)
