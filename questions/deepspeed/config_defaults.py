"""The numbers in config_defaults.yaml: loss scales, batch sizes, learning rates, asked of DeepSpeed itself."""

from __future__ import annotations

from typing import Any


def loss_scale_after(*, power: int, overflows: int) -> float:
    """The loss scale after `overflows` overflowing steps in a row from the start, at 2^power.

        2^(power - (overflows - 1))      for overflows ≥ 1

    The first overflow uses up one unit of `hysteresis` (2 by default); each later one halves.
    Source: DeepSpeed `runtime/fp16/loss_scaler.py`, `DynamicLossScaler.update_scale`; the defaults come from
    the installed `runtime/precision_config.py`.
    """
    from unittest.mock import patch

    import torch
    from deepspeed.runtime.fp16 import loss_scaler
    from deepspeed.runtime.precision_config import DeepSpeedFP16Config

    config = DeepSpeedFP16Config(enabled=True, initial_scale_power=power)
    scaler = loss_scaler.CreateLossScaler(torch.half, 0, True, config.dynamic_loss_scale_args())
    # One process has no process group; the scaler asks only whether it is rank 0 and should log.
    with patch.object(loss_scaler.dist, "get_rank", return_value=0):
        for _ in range(overflows):
            scaler.update_scale(overflow=True)
    return float(scaler.loss_scale)


def loss_scale_without_hysteresis(*, power: int, overflows: int) -> float:
    """As if every overflow halved the scale."""
    return float(2 ** (power - overflows))


def loss_scale_never_falls(*, power: int, overflows: int) -> float:
    """As if overflows only skipped steps."""
    return float(2**power)


def train_batch_size(*, pipeline: int, tensor: int, micro_batch: int) -> int:
    """The `train_batch_size` that DeepSpeed derives on 64 GPUs with 16 accumulation steps.

        micro-batch · accumulation steps · (GPUs / (pipeline · tensor))

    Only data-parallel ranks see different samples: the config asks the model-parallel unit for their number.
    Source: DeepSpeed `runtime/config.py`, `DeepSpeedConfig.__init__` and `_set_batch_related_parameters`.
    """
    from types import SimpleNamespace
    from unittest.mock import patch

    from deepspeed.runtime import config as library
    from deepspeed.runtime.pipe.topology import PipeModelDataParallelTopology

    topology = PipeModelDataParallelTopology(num_pp=pipeline, num_mp=tensor, num_dp=64 // (pipeline * tensor))
    group: Any = SimpleNamespace(get_data_parallel_world_size=lambda: topology.get_dim("data"))
    config = {"train_micro_batch_size_per_gpu": micro_batch, "gradient_accumulation_steps": 16}
    with patch.object(library.dist, "get_rank", return_value=0):
        return int(library.DeepSpeedConfig(config, mpu=group).train_batch_size)


def train_batch_size_of_all_gpus(*, pipeline: int, tensor: int, micro_batch: int) -> int:
    """As if every GPU had samples of its own."""
    return micro_batch * 16 * 64


def train_batch_size_per_pipeline(*, pipeline: int, tensor: int, micro_batch: int) -> int:
    """As if the stages of a pipeline shared the samples, but the ranks of a tensor-parallel group did not."""
    return micro_batch * 16 * 64 // pipeline


def warmup_decay_lr(*, calls: int) -> float:
    """The learning rate after `calls` calls of `WarmupDecayLR.step`: peak 2e-4, 200 of 1000 steps of warm-up.

        peak · (total - s) / (total - warm-up)      at step s = calls - 1 ≥ warm-up

    Source: DeepSpeed `runtime/lr_schedules.py`, `WarmupDecayLR._get_gamma`.
    """
    import torch
    from deepspeed.runtime.lr_schedules import WarmupDecayLR

    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=2e-4)
    scheduler = WarmupDecayLR(optimizer, total_num_steps=1000, warmup_max_lr=2e-4, warmup_num_steps=200)
    for _ in range(calls):
        scheduler.step()
    return float(optimizer.param_groups[0]["lr"])


def warmup_lr_never_decays(*, calls: int) -> float:
    """`WarmupLR`, which stays at its peak."""
    return 2e-4


def decay_counted_from_zero(*, calls: int) -> float:
    """As if the line to zero began at step 0 rather than after the warm-up."""
    return 2e-4 * (1 - (calls - 1) / 1000)
