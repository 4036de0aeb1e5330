"""deepspeed_chat.py and petals.py by hand."""

from __future__ import annotations

import pytest

from questions.deepspeed import deepspeed_chat, petals


def test_opt_by_hand() -> None:
    layer = 4 * (4096 + 4096) + 2 * (4096 + 16384)
    embeddings = (50272 + 2050) * 4096
    biases = 32 * (4 * 4096 + 16384 + 4096)
    norms = (2 * 32 + 1) * 2 * 4096
    assert deepspeed_chat._opt_6_7b()[:2] == (32 * layer, embeddings + biases + norms)
    assert deepspeed_chat.trainable_millions(lora_dim=128) == pytest.approx(518.012928)


def test_phases_share_out_every_sample() -> None:
    for samples in (50_000, 76_000):
        phases = [deepspeed_chat.samples_of_phase(phase=phase, samples=samples) for phase in (1, 2, 3)]
        assert sum(phases) == samples
        assert 2 * phases[0] == phases[1] == phases[2]


def test_tokens_of_a_step() -> None:
    assert deepspeed_chat.tokens_of_a_step(accumulation=16, gpus=2) == 256 * 512


def test_deep_prompts_are_an_embedding_for_the_input_and_each_block() -> None:
    assert petals.deep_prompt_parameters(prefix=16) == 16 * 71 * 14336
