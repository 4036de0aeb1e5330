"""losses.py against a model of bytes; the perplexity of losses.yaml, mended, beside a direct one."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import torch
import torch.nn.functional as F

from questions.architecture import losses
from quiz.bank.schema import Question, SpotTheLine

Find = Callable[[str, str], Question]


def test_a_uniform_model_of_bytes_needs_eight_bits() -> None:
    loss = F.cross_entropy(torch.zeros(1, 256), torch.tensor([7])).item()
    assert losses.bits_per_byte(loss=loss, bytes_per_token=1.0) == pytest.approx(8)
    pairs = F.cross_entropy(torch.zeros(1, 65536), torch.tensor([7])).item()
    assert losses.bits_per_byte(loss=pairs, bytes_per_token=2.0) == pytest.approx(8)


def test_perplexity_of_a_corpus(question: Find) -> None:
    from transformers.loss.loss_utils import ForCausalLMLoss

    asked = question("architecture/losses", "perplexity-of-a-corpus")
    assert isinstance(asked, SpotTheLine)
    torch.manual_seed(0)
    batches = [{"logits": torch.randn(n, 6, 5), "labels": torch.randint(5, (n, 6))} for n in (1, 3)]
    batches[1]["labels"][:, 3:] = -100
    scores = [
        F.cross_entropy(b["logits"][:, :-1].flatten(0, 1), b["labels"][:, 1:].flatten(), reduction="sum")
        for b in batches
    ]
    expected = math.exp(sum(scores).item() / (5 + 3 * 2))

    def model(logits: torch.Tensor, labels: torch.Tensor) -> SimpleNamespace:
        return SimpleNamespace(loss=ForCausalLMLoss(logits, labels, vocab_size=5))

    def run(lines: list[str]) -> Any:
        scope: dict[str, Any] = {"torch": torch, "math": math}
        exec("\n".join(lines), scope)
        return scope["perplexity"](model, batches)

    lines = asked.code.splitlines()
    right = lines.copy()
    count, mean = (line - 1 for line in asked.wrong_lines)
    right[count] = lines[count].replace(".numel()", "[:, 1:].ne(-100).sum().item()")
    right[mean] = lines[mean].replace("math.exp(total) / tokens", "math.exp(total / tokens)")
    assert run(right) == pytest.approx(expected)
    for mended in count, mean:
        one = lines.copy()
        one[mended] = right[mended]
        assert run(one) != pytest.approx(expected, rel=0.01)
