"""How an answer to this lab is called.

The judge runs these functions over your module and over its own. The all-reduce is a plain sum over a list: one
process plays all ranks.
"""


def buckets(answer, calls):
    """What buckets returns for each of `calls`, which are its keyword arguments."""
    return [answer.buckets(**given) for given in calls]


def traffic(answer, calls):
    """What traffic returns for each of `calls`."""
    return [answer.traffic(**given) for given in calls]


def rejects(answer, limit):
    """Whether buckets raises a ValueError for this limit."""
    try:
        answer.buckets([1, 2], limit)
    except ValueError:
        return True
    return False


def average(answer, gradients, limit):
    """What average returns, and the shapes of what it sent: for each all-reduce the shape of each rank's tensor.

    gradients: one list for each rank, of tensors and None.
    """
    sent = []

    def all_reduce(flats):
        """The sum of the ranks' tensors, in their dtype."""
        sent.append([list(flat.shape) for flat in flats])
        total = flats[0].clone()
        for flat in flats[1:]:
            total = total + flat
        return total

    averaged = answer.average(gradients, limit, all_reduce)
    return {"averaged": averaged, "sent": sent}


def average_transposed(answer, gradients, limit):
    """average for the transposed views of matrices: gradients that are not contiguous."""
    return average(answer, [[gradient.T for gradient in of_rank] for of_rank in gradients], limit)


def gradients_afterwards(answer, gradients, limit):
    """The gradients as average leaves them."""
    average(answer, gradients, limit)
    return gradients
