"""The numbers in normalisation.yaml: one component of a normalised vector."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def rms_norm_of_last(*, last: int) -> float:
    """The last component of RMSNorm of (1, 2, 3, last), gain 1, eps 0.

        x_i / √(mean of x²)

    Source: torch's `rms_norm`; transformers `LlamaRMSNorm` adds eps to the mean, under the root.
    """
    import torch.nn.functional as F

    return F.rms_norm(_vector(last), (4,), eps=0.0)[-1].item()


def layer_norm_of_last(*, last: int) -> float:
    """The same for LayerNorm, which subtracts the mean first."""
    import torch.nn.functional as F

    return F.layer_norm(_vector(last), (4,), eps=0.0)[-1].item()


def unit_length_of_last(*, last: int) -> float:
    """The same with the sum of squares for their mean: a vector of length 1."""
    x = _vector(last)
    return (x / x.square().sum().sqrt())[-1].item()


def doubly_rooted_last(*, last: int) -> float:
    """The same divided by the root of the root mean square, as an often copied description has it."""
    x = _vector(last)
    return (x / x.square().mean().sqrt().sqrt())[-1].item()


def _vector(last: int) -> Tensor:
    import torch

    return torch.tensor([1, 2, 3, last], dtype=torch.float64)
