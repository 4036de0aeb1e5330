"""How an answer to this lab is called.

The judge runs these functions over your module and over its own. All numbers are Python's.
"""


def cosine(answer, steps, **given):
    """The rates of these steps, in this order; `given` are peak, warmup, total, and perhaps floor."""
    return [answer.cosine(step, **given) for step in steps]


def deepspeed_warmup(answer, steps, **given):
    """The rates of these steps, in this order; `given` are low, high, warmup, and perhaps kind."""
    return [answer.deepspeed_warmup(step, **given) for step in steps]


def rejects(answer, kind):
    """Whether another kind of warmup raises a ValueError."""
    try:
        answer.deepspeed_warmup(1, low=0.0, high=1.0, warmup=10, kind=kind)
    except ValueError:
        return True
    return False


def rates(answer, values, micro_batches, accumulation):
    """The rates of the optimizer steps, where step i has values[i]."""
    return answer.rates(lambda step: values[step], micro_batches, accumulation)
