"""The hidden suite. Sentences of few different words, so that n-grams repeat; counts exactly, scores to 1e-9."""

import pytest

from labs.grading.suite import Mismatch, judges

WORDS = ["the", "The", "cat", "on", "mat", "sat"]


def sentence(draw, length, words=4):
    return [WORDS[i] for i in draw.integers(0, words, length).tolist()]


def near(draw, text, changes=2):
    """A sentence with some words of `text` replaced: long n-grams stay."""
    text = list(text)
    for _ in range(changes):
        text[draw.integer(0, len(text))] = "dog"
    return text


def segments(draw, lengths, references=2):
    """Candidates of these lengths with references that resemble them, a word longer, as long, or shorter."""
    candidates = [sentence(draw, length) for length in lengths]
    texts = [
        [near(draw, [*text, *sentence(draw, 1 + i)][2 * i :], 1 + i) for i in range(references)] for text in candidates
    ]
    return candidates, texts


def assert_counts(actual, expected):
    if type(actual) is not list or any(type(count) is not int for count in actual):
        raise Mismatch("no pair of ints")
    if actual != expected:
        raise Mismatch("other counts")


def assert_score(actual, expected):
    if type(actual) not in (int, float) or not abs(actual - expected) <= 1e-9:
        raise Mismatch("another score")


@judges("clipping")
@pytest.mark.parametrize("n", [1, 2, 3])
def test_matches_are_clipped_by_the_reference(candidate, reference, draw, n):
    for length in (12, 7, 20):
        text = sentence(draw, length, words=2)  # every n-gram repeats
        texts = [sentence(draw, 6, words=3)]
        actual = candidate.clipped_matches(text, texts, n)
        assert_counts(actual, reference.clipped_matches(text, texts, n))


@judges("clipping")
def test_a_reference_matches_no_more_than_it_is_said(candidate):
    assert_counts(candidate.clipped_matches(["cat", "mat"], [["cat"] * 5 + ["mat"] * 3], 1), [2, 2])


@judges("several-references")
def test_each_n_gram_takes_the_reference_that_has_most(candidate, reference, draw):
    # "the" stands most often in one reference, "cat" in the other.
    text, texts = ["the"] * 5 + ["cat"] * 5, [["the"] * 4 + ["cat"], ["cat"] * 3 + ["the"] * 2]
    assert_counts(candidate.clipped_matches(text, texts, 1), [7, 10])
    for _ in range(3):
        text, texts = sentence(draw, 14, words=2), [sentence(draw, 6, words=3) for _ in range(3)]
        for n in (1, 2):
            actual = candidate.clipped_matches(text, texts, n)
            assert_counts(actual, reference.clipped_matches(text, texts, n))


@judges("n-grams")
def test_tokens_are_compared_one_by_one(candidate):
    assert_counts(candidate.clipped_matches(["a b", "c"], [["a", "b c"]], 2), [0, 1])
    assert_counts(candidate.clipped_matches(["ab", "c"], [["a", "bc"]], 2), [0, 1])
    assert_counts(candidate.clipped_matches(["a", "b", "c"], [["c", "b", "a"]], 2), [0, 2])
    assert_counts(candidate.clipped_matches(["The", "the"], [["the", "The", "THE"]], 1), [2, 2])
    assert_counts(candidate.clipped_matches(["The", "The"], [["the", "THE"]], 1), [0, 2])


@judges("totals")
def test_how_many_n_grams_there_are(candidate, draw):
    for length, n in ((9, 1), (9, 4), (4, 4), (3, 4), (1, 3), (0, 1), (0, 2)):
        text = sentence(draw, length)
        expected = max(0, length - n + 1)
        assert_counts(candidate.clipped_matches(text, [text + ["mat"] * 5], n), [expected, expected])


@judges("totals")
def test_a_short_segment_adds_no_longer_n_grams(candidate, reference, draw):
    candidates, texts = segments(draw, (9, 1, 2))
    assert_score(candidate.corpus_bleu(candidates, texts, max_n=3), reference.corpus_bleu(candidates, texts, max_n=3))


@judges("closest-reference")
def test_the_closest_length(candidate):
    for length, lengths, expected in (
        (12, (13, 2), 13),
        (12, (13, 11), 11),
        (12, (11, 13), 11),
        (5, (9, 7, 12), 7),
        (20, (3, 9, 4), 9),
        (6, (6, 1), 6),
        (0, (4, 2), 2),
    ):
        actual = candidate.closest_length(["a"] * length, [["b"] * other for other in lengths])
        assert type(actual) is int
        assert actual == expected


@judges("closest-reference")
def test_the_closest_length_counts_for_bleu(candidate, draw):
    # A perfect candidate has its own length among the references: no penalty, whatever the other lengths are.
    text = sentence(draw, 8)
    for texts in ([text, text * 2, text[:3]], [text[:3], text], [text * 2, text]):
        assert_score(candidate.corpus_bleu([text], [texts]), 1.0)


@judges("brevity-penalty")
def test_only_short_candidates_are_punished(candidate, reference, draw):
    for _ in range(4):
        c, r = draw.integer(1, 40), draw.integer(1, 40)
        for pair in ((c, r), (r, c), (c, c), (1, r + 5), (0, r)):
            assert_score(candidate.brevity_penalty(*pair), reference.brevity_penalty(*pair))


@judges("brevity-penalty")
def test_bleu_of_a_beginning(candidate, reference, draw):
    text = sentence(draw, 15)
    for kept in (14, 8, 5):  # every n-gram is right
        expected = reference.brevity_penalty(kept, 15)
        assert_score(candidate.corpus_bleu([text[:kept]], [[text]]), expected)


@judges("geometric-mean")
@pytest.mark.parametrize("max_n", [1, 2, 3, 4, 5])
def test_the_geometric_mean_of_max_n_precisions(candidate, reference, draw, max_n):
    text = sentence(draw, 18)
    texts = [near(draw, text[:9], 1) + text[9:]]
    assert_score(
        candidate.corpus_bleu([text], [texts], max_n=max_n), reference.corpus_bleu([text], [texts], max_n=max_n)
    )


@judges("geometric-mean")
def test_max_n_is_4(candidate, reference, draw):
    text = sentence(draw, 18)
    texts = [near(draw, text[:9], 1) + text[9:]]
    assert_score(candidate.corpus_bleu([text], [texts]), reference.corpus_bleu([text], [texts], max_n=4))


@judges("no-smoothing")
def test_a_precision_of_zero_is_a_score_of_zero(candidate):
    same = ["the", "cat", "sat"]
    assert_score(candidate.corpus_bleu([[*same, "dog", *same]], [[[*same, "on", *same]]]), 0.0)  # no 4-gram matches
    assert_score(candidate.corpus_bleu([["a", "b", "c", "d"]], [[["d", "c", "b", "a"]]]), 0.0)  # no pair does
    assert_score(candidate.corpus_bleu([["a"] * 6], [[["b"] * 6]]), 0.0)
    assert_score(candidate.corpus_bleu([same], [[same]]), 0.0)  # there are no 4-grams
    assert_score(candidate.corpus_bleu([same], [[same]], max_n=3), 1.0)


@judges("corpus")
@pytest.mark.parametrize("lengths", [(6, 19, 11), (25, 5), (7, 8, 9, 10)])
def test_counts_are_added_over_the_corpus(candidate, reference, draw, lengths):
    candidates, texts = segments(draw, lengths)
    for max_n in (1, 2, 3):
        actual = candidate.corpus_bleu(candidates, texts, max_n=max_n)
        assert_score(actual, reference.corpus_bleu(candidates, texts, max_n=max_n))


@judges("corpus")
def test_one_penalty_for_the_corpus(candidate, draw):
    # One candidate is too long and one too short: together they are just right, and every token matches.
    long, short = ["the"] * 6, ["cat"] * 4
    expected = (4 + 4) / 10
    assert_score(candidate.corpus_bleu([long, short], [[["the"] * 4], [["cat"] * 6]], max_n=1), expected)


@judges("bad-input")
def test_what_cannot_be_scored(candidate, draw):
    text = sentence(draw, 6)
    for candidates, texts in (([], []), ([text], []), ([text], [[text], [text]]), ([text, text], [[text]])):
        assert candidate.rejects(candidates, texts) is True
    assert candidate.rejects([text, text], [[text], []]) is True
    assert candidate.rejects([text, text], [[["dog"]], []]) is True  # although nothing matches
    assert candidate.rejects([text, []], [[text], [text]]) is False


@judges("bad-input")
def test_an_empty_candidate(candidate, reference, draw):
    text = sentence(draw, 7)
    assert_score(candidate.corpus_bleu([[]], [[text]]), 0.0)
    expected = reference.corpus_bleu([text, []], [[text], [text]])
    assert_score(candidate.corpus_bleu([text, []], [[text], [text]]), expected)


@judges("unchanged-input")
def test_arguments_are_left_as_they_were(candidate, draw):
    candidates, texts = segments(draw, (9, 6))
    texts = [[two, two[:3], one[:5]] for one, two in texts]
    assert candidate.inputs_afterwards(candidates, texts) == {"candidates": candidates, "references": texts}
