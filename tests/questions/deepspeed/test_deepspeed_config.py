"""What the config classes of DeepSpeed, accelerate and transformers say, against hand formulas and the printed keys."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from questions.deepspeed import config
from quiz.bank.schema import Open, Question, SpotTheLine

pytest.importorskip("deepspeed", reason="DeepSpeed is an extra")

Find = Callable[[str, str], Question]


@pytest.mark.parametrize(("train", "micro", "gpus"), [(256, 4, 8), (64, 2, 8), (4, 1, 2), (96, 3, 4)])
def test_accumulation_is_what_is_left_of_the_batch(train: int, micro: int, gpus: int) -> None:
    steps = config.gradient_accumulation_steps(train_batch_size=train, micro_batch=micro, gpus=gpus)
    assert steps * micro * gpus == train


def test_a_batch_that_does_not_divide_is_refused() -> None:
    with pytest.raises(AssertionError, match="256 != 6"):
        config.gradient_accumulation_steps(train_batch_size=256, micro_batch=6, gpus=8)


def test_the_message_quoted_for_one_gpu() -> None:
    sizes = {"train_batch_size": 4, "train_micro_batch_size_per_gpu": 1, "gradient_accumulation_steps": 2}
    quoted = "train_batch_size is not equal to micro_batch_per_gpu * gradient_acc_step * world_size 4 != 1 * 2 * 1"
    with pytest.raises(AssertionError, match=re.escape(quoted)):
        config._evaluated(sizes, gpus=1)
    assert config._evaluated(sizes, gpus=2).train_batch_size == 4


def test_clipping_left_out_falls_to_the_librarys_default() -> None:
    from deepspeed.runtime.constants import GRADIENT_CLIPPING_DEFAULT

    assert GRADIENT_CLIPPING_DEFAULT == 1.0
    assert config.clipping_norm(written="absent", max_grad_norm=0.3) == "c"
    assert config.clipping_norm(written="auto", max_grad_norm=0.3) == "a"


def test_under_deepspeed_the_trainers_call_only_reads_the_norm() -> None:
    from accelerate import Accelerator
    from accelerate.utils import DistributedType

    parameter = torch.nn.Parameter(torch.ones(1))
    parameter.grad = torch.full_like(parameter, 5.0)
    stub = SimpleNamespace(
        distributed_type=DistributedType.DEEPSPEED,
        deepspeed_engine_wrapped=SimpleNamespace(get_global_grad_norm=lambda: 5.0),
        unscale_gradients=lambda: None,
    )
    assert Accelerator.clip_grad_norm_(stub, [parameter], 0.3) == 5.0
    assert parameter.grad.item() == 5.0


def test_config_against_arguments(question: Find) -> None:
    asked = question("deepspeed/config", "config-against-arguments")
    assert isinstance(asked, SpotTheLine)
    arguments = config.trainer_arguments(
        world_size=8,
        per_device_train_batch_size=4,
        gradient_accumulation_steps=4,
        learning_rate=1e-5,
        weight_decay=0.1,
        bf16=True,
    )
    mismatches = _mismatches(json.loads(asked.code), arguments)
    keys = {mismatch.removeprefix("- ds ").split("=")[0].split(".")[-1] for mismatch in mismatches}
    lines = [
        i for i, line in enumerate(asked.code.splitlines(), 1) if line.split('"')[1:2] and line.split('"')[1] in keys
    ]
    assert lines == asked.wrong_lines
    # DeepSpeed alone runs it.
    alone = asked.code.replace('"auto"', "0.1")
    assert config._evaluated(json.loads(alone), gpus=8).gradient_accumulation_steps == 2


def test_what_the_keys_mean() -> None:
    from deepspeed.runtime.precision_config import DeepSpeedFP16Config
    from pydantic import ValidationError

    sizes = {"train_batch_size": 8}
    dynamic = DeepSpeedFP16Config(enabled=True, loss_scale=0)
    assert dynamic.dynamic_loss_scale_args()["init_scale"] == 2**16
    assert 5e8 * torch.bfloat16.itemsize == 1e9
    assert config._evaluated(sizes, 1).zero_config.reduce_bucket_size == 5e8
    with pytest.raises(ValidationError, match="overlap_com"):
        config._evaluated({**sizes, "zero_optimization": {"stage": 2, "overlap_com": True}}, 1)
    assert config._evaluated({**sizes, "gradient_cliping": 0.3}, 1).gradient_clipping == 1.0
    with pytest.raises(AssertionError, match="cannot be simultaneously enabled"):
        config._evaluated({**sizes, "fp16": {"enabled": True}, "bf16": {"enabled": True}}, 1)
    formats = (torch.bfloat16, torch.float16, torch.float32)
    fraction_bits = {t: -round(torch.tensor(torch.finfo(t).eps).log2().item()) for t in formats}
    assert fraction_bits == {torch.bfloat16: 7, torch.float16: 10, torch.float32: 23}


@pytest.mark.parametrize("overlap", [True, False])
@pytest.mark.parametrize("elements", [500_000_000, 200_000_000])
def test_reduction_buffers_are_elements_times_two_bytes(elements: int, overlap: bool) -> None:
    expected = elements * 2 * (2 if overlap else 1) / 1e9
    assert config.reduction_buffer_gb(reduce_bucket_size=elements, overlap_comm=overlap) == pytest.approx(expected)


def test_rule_of_thumb_of_the_documentation() -> None:
    assert 4.5 * (5e8 + 5e8) * 2 / 1e9 == 9


def test_review_a_launch(question: Find, tmp_path: Path) -> None:
    """The faults that the rubric names are faults of the libraries' own reading."""
    from deepspeed.runtime.lr_schedules import WarmupLR

    asked = question("deepspeed/launching", "review-a-launch")
    assert isinstance(asked, Open)
    begin, end = asked.prompt.en.index("ds.json:   ") + len("ds.json:   "), asked.prompt.en.index("train.py:  ")
    written = json.loads(asked.prompt.en[begin:end])
    with pytest.raises(AssertionError, match=r"4 != 1 \* 2 \* 1"):
        config._evaluated(json.loads(json.dumps(written)), gpus=1)
    arguments = config.trainer_arguments(
        per_device_train_batch_size=1, gradient_accumulation_steps=2, learning_rate=3e-6
    )
    listed = "|".join(_mismatches(written, arguments))
    assert "train_batch_size=4 vs hf train_batch_size (calculated)=2" in listed
    assert "warmup_max_lr=2e-05 vs hf learning_rate=3e-06" in listed
    assert "warmup_num_steps=0 vs hf warmup_steps=1" in listed
    with pytest.raises(ValueError, match="warmup_num_steps"):
        WarmupLR(_sgd(), **written["scheduler"]["params"])

    pip = 'pip() { echo "$@"; }; pip install deepspeed>=0.19'
    subprocess.run(["bash", "-c", pip], cwd=tmp_path, check=True)
    assert (tmp_path / "=0.19").read_text() == "install deepspeed\n"


@pytest.mark.parametrize("fields", ["deepspeed_config_file,zero_stage", "zero_stage,offload_param_device"])
def test_accelerate_refuses_a_config_file_beside_its_own_keys(fields: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`accelerate launch` hands on which keys its YAML has; naming the file in TrainingArguments changes nothing."""
    from accelerate.utils import DeepSpeedPlugin

    monkeypatch.setenv("ACCELERATE_CONFIG_DS_FIELDS", fields)
    with pytest.raises(ValueError, match="will be ignored"):
        DeepSpeedPlugin(hf_ds_config={"train_batch_size": 8, "zero_optimization": {"stage": 2}})


def _mismatches(written: dict[str, Any], arguments: Any) -> list[str]:
    from transformers.integrations import deepspeed

    try:
        trainers = deepspeed.HfTrainerDeepSpeedConfig(written)
        trainers.trainer_config_process(arguments)
        with contextlib.suppress(ValueError):  # it raises what it found once it has compared the schedule too
            trainers.trainer_config_finalize(arguments, None, 1000)
        return list(trainers.mismatches)
    finally:
        deepspeed.unset_hf_deepspeed_config()


def _sgd() -> torch.optim.Optimizer:
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
