"""The visible suite: values that can be worked out by hand. The hidden suite judges more; the brief says what."""

import math

import pytest

from labs.grading.suite import judges

MAT = [["the", "cat", "is", "on", "the", "mat"], ["there", "is", "a", "cat", "on", "the", "mat"]]
SHORT, LONG = ["the", "cat", "sat", "on", "mat"], ["the", "cat", "sat", "on", "the", "mat"]


@judges("clipping")
def test_seven_times_the(candidate):
    # "the" stands twice in the first reference and once in the second.
    assert candidate.clipped_matches(["the"] * 7, MAT, 1) == [2, 7]
    assert candidate.clipped_matches(["the"] * 7, MAT, 2) == [0, 6]


@judges("one-sentence")
def test_five_of_six_words(candidate):
    # Precisions 5/5, 3/4, 2/3, 1/2: their product is 1/4. The candidate is one word short.
    expected = math.exp(1 - 6 / 5) * 0.25**0.25
    assert candidate.corpus_bleu([SHORT], [[LONG]]) == pytest.approx(expected, abs=1e-9)


@judges("a-corpus")
def test_two_segments(candidate):
    # The second answer is one word, wrong: 11 of 12 unigrams in all, and no longer n-gram is lost.
    assert candidate.corpus_bleu([LONG + SHORT, ["dog"]], [[LONG + SHORT], [["cat"]]], max_n=2) == pytest.approx(
        math.sqrt(11 / 12), abs=1e-9
    )
