"""The hand-written attention of heads.yaml, wrong and mended, beside torch's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F

from quiz.bank.schema import Question, SpotTheLine

Find = Callable[[str, str], Question]


def test_merging_the_heads(question: Find) -> None:
    asked = question("architecture/heads", "merging-the-heads")
    assert isinstance(asked, SpotTheLine)
    softmax, merge = asked.wrong_lines
    torch.manual_seed(0)
    x, qkv, out = torch.randn(2, 5, 8), torch.nn.Linear(8, 24), torch.nn.Linear(8, 8)
    q, k, v = (t.view(2, 5, 4, 2).transpose(1, 2) for t in qkv(x).split(8, dim=-1))
    expected = out(F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).reshape(2, 5, 8))

    def run(lines: list[str]) -> Any:
        scope: dict[str, Any] = {"causal_mask": lambda n: torch.full((n, n), float("-inf")).triu(diagonal=1)}
        exec("\n".join(lines), scope)
        return scope["attention"](x, qkv, out, 4, torch.nn.Identity())

    lines = asked.code.splitlines()
    right = lines.copy()
    right[softmax - 1] = lines[softmax - 1].replace("dim=-2", "dim=-1")
    right[merge - 1] = lines[merge - 1].replace("context.reshape", "context.transpose(1, 2).reshape")
    torch.testing.assert_close(run(right), expected)
    for mended in asked.wrong_lines:
        one = lines.copy()
        one[mended - 1] = right[mended - 1]
        assert run(one).isfinite().all()
        assert not torch.allclose(run(one), expected)
