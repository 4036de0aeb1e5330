"""How an answer to this lab is called.

The judge runs these functions over your module and over its own.
"""

import copy


def truncate(answer, system, turns, max_length):
    """The sample, or None where truncate raises a ValueError."""
    try:
        return answer.truncate(system, turns, max_length)
    except ValueError:
        return None


def pack(answer, samples, length, pad_id):
    """The packed rows, or None where pack raises a ValueError."""
    try:
        return answer.pack(samples, length, pad_id)
    except ValueError:
        return None


def arguments_afterwards(answer, system, turns, max_length, samples, length):
    """What the arguments hold after truncate and pack."""
    system, turns, samples = copy.deepcopy([system, turns, samples])
    answer.truncate(system, turns, max_length)
    answer.pack(samples, length, 0)
    return {"system": system, "turns": turns, "samples": samples}
