"""Audit of training commands, the reference.

What a command does stands in the command, not in the sentence above it. The flags, defaults and arithmetic are those of
DeepSpeed-Chat's step1_supervised_finetuning/main.py (parse_args, and main: train_batch_size = micro-batch x GPUs x
accumulation); its LoRA (utils/module/lora.py, convert_linear_layer_to_lora) freezes the weight of every nn.Linear whose
name holds the scope and adds (in x r) and (r x out); biases, norms and embeddings go on training unless
only_optimize_lora_parameters freezes them too. So

    trained = sum over the scope of r * (in + out) + everything that is not one of those weights

ZeRO (section 5 of the paper) shards over data-parallel ranks: on one GPU every stage holds all of it. Offload is a flag
of its own, not a stage.
"""

import re
from typing import Any

DEFAULTS: dict[str, Any] = {
    "--model_name_or_path": None,
    "--per_device_train_batch_size": 16,
    "--gradient_accumulation_steps": 1,
    "--zero_stage": 0,
    "--lora_dim": 0,
    "--lora_module_name": "decoder.layers.",
    "--data_split": "6,2,2",
    "--learning_rate": "1e-3",
    "--num_train_epochs": "1",
    "--output_dir": None,
}
SWITCHES = {"--offload", "--only_optimize_lora", "--gradient_checkpointing", "--deepspeed"}
SHARDED = ["optimizer", "gradients", "parameters"]


def shell_words(command: str) -> dict[str, Any]:
    words: list[str] = []
    redirected = None  # how many words stood before the unquoted >
    word = None  # None where no word has begun: empty quotes begin one
    characters = iter(command.replace("\\\\", "\0").replace("\\\n", ""))  # \0: a literal backslash
    for character in characters:
        if character in "'\"":
            word = word or ""
            while (quoted := next(characters, character)) != character:
                word += quoted
        elif character in " \t\n>":
            if word is not None:
                words.append(word)
                word = None
            if character == ">":
                redirected = len(words)
            if character == "\n" and words:
                break
        else:
            literal = next(characters, "") if character == "\\" else character
            word = (word or "") + literal.replace("\0", "\\")
    if word is not None:
        words.append(word)
    return {"words": words, "file": None if redirected is None else words.pop(redirected)}


def read_flags(words: list[str]) -> tuple[dict[str, Any], set[str]]:
    values, switches = dict(DEFAULTS), set()
    remaining = iter(words)
    for word in remaining:
        flag, equals, value = word.partition("=")
        if flag in SWITCHES and not equals:
            switches.add(flag)
            continue
        if flag not in DEFAULTS:
            raise ValueError(f"main.py has no {word}")
        given = value if equals else next(remaining, "--")
        if given.startswith("--"):
            raise ValueError(f"{flag} has no value")
        values[flag] = int(given) if type(DEFAULTS[flag]) is int else given
    return values, switches


def audit(words: list[str], gpus: int, known_models: list[str]) -> dict[str, Any]:
    script = words.index("main.py")  # a ValueError where there is none
    if given := re.search(r"--num_gpus[ =](\d+)", " ".join(words[1:script])):
        gpus = int(given[1])
    values, switches = read_flags(words[script + 1 :])
    model, rank = values["--model_name_or_path"], values["--lora_dim"]
    if model is None:
        raise ValueError("--model_name_or_path is required")
    adapted = "lora" if "--only_optimize_lora" in switches else "lora-and-rest"
    return {
        "model": model,
        "model_known": model in known_models,
        "batch": values["--per_device_train_batch_size"] * values["--gradient_accumulation_steps"] * gpus,
        "sharded": SHARDED[: values["--zero_stage"]] if gpus > 1 else [],
        "offload": "--offload" in switches,
        "method": adapted if rank > 0 else "full",
    }


def trained_parameters(
    linears: dict[str, list[int]], others: dict[str, int], lora_dim: int, scope: str, only_lora: bool
) -> int:
    adapters, rest = 0, sum(others.values())
    for name, (inputs, outputs, has_bias) in linears.items():
        rest += outputs * bool(has_bias)
        if lora_dim > 0 and scope in name:
            adapters += lora_dim * (inputs + outputs)
        else:
            rest += inputs * outputs
    return adapters if lora_dim > 0 and only_lora else adapters + rest
