"""Real training steps with a configuration that is reduced to one process."""

from __future__ import annotations

import copy
from typing import Any

import deepspeed
import torch
from deepspeed.utils import safe_get_full_fp32_param

from labs.grading.deepspeed_runtime.keys import ACCUMULATION, MICRO_BATCH, PARAMS, usable
from labs.grading.deepspeed_runtime.process import process_group, silence
from labs.grading.deepspeed_runtime.reading import Refused, effective, refusal
from labs.grading.strict_json import Document

_SHAPES_A_STEP = (
    *("bf16", "bfloat16", "fp16", "torch_autocast", "data_types", "zero_optimization", "optimizer", "scheduler"),
    *("gradient_clipping", "prescale_gradients", "gradient_predivide_factor", "gradient_allreduce_op"),
    *("communication_data_type", "managed_gradient_accumulation"),
)
_SMALL_BUCKET = 65536  # elements: the default, 5e8, is a gigabyte that one process has no use for


def train(document: Document, weight: torch.Tensor, batches: torch.Tensor) -> dict[str, torch.Tensor]:
    """Train y = mean(x @ weight) with this configuration, reduced to one process.

    weight: (n,) float32. batches: (micro-steps, rows, n), one for each forward and backward pass; the gradient of
    each is the mean of its rows. Returns `master`, the float32 weight after each micro-step, (micro-steps, n), and
    `weight`, the parameter as the model holds it at the end, (n,).

    Raises Refused, also where DeepSpeed raises while it trains.
    """
    reduced = _reduced(document)
    model = _Mean(weight)
    process_group()
    try:
        with silence():
            engine = deepspeed.initialize(model=model, config=reduced)[0]
            master = torch.stack([_step(engine, model, x) for x in batches])
    except Exception as error:
        raise Refused(refusal(document, reduced, error)) from error
    return {"master": master, "weight": model.weight.detach().clone()}


class _Mean(torch.nn.Module):
    def __init__(self, weight: torch.Tensor) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(weight.clone())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return (x.to(self.weight.dtype) @ self.weight).mean()


def _step(engine: Any, model: _Mean, x: torch.Tensor) -> torch.Tensor:
    engine.backward(engine(x))
    engine.step()
    master = safe_get_full_fp32_param(model.weight)  # None without ZeRO
    return (model.weight if master is None else master).detach().float().clone()


def _reduced(document: Document) -> dict[str, Any]:
    """A configuration for one process with the same arithmetic in each step. Raises Refused."""
    values = effective(document)
    optimizer = values["optimizer"]
    untried = {
        ("optimizer", "type"): not optimizer["adam"],
        (*PARAMS, "bias_correction"): not optimizer.get("bias_correction", True),
        (*PARAMS, "amsgrad"): optimizer.get("amsgrad", False),
        ("zero_optimization", "stage"): values["zero"]["stage"] == 3,
        ("fp16", "enabled"): values["precision"]["fp16"],
        ("bf16", "bf16_master_weights_and_grads"): values["precision"]["bf16_master_weights_and_grads"],
    }
    for path, another in untried.items():
        if another:
            en, zh = "Training was not tried: this is another method.", "没有试着训练：这是另一种训练方式。"
            raise Refused(document.problem(path, en, zh))
    config = usable(document)
    reduced = copy.deepcopy({key: config[key] for key in _SHAPES_A_STEP if key in config})
    reduced |= {key: values[key] for key in (MICRO_BATCH, ACCUMULATION)}
    params = {key: optimizer[key] for key in ("lr", "betas", "eps", "weight_decay")}
    reduced["optimizer"] = {
        "type": "Adam",
        "params": {**params, "adam_w_mode": optimizer["decoupled"], "torch_adam": True},
    }
    if isinstance(zero := reduced.get("zero_optimization"), dict):
        zero |= {"reduce_bucket_size": _SMALL_BUCKET, "allgather_bucket_size": _SMALL_BUCKET}
        zero.pop("zenflow", None)  # it starts processes
    return reduced
