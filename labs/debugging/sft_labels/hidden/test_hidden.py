"""The hidden suite. Samples are compared token by token, losses with the reference's in float64."""

import pytest
import torch

from labs.grading.suite import assert_close, judges

IGNORED = -100


def given(draw, prompt, answer, max_length=64, eos_id=2):
    """What a sample is built from: ordinary tokens from 10 to 15, so that prompt and answer have many in common."""
    return {
        "prompt": draw.integers(10, 16, prompt).tolist(),
        "answer": draw.integers(10, 16, answer).tolist(),
        "bos_id": 1,
        "eos_id": eos_id,
        "max_length": max_length,
    }


def sample(made_from):
    """The right sample where nothing has to be cut."""
    answer = [*made_from["answer"], made_from["eos_id"]]
    before = [made_from["bos_id"], *made_from["prompt"]]
    return {"input_ids": before + answer, "labels": [IGNORED] * len(before) + answer}


def assert_ints(actual, expected):
    assert type(actual) is list
    assert all(type(value) is int for value in actual)
    assert actual == expected


def part(sample, name):
    """One list of a sample that may be no sample at all."""
    assert isinstance(sample, dict)
    assert sorted(sample) == ["input_ids", "labels"]
    return sample[name]


def tensor_of(batch, name):
    assert isinstance(batch, dict)
    assert sorted(batch) == ["attention_mask", "input_ids", "labels"]
    return batch[name]


@judges("labelled-tokens")
def test_the_answer_and_nothing_else_is_labelled(candidate, draw):
    for prompt, answer in ((7, 5), (1, 1), (0, 3), (23, 2)):
        made_from = given(draw, prompt, answer)
        actual = part(candidate.build_example(made_from), "labels")
        assert type(actual) is list
        assert [label for label in actual if label != IGNORED] == sample(made_from)["labels"][-answer - 1 :]


@judges("alignment")
@pytest.mark.parametrize(("prompt", "answer"), [(6, 4), (3, 1)])
def test_a_label_is_the_token_in_its_place(candidate, draw, prompt, answer):
    made_from = given(draw, prompt, answer)
    assert_ints(part(candidate.build_example(made_from), "labels"), sample(made_from)["labels"])


@judges("inputs")
def test_the_model_reads_bos_prompt_answer_eos(candidate, draw):
    made_from = given(draw, 9, 4)
    assert_ints(part(candidate.build_example(made_from), "input_ids"), sample(made_from)["input_ids"])


@judges("truncation")
def test_the_oldest_tokens_of_the_prompt_go(candidate, reference, draw):
    for room in (8, 7, 4, 1, 0):
        made_from = given(draw, 8, 5, max_length=room + 7)
        actual = candidate.build_example(made_from)
        expected = reference.build_example(made_from)
        for name in ("input_ids", "labels"):
            assert_ints(part(actual, name), expected[name])


@judges("answer-that-does-not-fit")
@pytest.mark.parametrize("prompt", [8, 0])
def test_an_answer_that_does_not_fit_is_rejected(candidate, draw, prompt):
    for max_length in (6, 3):
        assert candidate.rejects_example(given(draw, prompt, 5, max_length=max_length)) is True
    assert candidate.rejects_example(given(draw, prompt, 5, max_length=7)) is False


@judges("end-token")
@pytest.mark.parametrize("pad_id", [2, 0])
def test_the_end_is_learned_whatever_pad_is(candidate, draw, pad_id):
    samples = [sample(given(draw, prompt, answer)) for prompt, answer in ((5, 3), (2, 2), (7, 1))]
    labels = tensor_of(candidate.collate(samples, pad_id), "labels")
    longest = max(len(s["labels"]) for s in samples)
    assert_close(labels, torch.tensor([s["labels"] + [IGNORED] * (longest - len(s["labels"])) for s in samples]))


@judges("end-token")
def test_a_batch_of_your_own_samples(candidate, reference, draw):
    samples = [given(draw, 6, 4), given(draw, 3, 2), given(draw, 12, 3, max_length=11)]
    labels = tensor_of(candidate.batch(samples, 2), "labels")
    assert_close(labels, reference.batch(samples, 2)["labels"])


@judges("padding")
@pytest.mark.parametrize("pad_id", [2, 0, 12])
def test_a_padded_batch(candidate, reference, draw, pad_id):
    for sizes in ([(5, 3), (2, 2), (9, 1)], [(4, 2)], [(3, 3), (3, 3)]):
        samples = [sample(given(draw, *size)) for size in sizes]
        actual = candidate.collate(samples, pad_id)
        expected = reference.collate(samples, pad_id)
        for name in ("input_ids", "attention_mask", "labels"):
            assert_close(tensor_of(actual, name), expected[name])


def labels_of(draw, batch, length, vocabulary, keep):
    """Labels of which about `keep` of all count, and the last surely does."""
    labels = draw.integers(0, vocabulary, batch, length)
    labels[draw.uniform(0, 1, batch, length) >= keep] = IGNORED
    labels[-1, -1] = draw.integer(0, vocabulary)
    return labels


def assert_loss(candidate, reference, logits, labels):
    actual = candidate.sft_loss(logits, labels)
    expected = reference.sft_loss(logits.double(), labels)
    # Off by a few roundings of the largest logit; the reference itself goes through float32.
    scale = logits.double().abs().max() + expected.double()
    assert_close(actual, expected, scale=scale, tolerance=8.0, dtype=torch.float32)


@judges("loss")
@pytest.mark.parametrize("shape", [(3, 9, 11), (1, 3, 5), (2, 17, 33)])
@pytest.mark.parametrize("keep", [0.3, 1.0])
def test_mean_over_the_labelled_tokens(candidate, reference, draw, shape, keep):
    assert_loss(candidate, reference, 3 * draw.normal(*shape), labels_of(draw, *shape, keep))


@judges("loss")
def test_every_labelled_token_counts_alike(candidate, reference, draw):
    logits, labels = 3 * draw.normal(3, 12, 7), draw.integers(0, 7, 3, 12)
    labels[0, :11], labels[1, :6] = IGNORED, IGNORED  # 1, 6 and 11 targets
    assert_loss(candidate, reference, logits, labels)


@judges("half-precision")
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_logits_give_a_float32_loss(candidate, reference, draw, dtype):
    logits = (4 * draw.normal(2, 9, 50)).to(dtype)
    assert_loss(candidate, reference, logits, labels_of(draw, 2, 9, 50, 0.6))


@judges("gradient")
@pytest.mark.parametrize("shape", [(3, 7, 6), (1, 2, 4)])
def test_gradient_for_the_logits(candidate, reference, draw, shape):
    logits, labels = draw.normal(*shape), labels_of(draw, *shape, 0.5)
    actual = candidate.gradient(logits, labels)
    expected = reference.gradient(logits.double(), labels)
    counted = (labels[:, 1:] != IGNORED).sum()
    assert_close(actual, expected, scale=1.0 / counted.double(), tolerance=16.0, dtype=torch.float32)


@judges("no-label")
def test_a_batch_without_a_target_is_rejected(candidate, draw):
    logits, labels = draw.normal(2, 5, 7), torch.full((2, 5), IGNORED)
    assert candidate.rejects_labels(logits, labels) is True
    labels[:, 0] = 3  # nothing stands before the first token, so nothing predicts it
    assert candidate.rejects_labels(logits, labels) is True
    assert candidate.rejects_labels(logits[:, :1], labels[:, :1]) is True
    labels[1, 4] = 3
    assert candidate.rejects_labels(logits, labels) is False


@judges("unchanged-input")
def test_arguments_are_left_as_they_were(candidate, draw):
    made_from, samples = given(draw, 9, 3, max_length=8), [sample(given(draw, 4, 2)), sample(given(draw, 2, 1))]
    after = candidate.inputs_afterwards(made_from, samples, 2)
    assert after == {"prompt": made_from["prompt"], "answer": made_from["answer"], "examples": samples}
