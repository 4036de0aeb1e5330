"""The keys in config.yaml: what DeepSpeed makes of a config, read from its own classes."""

from __future__ import annotations

from typing import Any


def gradient_accumulation_steps(*, train_batch_size: int, micro_batch: int, gpus: int) -> int:
    """The accumulation steps that DeepSpeed infers where the config leaves them out.

        train_batch_size = train_micro_batch_size_per_gpu · gradient_accumulation_steps · GPUs

    Raises AssertionError, as DeepSpeed does, where that gives no whole number of steps.
    Source: DeepSpeed `runtime/config.py`, `_set_batch_related_parameters` and `_batch_assertion`.
    """
    config = {"train_batch_size": train_batch_size, "train_micro_batch_size_per_gpu": micro_batch}
    return int(_evaluated(config, gpus).gradient_accumulation_steps)


def clipping_norm(*, written: str, max_grad_norm: float) -> str:
    """The key of the norm at which gradients are clipped: Trainer, accelerate and DeepSpeed one after the other.

    `written` is what the config says at `gradient_clipping`: "auto", or "absent" for no such key.
    The Trainer and accelerate fill "auto" and leave an absent key absent; DeepSpeed then takes its own
    default, `GRADIENT_CLIPPING_DEFAULT`. "a": `max_grad_norm`, "b": no clipping, "c": that default.
    Source: transformers `integrations/deepspeed.py`, `HfTrainerDeepSpeedConfig.fill_match`; accelerate
    `utils/dataclasses.py`, `DeepSpeedPlugin`; DeepSpeed `runtime/config.py`, `get_gradient_clipping`.
    """
    from accelerate.utils import DeepSpeedPlugin
    from deepspeed.runtime.constants import GRADIENT_CLIPPING_DEFAULT
    from transformers.integrations import deepspeed

    arguments = trainer_arguments(max_grad_norm=max_grad_norm)
    config: dict[str, Any] = {"train_micro_batch_size_per_gpu": "auto", "zero_optimization": {"stage": 2}}
    if written != "absent":
        config["gradient_clipping"] = written
    try:
        trainers = deepspeed.HfTrainerDeepSpeedConfig(config)
        trainers.trainer_config_process(arguments)
        plugin = DeepSpeedPlugin(hf_ds_config=trainers)
    finally:
        deepspeed.unset_hf_deepspeed_config()
    norm = _evaluated(plugin.deepspeed_config, gpus=1).gradient_clipping
    return {0.0: "b", GRADIENT_CLIPPING_DEFAULT: "c", max_grad_norm: "a"}[norm]


def reduction_buffer_gb(*, reduce_bucket_size: int, overlap_comm: bool) -> float:
    """GB (10^9 bytes) of GPU memory that ZeRO stage 2 sets aside to reduce bf16 gradients.

        elements of a bucket · 2 bytes · (2 buffers with `overlap_comm`, else 1)

    DeepSpeed's own `setup_buckets` allocates them, with `contiguous_gradients` on as it is by default, here
    under torch's fake tensors, which have a size and no memory.
    Source: DeepSpeed `runtime/zero/stage_1_and_2.py`, `DeepSpeedZeroOptimizer.setup_buckets`.
    """
    from types import SimpleNamespace

    import torch
    from deepspeed.runtime.zero.config import DeepSpeedZeroConfig
    from deepspeed.runtime.zero.stage_1_and_2 import DeepSpeedZeroOptimizer
    from torch._subclasses.fake_tensor import FakeTensorMode

    config = DeepSpeedZeroConfig(stage=2, reduce_bucket_size=reduce_bucket_size, overlap_comm=overlap_comm)
    bucket = SimpleNamespace(buffer=[], index=0)
    optimizer = SimpleNamespace(
        ready_for_gradients=False,
        micro_step_id=-1,
        contiguous_gradients=config.contiguous_gradients,
        overlap_comm=config.overlap_comm,
        reduce_bucket_size=config.reduce_bucket_size,
        ipg_buckets={torch.bfloat16: bucket},
        _gradient_reduction_buffer_dtype=lambda: torch.bfloat16,
    )
    with FakeTensorMode():
        DeepSpeedZeroOptimizer.setup_buckets(optimizer)
    return float(sum(buffer.nbytes for buffer in bucket.buffer) / 1e9)


def trainer_arguments(**changed: object) -> Any:
    """What `HfTrainerDeepSpeedConfig` reads of `TrainingArguments` of transformers 5.23.0, at their defaults."""
    from types import SimpleNamespace

    defaults = {
        "world_size": 1,
        "per_device_train_batch_size": 8,
        "gradient_accumulation_steps": 1,
        "max_grad_norm": 1.0,
        "learning_rate": 5e-5,
        "adam_beta1": 0.9,
        "adam_beta2": 0.999,
        "adam_epsilon": 1e-8,
        "weight_decay": 0.0,
        "save_on_each_node": False,
        "fp16": False,
        "fp16_full_eval": False,
        "bf16": False,
        "bf16_full_eval": False,
        "get_warmup_steps": lambda _training_steps: 0,
    }
    return SimpleNamespace(**{**defaults, **changed})


def _evaluated(config: dict[str, Any], gpus: int) -> Any:
    """DeepSpeed's own config class, as it would read `config` in a data-parallel run on `gpus` GPUs."""
    from types import SimpleNamespace
    from unittest.mock import patch

    from deepspeed.runtime import config as library

    # There is no process group to ask: it is rank 0 of a group that has `gpus` members.
    group = SimpleNamespace(get_data_parallel_world_size=lambda: gpus)
    with patch.object(library.dist, "get_rank", return_value=0):
        return library.DeepSpeedConfig(config, mpu=group)
