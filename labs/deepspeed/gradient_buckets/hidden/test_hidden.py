"""The hidden suite. Buckets and counts are equal to the last; averages are judged by the rounding of their dtype."""

import pytest
import torch

from labs.grading.suite import Mismatch, assert_close, judges

HALVES = [torch.bfloat16, torch.float16]

# Each rank's part is divided and added with a rounding.
TOLERANCE = {torch.float32: 16.0, torch.bfloat16: 6.0, torch.float16: 6.0}
SHAPES = [(3, 4), (5,), (), (1, 1), (2, 1, 3), (7,)]


def sizes_of(draw, count, low=1, high=40):
    return draw.integers(low, high, count).tolist()


def compare_buckets(candidate, reference, calls):
    assert candidate.buckets(calls) == reference.buckets(calls)


def gradients_of(draw, ranks, shapes=SHAPES, dtype=torch.float32):
    return [[draw.uniform(-1, 1, *shape).to(dtype) for shape in shapes] for _ in range(ranks)]


def each(function, gradients):
    return [[None if g is None else function(g.double()) for g in of_rank] for of_rank in gradients]


def compare_averages(candidate, reference, gradients, limit, call="average"):
    reply = getattr(candidate, call)(gradients, limit)
    expected = getattr(reference, call)(each(torch.clone, gradients), limit)
    scale = getattr(reference, call)(each(torch.abs, gradients), limit)
    if type(reply["averaged"]) is not list or len(reply["averaged"]) != len(expected["averaged"]):
        raise Mismatch("another number of averages")
    parts = zip(reply["averaged"], expected["averaged"], scale["averaged"], gradients[0], strict=True)
    for actual, right, size, given in parts:
        if given is None:
            assert actual is None
        else:
            assert_close(actual, right, scale=size, tolerance=TOLERANCE[given.dtype], dtype=given.dtype)


@judges("filling")
def test_a_bucket_is_filled_up_to_its_limit(candidate, reference, draw):
    compare_buckets(candidate, reference, [{"sizes": sizes_of(draw, 30), "limit": n} for n in (50, 64, 100, 333)])


@judges("filling")
def test_exact_fits(candidate, reference, draw):
    half = draw.integer(3, 30)
    calls = [{"sizes": [half] * 7, "limit": limit} for limit in (half, 2 * half - 1, 2 * half, 2 * half + 1, 7 * half)]
    compare_buckets(candidate, reference, calls)


@judges("filling")
def test_a_closed_bucket_stays_closed(candidate, reference):
    # A small gradient does not go back into an earlier bucket that has room, nor is anything sorted by size.
    sizes = [[1, 9, 1, 9, 1, 9], [9, 1, 9, 1, 9, 1], [2, 8, 3, 7, 4, 6], [1, 2, 3, 4, 5, 6, 7, 8, 9]]
    compare_buckets(candidate, reference, [{"sizes": s, "limit": 10} for s in sizes])


@judges("order")
def test_the_last_parameter_comes_first(candidate, reference, draw):
    calls = [{"sizes": sizes_of(draw, 9), "limit": limit} for limit in (1000, 60)]
    calls += [{"sizes": [1, 2, 3], "limit": 3}, {"sizes": [3, 2, 1], "limit": 3}, {"sizes": [4], "limit": 4}]
    compare_buckets(candidate, reference, calls)


@judges("large-gradients")
def test_one_larger_than_a_bucket_goes_alone_and_whole(candidate, reference, draw):
    calls = []
    for place in (0, 3, 6):
        sizes = sizes_of(draw, 7, 1, 5)
        sizes[place] = 10**9
        calls += [{"sizes": sizes, "limit": limit} for limit in (4, 12, 100)]
    calls += [{"sizes": sizes_of(draw, 5, 2, 9), "limit": 1}, {"sizes": [1] * 5, "limit": 1}]
    compare_buckets(candidate, reference, calls)


@judges("large-gradients")
def test_real_sizes(candidate, reference):
    # The limit counts elements: 5e8 of them hold many layers of 4096 * 4096, whatever their bytes.
    sizes = [32000 * 4096, *([4096 * 4096] * 4 + [4096 * 11008] * 3 + [4096] * 2) * 8, 4096, 32000 * 4096]
    compare_buckets(candidate, reference, [{"sizes": sizes, "limit": 500_000_000}, {"sizes": [], "limit": 5}])


@judges("limits-refused")
@pytest.mark.parametrize("limit", [0, -1])
def test_a_bucket_without_room_is_refused(candidate, limit):
    assert candidate.rejects(limit) is True


@judges("averages")
@pytest.mark.parametrize("ranks", [1, 2, 3, 5])
@pytest.mark.parametrize("limit", [1, 8, 100])
def test_the_mean_over_the_ranks(candidate, reference, draw, ranks, limit):
    compare_averages(candidate, reference, gradients_of(draw, ranks), limit)


@judges("averages")
def test_gradients_that_are_not_contiguous(candidate, reference, draw):
    gradients = gradients_of(draw, 2, [(3, 4), (5, 2), (1, 6)])
    compare_averages(candidate, reference, gradients, 20, "average_transposed")


@judges("half-precision")
@pytest.mark.parametrize("dtype", HALVES)
def test_the_dtype_is_kept(candidate, reference, draw, dtype):
    compare_averages(candidate, reference, gradients_of(draw, 3, dtype=dtype), 12)


@judges("half-precision")
def test_a_sum_that_float16_does_not_hold(candidate, reference, draw):
    # Each gradient and their mean are within 65504; the sum of four is not.
    gradients = [[draw.uniform(30000, 50000, 6, dtype=torch.float16)] for _ in range(4)]
    compare_averages(candidate, reference, gradients, 6)


@judges("one-message-a-bucket")
@pytest.mark.parametrize(("limit", "ranks"), [(1, 3), (7, 2), (12, 3), (100, 3), (7, 1)])
def test_each_bucket_is_sent_once_and_flat(candidate, reference, draw, limit, ranks):
    gradients = gradients_of(draw, ranks)
    assert candidate.average(gradients, limit)["sent"] == reference.average(gradients, limit)["sent"]


@judges("missing-gradients")
@pytest.mark.parametrize("missing", [[0], [5], [1, 2], [0, 1, 2, 3, 4, 5]])
def test_gradients_that_are_none(candidate, reference, draw, missing):
    gradients = gradients_of(draw, 2)
    for of_rank in gradients:
        for index in missing:
            of_rank[index] = None
    compare_averages(candidate, reference, gradients, 8)
    assert candidate.average(gradients, 8)["sent"] == reference.average(gradients, 8)["sent"]


@judges("unchanged-input")
def test_gradients_are_left_as_they_were(candidate, draw):
    gradients = gradients_of(draw, 3)
    after = candidate.gradients_afterwards(gradients, 8)
    for of_rank, given in zip(after, gradients, strict=True):
        for actual, right in zip(of_rank, given, strict=True):
            assert_close(actual, right, tolerance=0)


@judges("ring")
def test_what_a_rank_sends(candidate, reference, draw):
    calls = [
        {"sizes": sizes_of(draw, 12), "limit": limit, "ranks": ranks, "element_bytes": width}
        for limit in (1, 50, 1000)
        for ranks, width in ((2, 2), (3, 4), (8, 2), (7, 4))
    ]
    assert candidate.traffic(calls) == reference.traffic(calls)


@judges("ring")
def test_one_rank_sends_nothing(candidate, reference, draw):
    calls = [{"sizes": sizes_of(draw, 6), "limit": 30, "ranks": 1, "element_bytes": 2}]
    calls.append({"sizes": [], "limit": 30, "ranks": 4, "element_bytes": 2})
    assert candidate.traffic(calls) == reference.traffic(calls)
