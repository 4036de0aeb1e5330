"""How an answer to this lab is read.

The judge runs these functions over the text of your file and over its own. Each returns `problems`, a list of
{key, line, en, zh}, and, if that is empty, its `value`. DeepSpeed does the reading and the training: its own
classes, on one process without GPUs; only the batch arithmetic is told that there are eight.
"""

from labs.grading import deepspeed_runtime as runtime
from labs.grading.strict_json import Document, read_strict


def strict_json(answer):
    """What keeps the file from being strict JSON."""
    read = read_strict(answer)
    return _reply([] if isinstance(read, Document) else read)


def unknown_keys(answer):
    """Keys that DeepSpeed does not know where they stand."""
    return _read(answer, lambda document: _reply(runtime.unknown_keys(document)))


def autos(answer):
    """Values that say "auto"."""
    return _read(answer, lambda document: _reply(runtime.autos(document)))


def effective(answer, *keys):
    """What DeepSpeed makes of these top-level keys of the file, with its own defaults for the rest."""
    return _read(answer, lambda document: _reply([], runtime.effective(document, *keys)))


def changing_keys(answer):
    """The top-level keys that make DeepSpeed read anything else than without them."""
    return _read(answer, lambda document: _reply([], runtime.changing_keys(document)))


def train(answer, weight, batches):
    """Train y = mean(x @ weight) on `batches`, (micro-steps, rows, n), from the initial `weight`, (n,).

    The value has `master`, the float32 weight after each micro-step, and `weight`, as the model holds it at the end.
    """
    return _read(answer, lambda document: _reply([], runtime.train(document, weight, batches)))


def _read(answer, use):
    document = read_strict(answer)
    if not isinstance(document, Document):
        return _reply(document)
    try:
        return use(document)
    except runtime.Refused as refused:
        return _reply([refused.problem])


def _reply(problems, value=None):
    return {"problems": problems, "value": value}
