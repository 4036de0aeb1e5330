"""The reference of the lab `glm-blank-infilling` against the definition, and against attention of torch that obeys it.

No installed library makes GLM's samples: the definition is written out pair by pair, and the mask is tried on torch's
own attention, where what may not be seen must not matter.
"""

import importlib.util
import itertools
from types import ModuleType

import pytest
import torch
import torch.nn.functional as F

from labs.grading.catalogue import find_lab

M, S, E = 90, 91, 92
SPANS = [[(4, 6), (2, 3)], [(2, 3), (4, 6)], [(0, 2)], [(3, 6), (0, 1)], [(2, 4), (4, 5), (0, 2)], [(0, 6)]]


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    path = find_lab("glm-blank-infilling").reference
    spec = importlib.util.spec_from_file_location("glm_blank_infilling_reference", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _text(length=6):
    return torch.arange(1, length + 1)


def test_figure_2_of_the_paper(reference):
    sample = reference.blank_infilling(_text(), [(4, 6), (2, 3)], M, S, E)
    assert sample["input_ids"].tolist() == [1, 2, M, 4, M, S, 5, 6, S, 3]
    # The figure counts the first row from 1: 1 2 3 4 5 5 5 5 3 3.
    assert (sample["position_ids"][0] + 1).tolist() == [1, 2, 3, 4, 5, 5, 5, 5, 3, 3]
    assert sample["position_ids"][1].tolist() == [0, 0, 0, 0, 0, 1, 2, 3, 1, 2]
    assert sample["labels"].tolist() == [-100] * 5 + [5, 6, E, 3, E]
    assert int(sample["attention_mask"].sum()) == 65


@pytest.mark.parametrize("spans", SPANS, ids=str)
def test_every_pair_by_definition(reference, spans):
    sample = reference.blank_infilling(_text(), spans, M, S, E)
    size_a = 6 - sum(end - start for start, end in spans) + len(spans)
    n = size_a + sum(end - start + 1 for start, end in spans)
    for i, j in itertools.product(range(n), repeat=2):
        in_a = j < size_a
        assert bool(sample["attention_mask"][i, j]) == (in_a or (i >= size_a and j <= i)), (i, j)


@pytest.mark.parametrize("spans", SPANS, ids=str)
def test_part_b_fills_the_blanks(reference, spans):
    ids, labels, (first, second), _ = (t.tolist() for t in reference.blank_infilling(_text(), spans, M, S, E).values())
    a = ids.index(S)
    filled = {place: [] for place, token in enumerate(ids[:a]) if token == M}
    for place, label in zip(first[a:], labels[a:], strict=True):
        filled[place].append(label)
    assert all(tokens[-1] == E for tokens in filled.values())
    text = [t for place, token in enumerate(ids[:a]) for t in (filled[place][:-1] if token == M else [token])]
    assert text == _text().tolist()
    assert [s == 1 for s in second] == [token == S for token in ids]


@pytest.mark.parametrize("spans", SPANS, ids=str)
def test_one_pass_of_attention_is_token_by_token_generation(reference, spans):
    sample = reference.blank_infilling(_text(), spans, M, S, E)
    visible, size_a = sample["attention_mask"], sample["input_ids"].tolist().index(S)
    x = torch.randn(len(visible), 8, generator=torch.Generator().manual_seed(0), dtype=torch.float64)

    def two_layers(upto):
        hidden = x[:upto]
        for _ in range(2):
            q = hidden[None, None]
            hidden = hidden + F.scaled_dot_product_attention(q, q, q, attn_mask=visible[:upto, :upto])[0, 0]
        return hidden

    # What comes later in part B does not reach back, neither into part A nor into what part B has written.
    whole = two_layers(len(x))
    for upto in range(size_a, len(x)):
        torch.testing.assert_close(two_layers(upto), whole[:upto])
    # Part A is what an encoder without a mask makes of it.
    hidden = x[:size_a]
    for _ in range(2):
        q = hidden[None, None]
        hidden = hidden + F.scaled_dot_product_attention(q, q, q)[0, 0]
    torch.testing.assert_close(hidden, whole[:size_a])


@pytest.mark.parametrize("spans", [[], [(2, 2)], [(-1, 1)], [(5, 7)], [(3, 5), (1, 4)]], ids=str)
def test_rejections(reference, spans):
    with pytest.raises(ValueError, match="span"):
        reference.blank_infilling(_text(), spans, M, S, E)
