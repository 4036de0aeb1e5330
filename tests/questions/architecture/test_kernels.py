"""kernels.py against a pool of blocks filled token by token; the tiled attention of kernels.yaml beside torch's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F

from questions.architecture import kernels
from quiz.bank.schema import Question, SpotTheLine

Find = Callable[[str, str], Question]


@pytest.mark.parametrize("prefix", [96, 100])
@pytest.mark.parametrize("block_size", [8, 16, 32])
def test_pool_of_blocks(prefix: int, block_size: int) -> None:
    requests, own = 20, 50
    pool: set[tuple[object, ...]] = set()
    for request in range(requests):
        tokens = [*range(prefix), *((request, i) for i in range(own))]
        for start in range(0, len(tokens), block_size):
            block = tuple(tokens[: start + block_size])
            shared = len(tokens) - start >= block_size
            pool.add(block if shared else (request, *block))
    counted = kernels.blocks_with_shared_prefix(requests=requests, prefix=prefix, own=own, block_size=block_size)
    assert counted == len(pool)


def test_tiled_softmax(question: Find) -> None:
    asked = question("architecture/kernels", "tiled-softmax")
    assert isinstance(asked, SpotTheLine)
    torch.manual_seed(0)
    q, keys, values = torch.randn(3, 8), torch.randn(10, 8), torch.randn(10, 4)
    expected = F.scaled_dot_product_attention(q, keys, values)

    def run(lines: list[str], block: int) -> Any:
        scope: dict[str, Any] = {"torch": torch}
        exec("\n".join(lines), scope)
        return scope["attend"](q, keys, values, block)

    lines = asked.code.splitlines()
    right = lines.copy()
    sums, mean = (line - 1 for line in asked.wrong_lines)
    right[sums] = lines[sums].replace("out + weights", "out * correction + weights")
    right[mean] = lines[mean].replace("len(keys)", "total")
    for block in 1, 3, 10:
        torch.testing.assert_close(run(right, block), expected)
        assert not torch.allclose(run(lines, block), expected, atol=1e-3)
