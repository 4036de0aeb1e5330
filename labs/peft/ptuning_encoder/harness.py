"""How an answer to this lab is called.

The judge runs these functions over your module and over its own. `**given` is what an encoder is made with:

    sizes        length, dim, hidden, kind, and layers and dropout where they are given
    parameters   copied into yours, by name; their dtype is the encoder's
"""

import torch


def virtual_tokens(answer, batch_size, training=False, **given):
    """What the encoder gives, in evaluation mode if nothing else is said."""
    return _encoder(answer, **given).train(training)(batch_size)


def in_both_modes(answer, batch_size, **given):
    """One encoder called twice in training mode, then twice in evaluation mode."""
    encoder = _encoder(answer, **given).train()
    train = [encoder(batch_size), encoder(batch_size)]
    encoder.eval()
    return {"train": train, "eval": [encoder(batch_size), encoder(batch_size)]}


def gradients(answer, batch_size, grad, **given):
    """The gradients of sum(grad * output), for every parameter."""
    encoder = _encoder(answer, **given)
    encoder(batch_size).backward(grad)
    return {name: parameter.grad for name, parameter in encoder.named_parameters()}


def new_parameters(answer, sizes):
    """Every parameter of a new encoder, by name."""
    return {name: p.detach() for name, p in answer.PromptEncoder(**sizes).named_parameters() if p.requires_grad}


def table(answer, training=False, **given):
    """What is kept for inference, whether it hangs on the graph, and the mode that the encoder is in afterwards."""
    encoder = _encoder(answer, **given).train(training)
    kept = encoder.table()
    return {"table": kept, "on_the_graph": kept.requires_grad, "training": encoder.training}


def fixed(answer, batch_size, **given):
    """What a fixed prompt gives, in both modes, once the encoder that its table came from has changed."""
    encoder = _encoder(answer, **given).eval()
    prompt = answer.FixedPrompt(encoder.table())
    with torch.no_grad():
        for parameter in encoder.parameters():
            parameter.fill_(0.5)
    names = sorted(name for name, parameter in prompt.named_parameters() if parameter.requires_grad)
    return {"train": prompt.train()(batch_size), "eval": prompt.eval()(batch_size), "trains": names}


def fixed_saved(answer, table):
    """What the state dict of a fixed prompt holds."""
    return sorted(list(tensor.shape) for tensor in answer.FixedPrompt(table).state_dict().values())


def filled(answer, virtual, ids, embeds, pseudo):
    """Embeddings with the virtual tokens in their places."""
    return answer.fill(virtual, ids, embeds, pseudo)


def fill_refused(answer, virtual, ids, embeds, pseudo):
    """Whether fill raises ValueError."""
    try:
        answer.fill(virtual, ids, embeds, pseudo)
    except ValueError:
        return True
    return False


def fill_gradients(answer, virtual, ids, embeds, pseudo, grad):
    """The gradients of sum(grad * filled) for the virtual tokens and for the embeddings."""
    virtual, embeds = virtual.clone().requires_grad_(), embeds.clone().requires_grad_()
    answer.fill(virtual, ids, embeds, pseudo).backward(grad)
    return {"virtual": virtual.grad, "embeds": embeds.grad}


def inputs_after_fill(answer, virtual, ids, embeds, pseudo):
    """What the arguments hold after the call."""
    answer.fill(virtual, ids, embeds, pseudo)
    return {"virtual": virtual, "ids": ids, "embeds": embeds}


def _encoder(answer, sizes, parameters):
    weight = parameters["embedding.weight"]
    encoder = answer.PromptEncoder(**sizes).to(device=weight.device, dtype=weight.dtype)
    encoder.load_state_dict(parameters)
    return encoder
