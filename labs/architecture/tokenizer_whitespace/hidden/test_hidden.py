"""The hidden suite. Texts are compared exactly."""

from labs.grading.suite import judges

WORDS = ["x", "if", "表", "a b", "<", "|>", "0", "n>", "é"]
OTHER = ["\r", "\u00a0", "\u3000", "\u2003", "\v", "\f", "\u2028"]


def one_of(draw, values):
    return values[draw.integer(0, len(values))]


def text(draw, white, count=8):
    """Words with white space before, between and behind them; `white` makes one piece of it."""
    return "".join(white() + one_of(draw, WORDS) for _ in range(count)) + white()


def blanks(draw, low, high):
    return lambda: " " * draw.integer(low, high)


def assert_encoded(candidate, reference, given, **arguments):
    assert candidate.encode(given, **arguments) == reference.encode(given, **arguments)


@judges("runs")
def test_one_marker_for_a_run(candidate, reference, draw):
    for length in (2, 3, 4, 5, 8, 12, 39, 40, 78, 79, 80):
        assert candidate.encode(f"a{' ' * length}b") == f"a<|blank_{length}|>b"
    assert_encoded(candidate, reference, text(draw, blanks(draw, 2, 81), 20))


@judges("single-blank")
def test_a_blank_alone_stays(candidate, reference, draw):
    for given in (" ", " a", "a ", "a b", " a b c "):
        assert candidate.encode(given) == given
    assert_encoded(candidate, reference, text(draw, blanks(draw, 1, 3), 20))


@judges("long-runs")
def test_full_markers_and_a_rest(candidate, reference, draw):
    full = "<|blank_80|>"
    assert candidate.encode(" " * 81) == full + " "
    assert candidate.encode(" " * 82) == full + "<|blank_2|>"
    assert candidate.encode(" " * 160) == full * 2
    assert candidate.encode(f"a{' ' * 161}b") == f"a{full * 2} b"
    assert_encoded(candidate, reference, text(draw, blanks(draw, 81, 400), 4))


@judges("tabs-and-newlines")
def test_each_by_itself(candidate, reference, draw):
    for given in ("\t", "\n", "\t\t\n\n", "a\t b", " \n ", "  \n  \t  ", "\n \t\n"):
        assert_encoded(candidate, reference, given)
    assert_encoded(
        candidate, reference, text(draw, lambda: one_of(draw, ["\n", "\t", "\n\n", "\t  ", " \n", "\n    "]), 20)
    )


@judges("other-white-space")
def test_other_white_space_stays(candidate, reference, draw):
    for given in OTHER:
        assert candidate.encode(given * 3) == given * 3
        assert candidate.encode(f"a{given}  {given}") == f"a{given}<|blank_2|>{given}"
    assert candidate.encode("a\r\nb") == "a\r<n>b"
    assert_encoded(candidate, reference, text(draw, lambda: one_of(draw, OTHER) + " " * draw.integer(0, 3), 20))


@judges("switches")
def test_what_is_switched_off_stays(candidate, reference, draw):
    given = text(draw, lambda: one_of(draw, ["\n", "\t", "  ", "   \n", "\n\t    "]), 12)
    for arguments in (
        {"linebreak": False},
        {"whitespaces": False},
        {"linebreak": False, "whitespaces": False},
        {"linebreak": True, "whitespaces": True},
    ):
        assert_encoded(candidate, reference, given, **arguments)


@judges("other-lengths")
def test_another_longest_marker(candidate, reference, draw):
    for max_length in (2, 3, 7, 100):
        assert_encoded(candidate, reference, text(draw, blanks(draw, 0, 25), 10), max_length=max_length)
        assert_encoded(candidate, reference, "a" + " " * 201, max_length=max_length)
    assert candidate.decode("a<|blank_100|>b", max_length=100) == f"a{' ' * 100}b"


@judges("decoding")
def test_markers_become_white_space(candidate, draw):
    for length in range(2, 81):
        assert candidate.decode(f"<|blank_{length}|>") == " " * length
    assert candidate.decode("<n><n><|tab|><|tab|> \n\t") == "\n\n\t\t \n\t"
    pieces = [("<n>", "\n"), ("<|tab|>", "\t"), (" ", " "), ("\n", "\n"), ("a", "a"), ("<|blank_8|>", " " * 8)]
    pieces += [(f"<|blank_{length}|>", " " * length) for length in (2, 3, 20, 80)]
    drawn = [one_of(draw, pieces) for _ in range(40)]
    assert candidate.decode("".join(m for m, _ in drawn)) == "".join(w for _, w in drawn)


@judges("look-alikes")
def test_what_is_no_marker_stays(candidate, draw):
    for given in ("<|blank_1|>", "<|blank_0|>", "<|blank_81|>", "<|blank_07|>", "<|blank_|>", "<|blank_x|>", "<|TAB|>"):
        assert candidate.decode(f"a{given}b") == f"a{given}b"
    for given in ("<N>", "<n", "|tab|", "<|blank_-3|>", "<|blank_800|>", "<|blank_٣|>", "<|blank_1٣|>"):
        assert candidate.decode(f"{given} <n>") == f"{given} \n"
    assert candidate.decode("<|blank_8|><|blank_7|>", max_length=7) == "<|blank_8|>" + " " * 7


@judges("round-trip")
def test_encoded_and_decoded(candidate, draw):
    texts = ["", " ", "  ", "\n", " " * 79, " " * 80, " " * 81, " " * 161, "\t \t  \n   \r\n"]
    texts += [text(draw, lambda: one_of(draw, [" ", "\n", "\t", "  ", " " * 90, "\u3000 "]), 15) for _ in range(3)]
    assert candidate.round_trip(texts) == texts
    assert candidate.round_trip(texts, max_length=5) == texts


@judges("rejections")
def test_a_longest_marker_below_two(candidate):
    for max_length in (1, 0, -3):
        assert candidate.encode("a  b", max_length=max_length) is None
        assert candidate.encode("ab", whitespaces=False, max_length=max_length) is None
        assert candidate.decode("ab", max_length=max_length) is None
    assert candidate.encode("a  b", max_length=2) == "a<|blank_2|>b"
