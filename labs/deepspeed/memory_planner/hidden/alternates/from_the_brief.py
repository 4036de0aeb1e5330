# Written from the brief and the starter alone.
"""Memory of the model states under ZeRO: mixed-precision Adam, bytes on one of several GPUs."""

WEIGHT_BYTES = 2
OPTIMIZER_BYTES = 12  # float32 weights, momentum, variance
MAX_GPUS = 1024


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
    """The bytes on one GPU: weights, gradients, optimizer, gathered, their sum gpu; and cpu, what is offloaded.

    Raises ValueError for what the brief calls impossible.
    """
    if stage not in (0, 1, 2, 3):
        raise ValueError(f"no ZeRO stage {stage}")
    if gpus < 1:
        raise ValueError(f"{gpus} GPUs")
    if trainable is None:
        trainable = parameters
    if not 0 <= trainable <= parameters:
        raise ValueError(f"{trainable} of {parameters} parameters trainable")
    if offload_optimizer and stage < 2:
        raise ValueError("the optimizer is offloaded in stages 2 and 3 only")
    if offload_parameters and stage < 3:
        raise ValueError("parameters are offloaded in stage 3 only")

    def share(elements: int, from_stage: int) -> int:
        return -(-elements // gpus) if stage >= from_stage else elements

    parts = {
        "weights": WEIGHT_BYTES * share(parameters, 3),
        "gradients": gradient_bytes * share(trainable, 2),
        "optimizer": OPTIMIZER_BYTES * share(trainable, 1),
        "gathered": 4 * largest_layer if stage == 3 else 0,
    }
    moved = (["gradients", "optimizer"] if offload_optimizer else []) + (["weights"] if offload_parameters else [])
    cpu = sum(parts[name] for name in moved)
    parts.update(dict.fromkeys(moved, 0))
    return {**parts, "gpu": sum(parts.values()), "cpu": cpu}


def smallest_stage(parameters: int, gpus: int, gib: float, **options: int | None) -> int | None:
    """The lowest stage that fits into `gib` GiB a GPU; None where no stage does."""
    for stage in range(4):
        if memory(parameters, gpus, stage, **options)["gpu"] <= gib * 2**30:
            return stage
    return None


def gpus_needed(parameters: int, stage: int, gib: float, **options: int | bool | None) -> int | None:
    """The smallest number of GPUs, up to 1024, with which a stage fits into `gib` GiB each; None where none does."""
    for gpus in range(1, MAX_GPUS + 1):
        if memory(parameters, gpus, stage, **options)["gpu"] <= gib * 2**30:
            return gpus
    return None
