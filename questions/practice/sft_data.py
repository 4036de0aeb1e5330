"""The numbers in sft_data.yaml: padding of a batch, shares of a mixture, errors cut."""

from __future__ import annotations


def padding_share(*, lengths: list[int], longest: int, limit: int) -> float:
    """Percent of the positions of a batch that are padding, when it is padded to its longest sample, to two decimals.

    padding = 1 - (sum of all lengths) / (samples · longest)

    `limit` is the greatest length that the collator would allow; padding to the longest does not reach it.
    Source: transformers `data/data_collator.py`, `DataCollatorForSeq2Seq` with `padding=True`.
    """
    return _padding(lengths, longest, row=longest)


def padding_share_to_the_limit(*, lengths: list[int], longest: int, limit: int) -> float:
    """What comes out where every batch is taken to be padded to the limit."""
    return _padding(lengths, longest, row=limit)


def padding_per_real_token(*, lengths: list[int], longest: int, limit: int) -> float:
    """What comes out where padding is divided by the tokens instead of all positions."""
    share = _padding(lengths, longest, row=longest)
    return round(100 * share / (100 - share), 2)


def padding_if_one_sample_counts(*, lengths: list[int], longest: int, limit: int) -> float:
    """What comes out where the rows of the shorter samples are taken for padding altogether."""
    return round(100 * len(lengths) / (len(lengths) + 1), 2)


def _padding(lengths: list[int], longest: int, row: int) -> float:
    return round(100 * (1 - (sum(lengths) + longest) / ((len(lengths) + 1) * row)), 2)


def share_of_a_task(*, examples: int, others: list[int], temperature: float) -> float:
    """Percent of the samples drawn from a task with `examples` examples, beside tasks with `others`, to two decimals.

        share = n^(1/T) / sum over all tasks of n^(1/T)

    T = 1 draws in proportion to size; a large T draws from each task alike.
    Source: seqio `utils.py`, `mixing_rate_num_examples`.
    """
    weights = [n ** (1 / temperature) for n in (examples, *others)]
    return round(100 * weights[0] / sum(weights), 2)


def share_in_proportion(*, examples: int, others: list[int], temperature: float) -> float:
    """What comes out where the temperature is left out."""
    return share_of_a_task(examples=examples, others=others, temperature=1)


def share_with_the_power_turned_over(*, examples: int, others: list[int], temperature: float) -> float:
    """What comes out with n^T in the place of n^(1/T)."""
    return share_of_a_task(examples=examples, others=others, temperature=1 / temperature)


def equal_share(*, examples: int, others: list[int], temperature: float) -> float:
    """What comes out where every task is taken to get as much as the next."""
    return round(100 / (1 + len(others)), 2)


def error_cut(*, before: float, after: float) -> float:
    """Percent of the errors that are gone when accuracy goes from `before` to `after` percent, to two decimals.

    cut = (error before - error after) / error before
    """
    return round(100 * (after - before) / (100 - before), 2)


def points_gained(*, before: float, after: float) -> float:
    """What comes out where points of accuracy are read as a share of the errors."""
    return round(after - before, 2)


def accuracy_gain(*, before: float, after: float) -> float:
    """What comes out where the gain is divided by the accuracy instead of the error."""
    return round(100 * (after - before) / before, 2)
