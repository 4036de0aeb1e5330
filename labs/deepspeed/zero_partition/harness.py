"""How an answer to this lab is called.

The judge runs these functions over your module and over its own. One process plays all ranks: a collective takes what
each rank gives, as a list, and the ranks' shards are the elements of a list, too.
"""

import torch


class Comm:
    """The collectives, and a note of each call: its name, the shapes and the dtype of what the ranks give."""

    def __init__(self):
        self.calls = []

    def reduce_scatter(self, flats):
        """flats: one 1-D tensor a rank, whose length the ranks divide. Returns for each rank its shard of the sum."""
        self._note("reduce_scatter", flats)
        total = torch.stack(list(flats)).sum(0)
        return [shard.clone() for shard in total.chunk(len(flats))]

    def all_gather(self, shards):
        """shards: one 1-D tensor a rank, all of one length. Returns them joined, as every rank gets them."""
        self._note("all_gather", shards)
        return torch.cat(list(shards))

    def all_reduce(self, values):
        """values: one tensor a rank, all of one shape. Returns their sum."""
        self._note("all_reduce", values)
        return torch.stack(list(values)).sum(0)

    def _note(self, name, given):
        self.calls.append([name, [list(tensor.shape) for tensor in given], str(given[0].dtype)])


def train(answer, parameters, gradients, **given):
    """Steps on `gradients`: for each step and each rank a list of tensors. `given` is what ZeroAdamW is made with.

    The value has the parameters after each step, the shards at the end, and the collectives of the last step.
    """
    comm = Comm()
    zero = answer.ZeroAdamW(parameters, comm, len(gradients[0]), **given)
    stepped = []
    for of_step in gradients:
        comm.calls.clear()
        stepped.append([parameter.clone() for parameter in zero.step(of_step)])
    shards = {"masters": list(zero.masters), "momentum": list(zero.momentum), "variance": list(zero.variance)}
    return {"parameters": stepped, **shards, "calls": list(comm.calls)}


def inputs_afterwards(answer, parameters, gradients, **given):
    """The parameters and the gradients given, after training with them."""
    train(answer, parameters, gradients, **given)
    return {"parameters": parameters, "gradients": gradients}


def slices(answer, calls):
    """What slices returns for each of `calls`, which are its keyword arguments, with lists in place of tuples."""
    return [[[list(piece) for piece in of_rank] for of_rank in answer.slices(**given)] for given in calls]


def sent(answer, calls):
    """What sent returns for each of `calls`."""
    return [answer.sent(**given) for given in calls]
