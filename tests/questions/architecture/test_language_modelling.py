"""language_modelling.py: probabilities that sum to 1, and BLEU by hand."""

from __future__ import annotations

import math

import pytest

from questions.architecture import language_modelling

CORPUS = ["I love learning about deep learning", "I love deep learning", "we love learning"]
NEXT = ["I", "love", "learning", "about", "deep", "we", "</s>"]


@pytest.mark.parametrize("k", [0.5, 1, 2])
@pytest.mark.parametrize("context", ["<s>", "love", "learning"])
def test_smoothed_probabilities_sum_to_one(k: float, context: str) -> None:
    smoothed = [language_modelling.bigram_probability(corpus=CORPUS, context=context, word=word, k=k) for word in NEXT]
    assert sum(smoothed) == pytest.approx(1)


def test_love_is_followed_by_learning_twice_in_three() -> None:
    question = {"corpus": CORPUS, "context": "love", "word": "learning", "k": 1}
    assert language_modelling.bigram_probability(**question) == pytest.approx(3 / 10)
    assert language_modelling.bigram_probability_unsmoothed(**question) == pytest.approx(2 / 3)
    assert language_modelling.bigram_joint_probability(**question) == pytest.approx(3 / 23)


def test_bleu_clips_and_punishes_brevity() -> None:
    reference = "the cat is on the mat"
    assert language_modelling.unigram_bleu(word="the", repeats=7, reference=reference) == pytest.approx(2 / 7)
    short = language_modelling.unigram_bleu(word="the", repeats=3, reference=reference)
    assert short == pytest.approx(2 / 3 * math.exp(1 - 2))
    assert language_modelling.unigram_bleu(word="dog", repeats=3, reference=reference) == 0
