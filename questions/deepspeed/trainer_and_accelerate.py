"""The keys in trainer_and_accelerate.yaml: what the Trainer makes of `auto`, and what packages ask for."""

from __future__ import annotations

from typing import Any


def prefetch_bucket(*, hidden: int) -> int:
    """The elements that the Trainer fills in for `"stage3_prefetch_bucket_size": "auto"`.

        floor(0.9 · hidden²)

    Source: transformers `integrations/deepspeed.py`, `HfTrainerDeepSpeedConfig.trainer_config_finalize`.
    """
    from types import SimpleNamespace

    model = SimpleNamespace(config=SimpleNamespace(hidden_size=hidden))
    zero = {"stage": 3, "stage3_prefetch_bucket_size": "auto"}
    filled, _refusal = _by_the_trainer({"zero_optimization": zero}, gpus=1, model=model)
    return int(filled["zero_optimization"]["stage3_prefetch_bucket_size"])


def prefetch_like_reduce_bucket(*, hidden: int) -> int:
    """The value of `reduce_bucket_size`."""
    return hidden**2


def prefetch_like_threshold(*, hidden: int) -> int:
    """The value of `stage3_param_persistence_threshold`."""
    return 10 * hidden


def mismatches(*, gpus: int) -> int:
    """How many lines the Trainer's refusal of `DS_JSON` lists on `gpus` GPUs.

    Arguments: micro-batch 1, no accumulation, learning rate 3e-6, 1000 steps of warm-up.
    Source: transformers `integrations/deepspeed.py`, `trainer_config_process` and `trainer_config_finalize`.
    """
    _filled, refusal = _by_the_trainer(DS_JSON, gpus=gpus, model=None, learning_rate=3e-6, warmup_steps=1000)
    return sum(line.startswith("- ds ") for line in refusal.splitlines())


def mismatches_of_batch_keys(*, gpus: int) -> int:
    """Among the three batch keys alone."""
    return int(DS_JSON["gradient_accumulation_steps"] != 1) + int(DS_JSON["train_batch_size"] != gpus)


def mismatches_with_offload(*, gpus: int) -> int:
    """As if the stage and the offloading, which the arguments do not know, counted as contradictions too."""
    return mismatches(gpus=gpus) + 2


def packages_for_torch(*, torch_version: str) -> str:
    """The key of the option that names those of the four packages which allow `torch_version`.

    "a": none of them; "b": peft alone; "c": all four; "d": all but transformers. Raises KeyError otherwise.
    Source: the metadata of the installed packages, `Requires-Dist`, extras included.
    """
    from importlib.metadata import requires

    from packaging.requirements import Requirement

    def allows(package: str) -> bool:
        asked = [Requirement(line) for line in requires(package) or []]
        return all(r.specifier.contains(torch_version) for r in asked if r.name == "torch")

    allowing = frozenset(p for p in ("accelerate", "deepspeed", "peft", "transformers") if allows(p))
    keys = {
        frozenset[str](): "a",
        frozenset({"peft"}): "b",
        frozenset({"accelerate", "deepspeed", "peft", "transformers"}): "c",
        frozenset({"accelerate", "deepspeed", "peft"}): "d",
    }
    return keys[allowing]


DS_JSON: dict[str, Any] = {
    "train_batch_size": 4,
    "train_micro_batch_size_per_gpu": 1,
    "gradient_accumulation_steps": 2,
    "zero_optimization": {"stage": 2, "offload_optimizer": {"device": "cpu"}},
    "optimizer": {"type": "AdamW", "params": {"lr": "auto"}},
    "scheduler": {
        "type": "WarmupLR",
        "params": {"warmup_min_lr": 0, "warmup_max_lr": 2e-5, "warmup_num_steps": 0},
    },
}


def _by_the_trainer(
    config: dict[str, Any], *, gpus: int, model: Any, learning_rate: float = 5e-5, warmup_steps: int = 0
) -> tuple[dict[str, Any], str]:
    """The config as the Trainer of transformers fills it, and the text of its refusal, empty where there is none."""
    from copy import deepcopy
    from types import SimpleNamespace

    from transformers.integrations import deepspeed

    arguments = SimpleNamespace(
        world_size=gpus,
        per_device_train_batch_size=1,
        gradient_accumulation_steps=1,
        max_grad_norm=1.0,
        learning_rate=learning_rate,
        adam_beta1=0.9,
        adam_beta2=0.999,
        adam_epsilon=1e-8,
        weight_decay=0.0,
        save_on_each_node=False,
        fp16=False,
        fp16_full_eval=False,
        bf16=False,
        bf16_full_eval=False,
        get_warmup_steps=lambda _training_steps: warmup_steps,
    )
    try:
        trainers = deepspeed.HfTrainerDeepSpeedConfig(deepcopy(config))
        trainers.trainer_config_process(arguments)
        trainers.trainer_config_finalize(arguments, model, 5000)
    except ValueError as refusal:
        return {}, str(refusal)
    finally:
        deepspeed.unset_hf_deepspeed_config()
    return trainers.config, ""
