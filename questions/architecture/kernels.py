"""The numbers in kernels.yaml: physical blocks of a paged KV cache with a shared prefix."""

from __future__ import annotations


def blocks_with_shared_prefix(*, requests: int, prefix: int, own: int, block_size: int) -> int:
    """Physical blocks for `requests` sequences that begin with the same `prefix` tokens and go on with `own` each.

        full = ⌊prefix / block⌋ blocks once        ⌈(prefix + own) / block⌉ - full blocks for each request

    A block is shared if it is full and all tokens up to its end are the same.
    Source: vLLM, docs/design/prefix_caching.md ("We only cache full blocks").
    """
    full = prefix // block_size
    return full + requests * (-(-(prefix + own) // block_size) - full)


def blocks_without_sharing(*, requests: int, prefix: int, own: int, block_size: int) -> int:
    """The same with the prefix stored for each request."""
    return requests * -(-(prefix + own) // block_size)


def blocks_with_a_shared_partial_block(*, requests: int, prefix: int, own: int, block_size: int) -> int:
    """The same as if the last, partly filled block of the prefix were shared and own tokens began a new one."""
    return -(-prefix // block_size) + requests * -(-own // block_size)


def blocks_of_all_tokens(*, requests: int, prefix: int, own: int, block_size: int) -> int:
    """The same as if all tokens lay packed in one row of blocks."""
    return -(-(prefix + requests * own) // block_size)
