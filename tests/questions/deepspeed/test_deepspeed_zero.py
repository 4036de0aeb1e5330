"""Stages and offloading: the matched facts, the estimators by hand, the sums of the open question."""

from __future__ import annotations

import pytest

from questions.deepspeed import launching, zero

pytest.importorskip("deepspeed", reason="DeepSpeed is an extra")

PARAMETERS = 6_740_000_000
LAYER = 202_383_360


def test_only_offloading_relieves_one_gpu() -> None:
    assert zero.relief_on_one_gpu(parameters=PARAMETERS, largest_layer=LAYER, gpu_gb=24) == "c"
    for gpu_gb in (13, 200):  # nothing fits, everything fits
        with pytest.raises(ValueError, match="unpack"):
            zero.relief_on_one_gpu(parameters=PARAMETERS, largest_layer=LAYER, gpu_gb=gpu_gb)


def test_the_layer_is_one_of_llama_2_7b() -> None:
    hidden, intermediate = 4096, 11008
    assert 4 * hidden**2 + 3 * hidden * intermediate + 2 * hidden == LAYER


def test_numbers_of_the_explanation_on_one_gpu() -> None:
    from deepspeed.runtime.zero.stage3 import estimate_zero3_model_states_mem_needs as stage_3
    from deepspeed.runtime.zero.stage_1_and_2 import estimate_zero2_model_states_mem_needs as stage_2

    host, offloaded = stage_2(PARAMETERS, cpu_offload=True)
    _host, plain = stage_2(PARAMETERS, cpu_offload=False)
    _host, sharded, _layer = stage_3(PARAMETERS, LAYER, cpu_offload=False, cpu_offload_params=False)
    in_gb = [round(n / 1e9, 1) for n in (plain, sharded, offloaded, host)]
    assert in_gb == [134.8, 122.1, 13.5, 161.8]
    assert plain == 20 * PARAMETERS
    assert sharded == 18 * PARAMETERS + 4 * LAYER


def test_stages_and_where_offloading_is_valid() -> None:
    from deepspeed.runtime.zero.config import DeepSpeedZeroConfig, ZeroStageEnum

    assert [(s.name, s.value) for s in ZeroStageEnum] == [
        ("disabled", 0),
        ("optimizer_states", 1),
        ("gradients", 2),
        ("weights", 3),
    ]  # `max_stage` is an alias
    # Accepted below stage 3, which is what option d of the question is about.
    assert DeepSpeedZeroConfig(stage=2, offload_param={"device": "cpu"}).offload_param is not None
    assert DeepSpeedZeroConfig(stage=3).offload_param is None
    assert DeepSpeedZeroConfig(stage=3).offload_optimizer is None


def test_only_stage_3_is_handed_offload_param() -> None:
    import inspect

    from deepspeed.runtime.engine import DeepSpeedEngine

    source = inspect.getsource(DeepSpeedEngine._configure_zero_optimizer)
    low, high = source.split("elif zero_stage == ZeroStageEnum.weights:")
    assert "offload_optimizer_config" in low
    assert "offload_param_config" not in low
    assert "offload_param_config" in high


@pytest.mark.parametrize(("stage", "gigabytes"), [(0, 208), (1, 71.5), (2, 48.75), (3, 26)])
def test_sums_of_the_open_question(stage: int, gigabytes: float) -> None:
    gib = zero.model_states_gib(parameters=13e9, gpus=8, stage=stage)
    assert gib * 2**30 / 1e9 == pytest.approx(gigabytes)


@pytest.mark.parametrize(
    ("gpus", "host_gib", "key"),
    [(8, 512, "c"), (8, 640, "d"), (4, 320, "d"), (1, 256, "c")],
)
def test_host_memory_is_four_bytes_a_process(gpus: int, host_gib: float, key: str) -> None:
    parameters = 13_000_000_000
    needed = parameters * max(4 * gpus, 16) * 1.5
    assert (needed > host_gib * 2**30) == (key == "c")
    assert launching.reading(parameters=parameters, gpus=gpus, host_gib=host_gib) == key


def test_numbers_of_the_killed_run() -> None:
    assert 13e9 * max(4 * 8, 16) * 1.5 == 624e9
    host = 512 * 2**30
    assert host / 1e9 == pytest.approx(550, abs=0.5)
    process = 64871220 * 1024  # the kernel's kB
    assert process / 1e9 == pytest.approx(66.4, abs=0.05)
    assert 0.9 * host < 8 * process < host


def test_offload_left_out_spares_no_copy_at_loading() -> None:
    from deepspeed.runtime.zero.stage_1_and_2 import estimate_zero2_model_states_mem_needs as stage_2

    offloaded, _gpu = stage_2(13_000_000_000, num_gpus_per_node=8, cpu_offload=True)
    plain, gpu = stage_2(13_000_000_000, num_gpus_per_node=8, cpu_offload=False)
    assert offloaded == plain == 624e9
    assert gpu / 1e9 == pytest.approx(55.3, abs=0.06)


def test_the_launcher_reports_the_signal_that_ended_a_process() -> None:
    import inspect
    import signal
    import subprocess
    import sys

    from deepspeed.launcher import launch

    done = subprocess.run([sys.executable, "-S", "-c", "import os; os.kill(os.getpid(), 9)"], check=False)
    assert done.returncode == -signal.SIGKILL == -9
    assert "exits with return code = {last_return_code}" in inspect.getsource(launch)
