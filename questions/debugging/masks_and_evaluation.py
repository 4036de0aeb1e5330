"""The numbers in masks_and_evaluation.yaml: samples cut short, and perplexity over padding."""

from __future__ import annotations


def samples_without_loss(*, prompts: list[int], answers: list[int], max_length: int) -> int:
    """How many samples have no labelled token left after cutting on the right to `max_length`.

    A sample is prompts[i] tokens with label -100, then answers[i] labelled ones, its eos included: none of
    them is left if the prompt alone fills max_length. Counted with torch on the labels themselves.
    """
    import torch

    count = 0
    for prompt, answer in zip(prompts, answers, strict=True):
        labels = torch.tensor([-100] * prompt + [1] * answer)[:max_length]
        count += int((labels == -100).all())
    return count


def samples_cut(*, prompts: list[int], answers: list[int], max_length: int) -> int:
    """Another count: samples that lose anything, be it only their eos."""
    return sum(prompt + answer > max_length for prompt, answer in zip(prompts, answers, strict=True))


def samples_cut_in_the_prompt(*, prompts: list[int], answers: list[int], max_length: int) -> int:
    """The wrong limit: the prompt must be cut itself. One that just fills max_length leaves no label either."""
    return sum(prompt > max_length for prompt in prompts)


def true_perplexity(*, real: int, padded: int, real_loss: float, padding_loss: float) -> float:
    """exp of the mean loss over the real tokens: e^real_loss, whatever the padding."""
    from math import exp

    return exp(real_loss)


def perplexity_over_padding(*, real: int, padded: int, real_loss: float, padding_loss: float) -> float:
    """What a script reports that averages over all positions: exp((real·loss + padded·loss') / (real + padded))."""
    from math import exp

    return exp((real * real_loss + padded * padding_loss) / (real + padded))


def padding_as_loss_zero(*, real: int, padded: int, real_loss: float, padding_loss: float) -> float:
    """The wrong rule: padding adds nothing to the sum, but stays in the count."""
    from math import exp

    return exp(real * real_loss / (real + padded))


def mean_of_perplexities(*, real: int, padded: int, real_loss: float, padding_loss: float) -> float:
    """The wrong rule: perplexities averaged instead of losses."""
    from math import exp

    return (real * exp(real_loss) + padded * exp(padding_loss)) / (real + padded)
