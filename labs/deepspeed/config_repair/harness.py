"""How an answer to this lab is read.

The judge runs these functions over the text of your file and over its own. Each returns `problems`, a list of
{key, line, en, zh}, and, if that is empty, its `value`. DeepSpeed's own classes do the reading, on one process without
GPUs; the batch arithmetic is told how many there are. For the run `trainer` the arguments of the Trainer are filled in
first, as `HfTrainerDeepSpeedConfig` of transformers does it.
"""

import copy

from labs.grading import deepspeed_runtime as runtime
from labs.grading.deepspeed_runtime.reading import read_config
from labs.grading.strict_json import Document, read_strict

GPUS = {"zero2": 4, "zero3_offload": 8, "one_gpu": 1, "trainer": 4}

# What the TrainingArguments of the run `trainer` come to, by the key that each fills.
ARGUMENTS = {
    "train_micro_batch_size_per_gpu": 2,
    "gradient_accumulation_steps": 4,
    "train_batch_size": 32,
    "gradient_clipping": 0.5,
    "optimizer.params.lr": 3e-5,
    "optimizer.params.betas": [0.9, 0.999],
    "optimizer.params.eps": 1e-8,
    "optimizer.params.weight_decay": 0.01,
    "scheduler.params.warmup_min_lr": 0,
    "scheduler.params.warmup_max_lr": 3e-5,
    "fp16.enabled": False,
    "bf16.enabled": True,
    "scheduler.params.total_num_steps": 2000,
    "scheduler.params.warmup_num_steps": 100,
    "zero_optimization.reduce_bucket_size": 4096 * 4096,
    "zero_optimization.stage3_prefetch_bucket_size": int(0.9 * 4096 * 4096),
    "zero_optimization.stage3_param_persistence_threshold": 10 * 4096,
}
# Filled where they say "auto", and compared with nothing.
ONLY_FILLED = {key for key in ARGUMENTS if key.startswith("zero_optimization") or key.endswith("warmup_min_lr")}


def strict_json(answer):
    """What keeps the file from being strict JSON that holds the four configurations."""
    return _read(answer, lambda configs: _reply([]))


def unknown_keys(answer):
    """Keys that DeepSpeed does not know where they stand."""
    return _read(answer, lambda configs: _reply([p for c in configs.values() for p in runtime.unknown_keys(c)]))


def autos(answer):
    """Values that still say "auto" when DeepSpeed gets the configuration."""
    return _read(answer, lambda configs: _reply([p for name in GPUS for p in _autos(name, configs[name])]))


def settings(answer, name, *keys):
    """What DeepSpeed makes of these top-level keys of the configuration `name`, with its own defaults for the rest."""

    def read(configs):
        document, gpus = _given(name, configs[name]), GPUS[name]
        values = runtime.effective(document, *keys, gpus=gpus)
        config = {key: value for key, value in document.value.items() if key in keys and key != "scheduler"}
        rest = read_config(document, config, gpus)
        fp16 = rest.float16_config
        scale = {"loss_scale": fp16.loss_scale, "initial_scale_power": fp16.initial_scale_power}
        saved = rest.zero_config.gather_16bit_weights_on_model_save
        scheduler = document.value.get("scheduler")
        return _reply([], values | {"scale": scale, "gather_on_save": saved, "scheduler": scheduler})

    return _read(answer, read)


def mismatches(answer):
    """Where the configuration `trainer` says otherwise than the Trainer's arguments: the keys and both values."""

    def compare(configs):
        pairs = [(key, _find(configs["trainer"].value, key), wanted) for key, wanted in ARGUMENTS.items()]
        differ = [
            [key, value, wanted]
            for key, (node, last), wanted in pairs
            if key not in ONLY_FILLED
            and node is not None
            and (value := node.get(last)) not in (None, "auto")
            and value != wanted
        ]
        return _reply([], differ)

    return _read(answer, compare)


def changing_keys(answer, name):
    """The top-level keys that make DeepSpeed read anything else than without them."""
    return _read(answer, lambda configs: _reply([], runtime.changing_keys(_given(name, configs[name]))))


def _autos(name, document):
    problems = runtime.autos(_given(name, document))
    if name == "trainer":
        unfilled = {"en": "Nothing of the Trainer fills this one.", "zh": "Trainer 不会填写这一个。"}
        return [problem | unfilled for problem in problems]
    return problems


def _given(name, document):
    """The configuration as DeepSpeed gets it."""
    if name != "trainer":
        return document
    filled = Document(copy.deepcopy(document.value), document.lines)
    zero, _ = _find(filled.value, "zero_optimization.stage")
    for key, value in ARGUMENTS.items():
        node, last = _find(filled.value, key)
        if last.startswith("stage3_") and (zero or {}).get("stage") != 3:
            continue
        if node is not None and node.get(last) == "auto":
            node[last] = value
    return filled


def _find(config, dotted_key):
    """The object that holds a key, or None where there is none, and the key's last part."""
    *blocks, last = dotted_key.split(".")
    for block in blocks:
        config = config.get(block)
        if not isinstance(config, dict):
            return None, last
    return config, last


def _read(answer, use):
    document = read_strict(answer)
    if not isinstance(document, Document):
        return _reply(document)
    wrong = sorted(set(GPUS) ^ set(document.value)) or [n for n in GPUS if not isinstance(document.value[n], dict)]
    if wrong:
        en = f"The file holds four configurations, {', '.join(GPUS)}, each an object, and nothing else."
        zh = f"文件里应有且只有四份配置：{'、'.join(GPUS)}，每份都是一个对象。"
        return _reply([document.problem((wrong[0],), en, zh)])
    try:
        return use({name: _part(document, name) for name in GPUS})
    except runtime.Refused as refused:
        return _reply([refused.problem])


def _part(document, name):
    lines = {path[1:]: line for path, line in document.lines.items() if path[0] == name and len(path) > 1}
    return Document(document.value[name], lines)


def _reply(problems, value=None):
    return {"problems": problems, "value": value}
