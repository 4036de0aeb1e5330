"""The visible suite: values that can be worked out by hand. The hidden suite judges more; the brief says what."""

import pytest
import torch

from labs.grading.suite import assert_close, judges


@judges("hand-worked-values")
def test_the_update(candidate):
    # A x = (3, -1), times E: (6, -3), B times that: (6, -3), times 4 / 2: (12, -6), plus W x + bias = (2, 2).
    output = candidate.forward(
        torch.tensor([1.0, 2.0]),
        weight=torch.tensor([[1.0, 0.0], [0.0, 1.0]]),
        bias=torch.tensor([1.0, 0.0]),
        lora_a=torch.tensor([[1.0, 1.0], [1.0, -1.0]]),
        lora_e=torch.tensor([2.0, 3.0]),
        lora_b=torch.eye(2),
        alpha=4,
    )
    assert_close(output, torch.tensor([14.0, -4.0]))


@judges("orthogonality")
def test_a_penalty(candidate):
    # A A^T = ((4)), off by 3; B^T B = ((2)), off by 1: 9 + 1.
    update = {"lora_a": torch.tensor([[2.0, 0.0]]), "lora_e": torch.zeros(1), "lora_b": torch.tensor([[1.0], [1.0]])}
    assert_close(candidate.orthogonality([update])["penalty"], torch.tensor(10.0))


@judges("budget")
@pytest.mark.parametrize(("step", "expected"), [(0, 768), (100, 768), (101, 766), (275, 620), (450, 544), (1000, 512)])
def test_a_schedule(candidate, step, expected):
    # 64 matrices of rank 12 that come down to 8 on average.
    actual = candidate.budget(step=step, initial=768, target=512, tinit=100, tfinal=200, total=1000)
    assert actual == expected


@judges("budget-over-all-layers")
def test_two_layers_share_a_budget_of_two(candidate):
    updates = [
        {"lora_a": torch.ones(2, 1), "lora_e": torch.tensor([1.0, 2.0]), "lora_b": torch.ones(1, 2)} for _ in range(2)
    ]
    after = candidate.allocated(updates, [torch.tensor([3.0, 4.0]), torch.tensor([1.0, 2.0])], 2)
    assert_close(after[0]["lora_E"], torch.tensor([[1.0], [2.0]]))
    assert_close(after[1]["lora_E"], torch.zeros(2, 1))
