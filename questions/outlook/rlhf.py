"""The numbers in rlhf.yaml: the reward that PPO maximises."""

from __future__ import annotations


def penalised_reward(*, score: float, logps: list[float], ref_logps: list[float], beta: float) -> float:
    """Reward of a whole answer after the KL penalty, summed over its tokens without discount.

        reward = score - beta · Σ_t (log π(y_t) - log π_ref(y_t))

    `score` is the reward model's, for the whole answer; `logps` and `ref_logps` are the log-probabilities of the
    sampled tokens under the policy that sampled them and under the reference model.
    Source: trl `experimental/ppo/ppo_trainer.py`, compute rewards, estimator k1.
    """
    kl = sum(policy - reference for policy, reference in zip(logps, ref_logps, strict=True))
    return score - beta * kl


def bonus_for_drift(*, score: float, logps: list[float], ref_logps: list[float], beta: float) -> float:
    """What comes out where policy and reference are swapped in the difference."""
    return penalised_reward(score=score, logps=ref_logps, ref_logps=logps, beta=beta)


def penalty_at_the_last_token(*, score: float, logps: list[float], ref_logps: list[float], beta: float) -> float:
    """What comes out where only the token that gets the score is penalised."""
    return penalised_reward(score=score, logps=logps[-1:], ref_logps=ref_logps[-1:], beta=beta)


def penalty_by_the_mean(*, score: float, logps: list[float], ref_logps: list[float], beta: float) -> float:
    """What comes out where the differences are averaged over the tokens."""
    return penalised_reward(score=score, logps=logps, ref_logps=ref_logps, beta=beta / len(logps))
