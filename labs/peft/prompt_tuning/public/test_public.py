"""The visible suite: values that can be read off. The hidden suite judges more; the brief says what."""

import torch

from labs.grading.suite import assert_close, judges

TABLE = torch.tensor([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]])
PROMPT = torch.tensor([[1.0, -1.0], [2.0, -2.0]])
EMBEDS = torch.tensor([[[5.0, 6.0]], [[7.0, 8.0]]])


@judges("start")
def test_two_tokens_repeated_to_five(candidate):
    made = candidate.new_prompt(TABLE, 5, [2, 0])
    assert_close(made["parameters"]["embedding.weight"], TABLE[[2, 0, 2, 0, 2]])
    assert_close(made["given"], TABLE[[2, 0, 2, 0, 2]][None])


@judges("in-front")
def test_two_sequences_of_one_token(candidate):
    mask, labels = torch.tensor([[1], [0]]), torch.tensor([[2], [-100]])
    embeds, mask, labels = candidate.prepended(PROMPT, EMBEDS, mask, labels)
    assert_close(embeds, torch.cat((PROMPT.expand(2, 2, 2), EMBEDS), dim=1))
    assert_close(mask, torch.tensor([[1, 1, 1], [1, 1, 0]]))
    assert_close(labels, torch.tensor([[-100, -100, 2], [-100, -100, -100]]))


@judges("loss")
def test_one_label_after_two_virtual_tokens(candidate):
    # Only the last token of each sequence has a label, and the logits before it predict it.
    ids = torch.tensor([[0, 1, 2], [2, 2, 0]])
    labels = torch.tensor([[-100, -100, 2], [-100, -100, 0]])
    actual = candidate.run(PROMPT, ids, torch.ones_like(ids), labels, 3)
    logits = actual["logits"]
    assert isinstance(logits, torch.Tensor)
    assert logits.shape == (2, 5, 3)
    picked = logits[:, 3].double().log_softmax(dim=-1)[[0, 1], [2, 0]]
    assert_close(actual["loss"], -picked.mean(), scale=torch.ones(()), tolerance=64.0, dtype=torch.float32)
