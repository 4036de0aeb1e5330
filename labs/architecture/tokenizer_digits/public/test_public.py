"""The visible suite: a vocabulary of eight pieces and the bytes. The hidden suite judges more; the brief says what."""

from labs.grading.suite import judges

# The ids of bytes follow: <0x00> is 8, <0xE7> is 8 + 231.
PIECES = ["<unk>", "▁", "a", "b", "1", "2", "ab", "▁ab"]
MERGES = [["a", "b"], ["▁", "ab"]]
UNK, SPACE, A, B, ONE, TWO, AB, SPACE_AB = range(8)
CAT = [8 + 0xE7, 8 + 0x8C, 8 + 0xAB]


@judges("a-word")
def test_words_and_a_number(candidate):
    assert candidate.encode("ab", PIECES, MERGES) == [SPACE_AB]
    assert candidate.encode("ab  ba", PIECES, MERGES) == [SPACE_AB, SPACE, SPACE, B, A]
    assert candidate.encode("12 ab1", PIECES, MERGES) == [SPACE, ONE, TWO, SPACE_AB, ONE]
    assert candidate.decode([SPACE, ONE, TWO, SPACE_AB, ONE], PIECES) == "12 ab1"


@judges("a-cat")
def test_three_bytes(candidate):
    assert candidate.encode("a猫b", PIECES, MERGES) == [SPACE, A, *CAT, B]
    assert candidate.decode([SPACE, A, *CAT, B], PIECES) == "a猫b"
    assert candidate.decode([SPACE, A, *CAT[:2], B], PIECES) == "a\ufffd\ufffdb"
