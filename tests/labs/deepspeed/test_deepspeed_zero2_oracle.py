"""The reference of the lab `deepspeed-zero2` as DeepSpeed's own configuration reads it on eight GPUs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("deepspeed")

from deepspeed import comm
from deepspeed.runtime.config import DeepSpeedConfig

from labs.grading.catalogue import find_lab

LAB = find_lab("deepspeed-zero2")
RIGHT = [LAB.reference, *LAB.alternates]
GPUS = 8


@pytest.fixture(autouse=True)
def launched(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in one of eight processes; the configuration asks for no more than these two numbers."""
    monkeypatch.setattr(comm, "get_rank", lambda: 0)
    monkeypatch.setattr(comm, "get_world_size", lambda: GPUS)


def read(path: Path) -> DeepSpeedConfig:
    return DeepSpeedConfig(json.loads(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", RIGHT, ids=lambda path: path.stem)
def test_deepspeed_trains_as_the_brief_asks(path):
    config = read(path)
    batch = config.train_batch_size, config.train_micro_batch_size_per_gpu, config.gradient_accumulation_steps
    assert batch == (256, 4, 8)
    assert (config.zero_optimization_stage, config.bfloat16_config.enabled, config.float16_config.enabled) == (
        2,
        True,
        False,
    )
    assert config.zero_config.overlap_comm
    assert config.zero_config.offload_optimizer.device == "cpu"
    assert config.gradient_clipping == 1.0


def test_deepspeed_refuses_a_batch_that_does_not_add_up():
    wrong = json.loads(LAB.reference.read_text(encoding="utf-8")) | {"gradient_accumulation_steps": 7}
    with pytest.raises(AssertionError, match="256"):
        DeepSpeedConfig(wrong)
