# killed-by: impossible-plans
# mistake: anything-goes
# Accepts offloading where ZeRO does not do it.
GIB = 1024**3


def ceil_div(n, k):
    return (n + k - 1) // k


def memory(
    parameters,
    gpus,
    stage,
    *,
    trainable=None,
    gradient_bytes=2,
    largest_layer=0,
    offload_optimizer=False,
    offload_parameters=False,
):
    if trainable is None:
        trainable = parameters
    if stage not in (0, 1, 2, 3):
        raise ValueError("stage")
    if gpus < 1:
        raise ValueError("gpus")
    if not 0 <= trainable <= parameters:
        raise ValueError("trainable")
    
    weights = 2 * (ceil_div(parameters, gpus) if stage >= 3 else parameters)
    gradients = gradient_bytes * (ceil_div(trainable, gpus) if stage >= 2 else trainable)
    optimizer = 12 * (ceil_div(trainable, gpus) if stage >= 1 else trainable)
    gathered = 4 * largest_layer if stage == 3 else 0

    cpu = 0
    if offload_optimizer:
        cpu += optimizer + gradients
        optimizer = gradients = 0
    if offload_parameters:
        cpu += weights
        weights = 0
    return {
        "weights": weights,
        "gradients": gradients,
        "optimizer": optimizer,
        "gathered": gathered,
        "gpu": weights + gradients + optimizer + gathered,
        "cpu": cpu,
    }


def smallest_stage(parameters, gpus, gib, **options):
    for stage in range(4):
        if memory(parameters, gpus, stage, **options)["gpu"] <= gib * GIB:
            return stage
    return None


def gpus_needed(parameters, stage, gib, **options):
    for gpus in range(1, 1025):
        if memory(parameters, gpus, stage, **options)["gpu"] <= gib * GIB:
            return gpus
    return None
