"""optimizers.py and loss_averaging.py against hand formulas, and the printed log against a real Trainer."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from questions.debugging import loss_averaging, optimizers
from quiz.bank.schema import LogDiagnosis, Question

Find = Callable[[str, str], Question]


@pytest.mark.parametrize(("weight", "gradient"), [(1.0, 0.0), (1.0, 0.5), (-2.0, 0.01), (0.3, -4.0)])
@pytest.mark.parametrize(("lr", "decay"), [(0.1, 0.1), (0.01, 0.5)])
def test_one_step_by_hand(weight: float, gradient: float, lr: float, decay: float) -> None:
    eps = 1e-8
    with_l2 = gradient + decay * weight
    expected = {
        "Adam": weight - lr * with_l2 / (abs(with_l2) + eps),
        "AdamW": weight * (1 - lr * decay) - lr * gradient / (abs(gradient) + eps),
    }
    for name, value in expected.items():
        stepped = optimizers.weight_after_one_step(
            optimizer=name, weight=weight, gradient=gradient, lr=lr, weight_decay=decay
        )
        assert stepped == pytest.approx(value)


def test_adamw_gives_the_number_in_the_prompt() -> None:
    stepped = optimizers.weight_after_one_step(optimizer="AdamW", weight=1.0, gradient=0.0, lr=0.1, weight_decay=0.1)
    assert stepped == pytest.approx(0.99)


@pytest.mark.parametrize("eps", [1e-8, 1e-5, 1e-3, 10.5, 1000.0])
def test_eps_shortens_the_step(eps: float) -> None:
    gradient = 0.5
    share = (gradient / (gradient + eps)) / (gradient / (gradient + 1e-5))
    expected = "b" if share > 0.99 else "a"
    assert optimizers.effect_of_eps(eps=eps, intended=1e-5, gradient=gradient) == expected
    assert gradient / (gradient + 10.5) == pytest.approx(0.045, abs=0.001)


def test_eps_in_between_has_no_option() -> None:
    with pytest.raises(ValueError, match="no option"):
        optimizers.effect_of_eps(eps=0.5, intended=1e-5, gradient=0.5)
    assert optimizers.effect_of_eps(eps=1e-5, intended=10.5, gradient=0.5) == "d"
    assert optimizers.effect_of_eps(eps=0.0, intended=1e-5, gradient=0.0) == "c"


def test_schedule_by_hand() -> None:
    peak, warmup, total = 2e-5, 4, 12
    by_hand = [
        peak * i / warmup if i < warmup else peak * (1 + math.cos(math.pi * (i - warmup) / (total - warmup))) / 2
        for i in range(total)
    ]
    assert optimizers.learning_rates(warmup, total, peak) == pytest.approx(by_hand)


@pytest.mark.parametrize(("warmup", "total", "key"), [(1000, 60, "b"), (60, 60, "b"), (59, 60, "a"), (0, 60, "a")])
def test_the_peak_is_reached_only_after_the_warmup(warmup: int, total: int, key: str) -> None:
    assert optimizers.schedule_reading(warmup_steps=warmup, max_steps=total, peak=2e-5) == key


def test_the_log_is_what_the_trainer_writes(question: Find, tmp_path: Path) -> None:
    """Rates and epochs of the printed lines from a real run; losses depend on the platform and stand at ln 64."""
    asked = question("debugging/optimizers", "a-loss-that-does-not-move")
    assert isinstance(asked, LogDiagnosis)
    printed = [ast.literal_eval(" ".join(entry.split())) for entry in re.findall(r"\{.*?\}", asked.log, re.DOTALL)]
    real = _log_of_a_tiny_run(tmp_path)
    assert len(real) == 6
    kept = [real[0], real[1], real[-1]]
    for shown, entry in zip(printed, kept, strict=True):
        assert float(shown["learning_rate"]) == pytest.approx(entry["learning_rate"], rel=1e-3)
        assert float(shown["epoch"]) == entry["epoch"]
        assert float(shown["loss"]) == pytest.approx(math.log(64), abs=0.05)
        assert entry["loss"] == pytest.approx(math.log(64), abs=0.05)
    rates = optimizers.learning_rates(1000, 60, 2e-5)
    assert [rates[9], rates[19], rates[59]] == pytest.approx([float(s["learning_rate"]) for s in printed])


def test_a_warmup_below_one_is_a_share_of_the_run(tmp_path: Path) -> None:
    from transformers import TrainingArguments

    assert TrainingArguments(output_dir=str(tmp_path), warmup_steps=0.05, use_cpu=True).get_warmup_steps(60) == 3


@pytest.mark.parametrize(
    ("tokens", "losses"), [([10, 2], [2.0, 1.0]), ([3, 3], [0.5, 1.5]), ([1, 7, 4], [4.0, 1.0, 2.5])]
)
def test_the_mean_runs_over_tokens(tokens: list[int], losses: list[float]) -> None:
    by_hand = sum(n * loss for n, loss in zip(tokens, losses, strict=True)) / sum(tokens)
    assert loss_averaging.loss_of_one_big_batch(tokens=tokens, losses=losses) == pytest.approx(by_hand)


def _log_of_a_tiny_run(folder: Path) -> list[dict[str, Any]]:
    from transformers import LlamaConfig, LlamaForCausalLM, Trainer, TrainingArguments

    torch.manual_seed(0)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=64,
            hidden_size=16,
            intermediate_size=32,
            num_hidden_layers=1,
            num_attention_heads=2,
            num_key_value_heads=2,
        )
    )
    samples = [{"input_ids": ids, "labels": ids} for ids in torch.randint(64, (40, 8))]
    arguments = TrainingArguments(
        output_dir=str(folder),
        max_steps=60,
        per_device_train_batch_size=4,
        learning_rate=2e-5,
        warmup_steps=1000,
        lr_scheduler_type="cosine",
        logging_steps=10,
        save_strategy="no",
        report_to=[],
        use_cpu=True,
        disable_tqdm=True,
    )
    trainer = Trainer(model, arguments, train_dataset=samples)
    trainer.train()
    return [entry for entry in trainer.state.log_history if "loss" in entry]
