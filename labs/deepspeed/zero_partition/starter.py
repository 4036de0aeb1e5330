"""ZeRO stage 2 played out in one process: each rank holds and updates one shard of the optimizer's states."""

import torch


def slices(sizes: list[int], ranks: int) -> list[list[tuple[int, int, int]]]:
    """For each rank the pieces of parameters in its shard: (index of the parameter, start, stop), in elements."""
    raise NotImplementedError("TODO: slices")


class ZeroAdamW:
    """AdamW whose float32 masters, momentum and variance are sharded over `ranks` ranks."""

    masters: list[torch.Tensor]
    momentum: list[torch.Tensor]
    variance: list[torch.Tensor]

    def __init__(
        self,
        parameters: list[torch.Tensor],
        comm: object,  # reduce_scatter, all_gather and all_reduce: see the brief
        ranks: int,
        lr: float,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        max_norm: float | None = None,
    ) -> None:
        raise NotImplementedError("TODO: ZeroAdamW")

    def step(self, gradients: list[list[torch.Tensor]]) -> list[torch.Tensor]:
        """gradients: for each rank those of all parameters, float32. Returns the parameters after the step."""
        raise NotImplementedError("TODO: step")


def sent(elements: int, ranks: int, stage: int) -> int:
    """How many elements one rank sends for one step of training on rings."""
    raise NotImplementedError("TODO: sent")
