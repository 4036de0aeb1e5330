"""The trace of tokenizers.yaml against bytes and merges worked by hand."""

from __future__ import annotations

from collections.abc import Callable

from quiz.bank.schema import Question, Trace


def test_byte_fallback(question: Callable[[str, str], Question]) -> None:
    asked = question("architecture/tokenizers", "byte-fallback")
    assert isinstance(asked, Trace)
    assert [f"{b:02X}" for b in "猫".encode()] == ["E7", "8C", "AB"]
    by_hand = {"cat": ["▁cat"], "猫": ["▁", *"猫".encode()], "cat 猫": ["▁cat", "▁", *"猫".encode()]}
    assert asked.answer.split() == [word for pieces in by_hand.values() for word in (str(len(pieces)), "False")]


def test_nothing_is_lost() -> None:
    from transformers import LlamaTokenizer

    pieces = ["<unk>", "<s>", "</s>", "▁", "c", "a", "t", "ca", "cat", "▁cat"]
    pieces += [f"<0x{byte:02X}>" for byte in range(256)]
    tokenizer = LlamaTokenizer(
        vocab={piece: i for i, piece in enumerate(pieces)}, merges=[("c", "a"), ("ca", "t"), ("▁", "cat")]
    )
    assert tokenizer.tokenize("cat 猫") == ["▁cat", "▁", "<0xE7>", "<0x8C>", "<0xAB>"]
    assert tokenizer.decode(tokenizer("cat 猫").input_ids, skip_special_tokens=True) == "cat 猫"
