"""The visible suite: the trace of the brief. The hidden suite judges more; the brief says what."""

from labs.grading.suite import judges

KNOWN = ["facebook/opt-1.3b", "facebook/opt-6.7b"]


@judges("the-shell")
def test_a_version_is_a_file(candidate):
    expected = {"words": ["pip", "install", "deepspeed"], "file": "=0.9.0"}
    assert candidate.shell_words("pip install deepspeed>=0.9.0") == expected
    expected = {"words": ["pip", "install", "deepspeed>=0.9.0"], "file": None}
    assert candidate.shell_words("pip install 'deepspeed>=0.9.0'") == expected


@judges("the-shell")
def test_a_doubled_backslash_ends_the_command(candidate):
    assert candidate.shell_words("deepspeed main.py \\\n  --offload\n")["words"] == [
        "deepspeed",
        "main.py",
        "--offload",
    ]
    assert candidate.shell_words("deepspeed main.py \\\\\n  --offload\n")["words"] == ["deepspeed", "main.py", "\\"]


@judges("the-run")
def test_lora_and_a_model_that_is_none(candidate):
    words = ["deepspeed", "main.py", "--model_name_or_path", "facebook/opt-6.5b", "--lora_dim", "128"]
    assert candidate.audit(words, 2, KNOWN) == {
        "model": "facebook/opt-6.5b",
        "model_known": False,
        "batch": 32,
        "sharded": [],
        "offload": False,
        "method": "lora-and-rest",
    }


@judges("the-run")
def test_stage_3_on_one_gpu(candidate):
    words = [
        "deepspeed",
        "--num_gpus",
        "1",
        "main.py",
        "--model_name_or_path",
        "facebook/opt-6.7b",
        "--zero_stage",
        "3",
    ]
    actual = candidate.audit(words, 8, KNOWN)
    assert actual["sharded"] == []
    assert actual["offload"] is False


@judges("counts")
def test_one_layer_and_a_head(candidate):
    linears = {"decoder.layers.0.fc": [4, 6, True], "head": [4, 10, False]}
    # 2 x (4 + 6) for LoRA; then a bias of 6, the head's 40 and the norm's 4.
    assert candidate.trained_parameters(linears, {"norm": 4}, 2, "decoder.layers.", True) == 20
    assert candidate.trained_parameters(linears, {"norm": 4}, 2, "decoder.layers.", False) == 70
