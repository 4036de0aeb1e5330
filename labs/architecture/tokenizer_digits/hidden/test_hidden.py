"""The hidden suite. Ids and texts are compared exactly.

Vocabularies are drawn: pieces in random order, so that ids say nothing about ranks, and merges whose parts come from
earlier ones. Only the property `digits` has merges with digits, and only `byte-fallback` characters that are no piece.
"""

from labs.grading.suite import judges

LETTERS = "abcd"
DIGITS = "0123456789"
PUNCTUATION = ".,\n\t"
UNKNOWN = "猫é😀ßﬁ한"


def one_of(draw, values):
    return values[draw.integer(0, len(values))]


def text(draw, alphabet, length):
    return "".join(one_of(draw, alphabet) for _ in range(length))


def draw_merges(draw, alphabet, count):
    """Pairs that make pieces of up to five characters, none of them twice."""
    pieces, merges = list(alphabet), []
    while len(merges) < count:
        pair = [one_of(draw, pieces), one_of(draw, pieces)]
        made = pair[0] + pair[1]
        if made not in pieces and len(made) < 6:
            pieces.append(made)
            merges.append(pair)
    return merges


def vocabulary(draw, merges, alphabet=LETTERS + DIGITS + PUNCTUATION):
    """What the harness takes beside text or ids: pieces in random order and their first id."""
    pieces = ["<unk>", "▁", *alphabet, *(a + b for a, b in merges)]
    order = draw.normal(len(pieces)).argsort().tolist()
    return {"pieces": [pieces[i] for i in order], "first": draw.integer(0, 50)}


def assert_ids(candidate, reference, given, vocab, merges):
    actual = candidate.encode(given, merges=merges, **vocab)
    assert type(actual) is list
    assert all(type(i) is int for i in actual)
    assert actual == reference.encode(given, merges=merges, **vocab)


def ids_of(vocab, *pieces):
    """The ids of pieces; of a number, that of the byte."""
    known = vocab["pieces"]
    return [vocab["first"] + (len(known) + p if type(p) is int else known.index(p)) for p in pieces]


@judges("prefix")
def test_a_space_before_every_text(candidate, reference, draw):
    merges = [["▁", "a"], ["▁a", "b"]]
    vocab = vocabulary(draw, merges)
    for given in ("ab", "b", " ab", "   b", "1ab", " ", "\nab", "ab ab"):
        assert_ids(candidate, reference, given, vocab, merges)
    assert candidate.encode("", merges=merges, **vocab) == []


@judges("spaces")
def test_every_space_counts(candidate, reference, draw):
    vocab = vocabulary(draw, [])
    for given in ("a  b", "a b ", "a   ", "a\tb", "a\n b", "a \n", text(draw, "ab  \n\t", 30)):
        assert_ids(candidate, reference, given, vocab, [])


@judges("digits")
def test_each_digit_stands_alone(candidate, reference, draw):
    merges = [["1", "2"], ["12", "3"], ["▁", "1"], ["a", "1"], ["2", "a"], ["a", "b"], ["b", "."], [".", "5"]]
    vocab = vocabulary(draw, merges)
    for given in ("123", "12 12", "a1", "1ab2ab3", "12a1.5", "a12b", text(draw, "aab.123 5", 30)):
        assert_ids(candidate, reference, given, vocab, merges)


@judges("digits")
def test_a_digit_that_is_no_piece(candidate, reference, draw):
    vocab = vocabulary(draw, [["a", "b"]], alphabet="ab123456")
    for given in ("7", "a17b", "ab0ab"):
        assert_ids(candidate, reference, given, vocab, [["a", "b"]])


@judges("merge-order")
def test_what_was_learnt_first_goes_first(candidate, reference, draw):
    for merges in ([["b", "c"], ["a", "b"]], [["a", "b"], ["b", "c"]], [["c", "d"], ["b", "cd"], ["a", "b"]]):
        vocab = vocabulary(draw, merges)
        for given in ("abc", "abcd", "dabcdabc", "abbc"):
            assert_ids(candidate, reference, given, vocab, merges)
    for _ in range(6):
        merges = draw_merges(draw, LETTERS, 10)
        assert_ids(candidate, reference, text(draw, LETTERS, 40), vocabulary(draw, merges), merges)


@judges("every-merge")
def test_every_occurrence_from_the_left(candidate, reference, draw):
    merges = [["a", "a"], ["b", "▁"], ["b▁", "c"]]
    vocab = vocabulary(draw, merges)
    for given in ("aaa", "aaaaa", "baab aa", "b cb c", "b b b", "aabaabaa"):
        assert_ids(candidate, reference, given, vocab, merges)


@judges("byte-fallback")
def test_characters_that_are_no_piece(candidate, reference, draw):
    merges = [["a", "b"], ["▁", "c"]]
    vocab = vocabulary(draw, merges)
    given = [*UNKNOWN, "a猫b", "ab猫c ab", "Å", "A\u030a", "１", "\x00", "\x7f", text(draw, UNKNOWN + "ab c", 20)]
    for each in given:
        assert_ids(candidate, reference, each, vocab, merges)


@judges("bytes-together")
def test_runs_of_bytes(candidate, draw):
    vocab = vocabulary(draw, [])
    for given in ("猫", "😀é猫", "é", "ab", "".join(one_of(draw, UNKNOWN) for _ in range(12))):
        actual = candidate.decode(ids_of(vocab, "▁", "a", *given.encode(), ".", *given.encode()), **vocab)
        assert actual == f"a{given}.{given}"


@judges("invalid-bytes")
def test_runs_that_are_no_text(candidate, draw):
    vocab = vocabulary(draw, [])
    broken = [
        b"\xe7\x8c",
        b"\xe7",
        b"\xff\xfe",
        b"\x8c\xab",
        "猫".encode() + b"\xe7",
        b"\xf0\x9f\x98",
        b"\xed\xa0\x80",
        b"a\xc3",
    ]
    for run in broken:
        assert candidate.decode(ids_of(vocab, "▁", "a", *run), **vocab) == "a" + "\ufffd" * len(run)
        actual = candidate.decode(ids_of(vocab, "▁", *run, "b", *"é".encode()), **vocab)
        assert actual == "\ufffd" * len(run) + "bé"


@judges("first-space")
def test_one_space_off_at_the_start(candidate, draw):
    vocab = vocabulary(draw, [["▁", "▁"], ["▁", "a"]])
    for pieces, expected in (
        (["▁a"], "a"),
        (["a", "▁a"], "a a"),
        (["▁", "a", "▁"], "a "),
        (["▁", "▁", "▁a"], "  a"),
        (["▁▁", "1"], " 1"),
        (["1", "▁"], "1 "),
        (["\n", "▁", "a"], "\n a"),
        (["▁"], ""),
        ([], ""),
        (["▁", *"猫".encode(), "▁a"], "猫 a"),
        ([0x20, "▁a"], " a"),
    ):
        assert candidate.decode(ids_of(vocab, *pieces), **vocab) == expected


@judges("round-trip")
def test_encoded_and_decoded(candidate, draw):
    merges = draw_merges(draw, LETTERS + "▁", 12)
    texts = [
        "",
        " ",
        "  a",
        "a  ",
        "12345",
        " 007",
        "pay 12345 yuan",
        "我有 2 只猫。",
        "😀😀 ok",
        "\n\n\t a",
        "ﬁ ² Å A\u030a",
    ]
    texts += [text(draw, LETTERS + DIGITS + UNKNOWN + "  \n１", 25) for _ in range(4)]
    texts += ["<0x41>", "a<unk>b"]
    assert candidate.round_trip(texts, merges=merges, **vocabulary(draw, merges)) == texts


@judges("rejections")
def test_ids_of_no_piece(candidate, draw):
    vocab = vocabulary(draw, [])
    last = vocab["first"] + len(vocab["pieces"]) + 255
    good = ids_of(vocab, "▁", "a")
    for bad in ([*good, last + 1], [-1, *good], [last + 1000]):
        assert candidate.decode(bad, **vocab) is None
    assert candidate.decode([*good, last - 255 + 65], **vocab) == "aA"
