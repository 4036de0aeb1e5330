"""What the installed DeepSpeed makes of a configuration: which keys it knows, what they come to, how it trains.

The library's own classes answer. Without GPUs, sockets, compilers or other processes that takes three stand-ins,
each pinned by a test: a process group of size one that moves nothing (torch's `fake` backend, a private name), no
compiled operators (`torch_adam` takes torch's Adam in place of DeepSpeedCPUAdam), and a group that only says how
many GPUs there are, for the batch arithmetic.
"""

from __future__ import annotations

import os

import torch

os.environ["DS_ACCELERATOR"] = "cpu"  # before DeepSpeed is imported: its probing would start CUDA

from labs.grading.deepspeed_runtime.keys import autos, unknown_keys
from labs.grading.deepspeed_runtime.reading import Refused, changing_keys, effective
from labs.grading.deepspeed_runtime.training import train
from labs.grading.strict_json import Document

__all__ = ["Refused", "autos", "changing_keys", "effective", "touch", "train", "unknown_keys"]


def touch() -> None:
    """Use everything once, so that what DeepSpeed imports late is imported."""
    config = {
        "train_micro_batch_size_per_gpu": 1,
        "gradient_accumulation_steps": 1,
        "bf16": {"enabled": True},
        "zero_optimization": {"stage": 2, "overlap_comm": True, "offload_optimizer": {"device": "cpu"}},
        "optimizer": {"type": "AdamW", "params": {"lr": 1e-3}},
    }
    document = Document({**config, "unheard_of": 1}, {})
    unknown_keys(document)
    changing_keys(document)
    train(Document(config, {}), torch.ones(4), torch.ones(2, 1, 4))
