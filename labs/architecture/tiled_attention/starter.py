"""Attention in tiles, forward and backward, without ever holding all scores."""

import torch

Pair = tuple[torch.Tensor, torch.Tensor]


def tiled_attention(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, block: int, causal: bool = False) -> Pair:
    """q: (batch, heads, length_q, dim); k and v: (batch, heads, length_k, dim), length_k at least length_q.

    Returns the output, like q, and the log-sum-exp of each row's scores, (batch, heads, length_q), in float32.
    """
    raise NotImplementedError("TODO: the running maximum, the running sum, the running output")


def merge(first: Pair, second: Pair) -> Pair:
    """The (output, log-sum-exp) of the same queries over two sets of keys, made one. An lse of -inf saw no key."""
    raise NotImplementedError("TODO: how much does each part weigh?")


def tiled_backward(
    q: torch.Tensor,
    k: torch.Tensor,
    v: torch.Tensor,
    output: torch.Tensor,
    lse: torch.Tensor,
    grad: torch.Tensor,
    block: int,
    causal: bool = False,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """The gradients of sum(grad * output) for q, k and v, from what the forward pass returned."""
    raise NotImplementedError("TODO: the weights of each tile anew, from lse")
