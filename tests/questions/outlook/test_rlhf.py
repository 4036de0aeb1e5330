"""rlhf.py and the lines that rlhf.yaml calls wrong, recomputed another way."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from questions.outlook import rlhf

LOGPS, REF = [-0.4, -1.1, -0.2, -0.9], [-0.9, -1.5, -1.2, -0.8]


@pytest.mark.parametrize("beta", [0.0, 0.05, 0.2])
def test_penalised_reward_is_the_sum_of_rewards_by_token(beta: float) -> None:
    rewards = -beta * (torch.tensor(LOGPS) - torch.tensor(REF))
    rewards[-1] += 2.0
    assert rlhf.penalised_reward(score=2.0, logps=LOGPS, ref_logps=REF, beta=beta) == pytest.approx(
        rewards.sum().item()
    )


def _policy_loss(
    new: Any, old: Any, ref: Any, score: Any, values: Any, mask: Any, *, against: str = "old", pick: Any = torch.min
) -> Any:
    rewards = -0.1 * (old - ref) * mask
    rewards[torch.arange(len(score)), mask.sum(-1).long() - 1] += score
    returns = rewards.flip(-1).cumsum(-1).flip(-1)
    advantages = (returns - values).detach()
    ratio = torch.exp(new - {"old": old, "ref": ref}[against])
    objective = pick(ratio * advantages, ratio.clamp(0.8, 1.2) * advantages)
    return -(objective * mask).sum() / mask.sum()


def test_first_update_follows_the_plain_policy_gradient() -> None:
    """At the first update the ratio is 1, so the gradient is minus the advantage, unless the reference is in it."""
    old, ref = torch.tensor([LOGPS]), torch.tensor([REF])
    mask, values, score = torch.ones(1, 4), torch.zeros(1, 4), torch.tensor([2.0])
    advantages = (-0.1 * (old - ref) + torch.tensor([0, 0, 0, 2.0])).flip(-1).cumsum(-1).flip(-1)

    new = old.clone().requires_grad_()
    _policy_loss(new, old, ref, score, values, mask).backward()
    torch.testing.assert_close(new.grad, -advantages / 4)

    wrong = old.clone().requires_grad_()
    _policy_loss(wrong, old, ref, score, values, mask, against="ref").backward()
    assert wrong.grad is not None
    assert not torch.allclose(wrong.grad, -advantages / 4)


def test_the_larger_term_keeps_pushing_where_the_smaller_stops() -> None:
    old = torch.zeros(1, 1)
    arguments = (old, old, torch.tensor([1.0]), torch.zeros(1, 1), torch.ones(1, 1))
    for pick, moves in ((torch.min, False), (torch.max, True)):
        new = torch.tensor([[0.5]], requires_grad=True)
        _policy_loss(new, *arguments, pick=pick).backward()
        assert new.grad is not None
        assert bool(new.grad.any()) is moves
