# A state machine over an index for the shell; argparse, told not to exit, for the flags.
import argparse


class Strict(argparse.ArgumentParser):
    def error(self, message):
        raise ValueError(message)


def shell_words(command):
    words, current, started, state, target, wants_file = [], [], False, "plain", None, False

    def close():
        nonlocal current, started, target, wants_file
        if started:
            if wants_file:
                target, wants_file = "".join(current), False
            else:
                words.append("".join(current))
        current, started = [], False

    i = 0
    while i < len(command):
        c = command[i]
        i += 1
        if state != "plain":
            if c == state:
                state = "plain"
            else:
                current.append(c)
        elif c == "\\":
            following = command[i] if i < len(command) else ""
            i += 1
            if following != "\n":
                current.append(following)
                started = True
        elif c in "\"'":
            state, started = c, True
        elif c == ">":
            close()
            wants_file = True
        elif c.isspace():
            close()
            if c == "\n" and (words or target is not None):
                break
        else:
            current.append(c)
            started = True
    close()
    return {"words": words, "file": target}


def parser():
    p = Strict(add_help=False, allow_abbrev=False)
    p.add_argument("--model_name_or_path", required=True)
    p.add_argument("--per_device_train_batch_size", type=int, default=16)
    p.add_argument("--gradient_accumulation_steps", type=int, default=1)
    p.add_argument("--zero_stage", type=int, default=0)
    p.add_argument("--lora_dim", type=int, default=0)
    for name in ("lora_module_name", "data_split", "learning_rate", "num_train_epochs", "output_dir"):
        p.add_argument(f"--{name}")
    for name in ("offload", "only_optimize_lora", "gradient_checkpointing", "deepspeed"):
        p.add_argument(f"--{name}", action="store_true")
    return p


def audit(words, gpus, known_models):
    at = words.index("main.py")
    launcher = Strict(add_help=False)
    launcher.add_argument("--num_gpus", type=int, default=gpus)
    world = launcher.parse_args(words[1:at]).num_gpus
    run = parser().parse_args(words[at + 1 :])
    if run.lora_dim <= 0:
        method = "full"
    else:
        method = "lora" if run.only_optimize_lora else "lora-and-rest"
    names = ("optimizer", "gradients", "parameters")
    return dict(
        model=run.model_name_or_path,
        model_known=any(run.model_name_or_path == name for name in known_models),
        batch=world * run.per_device_train_batch_size * run.gradient_accumulation_steps,
        sharded=[name for stage, name in enumerate(names, 1) if run.zero_stage >= stage and world >= 2],
        offload=run.offload,
        method=method,
    )


def trained_parameters(linears, others, lora_dim, scope, only_lora):
    sizes = []  # (size, is it LoRA, does it train)
    lora = lora_dim > 0
    for name, (i, o, bias) in linears.items():
        adapted = lora and name.find(scope) >= 0
        sizes += [(i * o, False, not adapted), (o if bias else 0, False, True)]
        if adapted:
            sizes += [(i * lora_dim, True, True), (lora_dim * o, True, True)]
    sizes += [(size, False, True) for size in others.values()]
    return sum(size for size, is_lora, trains in sizes if trains and (is_lora or not (lora and only_lora)))
