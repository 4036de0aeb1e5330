"""Reads commands for DeepSpeed-Chat's SFT script and says what they would train. It runs, and it is broken."""

DEFAULTS = {
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


def shell_words(command):
    """What bash makes of the first command of a text: {"words": a list of strings, "file": a string or None}."""
    words = command.replace("\\", " ").replace("\n", " ").split()
    return {"words": [word.strip("'\"") for word in words], "file": None}


def audit(words, gpus, known_models):
    """What a command trains: {"model", "model_known", "batch", "sharded", "offload", "method"}.

    gpus: of the machine; the launcher's `--num_gpus` goes before it. Raises ValueError for a command that would not
    start.
    """
    if "main.py" not in words:
        raise ValueError("no main.py")
    values, switches = dict(DEFAULTS), set()
    flags = iter(words[words.index("main.py") + 1 :])
    for flag in flags:
        if flag in SWITCHES:
            switches.add(flag)
        elif flag in values:
            values[flag] = next(flags, None)
        else:
            raise ValueError(f"unknown flag {flag}")
    if not values["--model_name_or_path"]:
        raise ValueError("no model")
    stage = int(values["--zero_stage"])
    return {
        "model": values["--model_name_or_path"],
        "model_known": values["--model_name_or_path"].startswith("facebook/opt-"),
        "batch": int(values["--per_device_train_batch_size"]) * gpus,
        "sharded": SHARDED[:stage],
        "offload": stage == 3 or "--offload" in switches,
        "method": "lora" if "--only_optimize_lora" in switches else "full",
    }


def trained_parameters(linears, others, lora_dim, scope, only_lora):
    """How many parameters train. linears: name to [in, out, has_bias]; others: name to size."""
    total = sum(others.values())
    for inputs, outputs, has_bias in linears.values():
        total += lora_dim * (inputs + outputs) if lora_dim else inputs * outputs + outputs * has_bias
    return total
