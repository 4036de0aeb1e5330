"""The reference of the lab `config-repair`, and its filling of "auto", against the Trainer's own."""

from __future__ import annotations

import copy
import importlib.util
import json
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("deepspeed")

from transformers.integrations.deepspeed import HfTrainerDeepSpeedConfig

from labs.grading.catalogue import find_lab

LAB = find_lab("config-repair")
ANSWERS = [LAB.reference, *LAB.alternates, *LAB.mutants]


@pytest.fixture(scope="module")
def harness() -> ModuleType:
    spec = importlib.util.spec_from_file_location("config_repair_harness", LAB.harness)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class _Arguments(SimpleNamespace):
    """The arguments of the brief, on four GPUs: TrainingArguments itself would look for the hardware."""

    def get_warmup_steps(self, num_training_steps: int) -> int:
        return 100


ARGUMENTS = _Arguments(
    world_size=4,
    per_device_train_batch_size=2,
    gradient_accumulation_steps=4,
    learning_rate=3e-5,
    weight_decay=0.01,
    adam_beta1=0.9,
    adam_beta2=0.999,
    adam_epsilon=1e-8,
    max_grad_norm=0.5,
    bf16=True,
    bf16_full_eval=False,
    fp16=False,
    fp16_full_eval=False,
    save_on_each_node=False,
)
MODEL = SimpleNamespace(config=SimpleNamespace(hidden_size=4096))


def _filled_by_the_trainer(config: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """The configuration as the Trainer hands it on, and whether it agreed with the arguments."""
    theirs = HfTrainerDeepSpeedConfig(copy.deepcopy(config))
    theirs.trainer_config_process(ARGUMENTS)
    try:
        theirs.trainer_config_finalize(ARGUMENTS, MODEL, num_training_steps=2000)
    except ValueError:
        return theirs.config, False
    return theirs.config, True


@pytest.mark.parametrize("path", ANSWERS, ids=lambda path: path.stem)
def test_auto_is_filled_and_compared_as_by_the_trainer(harness: ModuleType, path: Any) -> None:
    answer = path.read_text()
    if harness.strict_json(answer)["problems"]:
        return
    config = json.loads(answer)["trainer"]
    filled, agrees = _filled_by_the_trainer(config)
    document = harness.Document(config, {})
    assert harness._given("trainer", document).value == filled
    assert (harness.mismatches(answer)["value"] == []) is agrees


def test_the_starter_does_not_agree_with_the_arguments(harness: ModuleType) -> None:
    starter = json.loads((LAB.reference.parent.parent / "starter.json").read_text())
    filled, agrees = _filled_by_the_trainer(starter["trainer"])
    assert not agrees
    assert filled["zero_optimization"]["stage"] == "auto"
    assert "gradient_clipping" not in filled
