"""The visible suite: values that can be worked out by hand. The hidden suite judges more; the brief says what."""

import math

import torch

from labs.grading.suite import assert_close, judges


@judges("hand-worked-values")
def test_two_inputs_and_one_hidden_unit(candidate):
    # gate(x) = 2, up(x) = 3: SiLU(2) * 3 = 5.28, and down gives it once and minus twice.
    x, gate, up = torch.tensor([2.0, 3.0]), torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 1.0]])
    unit = 2 / (1 + math.exp(-2)) * 3
    actual = candidate.forward(x, gate, up, torch.tensor([[1.0], [-2.0]]))
    assert_close(actual, torch.tensor([unit, -2 * unit], dtype=torch.float64), tolerance=16, dtype=torch.float32)


@judges("width-of-llama")
def test_llama_2_7b_and_llama_3_8b(candidate):
    # 8 * 4096 / 3 = 10922.67. Up to a multiple of 256: 11008. Times 1.3: 14198.6, and up to a multiple of 1024: 14336.
    assert candidate.width(4096) == 11008
    assert candidate.width(4096, multiple_of=1024, multiplier=1.3) == 14336


@judges("small-checkpoints")
def test_one_row_of_each(candidate):
    gate, up, down = torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, 4.0]]), torch.tensor([[5.0], [6.0]])
    right = {"gate_proj.weight": gate, "up_proj.weight": up, "down_proj.weight": down}
    qwen = candidate.from_qwen({"w1.weight": up, "w2.weight": gate, "c_proj.weight": down})
    fused = {"dense_h_to_4h.weight": torch.cat((gate, up)), "dense_4h_to_h.weight": down}
    chatglm2 = candidate.from_chatglm2(fused)
    for name, weight in right.items():
        assert_close(qwen[name], weight, tolerance=0)
        assert_close(chatglm2[name], weight, tolerance=0)
