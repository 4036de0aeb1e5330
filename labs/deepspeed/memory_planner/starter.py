"""Memory of the model states under ZeRO: mixed-precision Adam, bytes on one of several GPUs."""


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
    raise NotImplementedError("TODO: memory")


def smallest_stage(parameters: int, gpus: int, gib: float, **options: int | None) -> int | None:
    """The lowest stage that fits into `gib` GiB a GPU; None where no stage does."""
    raise NotImplementedError("TODO: smallest_stage")


def gpus_needed(parameters: int, stage: int, gib: float, **options: int | bool | None) -> int | None:
    """The smallest number of GPUs, up to 1024, with which a stage fits into `gib` GiB each; None where none does."""
    raise NotImplementedError("TODO: gpus_needed")
