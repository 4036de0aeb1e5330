"""How an answer to this lab is called.

The judge runs these functions over your module and over its own. Samples are dicts of lists of ints:
{"input_ids": [...], "labels": [...]}; `given` is prompt, answer, bos_id, eos_id and max_length.
"""

import copy


def build_example(answer, given):
    """One sample."""
    return answer.build_example(**given)


def rejects_example(answer, given):
    """Whether build_example raises a ValueError."""
    return _raises_value_error(answer.build_example, **given)


def collate(answer, examples, pad_id):
    """A batch of samples that may have been built by anybody."""
    return answer.collate(examples, pad_id)


def batch(answer, samples, pad_id):
    """A batch of the samples that your own build_example gives; `samples` is a list of `given`."""
    return answer.collate([answer.build_example(**given) for given in samples], pad_id)


def sft_loss(answer, logits, labels):
    return answer.sft_loss(logits, labels)


def rejects_labels(answer, logits, labels):
    """Whether sft_loss raises a ValueError."""
    return _raises_value_error(answer.sft_loss, logits, labels)


def gradient(answer, logits, labels):
    """The gradient of the loss for the logits."""
    logits = logits.clone().requires_grad_()
    answer.sft_loss(logits, labels).backward()
    return logits.grad


def inputs_afterwards(answer, given, examples, pad_id):
    """What the arguments hold after build_example and collate."""
    given, examples = copy.deepcopy(given), copy.deepcopy(examples)
    answer.build_example(**given)
    answer.collate(examples, pad_id)
    return {"prompt": given["prompt"], "answer": given["answer"], "examples": examples}


def _raises_value_error(function, *arguments, **more):
    try:
        function(*arguments, **more)
    except ValueError:
        return True
    return False
