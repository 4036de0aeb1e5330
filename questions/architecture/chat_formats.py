"""The numbers in chat_formats.yaml: what it costs to train a dialogue turn by turn."""

from __future__ import annotations


def tokens_turn_by_turn(*, turns: int, question: int, reply: int) -> int:
    """Tokens read when each turn is a sample of its own, with all earlier turns as its history.

        Σ i · (question + reply), i = 1 … turns

    Source: ChatGLM2-6B `ptuning/README.md` (one line a turn, with `history`) and `ptuning/main.py`.
    """
    return sum(turn * (question + reply) for turn in range(1, turns + 1))


def tokens_in_one_pass(*, turns: int, question: int, reply: int) -> int:
    """Tokens read when the whole dialogue is one sample."""
    return turns * (question + reply)


def tokens_if_samples_were_whole(*, turns: int, question: int, reply: int) -> int:
    """Tokens read if each of the samples held the whole dialogue."""
    return turns * turns * (question + reply)
