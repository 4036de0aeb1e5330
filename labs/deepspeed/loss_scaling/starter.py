"""Mixed-precision training in float16: a dynamic loss scale as in DeepSpeed, and a step that uses it."""

import torch
from torch import nn


class LossScaler:
    """A loss scale that falls when gradients overflow and rises when they have not for a while."""

    scale: float

    def __init__(
        self,
        init_scale: float = 2.0**16,
        window: int = 1000,
        min_scale: float = 1.0,
        hysteresis: int = 2,
        consecutive_hysteresis: bool = False,
    ) -> None:
        raise NotImplementedError("TODO: LossScaler")

    def update(self, overflow: bool) -> None:
        """Adapt the scale after a step. Raises OverflowError where it can fall no further."""
        raise NotImplementedError("TODO: update")


def step(
    loss: torch.Tensor,
    model: list[nn.Parameter],
    masters: list[torch.Tensor],
    scaler: LossScaler,
    lr: float,
    max_norm: float | None = None,
) -> bool:
    """One step of plain gradient descent. Returns whether it was taken; it is skipped on overflow.

    loss: () in float32, not scaled. model: parameters in float16. masters: the same shapes in float32; they change in
    place.
    """
    raise NotImplementedError("TODO: step")
