"""A table of what is kept: bytes an element, which elements, from which stage on it is sharded."""

from math import inf

SHARDED_FROM = {"weights": 3, "gradients": 2, "optimizer": 1, "gathered": inf}


def memory(parameters, gpus, stage, **options):
    if not (stage in range(4) and gpus > 0):
        raise ValueError(stage, gpus)
    trainable = options.get("trainable")
    if trainable is None:
        trainable = parameters
    if trainable < 0 or trainable > parameters:
        raise ValueError(trainable)
    leaves = set()
    if options.get("offload_optimizer"):
        if stage in (0, 1):
            raise ValueError(stage)
        leaves |= {"gradients", "optimizer"}
    if options.get("offload_parameters"):
        if stage != 3:
            raise ValueError(stage)
        leaves |= {"weights"}
    kept = {
        "weights": (2, parameters),
        "gradients": (options.get("gradient_bytes", 2), trainable),
        "optimizer": (12, trainable),
        "gathered": (4, options.get("largest_layer", 0) if stage == 3 else 0),
    }
    parts = {}
    for name, (width, elements) in kept.items():
        if stage >= SHARDED_FROM[name]:
            elements = (elements + gpus - 1) // gpus
        parts[name] = width * elements
    cpu = sum(parts[name] for name in leaves)
    for name in leaves:
        parts[name] = 0
    parts["gpu"] = sum(parts.values())
    parts["cpu"] = cpu
    return parts


def smallest_stage(parameters, gpus, gib, **options):
    for stage in (0, 1, 2, 3):
        if memory(parameters, gpus, stage, **options)["gpu"] / 2**30 <= gib:
            return stage


def gpus_needed(parameters, stage, gib, **options):
    # A shard never grows with the number of GPUs, so halving finds the first that fits.
    low, high = 1, 1024
    if memory(parameters, high, stage, **options)["gpu"] > gib * 2**30:
        return None
    while low < high:
        middle = (low + high) // 2
        if memory(parameters, middle, stage, **options)["gpu"] <= gib * 2**30:
            high = middle
        else:
            low = middle + 1
    return low
