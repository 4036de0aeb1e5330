"""The hidden suite. Models, ranks and entries are drawn; names and counts must agree exactly.

Where layers are named one by one, the model has eleven of them: "1.self_attn.q_proj" must not mean the eleventh.
"""

import pytest
import torch

from labs.grading.suite import assert_close, judges

HEADS = ["lm_head", "output_layer", "embed_out"]
TARGETS = [["q_proj", "experts.1"], "all-linear", ["lm_head", "value_proj"]]


def a_shape(draw, **more):
    """A decoder of odd sizes."""
    sizes = {"layers": draw.integer(1, 4), "hidden": 2 * draw.integer(2, 6), "inner": draw.integer(3, 12)}
    return sizes | {"bias": bool(draw.integer(0, 2)), "seed": draw.integer(0, 1 << 30)} | more


def assert_state(actual, expected):
    assert isinstance(actual, dict)
    assert set(actual) == set(expected)
    for name, tensor in expected.items():
        assert_close(actual[name], tensor, tolerance=0)


def assert_output(actual, expected):
    assert_close(actual, expected, scale=expected.abs() + 1, tolerance=64.0)


@judges("suffixes")
@pytest.mark.parametrize("targets", [["q_proj"], ["o_proj", "v_proj", "seq_proj"]])
def test_ends_of_names(candidate, reference, draw, targets):
    shape = a_shape(draw)
    assert candidate.found(targets, **shape) == reference.found(targets, **shape)


@judges("suffixes")
def test_an_entry_that_hits_nothing_beside_one_that_does(candidate, reference, draw):
    shape, targets = a_shape(draw), ["proj", "q_pro", "v_proj", "w_proj"]
    assert candidate.found(targets, **shape) == reference.found(targets, **shape)


@judges("paths")
@pytest.mark.parametrize(
    "targets",
    [
        ["1.self_attn.q_proj", "k_proj"],
        ["self_attn.o_proj", "attn.q_proj", "mlp.experts.0", "model.value_proj", "v_proj"],
        ["layers.10.self_attn.v_proj", "layers.1.mlp.seq_proj", "o_proj"],
        ["lm_head", "value_proj"],
    ],
    ids=str,
)
def test_entries_with_dots_and_whole_names(candidate, reference, draw, targets):
    shape = a_shape(draw, layers=12, hidden=4, inner=3)
    assert candidate.found(targets, **shape) == reference.found(targets, **shape)


@judges("linear-only")
@pytest.mark.parametrize("container", ["self_attn", "layers.0"])
def test_other_modules_are_no_targets(candidate, reference, draw, container):
    shape, targets = a_shape(draw), [container, "embed_tokens", "norm", "exploratory_norm", "o_proj"]
    assert candidate.found(targets, **shape) == reference.found(targets, **shape)


@judges("all-linear")
@pytest.mark.parametrize("tied", [True, False])
def test_all_but_the_head(candidate, reference, draw, tied):
    for head in (*HEADS, None):
        shape = a_shape(draw, head=head, tied=tied)
        assert candidate.found("all-linear", **shape) == reference.found("all-linear", **shape)


@judges("nothing-found")
@pytest.mark.parametrize("targets", [["q"], ["self_attn", "embed_tokens"]], ids=str)
def test_no_target_is_an_error(candidate, draw, targets):
    assert candidate.refused(targets, **a_shape(draw)) == {"find_targets": True, "add_lora": True}


@judges("output")
@pytest.mark.parametrize("targets", TARGETS, ids=str)
def test_output_with_adapters(candidate, reference, draw, targets):
    shape = a_shape(draw) | {"ids": draw.integers(0, 13, 2, 5), "targets": targets}
    shape |= {"r": draw.integer(1, 4), "alpha": draw.integer(5, 9)}
    assert_output(candidate.output(**shape), reference.output(**shape))
    assert_output(candidate.new_output(**shape), reference.new_output(**shape))


@judges("what-trains")
@pytest.mark.parametrize(("targets", "frozen"), zip(TARGETS, [False, False, True], strict=True), ids=str)
def test_the_adapters_and_nothing_else(candidate, reference, draw, targets, frozen):
    shape = a_shape(draw, frozen=frozen, tied=targets == "all-linear") | {"targets": targets, "r": draw.integer(1, 4)}
    assert candidate.names_that_train(**shape) == reference.names_that_train(**shape)


@judges("count")
@pytest.mark.parametrize("tied", [True, False])
def test_count_without_adapters(candidate, reference, draw, tied):
    for trains in (["norm"], ["lm_head", "layers.0.mlp"], ["embed_tokens", "value_proj"]):
        shape = a_shape(draw, tied=tied, trains=trains)
        assert candidate.counts(**shape) == reference.counts(**shape)


@judges("count-with-adapters")
@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("targets", ["all-linear", ["lm_head", "k_proj"]], ids=str)
def test_count_with_adapters(candidate, reference, draw, tied, targets):
    shape = a_shape(draw, tied=tied) | {"targets": targets, "r": draw.integer(1, 9)}
    assert candidate.counts_with_adapters(**shape) == reference.counts_with_adapters(**shape)


@judges("saved")
@pytest.mark.parametrize(("targets", "frozen"), zip(TARGETS, [True, False, True], strict=True), ids=str)
def test_only_the_adapters_are_saved(candidate, reference, draw, frozen, targets):
    shape = a_shape(draw, frozen=frozen, tied=True) | {"targets": targets, "r": draw.integer(1, 4)}
    assert_state(candidate.saved(**shape), reference.saved(**shape))


@judges("saved")
def test_a_second_model_takes_them_up(candidate, reference, draw):
    shape = a_shape(draw) | {"ids": draw.integers(0, 13, 1, 1), "targets": ["k_proj", "experts.0"], "r": 3, "alpha": 7}
    actual = candidate.output_of_a_copy(**shape)
    assert isinstance(actual, torch.Tensor)
    assert_output(actual, reference.output(**shape))
