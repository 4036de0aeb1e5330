"""How an answer to this lab is called.

The judge runs these functions over your module and over its own. All numbers are Python's.
"""


def memory(answer, calls):
    """What memory returns for each of `calls`, which are its keyword arguments."""
    return [answer.memory(**given) for given in calls]


def smallest_stage(answer, calls):
    """What smallest_stage returns for each of `calls`."""
    return [answer.smallest_stage(**given) for given in calls]


def gpus_needed(answer, calls):
    """What gpus_needed returns for each of `calls`."""
    return [answer.gpus_needed(**given) for given in calls]


def rejects(answer, **given):
    """Whether memory raises a ValueError."""
    try:
        answer.memory(**given)
    except ValueError:
        return True
    return False
