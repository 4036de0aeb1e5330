"""The hidden suite. Expected values are the reference's in float64, so that only the answer's rounding is judged.

Where positions are not judged the tables rotate nothing, and where the order of tokens is not judged there is one.
"""

import pytest
import torch

from labs.grading.suite import assert_close, judges

HALVES = [torch.bfloat16, torch.float16]


def some_sizes(length=3, layers=3, heads=4, kv_heads=2, head_dim=6, **more):
    return {"length": length, "layers": layers, "heads": heads, "kv_heads": kv_heads, "head_dim": head_dim} | more


def some_parameters(draw, sizes, dtype=torch.float32):
    """Values for the parameters of an encoder of these sizes, by name."""
    size = sizes["kv_heads"] * sizes["head_dim"]
    row, width = sizes["layers"] * 2 * size, sizes.get("projection")
    if width is None:
        return {"embedding.weight": draw.normal(sizes["length"], row, dtype=dtype)}
    return {
        "embedding.weight": draw.normal(sizes["length"], size, dtype=dtype),
        "transform.0.weight": (draw.normal(width, size) / size**0.5).to(dtype),
        "transform.0.bias": draw.normal(width, dtype=dtype),
        "transform.2.weight": draw.normal(row, width, dtype=dtype),
        "transform.2.bias": draw.normal(row, dtype=dtype),
    }


def wide(parameters):
    return {name: tensor.double() for name, tensor in parameters.items()}


def assert_pairs(actual, expected, dtype=torch.float32, tolerance=1.0, scale=None):
    assert isinstance(actual, list)
    assert len(actual) == len(expected)
    for pair, right in zip(actual, expected, strict=True):
        assert isinstance(pair, list)
        assert len(pair) == 2
        for tensor, its in zip(pair, right, strict=True):
            assert_close(tensor, its, dtype=dtype, tolerance=tolerance, scale=scale)


def some_attention(draw, batch, heads, kv_heads, length, seq, head_dim=6, dtype=torch.float32):
    """Queries, keys and values, a prefix, tables that rotate nothing, and no padding."""
    return {
        "query": draw.normal(batch, heads, seq, head_dim, dtype=dtype),
        "key": draw.normal(batch, kv_heads, seq, head_dim, dtype=dtype),
        "value": draw.normal(batch, kv_heads, seq, head_dim, dtype=dtype),
        "prefix_key": draw.normal(batch, kv_heads, length, head_dim, dtype=dtype),
        "prefix_value": draw.normal(batch, kv_heads, length, head_dim, dtype=dtype),
        "cos": torch.ones(length + seq, head_dim),
        "sin": torch.zeros(length + seq, head_dim),
        "mask": torch.ones(batch, seq, dtype=torch.int64),
    }


def rotating(draw, call):
    """The same with the angles of random frequencies at positions 0, 1, 2, ..., in more rows than are needed."""
    count, head_dim = call["cos"].shape
    angles = torch.arange(count + 2.0)[:, None] * draw.uniform(0.3, 1.5, head_dim // 2)
    angles = torch.cat((angles, angles), dim=-1)
    return call | {"cos": angles.cos(), "sin": angles.sin()}


def padded(draw, call):
    """The same with padding: on the left of the first sequence, on the right of the second, within the third."""
    seq = call["mask"].shape[1]
    mask = torch.ones(3, seq, dtype=torch.int64)
    mask[0, : seq // 2] = 0
    mask[1, seq // 2 + 1 :] = 0
    mask[2, seq // 2] = 0
    return call | {"mask": mask}


def assert_attention(candidate, reference, call):
    actual = candidate.attention(**call)
    exact = {name: t.double() if t.is_floating_point() else t for name, t in call.items()}
    expected = reference.attention(**exact)
    # A weighted mean of values: rounded scores move weights between them.
    scale = torch.full_like(expected, float(call["value"].abs().max()))
    assert_close(actual, expected, scale=scale, tolerance=32.0, dtype=call["query"].dtype)


@judges("layout")
@pytest.mark.parametrize(
    ("batch", "sizes"),
    [
        (2, some_sizes()),
        (1, some_sizes(length=1, layers=4, heads=3, kv_heads=3, head_dim=2)),
        (3, some_sizes(length=5, layers=1, heads=6, kv_heads=1, head_dim=4)),
    ],
)
def test_keys_and_values_of_every_layer(candidate, reference, draw, batch, sizes):
    given = {"sizes": sizes, "parameters": some_parameters(draw, sizes)}
    assert_pairs(candidate.prefixes(batch, **given), reference.prefixes(batch, **given))


@judges("projection")
@pytest.mark.parametrize(("batch", "width"), [(2, 7), (1, 1)])
def test_the_mlp(candidate, reference, draw, batch, width):
    sizes = some_sizes(projection=width)
    parameters = some_parameters(draw, sizes)
    actual = candidate.prefixes(batch, sizes=sizes, parameters=parameters)
    expected = reference.prefixes(batch, sizes=sizes, parameters=wide(parameters))
    assert_pairs(actual, expected, tolerance=32.0, scale=torch.tensor(float(width)))


@judges("parameters")
@pytest.mark.parametrize("sizes", [some_sizes(), some_sizes(projection=9), some_sizes(kv_heads=4, projection=5)])
def test_names_and_shapes(candidate, reference, sizes):
    actual = candidate.new_parameters(sizes)
    expected = reference.new_parameters(sizes)
    assert isinstance(actual, dict)
    assert {name: getattr(t, "shape", None) for name, t in actual.items()} == {n: t.shape for n, t in expected.items()}
    assert all(tensor.isfinite().all() for tensor in actual.values())
    assert actual["embedding.weight"].std() > 0


@judges("dropout")
@pytest.mark.parametrize("dropout", [0.25, 0.6])
def test_elements_are_dropped_in_training(candidate, draw, dropout):
    # Where every trained value is 1, an output is 0 or 1 / (1 - dropout), and the mask can be read off.
    sizes = some_sizes(length=8, layers=2, heads=4, kv_heads=4, head_dim=16)
    ones = {"embedding.weight": torch.ones(8, 256)}
    both = candidate.prefixes_in_both_modes(4, sizes=sizes, parameters=ones, dropout=dropout)
    assert_pairs(both["eval"], [[torch.ones(4, 4, 8, 16)] * 2] * 2)
    kept = []
    for pairs in both["train"]:
        tensors = [tensor for pair in pairs for tensor in pair]
        for tensor in tensors:
            assert_close(tensor, (tensor != 0) / (1 - dropout), tolerance=4.0, dtype=torch.float32)
        kept += [torch.stack([tensor != 0 for tensor in tensors])]  # (layers * 2, batch, kv_heads, length, head_dim)
    for mask in kept:
        assert mask.shape == (4, 4, 4, 8, 16)
        # Hoeffding: a right answer is off by 0.06 in 8192 elements with a probability of 2 exp(-58) < 1e-25.
        assert abs(mask.double().mean() - (1 - dropout)) < 0.06
        # No dimension shares one mask: of a right answer less than 1e-100.
        assert all((mask != mask.narrow(dim, 0, 1)).any() for dim in range(5))
    assert not torch.equal(*kept)


@judges("dropout")
@pytest.mark.parametrize("given", [{}, {"dropout": 0.0}])
def test_nothing_is_dropped_unless_asked_for(candidate, reference, draw, given):
    sizes = some_sizes(layers=4)
    given = given | {"sizes": sizes, "parameters": some_parameters(draw, sizes)}
    assert_pairs(candidate.prefixes(2, training=True, **given), reference.prefixes(2, **given))


@judges("gradients")
@pytest.mark.parametrize("projection", [None, 5])
def test_gradients_for_every_parameter(candidate, reference, draw, projection):
    sizes = some_sizes(**({} if projection is None else {"projection": projection}))
    parameters = some_parameters(draw, sizes)
    grads = [draw.normal(2, 2, 3, 6) for _ in range(6)]
    actual = candidate.gradients(2, grads, sizes=sizes, parameters=parameters)
    expected = reference.gradients(2, [g.double() for g in grads], sizes=sizes, parameters=wide(parameters))
    assert isinstance(actual, dict)
    for name, right in expected.items():
        assert_close(actual.get(name), right, scale=right.abs() + 10.0, tolerance=16.0, dtype=torch.float32)


@judges("half-precision")
@pytest.mark.parametrize("dtype", HALVES)
def test_the_dtype_is_kept(candidate, reference, draw, dtype):
    sizes = some_sizes(projection=4)
    parameters = some_parameters(draw, sizes, dtype)
    actual = candidate.prefixes(2, sizes=sizes, parameters=parameters)
    expected = reference.prefixes(2, sizes=sizes, parameters=wide(parameters))
    assert_pairs(actual, expected, dtype, tolerance=16.0, scale=torch.tensor(4.0))
    call = rotating(draw, some_attention(draw, 1, 4, 2, 3, 2, dtype=dtype))
    assert_attention(candidate, reference, call)


@judges("mask")
@pytest.mark.parametrize("dtype", [torch.int64, torch.bool, torch.float32])
def test_the_prefix_is_no_padding(candidate, reference, draw, dtype):
    mask, length = draw.integers(0, 2, draw.integer(1, 4), draw.integer(1, 7)).to(dtype), draw.integer(1, 6)
    mask[0, 0] = 0
    assert_close(candidate.extended(mask, length), reference.extended(mask, length))


@judges("attention")
@pytest.mark.parametrize(
    ("batch", "heads", "kv_heads", "length"), [(2, 4, 4, 3), (1, 6, 2, 1), (3, 4, 1, 5), (2, 4, 2, 4)]
)
def test_one_token_sees_the_prefix_and_itself(candidate, reference, draw, batch, heads, kv_heads, length):
    assert_attention(candidate, reference, some_attention(draw, batch, heads, kv_heads, length, 1))


@judges("positions")
@pytest.mark.parametrize(("length", "seq"), [(3, 1), (4, 5), (1, 3)])
def test_tokens_are_rotated_and_the_prefix_is_not(candidate, reference, draw, length, seq):
    assert_attention(candidate, reference, rotating(draw, some_attention(draw, 2, 4, 2, length, seq)))


@judges("positions")
def test_padding_has_positions_too(candidate, reference, draw):
    assert_attention(candidate, reference, padded(draw, rotating(draw, some_attention(draw, 3, 2, 2, 2, 6))))


@judges("positions")
def test_positions_count_the_prefix(candidate, draw):
    # With tables that differ from a rotation, where a table is read shows even where all tokens move alike: scaled by
    # the row of its position, token 0 after a prefix of 3 meets row 3 alone.
    call = some_attention(draw, 1, 2, 2, 3, 1)
    cos = call["cos"].clone()
    cos[3] = 2.0
    actual = candidate.attention(**call | {"cos": cos})
    keys = torch.cat((call["prefix_key"], 2 * call["key"]), dim=2).double()
    values = torch.cat((call["prefix_value"], call["value"]), dim=2).double()
    weights = (2 * call["query"].double() @ keys.mT / 6**0.5).softmax(dim=-1)
    scale = torch.full((1,), float(values.abs().max()), dtype=torch.float64)
    assert_close(actual, weights @ values, scale=scale, tolerance=64.0, dtype=torch.float32)


@judges("what-is-seen")
@pytest.mark.parametrize(("length", "seq"), [(3, 5), (1, 4)])
def test_tokens_up_to_itself(candidate, reference, draw, length, seq):
    assert_attention(candidate, reference, some_attention(draw, 2, 4, 2, length, seq))


@judges("what-is-seen")
@pytest.mark.parametrize("dtype", [torch.int64, torch.bool])
def test_no_padding(candidate, reference, draw, dtype):
    call = padded(draw, some_attention(draw, 3, 4, 2, 2, 6))
    assert_attention(candidate, reference, call | {"mask": call["mask"].to(dtype)})


@judges("stored-table")
@pytest.mark.parametrize("projection", [None, 6])
def test_the_table_stands_for_the_encoder(candidate, reference, draw, projection):
    sizes = some_sizes(**({} if projection is None else {"projection": projection}))
    parameters = some_parameters(draw, sizes)
    scale = torch.tensor(6.0)
    actual = candidate.prefixes_from_the_table(2, sizes=sizes, parameters=parameters)
    expected = reference.prefixes(2, sizes=sizes, parameters=wide(parameters))
    assert_pairs(actual, expected, tolerance=32.0, scale=scale)
    given = {"sizes": sizes, "dropout": 0.5, "training": True}
    actual = candidate.table(parameters=parameters, **given)
    expected = reference.table(parameters=wide(parameters), **given)
    assert_close(actual, expected, scale=scale, tolerance=32.0, dtype=torch.float32)


@judges("what-trains")
@pytest.mark.parametrize("frozen", [True, False])
def test_the_encoder_and_nothing_else(candidate, reference, frozen):
    sizes = some_sizes(projection=None if frozen else 3)
    assert candidate.what_trains(sizes, frozen=frozen) == reference.what_trains(sizes, frozen=frozen)
