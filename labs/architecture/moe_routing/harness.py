"""How an answer to this lab is called.

The judge runs these functions over your module and over its own. `weights` is gate (experts, hidden), gate_proj and
up_proj (experts, intermediate, hidden) and down_proj (experts, hidden, intermediate), in the dtype of x.
"""


def route(answer, x, gate, top_k):
    """Weights and experts of each token."""
    weights, experts = answer.route(x, gate, top_k)
    return {"weights": weights, "experts": experts}


def forward(answer, x, top_k, **weights):
    """The output of the layer."""
    return answer.moe(x, **weights, top_k=top_k)


def gradients(answer, x, top_k, grad, **weights):
    """The gradients of sum(grad * output) for x and for every weight."""
    leaves = {name: tensor.clone().requires_grad_() for name, tensor in {"x": x, **weights}.items()}
    answer.moe(**leaves, top_k=top_k).backward(grad)
    return {name: leaf.grad for name, leaf in leaves.items()}


def loss(answer, logits, top_k, **mask):
    """The load-balance loss; `mask` is left out of the call where it is not given."""
    return answer.load_balancing_loss(logits, top_k, **mask)


def loss_gradient(answer, logits, top_k, **mask):
    """The gradient of the loss for the logits."""
    logits = logits.clone().requires_grad_()
    answer.load_balancing_loss(logits, top_k, **mask).backward()
    return logits.grad


def inputs_afterwards(answer, x, top_k, logits, mask, **weights):
    """What all tensors hold after each function was called."""
    answer.route(x, weights["gate"], top_k)
    answer.moe(x, **weights, top_k=top_k)
    answer.load_balancing_loss(logits, top_k, mask=mask)
    return {"x": x, "logits": logits, "mask": mask, **weights}
