"""The hand-written decoder of normalisation.yaml, mended, beside one written anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from quiz.bank.schema import Question, SpotTheLine

Find = Callable[[str, str], Question]


def test_a_block_and_a_model(question: Find) -> None:
    asked = question("architecture/normalisation", "a-block-and-a-model")
    assert isinstance(asked, SpotTheLine)
    torch.manual_seed(0)
    blocks = [[*(torch.nn.Linear(8, 8) for _ in range(2)), *(torch.nn.RMSNorm(8) for _ in range(2))] for _ in "ab"]
    ids, wte, ln_f, head = torch.arange(5), torch.nn.Embedding(5, 8), torch.nn.RMSNorm(8), torch.nn.Linear(8, 5)
    stream = wte(ids)
    for attn, mlp, ln_1, ln_2 in blocks:
        stream = stream + attn(ln_1(stream))
        stream = stream + mlp(ln_2(stream))
    expected = head(ln_f(stream))

    def run(lines: list[str]) -> Any:
        scope: dict[str, Any] = {}
        exec("\n".join(lines), scope)
        return scope["model"](ids, wte, blocks, ln_f, head)

    lines = asked.code.splitlines()
    right = lines.copy()
    residual, final = (line - 1 for line in asked.wrong_lines)
    right[residual] = lines[residual].replace("normed + ", "x + ")
    right[final] = lines[final].replace("lm_head(x)", "lm_head(ln_f(x))")
    torch.testing.assert_close(run(right), expected)
    for mended in residual, final:
        one = lines.copy()
        one[mended] = right[mended]
        assert not torch.allclose(run(one), expected, atol=1e-3)
