"""The numbers in dpo.yaml: the loss of one pair."""

from __future__ import annotations


def loss(*, chosen: float, rejected: float, ref_chosen: float, ref_rejected: float, beta: float) -> float:
    """DPO loss of one pair, from the summed log-probabilities of the two answers.

        loss = -log σ(beta · ((chosen - ref_chosen) - (rejected - ref_rejected)))

    Source: Rafailov et al. 2023; eric-mitchell/direct-preference-optimization `trainers.py`, `dpo_loss`.
    """
    import torch
    import torch.nn.functional as F

    margin = torch.tensor((chosen - ref_chosen) - (rejected - ref_rejected), dtype=torch.float64)
    return -F.logsigmoid(beta * margin).item()


def without_reference(*, chosen: float, rejected: float, ref_chosen: float, ref_rejected: float, beta: float) -> float:
    """What comes out where the reference model is left out."""
    return loss(chosen=chosen, rejected=rejected, ref_chosen=0.0, ref_rejected=0.0, beta=beta)


def pair_swapped(*, chosen: float, rejected: float, ref_chosen: float, ref_rejected: float, beta: float) -> float:
    """What comes out where chosen and rejected are swapped."""
    return loss(chosen=rejected, rejected=chosen, ref_chosen=ref_rejected, ref_rejected=ref_chosen, beta=beta)


def reference_added(*, chosen: float, rejected: float, ref_chosen: float, ref_rejected: float, beta: float) -> float:
    """What comes out where the reference's margin is added instead of subtracted."""
    return loss(chosen=chosen, rejected=rejected, ref_chosen=-ref_chosen, ref_rejected=-ref_rejected, beta=beta)
