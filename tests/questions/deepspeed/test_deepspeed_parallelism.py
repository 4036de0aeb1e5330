"""parallelism.py against the formula of the bubble and the linear layers of a Llama."""

from __future__ import annotations

import pytest

from questions.deepspeed import parallelism


@pytest.mark.parametrize(("stages", "micro_batches"), [(2, 1), (4, 8), (8, 32)])
def test_bubble(stages: int, micro_batches: int) -> None:
    pytest.importorskip("deepspeed", reason="DeepSpeed is an extra")
    expected = 100 * (stages - 1) / (micro_batches + stages - 1)
    assert parallelism.bubble_percent(stages=stages, micro_batches=micro_batches) == pytest.approx(expected)


def test_pitfall_counts_the_matrices_of_a_layer() -> None:
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    shape = LlamaConfig(vocab_size=8, hidden_size=8, intermediate_size=8, num_hidden_layers=3, num_attention_heads=2)
    with torch.device("meta"):
        model = LlamaForCausalLM(shape)
    linears = [n for n, m in model.named_modules() if isinstance(m, torch.nn.Linear) and "layers" in n]
    assert parallelism.all_reduces_of_every_matrix(layers=3, micro_batches=1) == 2 * len(linears)
    # Two blocks a layer end in a row-parallel matrix.
    rows = [n for n in linears if n.endswith(("o_proj", "down_proj"))]
    assert parallelism.tensor_parallel_all_reduces(layers=3, micro_batches=1) == 2 * len(rows)
