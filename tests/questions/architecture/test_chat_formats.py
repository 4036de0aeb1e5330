"""chat_formats.py against dialogues written out."""

from __future__ import annotations

from questions.architecture import chat_formats


def test_each_line_holds_the_turns_up_to_its_own() -> None:
    dialogue = [["q"] * 4 + ["a"] * 6 for _ in range(5)]
    lines = [[token for turn in dialogue[: i + 1] for token in turn] for i in range(5)]
    read = sum(map(len, lines))
    assert chat_formats.tokens_turn_by_turn(turns=5, question=4, reply=6) == read == 150
    assert chat_formats.tokens_in_one_pass(turns=5, question=4, reply=6) == len(lines[-1])
