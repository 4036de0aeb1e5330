"""The visible suite: whether the file can be read, and how many sequences a step takes."""

from labs.grading.content import Text
from labs.grading.strict_json import said
from labs.grading.suite import Complaint, judges

BATCH_KEYS = ["train_batch_size", "train_micro_batch_size_per_gpu", "gradient_accumulation_steps"]
ASKED = {"zero2": [64, 4, 4], "zero3_offload": [128, 2, 8], "one_gpu": [16, 2, 8], "trainer": [32, 2, 4]}


def value(reply):
    """What a harness function found, unless there are problems to complain of; the first three are said."""
    texts = [said(problem) for problem in reply["problems"][:3]]
    if texts:
        raise Complaint(Text(en=" ".join(t.en for t in texts), zh="".join(t.zh for t in texts)))
    return reply["value"]


@judges("strict-json")
def test_the_file_is_strict_json(candidate):
    value(candidate.strict_json())


@judges("known-keys")
def test_deepspeed_knows_every_key(candidate):
    value(candidate.unknown_keys())


@judges("batch")
def test_sequences_a_step(candidate):
    for name, asked in ASKED.items():
        actual = value(candidate.settings(name, *BATCH_KEYS))
        if [actual[key] for key in BATCH_KEYS] != asked:
            step, micro, times = (str(actual[key])[:20] for key in BATCH_KEYS)
            raise Complaint(
                Text(
                    en=f"`{name}`: a step is {step} sequences here, {micro} a GPU at a time, {times} times; "
                    f"asked are {asked[0]}, {asked[1]} and {asked[2]}.",
                    zh=f"`{name}`：这里每步 {step} 条序列，每张 GPU 每次 {micro} 条，累积 {times} 次；"
                    f"要求分别是 {asked[0]}、{asked[1]} 和 {asked[2]}。",
                )
            )
