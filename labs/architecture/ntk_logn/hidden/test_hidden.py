"""The hidden suite. Expected values are the reference's, made in float64, so that only the answer's rounding is judged.

Training lengths are tiny, so that short chunks are long texts: a length of 20 is far beyond a training length of 4.
"""

import pytest
import torch

from labs.grading.suite import assert_close, judges

# In eps of float32 times (1 + angle). The rounding of an exponent, times ln(base), is the error of a frequency.
FLOAT32_TOLERANCE = 16.0

# In eps of a dtype whose eps is coarse: an answer may round cos, sin, two products, their sum, the factor, the product.
HALF_TOLERANCE = 6.0


def draw_chunk(draw, seq, start=0, heads=(4, 2), head_dim=16, dtype=torch.float32):
    q, k = (draw.normal(2, count, seq, head_dim, dtype=dtype) for count in heads)
    return {"q": q, "k": k, "start": start}


def expected_of(reference, chunk, train_length, **rest):
    wide = {name: x.double() if isinstance(x, torch.Tensor) else x for name, x in chunk.items()}
    return reference.forward(**wide, train_length=train_length, **rest)


def scales(reference, chunk, train_length, base=None, training=False):
    """For q and k: the norm of each pair, and for q times its factor; where float32 is judged, times (1 + angle)."""
    q, k, start = chunk["q"], chunk["k"], chunk["start"]
    seq, head_dim = q.shape[-2:]
    positions = torch.arange(start, start + seq)
    freq = reference.frequencies(head_dim, train_length, start + seq, base=base, training=training)
    angles = positions.double().unsqueeze(-1) * freq
    size = (1 + angles if q.dtype == torch.float32 else torch.ones_like(angles)).tile(2)  # (seq, d)
    factor = torch.ones(seq) if training else reference.logn(positions, train_length)
    norm_q, norm_k = (torch.hypot(*x.double().chunk(2, dim=-1)).tile(2) for x in (q, k))
    return {"q": norm_q * size * factor.unsqueeze(-1), "k": norm_k * size}


def check(candidate, reference, chunk, train_length, tolerance=FLOAT32_TOLERANCE, **rest):
    actual = candidate.forward(**chunk, train_length=train_length, **rest)
    assert_chunk(actual, reference, chunk, train_length, tolerance, **rest)


def assert_chunk(actual, reference, chunk, train_length, tolerance=FLOAT32_TOLERANCE, **rest):
    expected = expected_of(reference, chunk, train_length, **rest)
    scale = scales(reference, chunk, train_length, **rest)
    for name in ("q", "k"):
        given = {"scale": scale[name], "tolerance": tolerance, "dtype": chunk[name].dtype}
        assert_close(actual[name], expected[name], **given)


@judges("alpha")
def test_the_staircase(candidate, reference, draw):
    train_length = draw.integer(50, 5000)
    multiples = [train_length * 2**n for n in range(3)]
    lengths = [1, train_length // 4, *multiples, *(n + 1 for n in multiples)]
    for length in [*lengths, draw.integer(train_length, 20 * train_length)]:
        assert candidate.alpha(length, train_length) == reference.alpha(length, train_length)


@judges("frequencies")
@pytest.mark.parametrize(("head_dim", "base"), [(4, None), (10, 500.0), (128, None)])
def test_the_enlarged_base(candidate, reference, draw, head_dim, base):
    for length in (3, 65, draw.integer(300, 5000)):
        actual = candidate.frequencies(head_dim, 64, length, base=base)
        expected = reference.frequencies(head_dim, 64, length, base=base)
        assert_close(actual, expected, tolerance=FLOAT32_TOLERANCE)


@judges("logn")
@pytest.mark.parametrize(("train_length", "shape"), [(2048, (40,)), (7, (3, 5)), (2, (1,))])
def test_factors_beyond_the_training_length(candidate, reference, draw, train_length, shape):
    positions = draw.integers(0, 8 * train_length, *shape)
    positions.view(-1)[0] = train_length  # the first that is scaled
    actual = candidate.logn(positions, train_length)
    assert_close(actual, reference.logn(positions, train_length).double(), tolerance=8, dtype=torch.float32)


@judges("logn")
def test_exactly_one_up_to_the_training_length(candidate):
    for train_length in range(2, 60):  # a float32 log(S) / log(S) is not 1 for each of them
        factors = candidate.logn(torch.arange(train_length), train_length)
        assert_close(factors, torch.ones(train_length), tolerance=0)


@judges("short")
@pytest.mark.parametrize(("seq", "train_length", "base"), [(12, 12, None), (7, 100, 500.0), (1, 2, None)])
def test_plain_rope_up_to_the_training_length(candidate, reference, draw, seq, train_length, base):
    check(candidate, reference, draw_chunk(draw, seq), train_length, base=base)


@judges("long")
@pytest.mark.parametrize(("seq", "heads"), [(9, (4, 2)), (21, (3, 1)), (40, (2, 2))])
def test_beyond_the_training_length(candidate, reference, draw, seq, heads):
    check(candidate, reference, draw_chunk(draw, seq, heads=heads), 8)


@judges("start")
@pytest.mark.parametrize("seq", [1, 5])
def test_a_chunk_that_continues_a_sequence(candidate, reference, draw, seq):
    check(candidate, reference, draw_chunk(draw, seq, start=draw.integer(40, 300)), 16)


@judges("training")
@pytest.mark.parametrize("start", [0, 50])
def test_neither_in_training_mode(candidate, reference, draw, start):
    check(candidate, reference, draw_chunk(draw, 20, start=start), 8, training=True)


@judges("training")
def test_frequencies_in_training_mode(candidate, reference):
    actual = candidate.frequencies(16, 8, 100, training=True)
    assert_close(actual, reference.frequencies(16, 8, 100, training=True), tolerance=FLOAT32_TOLERANCE)


@judges("refresh")
@pytest.mark.parametrize("lengths", [(40, 4, 9), (4, 40, 12, 40)])
def test_one_module_for_several_lengths(candidate, reference, draw, lengths):
    requests = [draw_chunk(draw, 3, start=length - 3) | {"training": False} for length in lengths]
    # Once more in training mode and back, as a validation between two epochs.
    requests += [requests[0] | {"training": True}, requests[0]]
    actual = candidate.successive(requests, 8)
    assert isinstance(actual, list)
    for result, request in zip(actual, requests, strict=True):
        chunk = {name: request[name] for name in ("q", "k", "start")}
        assert_chunk(result, reference, chunk, 8, training=request["training"])


@judges("result-dtype")
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_the_dtype_is_kept(candidate, reference, draw, dtype):
    check(candidate, reference, draw_chunk(draw, 11, start=200, dtype=dtype), 64, HALF_TOLERANCE)


@judges("gradient")
def test_gradients_for_query_and_key(candidate, reference, draw):
    chunk, grads = draw_chunk(draw, 11), draw_chunk(draw, 11)
    given = {"grad_q": grads["q"], "grad_k": grads["k"]}
    actual = candidate.gradients(**chunk, **given, train_length=4)
    wide = {name: chunk[name].double() for name in ("q", "k")} | {name: g.double() for name, g in given.items()}
    expected, scale = reference.gradients(**wide, train_length=4), scales(reference, grads, 4)
    for name in ("q", "k"):
        given = {"scale": scale[name], "tolerance": FLOAT32_TOLERANCE, "dtype": torch.float32}
        assert_close(actual[name], expected[name], **given)


@judges("unchanged-input")
def test_inputs_are_left_as_they_were(candidate, draw):
    chunk = draw_chunk(draw, 11)
    inputs = {"q": chunk["q"], "k": chunk["k"], "positions": draw.integers(0, 50, 9)}
    after = candidate.inputs_afterwards(**inputs, train_length=4)
    for name, before in inputs.items():
        assert_close(after[name], before, tolerance=0)
