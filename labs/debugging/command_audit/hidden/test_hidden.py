"""The hidden suite: commands drawn piece by piece. What the shell makes of them was settled with bash itself."""

import pytest

from labs.grading.suite import Mismatch, judges

NAMES = ["deepspeed", "main.py", "--offload", "--lora_dim", "128", "a_b", "x/y-6.7b", "2,4,4", "p=q"]
KNOWN = ["facebook/opt-1.3b", "facebook/opt-6.7b", "facebook/opt-13b"]
MODEL = ["--model_name_or_path", "facebook/opt-6.7b"]


def assert_words(candidate, command, words, file=None):
    actual = candidate.shell_words(command)
    if type(actual) is not dict or actual != {"words": words, "file": file}:
        raise Mismatch("other words")


def some(draw, count):
    return [NAMES[i] for i in draw.integers(0, len(NAMES), count).tolist()]


def audited(candidate, flags, key, gpus=4, launcher=()):
    actual = candidate.audit(["deepspeed", *launcher, "main.py", *flags], gpus, KNOWN)
    if type(actual) is not dict or sorted(actual) != ["batch", "method", "model", "model_known", "offload", "sharded"]:
        raise Mismatch("other keys")
    return actual[key]


def same(actual, expected):
    if type(actual) is not type(expected) or actual != expected:
        raise Mismatch("another value")


@judges("redirection")
def test_an_unquoted_redirection_takes_a_file(candidate, draw):
    words, more = some(draw, 3), some(draw, 2)
    words[-1] = "deepspeed"
    for joint in (">", " >", "> ", " > ", ">\t"):
        assert_words(candidate, " ".join(words) + joint + "=0.9.0", words, "=0.9.0")
        assert_words(candidate, " ".join(words) + joint + "log " + " ".join(more), words + more, "log")
    assert_words(candidate, "pip install a>'b c' d", ["pip", "install", "a", "d"], "b c")
    assert_words(candidate, ">log pip list", ["pip", "list"], "log")


@judges("redirection")
def test_a_quoted_one_is_a_character(candidate, draw):
    words = some(draw, 2)
    text = " ".join(words)
    for quoted in ("'deepspeed>=0.9.0'", '"deepspeed>=0.9.0"', "deepspeed'>'=0.9.0", "deepspeed\\>=0.9.0"):
        assert_words(candidate, f"{text} {quoted} end", [*words, "deepspeed>=0.9.0", "end"])
    assert_words(candidate, f"{text} 'a>b'>c", [*words, "a>b"], "c")


@judges("continued-lines")
def test_one_backslash_continues(candidate, draw):
    first, second, third = some(draw, 2), some(draw, 3), some(draw, 1)
    joined = " \\\n   ".join(" ".join(words) for words in (first, second, third))
    assert_words(candidate, joined, first + second + third)
    assert_words(candidate, joined + "\npip list\n", first + second + third)
    assert_words(candidate, "\n  \n" + joined + "\n", first + second + third)
    assert_words(candidate, "deep\\\nspeed --off\\\nload", ["deepspeed", "--offload"])


@judges("continued-lines")
def test_two_backslashes_do_not(candidate, draw):
    first, second = some(draw, 3), some(draw, 2)
    assert_words(candidate, " ".join(first) + " \\\\\n" + " ".join(second), [*first, "\\"])
    assert_words(candidate, " ".join(first) + "\\\\\n" + " ".join(second), [*first[:-1], first[-1] + "\\"])
    assert_words(candidate, " ".join(first) + " \\\\\\\n" + " ".join(second), [*first, "\\" + second[0], *second[1:]])
    assert_words(candidate, " ".join(first) + "\n" + " ".join(second), first)


@judges("quoting")
def test_quotes_join_and_vanish(candidate, draw):
    words = some(draw, 2)
    text = "\t ".join(words)
    assert_words(candidate, f"{text} 'a b' \"c  d\"", [*words, "a b", "c  d"])
    assert_words(candidate, f"{text} a'b c'd\"e f\"", [*words, "ab cde f"])
    assert_words(candidate, f"{text} '' \"\" x''", [*words, "", "", "x"])
    assert_words(candidate, f"{text} \"it's\" '\"'", [*words, "it's", '"'])
    assert_words(candidate, f"{text} a\\ b \\'c\\' d\\e", [*words, "a b", "'c'", "de"])


@judges("flags")
def test_switches_values_and_defaults(candidate, draw):
    name = KNOWN[draw.integer(0, 3)]
    for flags in (
        ["--offload", "--model_name_or_path", name, "--deepspeed"],
        ["--gradient_checkpointing", f"--model_name_or_path={name}"],
        ["--output_dir=", "--model_name_or_path", name],
        ["--model_name_or_path", "facebook/opt-0", "--model_name_or_path", name, "--data_split", "2,4,4"],
        ["--output_dir", "main.py", "--learning_rate", "-1", "--model_name_or_path", name],
        ["--data_split=a=b", "--model_name_or_path", name, "--lora_module_name", "--offload"[2:]],
    ):
        same(audited(candidate, flags, "model"), name)
        same(audited(candidate, flags, "model_known"), True)
        same(audited(candidate, flags, "batch"), 64)  # 16 by default
        same(audited(candidate, flags, "offload"), flags[0] == "--offload")


@judges("flags")
@pytest.mark.parametrize("name", ["facebook/opt-6.5b", "facebook/opt-6.7", "opt-6.7b", "a=b"])
def test_a_model_that_nobody_has(candidate, name):
    flags = [f"--model_name_or_path={name}"]
    same(audited(candidate, flags, "model"), name)
    same(audited(candidate, flags, "model_known"), False)


@judges("batch")
def test_all_three_factors(candidate, draw):
    for _ in range(4):
        micro, steps, gpus = (draw.integer(2, 12) for _ in range(3))
        flags = [*MODEL, "--per_device_train_batch_size", str(micro), f"--gradient_accumulation_steps={steps}"]
        same(audited(candidate, flags, "batch", gpus), micro * steps * gpus)
        for launcher in (["--num_gpus", "3"], ["--num_gpus=3"]):
            same(audited(candidate, flags, "batch", gpus, launcher), micro * steps * 3)
        same(audited(candidate, [*flags, "--per_device_train_batch_size", "5"], "batch", gpus), 5 * steps * gpus)


SHARDED = ["optimizer", "gradients", "parameters"]


@judges("sharding")
@pytest.mark.parametrize("stage", [0, 1, 2, 3])
def test_what_a_stage_shares_out(candidate, draw, stage):
    flags = [*MODEL, "--zero_stage", str(stage)]
    for gpus in (2, draw.integer(3, 65)):
        same(audited(candidate, flags, "sharded", gpus), SHARDED[:stage])
        same(audited(candidate, [*flags, "--offload"], "sharded", 1, ["--num_gpus", str(gpus)]), SHARDED[:stage])
        same(audited(candidate, flags, "sharded", gpus, ["--num_gpus=1"]), [])
    same(audited(candidate, flags, "sharded", 1), [])
    same(audited(candidate, MODEL, "sharded"), [])  # by default


@judges("offload")
def test_only_the_flag_offloads(candidate, draw):
    for stage in ("0", "1", "2", "3"):
        for gpus in (1, draw.integer(2, 9)):
            flags = ["--zero_stage", stage, *MODEL]
            same(audited(candidate, flags, "offload", gpus), False)
            same(audited(candidate, [*flags, "--offload"], "offload", gpus), True)
    same(audited(candidate, ["--output_dir", "offload", *MODEL, "--gradient_checkpointing"], "offload"), False)


@judges("method")
def test_what_the_flags_train(candidate, draw):
    rank = str(draw.integer(1, 200))
    for flags, expected in (
        ([], "full"),
        (["--lora_dim", "0"], "full"),
        (["--only_optimize_lora"], "full"),
        (["--only_optimize_lora", "--lora_dim=0"], "full"),
        (["--lora_dim", rank], "lora-and-rest"),
        (["--lora_dim", "1"], "lora-and-rest"),
        (["--lora_dim", rank, "--gradient_checkpointing"], "lora-and-rest"),
        (["--lora_dim", rank, "--only_optimize_lora"], "lora"),
        (["--only_optimize_lora", f"--lora_dim={rank}", "--zero_stage", "3"], "lora"),
        (["--lora_dim", rank, "--lora_dim", "0"], "full"),
    ):
        same(audited(candidate, [*MODEL, *flags], "method"), expected)


def a_model(draw):
    """Linear layers inside and outside of the scope, with a bias and without, and other tensors."""
    linears = {}
    for i in range(3):
        for name, bias in (("q_proj", True), ("fc1", False), ("fc2", True)):
            linears[f"model.decoder.layers.{i}.{name}"] = [draw.integer(3, 40), draw.integer(3, 40), bias]
    linears["model.decoder.project_in"] = [draw.integer(3, 40), draw.integer(3, 40), True]
    linears["lm_head"] = [draw.integer(3, 40), draw.integer(3, 40), False]
    others = {"model.decoder.layers.0.norm": draw.integer(3, 40), "model.decoder.embed_tokens": draw.integer(100, 400)}
    return linears, others


@judges("trained-parameters")
@pytest.mark.parametrize("scope", ["decoder.layers.", "q_proj", "decoder", "nowhere"])
def test_how_many_parameters_train(candidate, reference, draw, scope):
    linears, others = a_model(draw)
    for rank in (draw.integer(2, 9), 1, 0, 64):
        for only in (False, True):
            actual = candidate.trained_parameters(linears, others, rank, scope, only)
            same(actual, reference.trained_parameters(linears, others, rank, scope, only))


@judges("unusable-commands")
def test_commands_that_would_not_start(candidate):
    start = ["deepspeed", "main.py", *MODEL]
    for more in (
        ["--lora-dim", "8"],
        ["--offloading"],
        ["extra"],
        ["\\"],
        ["--zero_stage"],
        ["--zero_stage", "--offload"],
        ["--zero_stage", "three"],
        ["--lora_dim=8.5"],
        ["--per_device_train_batch_size", ""],
        ["--offload=true"],
        ["--offload", "true"],
    ):
        assert candidate.rejects([*start, *more]) is True
    assert candidate.rejects(["deepspeed", "main.py"]) is True
    assert candidate.rejects(["deepspeed", "train.py", *MODEL]) is True
    assert candidate.rejects(start) is False
    assert candidate.rejects([*start, "--offload", "--zero_stage=3"]) is False
