"""Small visible calls of the harness, on which an answer may be compared with the reference."""

from hypothesis import strategies as st

PIECES = st.sampled_from(["a", " ", "b", "\\\n", "'c d'", '"e"', "''", "\\\\", "\n"])
COMMANDS = st.lists(PIECES, min_size=1, max_size=5).map("".join)
REDIRECTED = st.tuples(COMMANDS, st.sampled_from([">f", " > f", "'>'", ">'f' g"])).map("a".join)
FLAGS = st.lists(
    st.sampled_from(
        [
            ["--offload"],
            ["--zero_stage", "3"],
            ["--zero_stage=2"],
            ["--lora_dim", "8"],
            ["--only_optimize_lora"],
            ["--gradient_accumulation_steps", "4"],
            ["--per_device_train_batch_size", "2"],
        ]
    ),
    max_size=2,
).map(lambda flags: [word for flag in flags for word in flag])
LAUNCHERS = st.sampled_from([[], ["--num_gpus", "1"], ["--num_gpus=2"]])


@st.composite
def audits(draw):
    words = ["deepspeed", *draw(LAUNCHERS), "main.py", "--model_name_or_path", draw(st.sampled_from(["m", "n"]))]
    return {"words": words + draw(FLAGS), "gpus": draw(st.sampled_from([4, 1])), "known_models": ["m"]}


CALLS = {
    "shell_words": st.fixed_dictionaries({"command": st.one_of(COMMANDS.map("a".__add__), REDIRECTED)}),
    "audit": audits(),
    "trained_parameters": st.fixed_dictionaries(
        {
            "linears": st.just({"layers.0": [2, 3, True], "head": [2, 5, False]}),
            "others": st.just({"norm": 7}),
            "lora_dim": st.sampled_from([0, 1, 2]),
            "scope": st.sampled_from(["layers.", "", "x"]),
            "only_lora": st.booleans(),
        }
    ),
}
