"""The hidden suite. Copies must agree exactly; logits, losses and gradients are held to the reference's in float64."""

import pytest
import torch

from labs.grading.suite import assert_close, judges

HALVES = [torch.bfloat16, torch.float16]
VOCABULARY = 11


def some_ids(draw, batch, seq):
    """Tokens without padding, each its own label."""
    ids = draw.integers(0, VOCABULARY, batch, seq)
    return {"ids": ids, "mask": torch.ones_like(ids), "labels": ids.clone(), "vocabulary": VOCABULARY}


def padded(call, side):
    """The same with a third of every sequence but the first as padding, which has no labels."""
    count = call["ids"].shape[1] // 3
    where = slice(None, count) if side == "left" else slice(-count, None)
    mask, labels = call["mask"].clone(), call["labels"].clone()
    mask[1:, where], labels[1:, where] = 0, -100
    return call | {"mask": mask, "labels": labels}


def assert_run(candidate, reference, call, prompt, what):
    actual = candidate.run(prompt, **call)[what]
    expected = reference.run(prompt.double(), **call)[what]
    assert_close(actual, expected, scale=expected.abs() + 8.0, tolerance=64.0, dtype=torch.float32)


@judges("in-front")
@pytest.mark.parametrize(("batch", "length", "seq"), [(3, 4, 5), (1, 1, 1), (2, 7, 3)])
def test_the_prompt_comes_first(candidate, reference, draw, batch, length, seq):
    prompt, embeds, mask = draw.normal(length, 6), draw.normal(batch, seq, 6), draw.integers(0, 2, batch, seq)
    actual = candidate.prepended(prompt, embeds, mask)
    assert isinstance(actual, list)
    assert_close(actual[0], reference.prepended(prompt, embeds, mask)[0], tolerance=0)


@judges("mask")
@pytest.mark.parametrize("dtype", [torch.int64, torch.bool, torch.float32])
def test_the_mask_says_one(candidate, reference, draw, dtype):
    mask = draw.integers(0, 2, 3, 5).to(dtype)
    mask[0], mask[1, 0] = 0, 0
    call = draw.normal(draw.integer(1, 5), 4), draw.normal(3, 5, 4), mask
    actual = candidate.prepended(*call)
    assert isinstance(actual, list)
    assert_close(actual[1], reference.prepended(*call)[1], tolerance=0)


@judges("labels")
def test_virtual_tokens_have_no_label(candidate, reference, draw):
    labels = draw.integers(0, VOCABULARY, 3, 5)
    labels[0, :2], labels[1, 3:] = -100, -100
    call = draw.normal(draw.integer(1, 5), 4), draw.normal(3, 5, 4), torch.ones(3, 5, dtype=torch.int64)
    actual = candidate.prepended(*call, labels)
    assert isinstance(actual, list)
    assert len(actual) == 3
    assert_close(actual[2], reference.prepended(*call, labels)[2], tolerance=0)
    without = candidate.prepended(*call)
    assert isinstance(without, list)
    assert len(without) == 3
    assert without[2] is None


@judges("half-precision")
@pytest.mark.parametrize("dtype", HALVES)
def test_the_model_gets_its_own_dtype(candidate, reference, draw, dtype):
    prompt, embeds, mask = draw.normal(3, 4), draw.normal(2, 5, 4, dtype=dtype), torch.ones(2, 5, dtype=torch.int64)
    actual = candidate.prepended(prompt, embeds, mask)
    assert isinstance(actual, list)
    assert_close(actual[0], reference.prepended(prompt, embeds, mask)[0], tolerance=0, dtype=dtype)


@judges("half-precision")
@pytest.mark.parametrize("dtype", HALVES)
@pytest.mark.parametrize("token_ids", [[3, 1], None])
def test_the_prompt_itself_is_in_float32(candidate, draw, dtype, token_ids):
    made = candidate.new_prompt(draw.normal(VOCABULARY, 4, dtype=dtype), 3, token_ids)
    assert isinstance(made["parameters"]["embedding.weight"], torch.Tensor)
    assert made["parameters"]["embedding.weight"].dtype == made["given"].dtype == torch.float32


@judges("from-tokens")
@pytest.mark.parametrize(("count", "length"), [(3, 3), (3, 8), (5, 2), (1, 4), (4, 5)])
def test_given_tokens_are_repeated_or_cut(candidate, reference, draw, count, length):
    table, ids = draw.normal(VOCABULARY, 5), draw.integers(0, VOCABULARY, count).tolist()
    ids[0] = 0
    actual = candidate.new_prompt(table, length, ids, batch_size=2)
    expected = reference.new_prompt(table, length, ids, batch_size=2)
    assert set(actual["parameters"]) == {"embedding.weight"}
    assert_close(actual["parameters"]["embedding.weight"], expected["parameters"]["embedding.weight"], tolerance=0)
    assert_close(actual["given"], expected["given"], tolerance=0)


@judges("from-the-vocabulary")
def test_tokens_are_drawn_from_all_of_them(candidate, draw):
    # Of 2000 rows each token has 182 on average: a right answer leaves one out, or gives one more than 500, with a
    # probability below 1e-50.
    table = draw.normal(VOCABULARY, 3)
    rows = [candidate.new_prompt(table, 2000)["parameters"]["embedding.weight"] for _ in range(2)]
    for drawn in rows:
        assert isinstance(drawn, torch.Tensor)
        assert drawn.shape == (2000, 3)
        same = (drawn[:, None] == table[None]).all(dim=-1)  # (2000, vocabulary)
        assert same.any(dim=1).all()
        assert same.any(dim=0).all()
        assert same.sum(dim=0).max() < 500
        assert (drawn[VOCABULARY:] != drawn[:-VOCABULARY]).any()
    assert not torch.equal(*rows)


@judges("own-copy")
@pytest.mark.parametrize("token_ids", [None, [0, 1, 2], [4]])
def test_the_table_does_not_learn(candidate, draw, token_ids):
    table = draw.normal(VOCABULARY, 4)
    assert_close(candidate.table_after_training(table, 3, token_ids), table, tolerance=0)


@judges("logits")
@pytest.mark.parametrize(("batch", "length", "seq"), [(2, 3, 6), (1, 1, 2), (3, 5, 3)])
def test_logits_of_the_prompt_too(candidate, reference, draw, batch, length, seq):
    assert_run(candidate, reference, some_ids(draw, batch, seq), draw.normal(length, 4), "logits")


@judges("padding")
@pytest.mark.parametrize("side", ["left", "right"])
def test_logits_with_padding(candidate, reference, draw, side):
    assert_run(candidate, reference, padded(some_ids(draw, 3, 6), side), draw.normal(3, 4), "logits")


@judges("loss")
@pytest.mark.parametrize(("batch", "length", "seq"), [(2, 3, 5), (1, 1, 1), (3, 4, 2)])
def test_every_token_of_the_input_counts(candidate, reference, draw, batch, length, seq):
    assert_run(candidate, reference, some_ids(draw, batch, seq), draw.normal(length, 4), "loss")


@judges("loss")
def test_tokens_without_a_label_do_not(candidate, reference, draw):
    call = some_ids(draw, 3, 6)
    call["labels"][0, :4], call["labels"][1, :1], call["labels"][2, 2:4] = -100, -100, -100
    call["mask"][0, :2], call["mask"][2, :1] = 0, 0  # labels alone say what counts
    assert_run(candidate, reference, call, draw.normal(2, 4), "loss")


@judges("gradient")
@pytest.mark.parametrize(("batch", "length", "seq"), [(3, 4, 5), (1, 1, 1)])
def test_gradient_for_the_prompt(candidate, reference, draw, batch, length, seq):
    call, prompt = some_ids(draw, batch, seq), draw.normal(length, 4)
    actual = candidate.gradient(prompt, **call)
    expected = reference.gradient(prompt.double(), **call)
    assert_close(actual, expected, scale=expected.abs() + 4.0, tolerance=64.0, dtype=torch.float32)


@judges("what-trains")
@pytest.mark.parametrize("frozen", [True, False])
def test_the_prompt_and_nothing_else(candidate, reference, frozen):
    assert candidate.what_trains(frozen=frozen) == reference.what_trains(frozen=frozen)
