# The standard library's shlex, told that > is punctuation, over the text up to the end of the first command.
import shlex


def first_command(command):
    out, i, quote = "", 0, ""
    command = command.lstrip(" \t\n")
    while i < len(command):
        if not quote and command.startswith("\\\n", i):
            i += 2
            continue
        if not quote and command[i] == "\\":
            out += command[i : i + 2]
            i += 2
            continue
        if command[i] in "'\"":
            quote = "" if quote == command[i] else quote or command[i]
        if command[i] == "\n":
            break
        out += command[i]
        i += 1
    return out


def shell_words(command):
    pieces, text, depth = [], first_command(command), ""
    cut, skip = None, False
    for i, c in enumerate(text):
        if skip:
            skip = False
        elif c == "\\" and not depth:
            skip = True
        elif c in "'\"" and (not depth or depth == c):
            depth = "" if depth else c
        elif c == ">" and not depth:
            cut = i
    before, after = (text, None) if cut is None else (text[:cut], text[cut + 1 :])
    pieces = shlex.split(before)
    if after is None:
        return {"words": pieces, "file": None}
    file, *more = shlex.split(after)
    return {"words": pieces + more, "file": file}


def audit(words, gpus, known_models):
    launcher, script = words[: words.index("main.py")], words[words.index("main.py") + 1 :]
    for left, right in zip(launcher, launcher[1:] + [""]):
        if left == "--num_gpus":
            gpus = int(right)
        elif left.startswith("--num_gpus="):
            gpus = int(left.split("=")[1])
    state = {"offload": False, "only_optimize_lora": False, "gradient_checkpointing": False, "deepspeed": False}
    state |= {"model_name_or_path": "", "per_device_train_batch_size": "16", "gradient_accumulation_steps": "1"}
    state |= {"zero_stage": "0", "lora_dim": "0", "lora_module_name": "", "data_split": "", "learning_rate": ""}
    state |= {"num_train_epochs": "", "output_dir": ""}
    waiting = None
    for word in script:
        if waiting:
            if word[:2] == "--":
                raise ValueError(waiting)
            state[waiting], waiting = word, None
            continue
        name, *value = word.split("=", 1)
        if name[:2] != "--" or name[2:] not in state:
            raise ValueError(word)
        name = name[2:]
        if isinstance(state[name], bool):
            if value:
                raise ValueError(word)
            state[name] = True
        elif value:
            state[name] = value[0]
        else:
            waiting = name
    if waiting or not state["model_name_or_path"]:
        raise ValueError("incomplete")
    rank, stage = int(state["lora_dim"]), int(state["zero_stage"])
    batch = int(state["per_device_train_batch_size"]) * int(state["gradient_accumulation_steps"]) * gpus
    sharded = []
    if gpus != 1:
        sharded += ["optimizer"] * (stage > 0) + ["gradients"] * (stage > 1) + ["parameters"] * (stage > 2)
    method = "full"
    if rank:
        method = "lora" if state["only_optimize_lora"] else "lora-and-rest"
    model = state["model_name_or_path"]
    return {"model": model, "model_known": known_models.count(model) > 0, "batch": batch, "sharded": sharded, "offload": state["offload"], "method": method}


def trained_parameters(linears, others, lora_dim, scope, only_lora):
    lora = rest = 0
    for name in linears:
        i, o, bias = linears[name]
        inside = scope in name and lora_dim != 0
        lora += (i + o) * lora_dim if inside else 0
        rest += 0 if inside else i * o
        rest += o if bias else 0
    for name in others:
        rest += others[name]
    if lora_dim and only_lora:
        rest = 0
    return lora + rest
