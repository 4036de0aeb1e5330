"""How an answer to this lab is called.

The judge runs these functions over your module and over its own.
"""


def shell_words(answer, command):
    return answer.shell_words(command)


def audit(answer, words, gpus, known_models):
    return answer.audit(words, gpus, known_models)


def rejects(answer, words):
    """Whether audit raises a ValueError."""
    try:
        answer.audit(words, 1, [])
    except ValueError:
        return True
    return False


def trained_parameters(answer, linears, others, lora_dim, scope, only_lora):
    return answer.trained_parameters(linears, others, lora_dim, scope, only_lora)
