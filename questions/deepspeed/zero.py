"""The numbers in zero.yaml: bytes that one GPU holds for the model states."""

from __future__ import annotations

GIB = 2**30


def model_states_gib(*, parameters: float, gpus: int, stage: int) -> float:
    """GiB (2^30 bytes) of model states on each of `gpus` GPUs: mixed-precision Adam under a ZeRO stage.

    With Ψ parameters on N GPUs, in bytes:

        weights, 16 bits                            2Ψ     sharded over N from stage 3 on
        gradients, 16 bits                          2Ψ     sharded over N from stage 2 on
        fp32 weights, momentum and variance        12Ψ     sharded over N from stage 1 on

    Activations, buffers and fragmentation come on top.
    Source: Rajbhandari et al. 2020 (ZeRO), section 3.1 and figure 1.
    """
    import torch

    weights = gradients = torch.float16.itemsize
    optimizer = torch.float32.itemsize + adam_state_bytes()
    per_parameter = (
        weights / (gpus if stage >= 3 else 1)
        + gradients / (gpus if stage >= 2 else 1)
        + optimizer / (gpus if stage >= 1 else 1)
    )
    return parameters * per_parameter / GIB


def adam_state_bytes() -> int:
    """Bytes that torch's AdamW keeps for each fp32 parameter, counted after a real step."""
    import torch

    parameter = torch.nn.Parameter(torch.ones(1000))
    parameter.grad = torch.ones_like(parameter)
    optimizer = torch.optim.AdamW([parameter])
    optimizer.step()
    moments = [s for s in optimizer.state[parameter].values() if s.numel() == parameter.numel()]
    return sum(s.element_size() for s in moments)


def relief_on_one_gpu(*, parameters: int, largest_layer: int, gpu_gb: float) -> str:
    """The key of the option that brings the model states of `parameters` under `gpu_gb` GB (10^9 bytes) on one GPU.

    DeepSpeed's own estimators for one GPU, Ψ parameters, L of them in the largest layer, in bytes:

        stage 2                          2Ψ + 18Ψ     option "a"
        stage 3                          4L + 18Ψ     option "b"
        stage 2, optimizer offloaded     2Ψ           option "c"

    Option "d", `offload_param` in stage 2, costs what stage 2 does: the key is read by stage 3 alone.
    Raises ValueError unless exactly one option is small enough.
    Source: DeepSpeed `runtime/zero/stage_1_and_2.py` and `runtime/zero/stage3.py`, the functions
    `estimate_zero2_model_states_mem_needs` and `estimate_zero3_model_states_mem_needs`.
    """
    from deepspeed.runtime.zero.stage3 import estimate_zero3_model_states_mem_needs as stage_3
    from deepspeed.runtime.zero.stage_1_and_2 import estimate_zero2_model_states_mem_needs as stage_2

    _cpu, plain = stage_2(parameters, cpu_offload=False)
    _cpu, offloaded = stage_2(parameters, cpu_offload=True)
    _cpu, sharded, _layer = stage_3(parameters, largest_layer, cpu_offload=False, cpu_offload_params=False)
    needs = {"a": plain, "b": sharded, "c": offloaded, "d": plain}
    (key,) = (option for option, need in needs.items() if need <= gpu_gb * 1e9)
    return key
