"""The hidden suite. Bytes are whole numbers, so right answers are equal, to the last byte and in their type."""

import itertools

import pytest

from labs.grading.suite import Mismatch, judges

PARTS = ("weights", "gradients", "optimizer", "gathered", "gpu", "cpu")
GIB = 2**30


def size(draw, low=10**9, high=10**11):
    """A number of parameters that 840 divides, so that nothing is rounded where rounding is not judged."""
    return draw.integer(low, high) // 840 * 840


def assert_parts(actual, expected, parts=PARTS):
    """Compare replies in `parts`: whole numbers of Python's own."""
    if type(actual) is not list or len(actual) != len(expected):
        raise Mismatch("another number of replies")
    for reply, right in zip(actual, expected, strict=True):
        if type(reply) is not dict:
            raise Mismatch(f"expected a dict, got {type(reply).__name__}")
        for part in parts:
            if type(reply.get(part)) is not int or reply[part] != right[part]:
                raise Mismatch(f"another value for {part}")


def compare(candidate, reference, calls, parts=PARTS):
    assert_parts(candidate.memory(calls), reference.memory(calls), parts)


def assert_same_numbers(actual, expected):
    assert [type(a) for a in actual] == [type(e) for e in expected]
    assert actual == expected


@judges("stages")
@pytest.mark.parametrize("stage", [0, 1, 2, 3])
def test_what_each_stage_shards(candidate, reference, draw, stage):
    calls = [{"parameters": size(draw), "gpus": gpus, "stage": stage} for gpus in (2, 3, 4, 7, 8)]
    compare(candidate, reference, calls, ("weights", "gradients", "optimizer"))


@judges("one-gpu")
def test_one_gpu_has_no_one_to_share_with(candidate, reference, draw):
    parameters = size(draw)
    calls = [{"parameters": parameters, "gpus": 1, "stage": stage} for stage in range(4)]
    compare(candidate, reference, calls)


@judges("totals")
def test_the_sum_and_its_parts(candidate, reference, draw):
    calls = [{"parameters": size(draw), "gpus": 8, "stage": stage, "largest_layer": 840} for stage in range(4)]
    calls.append(calls[-1] | {"trainable": 84_000})
    compare(candidate, reference, calls)
    assert all(set(reply) == set(PARTS) for reply in candidate.memory(calls))


@judges("whole-bytes")
def test_shards_are_rounded_up_to_whole_elements(candidate, reference, draw):
    calls = [
        {"parameters": parameters, "gpus": gpus, "stage": stage}
        for parameters, gpus in [
            (1, 8),
            (10, 3),
            (8 * draw.integer(10, 99) + 1, 8),
            (draw.integer(100, 999) * 7 - 1, 7),
        ]
        for stage in (1, 2, 3)
    ]
    compare(candidate, reference, calls)


@judges("whole-bytes")
def test_counts_beyond_what_a_float_holds(candidate, reference, draw):
    # Past 2^53 a float skips odd numbers, and 10^18 + 1 shards of one element are lost in it.
    parameters = 10**17 + 2 * draw.integer(10**6, 10**9) + 1
    compare(candidate, reference, [{"parameters": parameters, "gpus": gpus, "stage": 3} for gpus in (1, 2, 3, 8)])


@judges("frozen-parameters")
def test_frozen_parameters_have_weights_only(candidate, reference, draw):
    calls = [
        {"parameters": size(draw), "gpus": gpus, "stage": stage, "trainable": trainable}
        for gpus, stage in [(1, 0), (4, 1), (4, 2), (8, 3)]
        for trainable in (size(draw, 10**6, 10**8), 0)
    ]
    compare(candidate, reference, calls)


@judges("gradient-bytes")
def test_gradients_in_other_widths(candidate, reference, draw):
    calls = [
        {"parameters": size(draw), "gpus": 4, "stage": stage, "gradient_bytes": width}
        for stage, width in itertools.product(range(4), (2, 4, 6))
    ]
    compare(candidate, reference, calls)


@judges("gathered")
@pytest.mark.parametrize("stage", [0, 1, 2, 3])
def test_the_layer_at_work_is_whole(candidate, reference, draw, stage):
    calls = [
        {"parameters": size(draw), "gpus": gpus, "stage": stage, "largest_layer": size(draw, 10**7, 10**8)}
        for gpus in (1, 8)
    ]
    compare(candidate, reference, calls, ("gathered", "gpu"))


@judges("offload")
def test_the_optimizer_and_its_gradients_leave(candidate, reference, draw):
    calls = [
        {"parameters": size(draw), "gpus": gpus, "stage": stage, "offload_optimizer": True, "largest_layer": 84}
        for gpus, stage in itertools.product((1, 4, 8), (2, 3))
    ]
    compare(candidate, reference, calls + [call | {"trainable": 840_000} for call in calls])


@judges("offload")
@pytest.mark.parametrize("offload_optimizer", [False, True])
def test_parameters_leave(candidate, reference, draw, offload_optimizer):
    given = {"stage": 3, "offload_parameters": True, "offload_optimizer": offload_optimizer, "largest_layer": 8400}
    compare(candidate, reference, [{"parameters": size(draw), "gpus": gpus, **given} for gpus in (1, 4, 8)])


@judges("smallest-stage")
def test_the_lowest_stage_that_fits(candidate, reference, draw):
    calls = []
    for gpus in (1, 4, 8):
        parameters = size(draw, 10**9, 10**10)
        stages = [{"parameters": parameters, "gpus": gpus, "stage": stage} for stage in range(4)]
        needs = [reply["gpu"] / GIB for reply in reference.memory(stages)]
        limits = sorted({round(need * factor, 3) for need in needs for factor in (0.97, 1.03)})
        calls += [{"parameters": parameters, "gpus": gpus, "gib": gib} for gib in limits]
    calls.append({"parameters": 10**10, "gpus": 8, "gib": 24, "trainable": 10**7})
    calls.append({"parameters": 2**32, "gpus": 4, "gib": 16, "largest_layer": 2**25})
    assert_same_numbers(candidate.smallest_stage(calls), reference.smallest_stage(calls))


@judges("smallest-stage")
def test_a_plan_that_fits_to_the_byte(candidate):
    calls = [{"parameters": 2**30, "gpus": 4, "gib": gib} for gib in (16, 7, 5.5, 4, 3.999)]
    assert_same_numbers(candidate.smallest_stage(calls), [0, 1, 2, 3, None])


@judges("gpus-needed")
def test_the_smallest_number_of_gpus(candidate, reference, draw):
    calls = [
        {"parameters": size(draw, 5 * 10**9, 7 * 10**10), "stage": stage, "gib": gib}
        for stage, gib in [(0, 16), (0, 2000), (1, 24), (1, 400), (2, 80), (2, 200), (3, 8), (3, 80)]
    ]
    calls.append({"parameters": 2**34, "stage": 3, "gib": 40, "offload_optimizer": True, "largest_layer": 2**28})
    calls.append({"parameters": 2**36, "stage": 2, "gib": 130, "trainable": 2**26})
    assert_same_numbers(candidate.gpus_needed(calls), reference.gpus_needed(calls))


@judges("gpus-needed")
def test_more_gpus_do_not_always_help(candidate):
    # 2^36 parameters keep 128 GiB of weights in stage 2; in stage 3 they need 1024 GPUs of 1 GiB, or 1025 smaller ones.
    stage_2 = [{"parameters": 2**36, "stage": 2, "gib": gib} for gib in (128, 142, 1024)]
    stage_3 = [{"parameters": 2**36, "stage": 3, "gib": gib} for gib in (1, 0.9991)]
    assert_same_numbers(candidate.gpus_needed(stage_2 + stage_3), [None, 64, 1, 1024, None])


@judges("impossible-plans")
@pytest.mark.parametrize(
    "given",
    [
        {"stage": 4},
        {"stage": -1},
        {"gpus": 0},
        {"trainable": 1001},
        {"trainable": -1},
        {"stage": 1, "offload_optimizer": True},
        {"stage": 0, "offload_optimizer": True},
        {"stage": 2, "offload_parameters": True},
        {"stage": 2, "offload_parameters": True, "offload_optimizer": True},
    ],
)
def test_impossible_plans_are_refused(candidate, given):
    assert candidate.rejects(**{"parameters": 1000, "gpus": 4, "stage": 3} | given) is True
