"""The reference of the lab `accelerate-config` as accelerate itself reads it, and the rules against its own."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from accelerate.commands.config.config_args import ClusterConfig, load_config_from_file
from accelerate.commands.launch import _validate_launch_command, launch_command_parser
from accelerate.utils import DeepSpeedPlugin, DistributedType, DynamoBackend

from labs.grading.catalogue import find_lab

LAB = find_lab("accelerate-config")
RIGHT = [LAB.reference, *LAB.alternates]


@pytest.fixture(scope="module")
def harness() -> ModuleType:
    spec = importlib.util.spec_from_file_location("accelerate_config_harness", LAB.harness)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("path", RIGHT, ids=lambda path: path.name)
def test_accelerate_reads_what_is_right(path: Path):
    config = load_config_from_file(str(path))
    assert config.distributed_type is DistributedType.DEEPSPEED
    assert (config.num_processes, config.num_machines, config.machine_rank) == (4, 1, 0)
    assert config.deepspeed_config["deepspeed_config_file"].endswith("ds_config.json")
    assert config.mixed_precision is None
    assert config.use_cpu is False
    assert config.dynamo_config == {}


def test_the_known_keys_are_accelerates(harness):
    assert set(ClusterConfig.__dataclass_fields__) | {"dynamo_backend", "fp16"} == harness.TOP_KEYS
    options = {action.dest for action in launch_command_parser()._actions}
    assert options >= harness.DEEPSPEED_KEYS


@pytest.mark.parametrize("key", ["zero_stage", "gradient_accumulation_steps", "mixed_precision", "zero3_init_flag"])
def test_accelerate_raises_for_what_is_said_twice(harness, monkeypatch, tmp_path, key):
    file = tmp_path / "ds_config.json"
    file.write_text('{"train_micro_batch_size_per_gpu": 4, "zero_optimization": {"stage": 2}}')
    monkeypatch.setenv("ACCELERATE_CONFIG_DS_FIELDS", f"deepspeed_config_file,{key}")
    if key in harness.IN_THE_DEEPSPEED_FILE | {"mixed_precision"}:
        with pytest.raises(ValueError, match="will be ignored"):
            DeepSpeedPlugin(hf_ds_config=str(file))
    else:
        DeepSpeedPlugin(hf_ds_config=str(file))


def test_every_key_said_twice_is_one_of_accelerates(harness, monkeypatch, tmp_path):
    file = tmp_path / "ds_config.json"
    file.write_text('{"train_micro_batch_size_per_gpu": 4, "zero_optimization": {"stage": 2}}')
    for key in harness.IN_THE_DEEPSPEED_FILE:
        monkeypatch.setenv("ACCELERATE_CONFIG_DS_FIELDS", key)
        with pytest.raises(ValueError, match="will be ignored"):
            DeepSpeedPlugin(hf_ds_config=str(file))


def test_dynamo_backends():
    assert "NO" in DynamoBackend.__members__
    assert "YES" not in DynamoBackend.__members__


def test_the_launcher_takes_the_file():
    arguments = launch_command_parser().parse_args(["--config_file", str(LAB.reference), "train.py"])
    checked, _defaults, precision_given = _validate_launch_command(arguments)
    assert checked.use_deepspeed
    assert checked.num_processes == 4
    assert checked.deepspeed_config_file == "ds_config.json"
    assert not precision_given
