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
