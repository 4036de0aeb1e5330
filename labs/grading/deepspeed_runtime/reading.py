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
from labs.grading.strict_json import Document, KeyPath, Problem

_ADAM_ARGUMENTS = ("lr", "betas", "eps", "weight_decay", "bias_correction", "amsgrad")
_NO_OBJECT = ("This must be an object, in braces.", "这里应是花括号括起来的对象。")


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
    _require_number(document, ("gradient_clipping",), read.gradient_clipping)
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
            "zenflow": zero.zenflow is not None,
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
    name, given = read.optimizer_name, read.optimizer_params or {}
    if name not in (ds_config.ADAM_OPTIMIZER, ds_config.ADAMW_OPTIMIZER):
        return {"type": str(name or ""), "adam": False}
    if not isinstance(given, dict):
        raise Refused(document.problem(PARAMS, *_NO_OBJECT))
    defaults = {"bias_correction": True, **arguments(adam(given))}
    values = {key: given.get(key, default) for key, default in defaults.items() if key in _ADAM_ARGUMENTS}
    betas = values["betas"]
    if not (isinstance(betas, list | tuple) and len(betas) == 2 and all(map(_is_number, betas))):
        raise Refused(document.problem((*PARAMS, "betas"), "This must be two numbers.", "这里应是两个数。"))
    for key in ("lr", "eps", "weight_decay"):
        _require_number(document, (*PARAMS, key), values[key])
    adam_w_mode = given.get(ds_config.ADAM_W_MODE, ds_config.ADAM_W_MODE_DEFAULT)
    decoupled = name == ds_config.ADAMW_OPTIMIZER or bool(adam_w_mode)
    return {"type": name, "adam": True, "decoupled": decoupled, **values, "betas": list(betas)}


def _is_number(value: object) -> bool:
    return type(value) in (int, float)


def _require_number(document: Document, path: KeyPath, value: object) -> None:
    if not _is_number(value):
        en, zh = "This must be a number, without quotation marks.", "这里应是数，不加引号。"
        raise Refused(document.problem(path, en, zh))


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
    about_it = any(word in str(error).lower() for word in ("batch", "accumulation"))
    if not isinstance(error, AssertionError) or not batch or not about_it:
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
    path: KeyPath = ()
    words = str(error)
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False)[0]
        block = next((place for place, model in PLACES.items() if model.__name__ == error.title), ())
        path = (*block, *first["loc"])
        words = first["msg"]
    elif isinstance(error, TypeError | AttributeError):  # Python's words would say nothing of the file
        blocks = {place[0] for place in PLACES} | {"optimizer", "scheduler"}
        wrong = [key for key, value in config.items() if key in blocks and not isinstance(value, dict)]
        if wrong:
            return document.problem((wrong[0],), *_NO_OBJECT)
        en, zh = (
            "A value in this file is not of the kind that DeepSpeed needs there.",
            "有的值不是 DeepSpeed 所要求的类型。",
        )
        return document.problem((), en, zh)
    words = " ".join(words.split()).rstrip(".")[:200]
    what_en, what_zh = ("this value", "这个值") if path else ("this file", "这个文件")
    en = f"DeepSpeed does not start with {what_en}: {words}."
    return document.problem(path, en, f"用{what_zh} DeepSpeed 无法启动：{words}。")


def _state(read: Any) -> dict[str, str]:
    """Every attribute of DeepSpeed's reading as text; two equal readings have equal states."""
    state = {name: repr(value) for name, value in vars(read).items() if name != "_param_dict"}
    return {name: text for name, text in state.items() if " object at 0x" not in text}  # how it logs


def _changes(document: Document, key: str, value: Any, default: dict[str, str]) -> bool:
    try:
        return _state(read_config(document, {key: value}, GPUS)) != default
    except Refused:
        return True
