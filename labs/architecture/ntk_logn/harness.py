"""How an answer to this lab is called.

The judge runs these functions over your functions and module and over its own. `base` is left out of the call where it
is not given, and `start` where it is 0. A module is in evaluation mode unless `training` says otherwise.
"""


def alpha(answer, length, train_length):
    """The alpha of a text of this length, as a float."""
    return float(answer.ntk_alpha(length, train_length))


def logn(answer, positions, train_length):
    """The factors of the queries at these positions."""
    return answer.logn_scale(positions, train_length)


def frequencies(answer, head_dim, train_length, length, base=None, training=False):
    """The frequencies of a text of this length."""
    return _module(answer, head_dim, train_length, base).train(training).frequencies(length)


def forward(answer, q, k, train_length, start=0, base=None, training=False):
    """q and k of a chunk that begins at position `start`."""
    q, k = _turned(_module(answer, q.shape[-1], train_length, base).train(training), q, k, start)
    return {"q": q, "k": k}


def successive(answer, requests, train_length):
    """One module, called for each of `requests` in turn: dicts of q, k, start and training."""
    module, results = _module(answer, requests[0]["q"].shape[-1], train_length), []
    for request in requests:
        q, k = _turned(module.train(request["training"]), request["q"], request["k"], request["start"])
        results.append({"q": q, "k": k})
    return results


def gradients(answer, q, k, grad_q, grad_k, train_length, start=0):
    """The gradients of sum(grad_q * new q) + sum(grad_k * new k) for q and k."""
    q, k = q.clone().requires_grad_(), k.clone().requires_grad_()
    new_q, new_k = _turned(_module(answer, q.shape[-1], train_length), q, k, start)
    ((new_q * grad_q).sum() + (new_k * grad_k).sum()).backward()
    return {"q": q.grad, "k": k.grad}


def inputs_afterwards(answer, q, k, positions, train_length):
    """What q, k and positions hold after each function was called."""
    logn(answer, positions, train_length)
    forward(answer, q, k, train_length)
    return {"q": q, "k": k, "positions": positions}


def _turned(module, q, k, start):
    return module(q, k, start=start) if start else module(q, k)


def _module(answer, head_dim, train_length, base=None):
    rest = {} if base is None else {"base": base}
    return answer.LongContextRotary(head_dim, train_length, **rest).eval()
