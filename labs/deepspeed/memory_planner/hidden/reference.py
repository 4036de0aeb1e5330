"""Memory of the model states under ZeRO, the reference.

Samyam Rajbhandari et al., "ZeRO: Memory Optimizations Toward Training Trillion Parameter Models", arXiv:1910.02054,
section 3.1 and figure 1. With mixed-precision Adam each of the psi parameters costs, in bytes, on one of N GPUs:

    weights in 16 bits                                     2 psi     / N from stage 3 on
    gradients in 16 bits                                   2 psi     / N from stage 2 on
    float32 weights, momentum and variance (K = 12)       12 psi     / N from stage 1 on

Parameters that are frozen, as under LoRA, have weights only. What is offloaded, and what stage 3 gathers for a layer,
is counted as DeepSpeed's estimators count it (runtime/zero/stage_1_and_2.py and stage3.py).
"""

WEIGHT_BYTES = 2
OPTIMIZER_BYTES = 4 + 4 + 4  # float32 weights, momentum, variance
GATHERED_BYTES = 2 + 2  # weights and gradients of the layer at work
GIB = 2**30
MOST_GPUS = 1024


def memory(
    parameters: int,
    gpus: int,
    stage: int,
    *,
    trainable: int | None = None,
    gradient_bytes: int = 2,
    largest_layer: int = 0,
    offload_optimizer: bool = False,
    offload_parameters: bool = False,
) -> dict[str, int]:
    trainable = parameters if trainable is None else trainable
    if stage not in (0, 1, 2, 3) or gpus < 1 or not 0 <= trainable <= parameters:
        raise ValueError("no such stage, no GPU, or more parameters train than there are")
    if (offload_optimizer and stage < 2) or (offload_parameters and stage < 3):
        raise ValueError("the optimizer is offloaded from stage 2 on, parameters in stage 3")

    def share(elements: int, from_stage: int) -> int:
        """Elements on one GPU; the last shard is padded to the length of the others."""
        return -(-elements // gpus) if stage >= from_stage else elements

    weights = WEIGHT_BYTES * share(parameters, 3)
    gradients = gradient_bytes * share(trainable, 2)
    optimizer = OPTIMIZER_BYTES * share(trainable, 1)
    gathered = GATHERED_BYTES * largest_layer if stage == 3 else 0

    cpu = 0
    if offload_optimizer:  # gradients follow the optimizer, which takes its step on the CPU
        cpu += gradients + optimizer
        gradients = optimizer = 0
    if offload_parameters:
        cpu += weights
        weights = 0
    parts = {"weights": weights, "gradients": gradients, "optimizer": optimizer, "gathered": gathered}
    return {**parts, "gpu": sum(parts.values()), "cpu": cpu}


def smallest_stage(parameters: int, gpus: int, gib: float, **options: int | None) -> int | None:
    fitting = (stage for stage in range(4) if memory(parameters, gpus, stage, **options)["gpu"] <= gib * GIB)
    return next(fitting, None)


def gpus_needed(parameters: int, stage: int, gib: float, **options: int | bool | None) -> int | None:
    numbers = range(1, MOST_GPUS + 1)
    return next((gpus for gpus in numbers if memory(parameters, gpus, stage, **options)["gpu"] <= gib * GIB), None)
