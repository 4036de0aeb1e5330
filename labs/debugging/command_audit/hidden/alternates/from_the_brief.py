# Written from the brief and the starter alone.
"""Reads commands for DeepSpeed-Chat's SFT script and says what they would train."""

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
INTEGERS = {"--per_device_train_batch_size", "--gradient_accumulation_steps", "--zero_stage", "--lora_dim"}
SHARDED = ["optimizer", "gradients", "parameters"]


def shell_words(command):
    """What bash makes of the first command of a text: {"words": a list of strings, "file": a string or None}."""
    words, file = [], None
    word = None  # the word that is being read; None between words, for '' is a word, too
    redirected = False  # the next word is the file

    def finish():
        nonlocal word, file, redirected
        if word is None:
            return
        if redirected:
            file, redirected = word, False
        else:
            words.append(word)
        word = None

    i = 0
    while i < len(command):
        char = command[i]
        i += 1
        if char == "\\":
            following = command[i : i + 1]
            i += 1
            if following != "\n":
                word = (word or "") + (following or char)
        elif char in "'\"":
            close = command.index(char, i)
            word = (word or "") + command[i:close]
            i = close + 1
        elif char in " \t":
            finish()
        elif char == "\n":
            finish()
            if words or file is not None or redirected:
                break
        elif char == ">":
            finish()
            redirected = True
        else:
            word = (word or "") + char
    finish()
    return {"words": words, "file": file}


def audit(words, gpus, known_models):
    """What a command trains: {"model", "model_known", "batch", "sharded", "offload", "method"}.

    gpus: of the machine; the launcher's `--num_gpus` goes before it. Raises ValueError for a command that would not
    start.
    """
    if "main.py" not in words:
        raise ValueError("no main.py")
    place = words.index("main.py")

    def value_of(flag, equals, value, rest):
        """The value of a flag: behind its `=`, or else the next word."""
        if not equals:
            value = next(rest, None)
            if value is None or value.startswith("--"):
                raise ValueError(f"{flag} without a value")
        return value

    launcher = iter(words[:place])
    for word in launcher:
        flag, equals, value = word.partition("=")
        if flag == "--num_gpus":
            gpus = int(value_of(flag, equals, value, launcher))

    values, switches = dict(DEFAULTS), set()
    flags = iter(words[place + 1 :])
    for word in flags:
        flag, equals, value = word.partition("=")
        if flag in SWITCHES:
            if equals:
                raise ValueError(f"{flag} takes no value")
            switches.add(flag)
        elif flag in values:
            value = value_of(flag, equals, value, flags)
            values[flag] = int(value) if flag in INTEGERS else value
        else:
            raise ValueError(f"unknown flag {word}")
    model = values["--model_name_or_path"]
    if not model:
        raise ValueError("no model")
    if values["--lora_dim"] == 0:
        method = "full"
    else:
        method = "lora" if "--only_optimize_lora" in switches else "lora-and-rest"
    return {
        "model": model,
        "model_known": model in known_models,
        "batch": values["--per_device_train_batch_size"] * values["--gradient_accumulation_steps"] * gpus,
        "sharded": SHARDED[: values["--zero_stage"]] if gpus > 1 else [],
        "offload": "--offload" in switches,
        "method": method,
    }


def trained_parameters(linears, others, lora_dim, scope, only_lora):
    """How many parameters train. linears: name to [in, out, has_bias]; others: name to size."""
    rest_trains = not (lora_dim and only_lora)
    total = sum(others.values()) if rest_trains else 0
    for name, (inputs, outputs, has_bias) in linears.items():
        if rest_trains and has_bias:
            total += outputs
        if lora_dim and scope in name:
            total += lora_dim * (inputs + outputs)
        elif rest_trains:
            total += inputs * outputs
    return total
