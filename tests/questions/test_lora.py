"""lora.py against hand formulas."""

from __future__ import annotations

from typing import Literal

import pytest
import torch

from questions.peft import lora

ATTENTION = ["q_proj", "k_proj", "v_proj", "o_proj"]


@pytest.mark.parametrize(
    ("hidden", "layers", "heads", "kv_heads", "r", "target_modules"),
    [
        (64, 2, 8, 8, 4, ["q_proj", "v_proj"]),
        (64, 3, 8, 2, 4, ["q_proj", "v_proj"]),
        (96, 2, 6, 1, 8, ATTENTION),
        (64, 2, 4, 2, 16, ["gate_proj", "up_proj", "down_proj"]),
        (4096, 32, 32, 32, 16, ["q_proj", "v_proj"]),  # the slip that the explanation warns of
        (4096, 32, 32, 8, 16, ["q_proj", "v_proj"]),
    ],
)
def test_trainable_parameters_are_r_times_in_plus_out(
    hidden: int, layers: int, heads: int, kv_heads: int, r: int, target_modules: list[str]
) -> None:
    narrow = kv_heads * (hidden // heads)
    width = {
        "q_proj": hidden + hidden,
        "k_proj": hidden + narrow,
        "v_proj": hidden + narrow,
        "o_proj": hidden + hidden,
        "gate_proj": hidden + 4 * hidden,
        "up_proj": hidden + 4 * hidden,
        "down_proj": 4 * hidden + hidden,
    }
    assert lora.trainable_parameters(
        hidden=hidden, layers=layers, heads=heads, kv_heads=kv_heads, r=r, target_modules=target_modules
    ) == layers * r * sum(width[name] for name in target_modules)


@pytest.mark.parametrize(("init", "b_is_zero"), [(True, True), ("gaussian", True), (False, False)])
def test_first_gradients_follow_the_chain_rule(init: bool | Literal["gaussian"], b_is_zero: bool) -> None:
    """Second source: autograd on y = (W + B A) x, written out, with the B that the initialisation promises."""
    torch.manual_seed(1)
    w, x = torch.randn(6, 8), torch.randn(8)
    a = torch.randn(2, 8, requires_grad=True)
    b = (torch.zeros(6, 2) if b_is_zero else torch.randn(6, 2)).requires_grad_()
    ((w + b @ a) @ x).square().sum().backward()
    assert a.grad is not None
    assert b.grad is not None
    reached = (bool(a.grad.any()), bool(b.grad.any()))
    expected = {(True, True): "a", (True, False): "b", (False, False): "c", (False, True): "d"}[reached]
    assert lora.receives_first_gradient(init_lora_weights=init) == expected
