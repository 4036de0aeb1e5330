"""The visible suite: whether the file can be read, and how many sequences a step takes."""

from labs.grading.content import Text
from labs.grading.strict_json import said
from labs.grading.suite import Complaint, judges

BATCH_KEYS = ["train_batch_size", "train_micro_batch_size_per_gpu", "gradient_accumulation_steps"]


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
    # 256 sequences a step = 4 a GPU at a time × 8 GPUs × 8 micro-steps.
    actual = value(candidate.effective(*BATCH_KEYS))
    step, micro, _ = (actual[key] for key in BATCH_KEYS)
    if (step, micro) != (256, 4):
        raise Complaint(
            Text(
                en=f"These keys make {step} sequences a step and {micro} a GPU at a time; 256 and 4 are asked.",
                zh=f"按这些键，每步 {step} 条序列，每张 GPU 每次 {micro} 条；要求是 256 条和 4 条。",
            )
        )
