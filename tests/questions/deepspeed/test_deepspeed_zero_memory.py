"""zero_memory.py: sums by hand, and the saved inputs of a small checkpointed stack."""

from __future__ import annotations

import pytest
import torch
from torch.utils.checkpoint import checkpoint

from questions.deepspeed import zero_memory


def test_states_shrink_with_the_gpus_until_they_fit() -> None:
    for billions in (7, 13, 34, 70):
        gpus = zero_memory.fewest_gpus(billions=billions, spare_gb=20)
        assert 16 * billions / gpus <= 20 < 16 * billions / (gpus - 1)


def test_frozen_base_by_hand() -> None:
    assert zero_memory.frozen_base_gb(billions=13, gpus=8) == pytest.approx(26 + 0.1 + 0.7 / 8)
    # A larger group can at most remove the adapter's sharded part.
    assert zero_memory.frozen_base_gb(billions=13, gpus=10**6) == pytest.approx(26.1, abs=1e-3)


def test_stage_3_estimate_by_hand() -> None:
    pytest.importorskip("deepspeed", reason="DeepSpeed is an extra")
    by_hand = 4 * 32_000 * 4096 + 18 * 6_738_415_616 / 8
    assert zero_memory.stage_3_estimate_gb(gpus=8) == pytest.approx(by_hand / 1e9, rel=1e-6)


def test_norms_are_all_that_stays_whole() -> None:
    pytest.importorskip("deepspeed", reason="DeepSpeed is an extra")
    assert zero_memory.persistent_elements(layers=24, hidden=5120) == (2 * 24 + 1) * 5120


def test_a_checkpointed_layer_saves_its_input_alone() -> None:
    saved: list[int] = []

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        saved.append(tensor.nbytes)
        return tensor

    h = torch.randn(2, 8, 16, dtype=torch.bfloat16, requires_grad=True)  # (batch, tokens, hidden)
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        for _ in range(3):
            h = checkpoint(lambda x: torch.tanh(torch.sin(x)), h, use_reentrant=False)
    assert saved == 3 * [2 * 8 * 16 * 2]
    formula = zero_memory.checkpointed_gb(micro_batch=1, tokens=2048)
    assert formula == pytest.approx(32 * torch.empty(2048, 4096, dtype=torch.bfloat16, device="meta").nbytes / 1e9)
