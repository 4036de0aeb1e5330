"""The numbers in planning_an_experiment.yaml: how long a planned run is."""

from __future__ import annotations

from math import ceil


def optimizer_steps(*, examples: int, micro_batch: int, accumulation: int, gpus: int, epochs: int) -> int:
    """Optimizer steps that the Trainer of transformers plans for a map-style dataset.

        batches on a GPU and epoch = ceil(ceil(examples / micro_batch) / gpus)
        steps an epoch             = ceil(batches / accumulation)      the last may hold fewer batches
        steps                      = epochs · steps an epoch

    Source: transformers `trainer.py`, `set_initial_training_values`; accelerate `data_loader.py`,
    `BatchSamplerShard.__len__` with even batches.
    """
    batches = ceil(ceil(examples / micro_batch) / gpus)
    return epochs * ceil(batches / accumulation)


def steps_on_one_gpu(*, examples: int, micro_batch: int, accumulation: int, gpus: int, epochs: int) -> int:
    """What comes out where the other GPUs are forgotten."""
    return optimizer_steps(examples=examples, micro_batch=micro_batch, accumulation=accumulation, gpus=1, epochs=epochs)


def steps_without_accumulation(*, examples: int, micro_batch: int, accumulation: int, gpus: int, epochs: int) -> int:
    """What comes out where each micro-batch is taken for an optimizer step."""
    return optimizer_steps(examples=examples, micro_batch=micro_batch, accumulation=1, gpus=gpus, epochs=epochs)


def steps_of_one_epoch(*, examples: int, micro_batch: int, accumulation: int, gpus: int, epochs: int) -> int:
    """What comes out where the number of epochs is forgotten."""
    return optimizer_steps(examples=examples, micro_batch=micro_batch, accumulation=accumulation, gpus=gpus, epochs=1)
