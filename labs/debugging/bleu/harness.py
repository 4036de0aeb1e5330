"""How an answer to this lab is called.

The judge runs these functions over your module and over its own. Sentences are lists of strings.
"""

import copy


def clipped_matches(answer, candidate, references, n):
    """The pair, as a list."""
    return list(answer.clipped_matches(candidate, references, n))


def closest_length(answer, candidate, references):
    return answer.closest_length(candidate, references)


def brevity_penalty(answer, c, r):
    return answer.brevity_penalty(c, r)


def corpus_bleu(answer, candidates, references, **more):
    """`more` is perhaps max_n."""
    return answer.corpus_bleu(candidates, references, **more)


def rejects(answer, candidates, references):
    """Whether corpus_bleu raises a ValueError."""
    try:
        answer.corpus_bleu(candidates, references)
    except ValueError:
        return True
    return False


def inputs_afterwards(answer, candidates, references):
    """What the arguments hold after corpus_bleu, and after the counts of the first segment."""
    candidates, references = copy.deepcopy(candidates), copy.deepcopy(references)
    answer.corpus_bleu(candidates, references)
    answer.clipped_matches(candidates[0], references[0], 1)
    answer.closest_length(candidates[0], references[0])
    return {"candidates": candidates, "references": references}
