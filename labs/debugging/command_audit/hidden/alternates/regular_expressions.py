# One regular expression for the shell's tokens; flags rewritten to pairs first.
import re

TOKEN = re.compile(r"""(?P<joined>\\\n)|\\(?P<literal>.)|'(?P<single>[^']*)'|"(?P<double>[^"]*)"|(?P<end>\n)|(?P<gap>[ \t]+)|(?P<to>>)|(?P<plain>[^\\'"\s>]+)""")
SWITCH = {"offload", "only_optimize_lora", "gradient_checkpointing", "deepspeed"}
NUMBER = {"per_device_train_batch_size": 16, "gradient_accumulation_steps": 1, "zero_stage": 0, "lora_dim": 0}
TEXT = {"model_name_or_path", "lora_module_name", "data_split", "learning_rate", "num_train_epochs", "output_dir"}


def shell_words(command):
    words, open_word, place = [], False, None
    for match in TOKEN.finditer(command.lstrip(" \t\n")):
        kind = match.lastgroup
        if kind == "joined":
            continue
        if kind == "end":
            if words:
                break
            open_word = False
        elif kind == "gap":
            open_word = False
        elif kind == "to":
            open_word, place = False, len(words)
        else:
            if not open_word:
                words.append("")
                open_word = True
            words[-1] += match[kind]
    file = None
    if place is not None:
        file = words[place]
        del words[place]
    return {"words": words, "file": file}


def audit(words, gpus, known_models):
    if "main.py" not in words:
        raise ValueError("main.py")
    at = words.index("main.py")
    found = re.search(r"--num_gpus[ =](\d+)", " ".join(words[:at]))
    gpus = int(found[1]) if found else gpus
    options, rest = {}, words[at + 1 :][::-1]
    while rest:
        name, sign, value = rest.pop().partition("=")
        if not name.startswith("--"):
            raise ValueError(name)
        name = name[2:]
        if name in SWITCH:
            if sign:
                raise ValueError(name)
            options[name] = True
        elif name in TEXT or name in NUMBER:
            if not sign:
                if not rest or rest[-1].startswith("--"):
                    raise ValueError(name)
                value = rest.pop()
            options[name] = int(value) if name in NUMBER else value
        else:
            raise ValueError(name)
    if "model_name_or_path" not in options:
        raise ValueError("model")
    options = {**NUMBER, **options}
    batch = options["per_device_train_batch_size"] * options["gradient_accumulation_steps"] * gpus
    stage = options["zero_stage"] if gpus > 1 else 0
    method = ("lora-and-rest", "lora")["only_optimize_lora" in options] if options["lora_dim"] else "full"
    return {
        "model": options["model_name_or_path"],
        "model_known": options["model_name_or_path"] in set(known_models),
        "batch": batch,
        "sharded": "optimizer gradients parameters".split()[:stage],
        "offload": options.get("offload", False),
        "method": method,
    }


def trained_parameters(linears, others, lora_dim, scope, only_lora):
    full = sum(i * o + (o if b else 0) for i, o, b in linears.values()) + sum(others.values())
    if not lora_dim:
        return full
    shapes = [(i, o) for name, (i, o, _) in linears.items() if scope in name]
    lora = sum(lora_dim * i + lora_dim * o for i, o in shapes)
    return lora if only_lora else full - sum(i * o for i, o in shapes) + lora
