"""The reference of the lab `command-audit` against bash itself, argparse, and OPT's modules on the meta device."""

import argparse
import importlib.util
import random
import subprocess
from pathlib import Path
from types import ModuleType

import pytest
import torch
from torch import nn
from transformers import OPTConfig, OPTForCausalLM

from labs.grading.catalogue import find_lab


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit_reference", find_lab("command-audit").reference)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _bash(commands: list[str], folder: Path) -> list[dict[str, object]]:
    """What bash passes to a function called `show`, and which file appears, for each command."""
    found = []
    script = ["show() { printf '%s\\0' \"$@\" >&3; }"]
    for i, command in enumerate(commands):
        script.append(f"mkdir {i}; cd {i}; exec 3>../{i}.words\n{command}\nexec 3>&-; cd ..")
    subprocess.run(["bash", "-c", "\n".join(script)], cwd=folder, check=True, capture_output=True)
    for i in range(len(commands)):
        files = [path.name for path in (folder / str(i)).iterdir()]
        words = (folder / f"{i}.words").read_text().split("\0")[:-1]
        found.append({"words": words, "file": files[0] if files else None})
    return found


def test_words_and_files_are_those_of_bash(reference, tmp_path):
    rng = random.Random(0)
    pieces = [
        "a",
        "--flag",
        "b=c",
        "'d e'",
        '"f > g"',
        "''",
        "x'y'z",
        "\\\n",
        "\\ ",
        "\\\\",
        "\\>",
        " ",
        " ",
        "  ",
        "\t",
    ]
    commands = [
        "show deepspeed>=0.9.0",
        "show 'deepspeed>=0.9.0'",
        "show a \\\n  b",
        "show a'b c'd ''",
        ">log show a b",
    ]
    for _ in range(150):
        text = "show " + "".join(rng.choices(pieces, k=rng.randint(1, 8)))
        if rng.random() < 0.5:
            text += (
                rng.choice([" >", "q>", " > ", "q>\\\n"])
                + rng.choice(["=0.9.0", "'my log'", "l\\ og"])
                + rng.choice(["", " h"])
            )
        # bash itself is at a loss with a backslash at the very end
        commands.append(text + " end")
    for command, expected in zip(commands, _bash(commands, tmp_path), strict=True):
        actual = reference.shell_words(command)
        assert actual["words"][0] == "show"
        assert {**actual, "words": actual["words"][1:]} == expected, command


def test_a_doubled_backslash_ends_the_command(reference):
    out = subprocess.run(["bash", "-c", "printf '<%s>' a \\\\\n--offload"], capture_output=True, text=True, check=False)
    assert out.stdout == "<a><\\>"
    assert out.returncode == 127  # `--offload: command not found`
    assert reference.shell_words("printf '<%s>' a \\\\\n--offload")["words"][2:] == ["a", "\\"]


def test_flags_are_read_as_by_argparse(reference):
    parser = argparse.ArgumentParser(allow_abbrev=False, exit_on_error=False)
    parser.add_argument("--model_name_or_path", required=True)
    parser.add_argument("--per_device_train_batch_size", type=int, default=16)
    parser.add_argument("--gradient_accumulation_steps", type=int, default=1)
    parser.add_argument("--zero_stage", type=int, default=0)
    parser.add_argument("--lora_dim", type=int, default=0)
    parser.add_argument("--offload", action="store_true")
    parser.add_argument("--only_optimize_lora", action="store_true")
    rng = random.Random(1)
    choices = ["--offload", "--only_optimize_lora", "--zero_stage=2", "--zero_stage 3", "--lora_dim 8", "--lora_dim=0"]
    choices += ["--per_device_train_batch_size 4", "--gradient_accumulation_steps=8", "--model_name_or_path n"]
    for _ in range(100):
        words = " ".join(["--model_name_or_path m", *rng.choices(choices, k=5)]).split()
        theirs, ours = parser.parse_args(words), reference.audit(["deepspeed", "main.py", *words], 3, ["m"])
        assert ours["model"] == theirs.model_name_or_path
        assert ours["offload"] == theirs.offload
        assert ours["batch"] == 3 * theirs.per_device_train_batch_size * theirs.gradient_accumulation_steps
        assert len(ours["sharded"]) == theirs.zero_stage
        lora = "lora" if theirs.only_optimize_lora else "lora-and-rest"
        assert ours["method"] == (lora if theirs.lora_dim else "full")


def test_what_trains_of_opt(reference):
    # OPT-6.7B: 32 layers of width 4096. 192 linear layers are in the scope, and only their weights are frozen.
    config = OPTConfig(
        hidden_size=4096, ffn_dim=16384, num_hidden_layers=32, num_attention_heads=32, word_embed_proj_dim=4096
    )
    with torch.device("meta"):
        model = OPTForCausalLM(config)
    linears = {
        name: [module.in_features, module.out_features, module.bias is not None]
        for name, module in model.named_modules()
        if isinstance(module, nn.Linear) and name != "lm_head"  # tied to the embedding
    }
    of_linears = {f"{name}.{part}" for name in linears for part in ("weight", "bias")}
    others = {name: p.numel() for name, p in model.named_parameters() if name not in of_linears}
    everything = sum(p.numel() for p in model.parameters())
    assert reference.trained_parameters(linears, others, 0, "decoder.layers.", False) == everything
    assert reference.trained_parameters(linears, others, 128, "decoder.layers.", True) == 301_989_888
    assert reference.trained_parameters(linears, others, 128, "decoder.layers.", False) == 301_989_888 + 216_023_040
