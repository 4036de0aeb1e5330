"""How an answer to this lab is called.

The judge runs these functions over your class and over its own. `gradients` has a list for each step, with a gradient
or None for each parameter. `options` are lr, betas, eps and weight_decay; what is left out is left to your defaults.
"""


def trajectory(answer, parameters, gradients, lrs=None, **options):
    """The parameters after each step; with `lrs`, a learning rate is set before each."""
    parameters = _leaves(parameters)
    optimizer = answer.AdamW((p for p in parameters), **options)
    after = []
    for i, step in enumerate(gradients):
        _set_gradients(parameters, step)
        if lrs is not None:
            optimizer.lr = lrs[i]
        optimizer.step()
        after.append([p.detach().clone() for p in parameters])
    return after


def after_zero_grad(answer, parameters, gradients, **options):
    """The parameters after one step, and after zero_grad and one more step."""
    parameters = _leaves(parameters)
    optimizer = answer.AdamW((p for p in parameters), **options)
    _set_gradients(parameters, gradients)
    optimizer.step()
    before = [p.detach().clone() for p in parameters]
    optimizer.zero_grad()
    optimizer.step()
    return {"before": before, "after": [p.detach() for p in parameters]}


def two_optimizers(answer, parameters, gradients, **options):
    """Two optimizers side by side, each with its own copy of the parameters; the second begins one step later."""
    first, second = _leaves(parameters), _leaves(parameters)
    optimizers = [answer.AdamW(first, **options), answer.AdamW(second, **options)]
    for i, step in enumerate(gradients):
        for leaves, optimizer in list(zip((first, second), optimizers, strict=True))[: i + 1]:
            _set_gradients(leaves, step)
            optimizer.step()
    return {"first": [p.detach() for p in first], "second": [p.detach() for p in second]}


def gradients_afterwards(answer, parameters, gradients, **options):
    """What the gradients hold after a step."""
    parameters = _leaves(parameters)
    optimizer = answer.AdamW((p for p in parameters), **options)
    _set_gradients(parameters, gradients)
    optimizer.step()
    return [p.grad for p in parameters]


def _leaves(tensors):
    return [tensor.clone().requires_grad_() for tensor in tensors]


def _set_gradients(parameters, gradients):
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = None if gradient is None else gradient.clone()
