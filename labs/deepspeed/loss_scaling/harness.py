"""How an answer to this lab is called.

The judge runs these functions over your module and over its own. `**scaling` is what a LossScaler is made with.
"""

import torch
from torch import nn


def trace(answer, overflows, **scaling):
    """The scale of a new LossScaler after each update, up to the first OverflowError, and the scale after that."""
    scaler = answer.LossScaler(**scaling)
    scales = [float(scaler.scale)]
    for overflow in overflows:
        try:
            scaler.update(overflow)
        except OverflowError:
            return {"scales": scales, "stopped_at": float(scaler.scale)}
        scales.append(float(scaler.scale))
    return {"scales": scales, "stopped_at": None}


def traces(answer, calls):
    """What trace gives for each of `calls`, which are its keyword arguments."""
    return [trace(answer, **given) for given in calls]


def train(answer, weights, slopes, lr, max_norm=None, without_number=(), **scaling):
    """Steps on a loss that is linear in the parameters, so that its gradients are `slopes`.

    weights: the masters to begin with, in float32; the model holds them in float16. slopes: for each step one tensor
    for each parameter, or None where the loss does not depend on it. without_number: the steps in which the first
    parameter's gradient is NaN although the loss is finite. The value holds, for each step, whether it was taken and
    the scale behind it; then masters and model, and whether all gradients are gone (None or zero).
    """
    masters = [weight.clone() for weight in weights]
    model = [nn.Parameter(weight.half()) for weight in weights]
    scaler = answer.LossScaler(**scaling)
    given = {} if max_norm is None else {"max_norm": max_norm}
    taken, scales = [], []
    for number, of_step in enumerate(slopes):
        pairs = [(parameter, slope) for parameter, slope in zip(model, of_step, strict=True) if slope is not None]
        loss = sum((parameter.float() * slope).sum() for parameter, slope in pairs)
        if number in without_number:
            # Zero, with a slope of 0 * inf.
            loss = loss + torch.sqrt((model[0].float() * 0) ** 2).sum()
        taken.append(answer.step(loss, model, masters, scaler, lr, **given))
        scales.append(float(scaler.scale))
    gone = all(parameter.grad is None or not parameter.grad.any() for parameter in model)
    held = [parameter.detach() for parameter in model]
    return {"taken": taken, "scales": scales, "masters": masters, "model": held, "gradients_gone": gone}


def stopped(answer, weights, slopes, lr, **scaling):
    """Whether step raises an OverflowError on these slopes, and the masters and the model behind it."""
    masters = [weight.clone() for weight in weights]
    model = [nn.Parameter(weight.half()) for weight in weights]
    scaler = answer.LossScaler(**scaling)
    loss = sum((parameter.float() * slope).sum() for parameter, slope in zip(model, slopes, strict=True))
    try:
        answer.step(loss, model, masters, scaler, lr)
    except OverflowError:
        return {"raised": True, "masters": masters, "model": [parameter.detach() for parameter in model]}
    return {"raised": False, "masters": masters, "model": [parameter.detach() for parameter in model]}
