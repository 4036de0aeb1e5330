"""DeepSpeed in one process, without GPUs, sockets or compilers."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import sys
import warnings
from collections.abc import Iterator
from functools import cache
from typing import Any

import deepspeed
import torch
from deepspeed.ops.op_builder.builder import OpBuilder

GPUS = 8
_PLENTY = 2**40  # bytes


@cache
def process_group() -> None:
    """A group of this process alone, on which nothing is sent; no compiler and no look into /proc behind it."""
    from torch.testing._internal.distributed.fake_pg import FakeStore

    os.environ["LOCAL_RANK"] = "0"
    OpBuilder.load = _refuse_to_compile
    sys.modules["deepspeed.comm.torch"].build_shm_op = lambda: None  # type: ignore[attr-defined]
    accelerator = deepspeed.accelerator.get_accelerator()
    accelerator.get_rss = accelerator.reset_rss = lambda: 0  # psutil reads /proc, which the sandbox hides
    accelerator.available_memory = lambda device_index=None: _PLENTY
    torch.distributed.init_process_group("fake", store=FakeStore(), rank=0, world_size=1)
    with silence():
        deepspeed.init_distributed("fake", auto_mpi_discovery=False, verbose=False)


def _refuse_to_compile(builder: Any, verbose: bool = True) -> None:
    raise RuntimeError(f"{builder.NAME} would have to be compiled")


@contextlib.contextmanager
def silence() -> Iterator[None]:
    """DeepSpeed prints, logs and warns; the answer's process has nobody to read it."""
    unread, logger = io.StringIO(), logging.getLogger("DeepSpeed")
    disabled, logger.disabled = logger.disabled, True
    try:
        with contextlib.redirect_stdout(unread), contextlib.redirect_stderr(unread), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.disabled = disabled


class Gpus:
    """All that DeepSpeedConfig wants to know of a model-parallel group: how many GPUs share the batch."""

    def __init__(self, number: int) -> None:
        self.get_data_parallel_world_size = lambda: number
