"""Which keys the installed DeepSpeed knows, and where: its own classes are watched while they read."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Iterator
from functools import cache
from typing import Any

import deepspeed.runtime.config as ds_config
import torch
from deepspeed.ops.adam import DeepSpeedCPUAdam
from deepspeed.runtime.precision_config import DeepSpeedBF16Config, DeepSpeedFP16Config
from deepspeed.runtime.zero.config import DeepSpeedZeroConfig
from deepspeed.runtime.zero.offload_config import (
    DeepSpeedZeroOffloadOptimizerConfig,
    DeepSpeedZeroOffloadParamConfig,
)
from pydantic import BaseModel, ValidationError

from labs.grading.deepspeed_runtime.process import GPUS, Gpus, process_group, silence
from labs.grading.strict_json import MAX_PROBLEMS, Document, KeyPath, Problem, dotted

BATCH_KEYS = ("train_batch_size", "train_micro_batch_size_per_gpu", "gradient_accumulation_steps")
TRAIN_BATCH, MICRO_BATCH, ACCUMULATION = BATCH_KEYS
PARAMS: KeyPath = ("optimizer", "params")
PLACES: dict[KeyPath, type[BaseModel]] = {
    ("zero_optimization",): DeepSpeedZeroConfig,
    ("zero_optimization", "offload_optimizer"): DeepSpeedZeroOffloadOptimizerConfig,
    ("zero_optimization", "offload_param"): DeepSpeedZeroOffloadParamConfig,
    ("bf16",): DeepSpeedBF16Config,
    ("fp16",): DeepSpeedFP16Config,
}
_REMOVED: dict[str, str] = getattr(ds_config, "_REMOVED_TOP_LEVEL_CONFIG_KEYS", {})


def unknown_keys(document: Document) -> list[Problem]:
    """Keys that the installed DeepSpeed does not know where they stand, at any depth; at most `MAX_PROBLEMS`."""
    return [_unknown(document, path) for path in _unknown_paths(document.value)[:MAX_PROBLEMS]]


def autos(document: Document) -> list[Problem]:
    """Values that say "auto", at any depth; at most `MAX_PROBLEMS`."""
    return [
        document.problem(
            path,
            "The Hugging Face Trainer fills in `auto` before it calls DeepSpeed, which does not. Write the value.",
            "`auto` 是由 Hugging Face Trainer 在调用 DeepSpeed 之前填写的，DeepSpeed 自己不会填。请写出具体的值。",
        )
        for path in auto_paths(document.value, ())[:MAX_PROBLEMS]
    ]


def usable(document: Document) -> dict[str, Any]:
    """The configuration without unknown keys and without "auto"."""
    config = document.value
    kept: dict[str, Any] = _without(config, {*_unknown_paths(config), *auto_paths(config, ())})
    return kept


def _without(node: Any, unwanted: set[KeyPath], path: KeyPath = ()) -> Any:
    if isinstance(node, dict):
        kept = {key: value for key, value in node.items() if (*path, key) not in unwanted}
        return {key: _without(value, unwanted, (*path, key)) for key, value in kept.items()}
    return node


def auto_paths(node: Any, path: KeyPath) -> list[KeyPath]:
    if isinstance(node, str):
        return [path] if node.strip().lower() == "auto" else []
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [found for key, value in pairs for found in auto_paths(value, (*path, key))]


class _Asked(dict[str, Any]):
    """A block of a configuration that notes which of its keys DeepSpeed asks for, also those that it lacks."""

    def __init__(self, block: dict[str, Any]) -> None:
        super().__init__({k: _Asked(v) if isinstance(v, dict) else v for k, v in block.items()})
        self.asked: set[str] = set()
        self.handed_on = False
        """Whether all keys were taken at once, as by `Model(**block)`, which refuses those that it does not know."""

    def __getitem__(self, key: str) -> Any:
        self.asked.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.asked.add(str(key))
        return super().__contains__(key)

    def get(self, key: str, default: Any = None) -> Any:
        self.asked.add(key)
        return super().get(key, default)

    def keys(self) -> Any:
        return self  # for `key in block.keys()`

    def __iter__(self) -> Iterator[str]:
        self.handed_on = True
        return super().__iter__()

    def items(self) -> Any:
        self.handed_on = True
        return super().items()

    def __copy__(self) -> _Asked:
        return self

    def __deepcopy__(self, memo: object) -> _Asked:
        return self

    def never_asked(self) -> list[KeyPath]:
        if self.handed_on or not self.asked:  # a model took all of it, or would have refused it
            return []
        blocks = {k: v for k, v in super().items() if isinstance(v, _Asked) and k in self.asked}
        unknown: list[KeyPath] = [(key,) for key, _ in super().items() if key not in self.asked]
        return unknown + [(key, *path) for key, block in blocks.items() for path in block.never_asked()]


@cache
def _top_level_keys() -> frozenset[str]:
    """The keys that DeepSpeedConfig asks for at the top."""
    config = _Asked({MICRO_BATCH: 1})
    process_group()
    with silence():
        ds_config.DeepSpeedConfig(config, mpu=Gpus(GPUS))
    return frozenset(config.asked - _REMOVED.keys())


def _unknown_paths(config: dict[str, Any]) -> list[KeyPath]:
    paths: list[KeyPath] = []
    for key, value in config.items():
        if key not in _top_level_keys():
            paths.append((key,))
        elif isinstance(value, dict):
            paths += [(key, *path) for path in _unknown_in(key, value)]
    return paths


def _unknown_in(key: str, block: dict[str, Any]) -> list[KeyPath]:
    """Unknown keys in one top-level block, relative to it. A block that DeepSpeed cannot read at all has none."""
    unknown: list[KeyPath] = []
    if key == "optimizer" and isinstance(params := block.get("params"), dict):
        unknown += [("params", name) for name in params if name not in _known_params(block, params)]
        block = {**block, "params": None}
    process_group()
    while True:
        asked = _Asked(block)
        try:
            with silence():
                ds_config.DeepSpeedConfig({MICRO_BATCH: 1, key: asked}, mpu=Gpus(GPUS))
        except ValidationError as error:
            locations = [e["loc"] for e in error.errors(include_url=False) if e["type"] == "extra_forbidden"]
            extra = {loc[1:] if loc[0] == key else loc for loc in locations}  # some models hold several blocks
            smaller = _without(block, extra)
            if smaller == block:
                return unknown
            unknown += sorted(extra)
            block = smaller
        except Exception:
            return unknown
        else:
            return unknown + ([] if key == "scheduler" else asked.never_asked())


def _known_params(optimizer: dict[str, Any], params: dict[str, Any]) -> set[str]:
    if str(optimizer.get("type")).lower() not in (ds_config.ADAM_OPTIMIZER, ds_config.ADAMW_OPTIMIZER):
        return set(params)  # another optimizer's arguments: that it is another is what is wrong
    return {ds_config.ADAM_W_MODE, ds_config.TORCH_ADAM_PARAM, "fp32_optimizer_states", *arguments(adam(params))}


def _unknown(document: Document, path: KeyPath) -> Problem:
    name = str(path[-1])
    if path[:-1] == () and name in _REMOVED:
        en, zh = "DeepSpeed has removed this key.", "DeepSpeed 已移除这个键。"
    elif name == "max_grad_norm":
        en = "Gradients are clipped by `gradient_clipping`, at the top of the file."
        zh = "梯度裁剪由文件顶层的 `gradient_clipping` 设定。"
    elif homes := [dotted((*place, name)) for place, names in _known_names().items() if name in names]:
        en = f"DeepSpeed knows this key at another place: {_code(homes, ' or ')}. Here it does nothing."
        zh = f"这个键放错了位置，应是 {_code(homes, ' 或 ')}；放在这里不起作用。"
    elif close := difflib.get_close_matches(name[:60], _known_names().get(path[:-1], set()), n=1):
        en = f"DeepSpeed has no such key; did you mean `{close[0]}`?"
        zh = f"DeepSpeed 没有这个键，是否想写 `{close[0]}`？"
    elif len(path) == 1:
        en, zh = "DeepSpeed has no such key; it would pass over it in silence.", "DeepSpeed 没有这个键，会悄悄忽略它。"
    else:
        en, zh = "DeepSpeed has no such key here.", "DeepSpeed 在这里没有这个键。"
    return document.problem(path, en, zh)


@cache
def _known_names() -> dict[KeyPath, set[str]]:
    """The keys of the places where people look for one."""
    models = {
        place: {name for n, f in model.model_fields.items() for name in (f.alias or n, n)}
        for place, model in PLACES.items()
    }
    return {(): set(_top_level_keys()), **models, PARAMS: set(arguments(DeepSpeedCPUAdam)) | {ds_config.ADAM_W_MODE}}


def _code(names: list[str], between: str) -> str:
    return between.join(f"`{name}`" for name in names)


def adam(params: dict[str, Any]) -> type[torch.optim.Optimizer]:
    """The class that DeepSpeed makes for Adam and AdamW where the optimizer is offloaded."""
    adam: type[torch.optim.Optimizer] = DeepSpeedCPUAdam
    return torch.optim.AdamW if params.get(ds_config.TORCH_ADAM_PARAM) else adam


def arguments(cls: type) -> dict[str, Any]:
    """What can stand in `optimizer.params` for an optimizer class, with its defaults."""
    parameters = list(inspect.signature(cls).parameters.values())[1:]  # the first is the model's parameters
    return {p.name: p.default for p in parameters if p.name != "adamw_mode"}  # the engine passes that one itself
