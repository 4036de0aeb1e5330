"""What a configuration comes to: DeepSpeed's own reading of it, as plain JSON."""

from __future__ import annotations

import copy
from typing import Any

import deepspeed.runtime.config as ds_config
from pydantic import ValidationError

from labs.grading.deepspeed_runtime.keys import (
    ACCUMULATION,
    BATCH_KEYS,
    MICRO_BATCH,
    PARAMS,
    PLACES,
    TRAIN_BATCH,
    adam,
    arguments,
    usable,
)
from labs.grading.deepspeed_runtime.process import GPUS, Gpus, process_group, silence
from labs.grading.strict_json import Document, Problem, dotted


class Refused(Exception):
    """DeepSpeed would not start with this configuration."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem["en"])
        self.problem = problem


def effective(document: Document, *keys: str, gpus: int = GPUS) -> dict[str, Any]:
    """What DeepSpeed makes of the top-level `keys` (of all of them, if none is named) on `gpus` GPUs: plain JSON.

    Unknown keys and "auto" are passed over, as they have their own problems; what is left out has DeepSpeed's default.
    Raises Refused.
    """
    config = {key: value for key, value in usable(document).items() if not keys or key in keys}
    read = read_config(document, config, gpus)
    zero, bf16 = read.zero_config, read.bfloat16_config
    return {
        **{key: getattr(read, key) for key in BATCH_KEYS},
        "precision": {
            "bf16": bf16.enabled,
            "fp16": read.float16_config.enabled,
            "torch_autocast": bool(read.torch_autocast_enabled),
            "bf16_master_weights_and_grads": bf16.bf16_master_weights_and_grads,
            "communication_data_type": str(read.communication_data_type or ""),
        },
        "zero": {
            **{key: getattr(zero, key) for key in ("overlap_comm", "contiguous_gradients")},
            **{key: int(getattr(zero, key)) for key in ("stage", "reduce_bucket_size", "allgather_bucket_size")},
        },
        "offload_optimizer": _offload(zero.offload_optimizer),
        "offload_param": _offload(zero.offload_param),
        "optimizer": _optimizer(document, read),
        "gradient_clipping": read.gradient_clipping,
        "gradient_allreduce_op": read.gradient_allreduce_op,
    }


def changing_keys(document: Document) -> list[str]:
    """The known top-level keys with which DeepSpeed reads anything else than without them."""
    default = _state(read_config(document, {}, GPUS))
    return [key for key, value in usable(document).items() if _changes(document, key, value, default)]


def _optimizer(document: Document, read: Any) -> dict[str, Any]:
    """The optimizer with every argument that Adam takes. Weight decay is decoupled unless Adam says otherwise."""
    name, given = read.optimizer_name, read.optimizer_params
    if name is None:
        return {"type": ""}
    if not isinstance(given, dict | None):
        raise Refused(document.problem(PARAMS, "This must be an object, in braces.", "这里应是花括号括起来的对象。"))
    if name not in (ds_config.ADAM_OPTIMIZER, ds_config.ADAMW_OPTIMIZER):
        return {"type": str(name), "adam": False}
    given = given or {}
    adam_w_mode = given.get(ds_config.ADAM_W_MODE, ds_config.ADAM_W_MODE_DEFAULT)
    defaults = {"bias_correction": True, **arguments(adam(given))}
    return {
        "type": name,
        "adam": True,
        "decoupled": name == ds_config.ADAMW_OPTIMIZER or bool(adam_w_mode),
        **{
            key: given.get(key, list(default) if isinstance(default, tuple) else default)
            for key, default in defaults.items()
            if key in ("lr", "betas", "eps", "weight_decay", "bias_correction", "amsgrad")
        },
    }


def _offload(config: Any) -> dict[str, Any] | None:
    return config and {"device": str(config.device), "pin_memory": config.pin_memory}


def read_config(document: Document, config: dict[str, Any], gpus: int) -> Any:
    """DeepSpeed's own reading of `config`, whose batch is made up where it says nothing of one. Raises Refused."""
    batch = {key: config[key] for key in BATCH_KEYS if key in config}
    for key, value in batch.items():
        if type(value) is not int or value < 1:
            raise Refused(document.problem((key,), "This must be a positive whole number.", "这里应是正整数。"))
    if not batch:
        config = {**config, MICRO_BATCH: 1}
    process_group()
    try:
        with silence():
            return ds_config.DeepSpeedConfig(copy.deepcopy(config), mpu=Gpus(gpus))
    except Exception as error:
        raise Refused(_batch_problem(document, batch, gpus, error) or refusal(document, config, error)) from error


def _batch_problem(document: Document, batch: dict[str, int], gpus: int, error: Exception) -> Problem | None:
    if not isinstance(error, AssertionError) or not batch or "batch" not in str(error).lower():
        return None
    if TRAIN_BATCH not in batch and MICRO_BATCH not in batch:
        return document.problem(
            (ACCUMULATION,),
            f"`{ACCUMULATION}` alone does not say how large a batch is.",
            f"只有 `{ACCUMULATION}`，无法确定批量大小。",
        )
    total, micro, steps = (str(batch[key])[:20] if key in batch else "?" for key in BATCH_KEYS)
    key = next(key for key in BATCH_KEYS if key in batch)
    en = f"`{TRAIN_BATCH}` must be `{MICRO_BATCH}` × `{ACCUMULATION}` × {gpus} GPUs"
    zh = f"`{TRAIN_BATCH}` 必须等于 `{MICRO_BATCH}` × `{ACCUMULATION}` × {gpus} 张 GPU"
    given = f"{total} ≠ {micro} × {steps} × {gpus}"
    return document.problem((key,), f"{en}; here {given}.", f"{zh}；这里 {given}。")


def refusal(document: Document, config: dict[str, Any], error: Exception) -> Problem:
    """Why DeepSpeed raised, at the key if that can be known."""
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False)[0]
        block = next((p for p, m in PLACES.items() if m.__name__ == error.title), ())
        path = (*block, *(part for part in first["loc"] if isinstance(part, str | int)))
        words = first["msg"]
    else:
        blocks = {path[0] for path in PLACES} | {"optimizer", "scheduler"}
        path = next(((k,) for k in sorted(blocks) if k in config and not isinstance(config[k], dict | bool)), ())
        if path:
            return document.problem(path, "This must be an object, in braces.", "这里应是花括号括起来的对象。")
        words = str(error)
    words = " ".join(words.split())[:200]
    where = f"`{dotted(path)}`" if path else "this file"
    return document.problem(
        path,
        f"DeepSpeed does not start with {where}: {words}.",
        f"{f'`{dotted(path)}` 的值' if path else '这个文件'}无法让 DeepSpeed 启动：{words}。",
    )


def _state(read: Any) -> dict[str, str]:
    return {name: repr(value) for name, value in vars(read).items() if name != "_param_dict"}


def _changes(document: Document, key: str, value: Any, default: dict[str, str]) -> bool:
    try:
        return _state(read_config(document, {key: value}, GPUS)) != default
    except Refused:
        return True
