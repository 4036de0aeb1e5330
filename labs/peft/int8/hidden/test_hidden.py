"""The hidden suite. Weights are built from codes, well away from where rounding turns over, so that codes are exact."""

import pytest
import torch

from labs.grading.suite import Mismatch, assert_close, judges


def a_weight(draw, rows, columns, low=-120, high=121):
    """A weight, its codes and its scales; rows differ in size by up to a factor of a thousand."""
    codes = draw.integers(low, high, rows, columns).double()
    codes[:, draw.integer(0, columns)] = 127.0
    if low < 0:
        codes[::2] *= -1
    size = torch.exp(draw.uniform(-4, 3, rows, dtype=torch.float64))
    offsets = draw.uniform(-0.4, 0.4, rows, columns, dtype=torch.float64) * (codes.abs() < 127) * (codes != 0)
    weight = ((codes + offsets) * size[:, None]).float()
    return weight, codes.to(torch.int8), size.float()


@judges("codes")
@pytest.mark.parametrize("shape", [(5, 33), (1, 7), (4, 1)])
def test_codes_are_rounded_quotients(candidate, draw, shape):
    weight, codes, _ = a_weight(draw, *shape)
    assert_close(candidate.quantize(weight)["codes"], codes)


@judges("scale-of-a-row")
@pytest.mark.parametrize("shape", [(6, 17), (3, 3), (1, 9)])
def test_each_row_has_its_scale(candidate, draw, shape):
    weight = draw.normal(*shape) * torch.exp(draw.uniform(-5, 5, shape[0], 1))
    scale = candidate.quantize(weight)["scale"]
    assert_close(scale, weight.double().abs().amax(1) / 127, tolerance=2.0, dtype=torch.float32)


@judges("scale-of-a-row")
def test_the_largest_is_127_of_either_sign(candidate, draw):
    weight = draw.uniform(-1, 1, 4, 9)
    weight[0, 3], weight[1, 5], weight[2, 0], weight[3, 8] = 2.0, -2.0, 300.0, -300.0
    largest = candidate.quantize(weight)["codes"][torch.arange(4), torch.tensor([3, 5, 0, 8])]
    assert_close(largest, torch.tensor([127, -127, 127, -127]).to(torch.int8))


@judges("half-to-even")
def test_exact_halves(candidate):
    row = [127.0, 0.5, 1.5, 2.5, 3.5, -0.5, -1.5, -2.5, 100.5, -101.5]
    expected = [127, 0, 2, 2, 4, 0, -2, -2, 100, -102]
    weight = torch.tensor([row, row]) * torch.tensor([[1.0], [0.25]])
    assert_close(candidate.quantize(weight)["codes"], torch.tensor([expected] * 2, dtype=torch.int8))


@judges("symmetric")
def test_zero_is_zero_in_a_row_of_one_sign(candidate, draw):
    weight, codes, _ = a_weight(draw, 4, 12, low=1)
    weight[:, 10], codes[:, 10] = weight.amax(1), 127  # first: the last column may be the one that holds the largest
    weight[:, 11], codes[:, 11] = 0.0, 0
    assert_close(candidate.quantize(weight)["codes"], codes)


@judges("zero-row")
def test_a_row_of_zeros(candidate, draw):
    weight, codes, size = a_weight(draw, 4, 8)
    weight[1], codes[1], size[1] = 0.0, 0, 1.0
    actual = candidate.quantize(weight)
    assert_close(actual["codes"], codes)
    assert_close(actual["scale"], size, tolerance=2.0)
    assert_close(candidate.round_trip(torch.zeros(2, 3)), torch.zeros(2, 3))


@judges("round-trip")
@pytest.mark.parametrize("dtype", [None, "float32", "bfloat16", "float16"])
def test_codes_back_to_weights(candidate, reference, draw, dtype):
    codes, scale = draw.integers(-127, 128, 5, 11).to(torch.int8), draw.uniform(0.01, 2, 5)
    assert_close(candidate.dequantize(codes, scale, dtype), reference.dequantize(codes, scale, dtype))


@judges("round-trip")
@pytest.mark.parametrize("rows", [7, 1])
def test_off_by_half_a_scale(candidate, draw, rows):
    weight = draw.normal(rows, 7) * torch.exp(draw.uniform(-4, 4, rows, 1))  # square, too: rows are not columns
    back = candidate.round_trip(weight)
    assert_close(back.isfinite(), torch.ones_like(weight, dtype=torch.bool))
    bound = weight.double().abs().amax(1, keepdim=True) / 127 * 0.5001
    if not bool(((back.double() - weight.double()).abs() <= bound).all()):
        raise Mismatch("further away than half a scale")


@judges("half-precision")
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_weights(candidate, draw, dtype):
    weight = draw.normal(6, 200).to(dtype)
    quotients = weight.double() / (weight.double().abs().amax(1, keepdim=True) / 127)
    weight[((quotients - quotients.floor()) - 0.5).abs() < 2e-3] = 0.0  # too near to a half
    actual = candidate.quantize(weight)
    scale = weight.double().abs().amax(1) / 127
    assert_close(actual["scale"], scale, tolerance=2.0, dtype=torch.float32)
    assert_close(actual["codes"], (weight.double() / scale[:, None]).round().to(torch.int8))


@judges("linear")
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("shape", [(2, 3), (4,), (1, 1)])
def test_a_linear_layer(candidate, reference, draw, dtype, shape):
    codes, scale = draw.integers(-127, 128, 5, 9).to(torch.int8), draw.uniform(0.005, 0.02, 5)
    x, bias = draw.normal(*shape, 9).to(dtype), draw.normal(5)
    size = x.double().abs() @ reference.dequantize(codes, scale).double().abs().T
    for b in (None, bias):
        more = size if b is None else size + b.double().abs()
        exact = reference.int8_linear(x.double(), codes, scale, b)
        assert_close(candidate.int8_linear(x, codes, scale, b), exact, scale=more, tolerance=8.0, dtype=dtype)


@judges("linear")
def test_float32_inside(candidate):
    # Two products of some 20,000 cancel exactly, unless the weights were rounded to float16 before.
    codes = torch.tensor([[90, 30, 1], [90, 30, -1]], dtype=torch.int8)
    x = torch.tensor([[320.0, -960.0, 3.0], [300.0, -900.0, 5.0]], dtype=torch.float16)
    scale = torch.tensor([0.7371, 0.5533])
    expected = torch.tensor([[3.0], [5.0]]) * scale * torch.tensor([1.0, -1.0])
    assert_close(candidate.int8_linear(x, codes, scale), expected, tolerance=8.0, dtype=torch.float16)


@judges("gradient")
def test_the_gradient_for_x(candidate, reference, draw):
    codes, scale = draw.integers(-127, 128, 4, 6).to(torch.int8), draw.uniform(0.005, 0.02, 4)
    x, upstream = draw.normal(3, 6), draw.normal(3, 4)
    weight = reference.dequantize(codes, scale).double()
    exact, size = upstream.double() @ weight, upstream.double().abs() @ weight.abs()
    actual = candidate.gradient(x, codes, scale, upstream)
    assert_close(actual, exact, scale=size, tolerance=16.0, dtype=torch.float32)


DTYPES = ["int8", "float16", "bfloat16", "float32"]


def tensors(draw, *kinds):
    """Tensors of these (dtype, trains)."""
    return [
        {"name": f"layers.{i}", "dtype": dtype, "elements": draw.integer(1, 5000), "trains": trains}
        for i, (dtype, trains) in enumerate(kinds)
    ]


def finding(candidate, given, key):
    actual = candidate.audit(given)
    assert isinstance(actual, dict)
    assert sorted(actual) == ["bytes", "problems", "trained"]
    return actual[key]


@judges("bytes")
def test_bytes_and_trained_elements(candidate, reference, draw):
    for _ in range(4):
        kinds = [(DTYPES[draw.integer(0, 4)], bool(draw.integer(0, 2))) for _ in range(6)]
        given = tensors(draw, *kinds)
        for key in ("bytes", "trained"):
            actual = finding(candidate, given, key)
            assert type(actual) is int
            assert actual == reference.audit(given)[key]


@judges("fake-int8")
@pytest.mark.parametrize(
    ("kinds", "problems"),
    [
        ([("int8", False), ("float32", True)], []),
        ([("int8", False), ("bfloat16", True), ("float16", False)], []),
        ([("float32", False), ("float32", True)], ["not-quantized"]),
        ([("float16", False), ("float16", True)], ["not-quantized", "half-trains"]),
        ([("int8", False), ("float32", False)], ["nothing-trains"]),
        ([("int8", True), ("float32", True)], ["integers-train"]),
        ([("int8", True), ("float16", False)], ["integers-train", "nothing-trains"]),
        ([("float16", False), ("bfloat16", False)], ["not-quantized", "nothing-trains"]),
        ([("int8", True), ("int8", False), ("float16", True)], ["integers-train", "half-trains"]),
    ],
)
def test_what_is_wrong(candidate, draw, kinds, problems):
    assert finding(candidate, tensors(draw, *kinds), "problems") == problems
    assert finding(candidate, tensors(draw, *kinds[::-1]), "problems") == problems


@judges("unchanged-input")
def test_the_weight_is_left_as_it_was(candidate, draw):
    weight = draw.normal(3, 5)
    weight[1] = 0.0
    assert_close(candidate.weight_afterwards(weight), weight)
