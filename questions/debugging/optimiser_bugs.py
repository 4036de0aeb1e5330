"""The numbers in optimiser_bugs.yaml: batch size and noise, bias correction, clipping."""

from __future__ import annotations


def share_of_the_best_rate(*, batch: int, noise_scale: int) -> float:
    """The best learning rate of SGD at batch size `batch`, as a share of the best one with exact gradients.

    One step of length ε changes a quadratic loss by -ε·|G|² + ε²/2 · (GᵀHG + tr(HΣ)/batch) on average.
    With noise_scale = tr(HΣ) / GᵀHG the best ε is

        ε_max / (1 + noise_scale / batch)

    Source: McCandlish et al. 2018, the model of SGD behind the gradient noise scale.
    """
    return 1 / (1 + noise_scale / batch)


def share_by_linear_scaling(*, batch: int, noise_scale: int) -> float:
    """The wrong rule: the rate grows with the batch size without end."""
    return batch / noise_scale


def share_upside_down(*, batch: int, noise_scale: int) -> float:
    """The wrong rule: batch size and noise scale swapped."""
    return 1 / (1 + batch / noise_scale)


def share_by_square_root(*, batch: int, noise_scale: int) -> float:
    """Another rule of thumb, the root of the ratio; not what this model of SGD gives."""
    return (batch / noise_scale) ** 0.5


def first_step_without_correction(*, beta1: float, beta2: float) -> float:
    """The first step of Adam without bias correction, in units of the learning rate: (1 - β1) / sqrt(1 - β2).

    Moments start at 0, so m = (1 - β1)·g and v = (1 - β2)·g²; eps is left out.
    Source: Kingma & Ba 2015, section 3 on initialisation bias correction.
    """
    return (1 - beta1) / (1 - beta2) ** 0.5


def step_without_the_root(*, beta1: float, beta2: float) -> float:
    """The wrong rule: v without its root."""
    return (1 - beta1) / (1 - beta2)


def step_of_the_first_moment(*, beta1: float, beta2: float) -> float:
    """The wrong rule: only the first moment starts at 0."""
    return 1 - beta1


def step_with_correction(*, beta1: float, beta2: float) -> float:
    """The step with bias correction: 1, whatever the betas."""
    return 1.0


def first_norm_after_clipping(*, first: list[float], second: list[float], max_norm: float) -> float:
    """Norm of the first parameter's gradient after `clip_grad_norm_` over two parameters.

    All gradients are scaled by max_norm / (norm of all of them together), if that is below 1.
    Source: torch `nn/utils/clip_grad.py`.
    """
    import torch

    parameters = [torch.nn.Parameter(torch.zeros(len(values), dtype=torch.float64)) for values in (first, second)]
    for parameter, values in zip(parameters, (first, second), strict=True):
        parameter.grad = torch.tensor(values, dtype=torch.float64)
    torch.nn.utils.clip_grad_norm_(parameters, max_norm)
    return round(torch.linalg.vector_norm(parameters[0].grad).item(), 6)


def first_norm_clipped_alone(*, first: list[float], second: list[float], max_norm: float) -> float:
    """The wrong rule: each parameter has its own limit."""
    return min(max_norm, _norm(first))


def first_norm_clipped_by_value(*, first: list[float], second: list[float], max_norm: float) -> float:
    """The wrong rule: each element is cut to max_norm."""
    return _norm([max(-max_norm, min(max_norm, value)) for value in first])


def first_norm_in_sum_of_norms(*, first: list[float], second: list[float], max_norm: float) -> float:
    """The wrong rule: the norms of the parameters are added, not their squares."""
    return _norm(first) * max_norm / (_norm(first) + _norm(second))


def _norm(values: list[float]) -> float:
    return sum(value**2 for value in values) ** 0.5
