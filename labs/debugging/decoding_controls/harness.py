"""How an answer to this lab is called.

The judge runs these functions over your module and over its own. `settings` are prompt_length, eos_id and perhaps
temperature, top_k, top_p, penalty and min_new_tokens.
"""


def penalise(answer, logits, ids, penalty):
    return answer.penalise(logits, ids, penalty)


def keep_top_k(answer, logits, k):
    return answer.keep_top_k(logits, k)


def keep_top_p(answer, logits, p):
    return answer.keep_top_p(logits, p)


def warp(answer, logits, ids, settings):
    return answer.warp(logits, ids, **settings)


def rejects_k(answer, logits, k):
    """Whether keep_top_k raises a ValueError."""
    return _raises_value_error(answer.keep_top_k, logits, k)


def rejects_p(answer, logits, p):
    """Whether keep_top_p raises a ValueError."""
    return _raises_value_error(answer.keep_top_p, logits, p)


def rejects_settings(answer, logits, ids, settings):
    """Whether warp raises a ValueError."""
    return _raises_value_error(answer.warp, logits, ids, **settings)


def inputs_afterwards(answer, logits, ids, settings):
    """Logits and ids after all four functions were called and what they returned was written over."""
    logits, ids = logits.clone(), ids.clone()
    answer.penalise(logits, ids, 1.5).fill_(7.0)
    for k in (2, logits.shape[1]):
        answer.keep_top_k(logits, k).fill_(7.0)
    for p in (0.5, 1.0):
        answer.keep_top_p(logits, p).fill_(7.0)
    answer.warp(logits, ids, **settings).fill_(7.0)
    return {"logits": logits, "ids": ids}


def _raises_value_error(function, *arguments, **more):
    try:
        function(*arguments, **more)
    except ValueError:
        return True
    return False
