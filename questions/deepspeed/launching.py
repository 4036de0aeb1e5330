"""The key in launching.yaml: which memory ran out."""

from __future__ import annotations


def reading(*, parameters: int, gpus: int, host_gib: float) -> str:
    """The key of the right reading of a run with ZeRO-2 and optimizer offload that the kernel killed.

    "c", the host's memory ran out, where DeepSpeed's estimator asks for more than the host's `host_gib` GiB:

        Ψ · max(4 · GPUs, 16) · 1.5 bytes

    Every process may hold an fp32 copy of the model while it loads, 4Ψ each, and the offloaded states take 16Ψ
    later: the larger of the two, and half as much again for buffers. Otherwise "d": something else filled it.
    Source: DeepSpeed `runtime/zero/stage_1_and_2.py`, `estimate_zero2_model_states_mem_needs`.
    """
    from deepspeed.runtime.zero.stage_1_and_2 import estimate_zero2_model_states_mem_needs

    host, _gpu = estimate_zero2_model_states_mem_needs(parameters, num_gpus_per_node=gpus, cpu_offload=True)
    return "c" if host > host_gib * 2**30 else "d"
