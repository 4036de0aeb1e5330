"""The reference of the lab `memory-planner` against DeepSpeed's own estimators and figure 1 of the ZeRO paper."""

import importlib.util
import itertools
from types import ModuleType

import pytest
from deepspeed.runtime.zero.stage3 import estimate_zero3_model_states_mem_needs as estimate_stage_3
from deepspeed.runtime.zero.stage_1_and_2 import estimate_zero2_model_states_mem_needs as estimate_stage_2

from labs.grading.catalogue import find_lab

# Divisible by all numbers of GPUs below: DeepSpeed rounds bytes down, the reference rounds elements up.
SIZES = [840 * 8, 56 * 120_328_853, 56 * 1_250_000_010]
GPUS = [1, 2, 7, 8]
LAYER = 202_375_168


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("memory_planner_reference", find_lab("memory-planner").reference)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("size", "gpus"), list(itertools.product(SIZES, GPUS)))
def test_stage_2_as_deepspeed_estimates(reference, size, gpus):
    # 18 bytes are sharded there: 12 of the optimizer, gradients in 16 bits and in float32.
    plain = reference.memory(size, gpus, 2, gradient_bytes=6)
    offloaded = reference.memory(size, gpus, 2, gradient_bytes=6, offload_optimizer=True)
    assert plain["gpu"] == estimate_stage_2(size, gpus, 1, cpu_offload=False)[1]
    assert offloaded["gpu"] == estimate_stage_2(size, gpus, 1, cpu_offload=True)[1]


@pytest.mark.parametrize(("size", "gpus"), list(itertools.product(SIZES, GPUS)))
def test_stage_3_as_deepspeed_estimates(reference, size, gpus):
    # 18 bytes are sharded there: 2 of the weights, 12 of the optimizer, and 4 of gradients.
    given = {"gradient_bytes": 4, "largest_layer": LAYER}
    for optimizer, parameters in ((False, False), (True, False), (True, True)):
        ours = reference.memory(size, gpus, 3, **given, offload_optimizer=optimizer, offload_parameters=parameters)
        _cpu, gpu, gathered = estimate_stage_3(
            size, LAYER, gpus, 1, cpu_offload=optimizer, cpu_offload_params=parameters
        )
        assert (ours["gpu"], ours["gathered"]) == (gpu, gathered)


def test_figure_1_of_the_paper(reference):
    gb = [round(reference.memory(7_500_000_000, 64, stage)["gpu"] / 1e9, 1) for stage in range(4)]
    assert gb == [120.0, 31.4, 16.6, 1.9]


def test_lora_by_hand(reference):
    # Llama-2-7B with r = 8 on q and v: 2 bytes for all, 14 more for the 4 194 304 that train.
    actual = reference.memory(6_738_415_616 + 4_194_304, 1, 0, trainable=4_194_304)
    assert actual["gpu"] == 2 * (6_738_415_616 + 4_194_304) + 14 * 4_194_304


def test_planners_agree_with_a_search(reference):
    for size, gib in itertools.product((10**9, 7 * 10**9), (8, 24, 80)):
        fitting = [s for s in range(4) if reference.memory(size, 8, s)["gpu"] <= gib * 2**30]
        assert reference.smallest_stage(size, 8, gib) == min(fitting, default=None)
        for stage in range(4):
            fitting = [n for n in range(1, 1025) if reference.memory(size, n, stage)["gpu"] <= gib * 2**30]
            assert reference.gpus_needed(size, stage, gib) == min(fitting, default=None)
