"""The visible suite: values that can be worked out by hand. The hidden suite judges more; the brief says what."""

import math

import torch

from labs.grading.suite import assert_close, judges

GIVEN = {"prompt": [11, 12, 13], "answer": [21, 22], "bos_id": 1, "eos_id": 2, "max_length": 16}
SAMPLE = {"input_ids": [1, 11, 12, 13, 21, 22, 2], "labels": [-100, -100, -100, -100, 21, 22, 2]}


@judges("one-sample")
def test_the_answer_and_its_end_are_labelled(candidate):
    assert candidate.build_example(GIVEN) == SAMPLE


@judges("one-sample")
def test_the_oldest_prompt_token_goes(candidate):
    short = {"input_ids": [1, 12, 13, 21, 22, 2], "labels": [-100, -100, -100, 21, 22, 2]}
    assert candidate.build_example(GIVEN | {"max_length": 6}) == short


@judges("a-batch")
def test_padding_is_not_told_by_the_id(candidate):
    # pad and eos are the same token, 2.
    other = {"input_ids": [1, 11, 21, 2], "labels": [-100, -100, 21, 2]}
    actual = candidate.collate([SAMPLE, other], 2)
    assert_close(actual["input_ids"], torch.tensor([[1, 11, 12, 13, 21, 22, 2], [1, 11, 21, 2, 2, 2, 2]]))
    assert_close(actual["attention_mask"], torch.tensor([[1] * 7, [1, 1, 1, 1, 0, 0, 0]]))
    assert_close(actual["labels"], torch.tensor([SAMPLE["labels"], [-100, -100, 21, 2, -100, -100, -100]]))


@judges("loss")
def test_the_token_before_predicts(candidate):
    # Position 0 gives its token 1 (the label of position 1) a probability of 3/6, position 1 gives token 0 one of 1/4.
    logits = torch.tensor([[[1.0, 3.0, 2.0], [1.0, 2.0, 1.0], [9.0, 1.0, 1.0]]]).log()
    labels = torch.tensor([[-100, 1, 0]])
    assert_close(candidate.sft_loss(logits, labels), torch.tensor((math.log(2) + math.log(4)) / 2))
