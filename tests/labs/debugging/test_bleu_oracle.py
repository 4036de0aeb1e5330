"""The reference of the lab `bleu` against published values and a second implementation that shares nothing with it."""

import importlib.util
import random
from types import ModuleType

import pytest

from labs.grading.catalogue import find_lab


def words(text: str) -> list[str]:
    return text.split()


FIRST = words("It is a guide to action which ensures that the military always obeys the commands of the party")
SECOND = words("It is to insure the troops forever hearing the activity guidebook that party direct")
REFERENCES = [
    words("It is a guide to action that ensures that the military will forever heed Party commands"),
    words(
        "It is the guiding principle which guarantees the military forces always being under the command of the Party"
    ),
    words("It is the practical guide for the army always to heed the directions of the party"),
]
BOOK = words("he read the book because he was interested in world history")
BOOK_REFERENCE = words("he was interested in world history because he read the book")


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bleu_reference", find_lab("bleu").reference)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_precisions_of_the_paper(reference):
    # Papineni et al., section 2.1: 17/18 and 8/14 words, 10/17 and 1/13 pairs, for two candidates; 2/7 for "the".
    assert [reference.clipped_matches(FIRST, REFERENCES, n) for n in (1, 2)] == [(17, 18), (10, 17)]
    assert [reference.clipped_matches(SECOND, REFERENCES, n) for n in (1, 2)] == [(8, 14), (1, 13)]
    texts = [words("the cat is on the mat"), words("there is a cat on the mat")]
    assert reference.clipped_matches(["the"] * 7, texts, 1) == (2, 7)


def test_scores_of_nltks_documentation(reference):
    # nltk/translate/bleu_score.py: the docstrings of sentence_bleu, corpus_bleu and brevity_penalty.
    first = reference.corpus_bleu([FIRST], [REFERENCES])
    second = reference.corpus_bleu([BOOK], [[BOOK_REFERENCE]])
    assert first == pytest.approx(0.5045, abs=1e-4)
    assert (first + second) / 2 == pytest.approx(0.6223, abs=1e-4)
    both = reference.corpus_bleu([FIRST, BOOK], [REFERENCES, [BOOK_REFERENCE]])
    assert both == pytest.approx(0.5920, abs=1e-4)
    assert reference.brevity_penalty(12, 28) == pytest.approx(0.2635971381157267)
    assert reference.brevity_penalty(12, 13) == pytest.approx(0.9200, abs=1e-4)
    # An older docstring of NLTK has 0.3969 for the second candidate; no 4-gram of it matches, so unsmoothed it is 0.
    assert reference.corpus_bleu([SECOND], [REFERENCES]) == 0


def _by_definition(candidates, references, max_n):
    """Matches by pairing: each n-gram of the candidate uses up one of a reference; the best of all, one by one."""
    score = 1.0
    for n in range(1, max_n + 1):
        matched = total = 0
        for candidate, texts in zip(candidates, references, strict=True):
            mine = [tuple(candidate[i : i + n]) for i in range(len(candidate) - n + 1)]
            total += len(mine)
            for gram in set(mine):
                paired = []
                for text in texts:
                    left = [tuple(text[i : i + n]) for i in range(len(text) - n + 1)]
                    pairs = 0
                    for one in mine:
                        if one == gram and one in left:
                            left.remove(one)
                            pairs += 1
                    paired.append(pairs)
                matched += max(paired)
        score *= (matched / total if total else 0) ** (1 / max_n)
    c, r = sum(map(len, candidates)), 0
    for candidate, texts in zip(candidates, references, strict=True):
        distance = min(abs(len(text) - len(candidate)) for text in texts)
        r += min(len(text) for text in texts if abs(len(text) - len(candidate)) == distance)
    return score * min(1.0, 2.718281828459045 ** (1 - r / c))


def test_a_second_implementation_agrees(reference):
    rng = random.Random(0)

    def sentence():
        return rng.choices("abc", k=rng.randint(1, 9))

    for _ in range(200):
        size, max_n = rng.randint(1, 3), rng.randint(1, 4)
        candidates = [sentence() for _ in range(size)]
        references = [[sentence() for _ in range(rng.randint(1, 3))] for _ in range(size)]
        ours = reference.corpus_bleu(candidates, references, max_n)
        assert ours == pytest.approx(_by_definition(candidates, references, max_n), abs=1e-12)
