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
    if gpus < 1:
        raise ValueError("at least one GPU")
    if trainable > parameters or trainable < 0:
        raise ValueError("trainable")
    of_all = -(-parameters // gpus)
    of_trainable = -(-trainable // gpus)
    gathered = 0
    if stage == 0:
        weights, gradients, optimizer = 2 * parameters, gradient_bytes * trainable, 12 * trainable
    elif stage == 1:
        weights, gradients, optimizer = 2 * parameters, gradient_bytes * trainable, 12 * of_trainable
    elif stage == 2:
        weights, gradients, optimizer = 2 * parameters, gradient_bytes * of_trainable, 12 * of_trainable
    elif stage == 3:
        weights, gradients, optimizer = 2 * of_all, gradient_bytes * of_trainable, 12 * of_trainable
        gathered = 4 * largest_layer
    else:
        raise ValueError("stage")
    cpu = 0
    if offload_optimizer:
        if stage < 2:
            raise ValueError("the optimizer is offloaded in stages 2 and 3")
        cpu, gradients, optimizer = gradients + optimizer, 0, 0
    if offload_parameters:
        if stage < 3:
            raise ValueError("parameters are offloaded in stage 3")
        cpu, weights = cpu + weights, 0
    gpu = weights + gradients + optimizer + gathered
    return dict(weights=weights, gradients=gradients, optimizer=optimizer, gathered=gathered, gpu=gpu, cpu=cpu)


def fits(gib, *given, **options):
    return memory(*given, **options)["gpu"] <= gib * (1 << 30)


def smallest_stage(parameters, gpus, gib, **options):
    stage = 0
    while stage <= 3:
        if fits(gib, parameters, gpus, stage, **options):
            return stage
        stage += 1
    return None


def gpus_needed(parameters, stage, gib, **options):
    for gpus in range(1, 1025):
        if fits(gib, parameters, gpus, stage, **options):
            return gpus
    return None
