"""The reference of the lab `gradient-buckets` against DeepSpeed's own bucketing, and against a ring played out."""

import importlib.util
import itertools
import random
from types import ModuleType, SimpleNamespace

import pytest
import torch
from deepspeed.runtime.zero.stage_1_and_2 import DeepSpeedZeroOptimizer

from labs.grading.catalogue import find_lab


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("gradient_buckets_reference", find_lab("gradient-buckets").reference)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class _Bucket:
    def __init__(self) -> None:
        self.elements, self.index, self.has_moe_params = 0, 0, False
        self.grads: list[torch.Tensor] = []
        self.params: list[tuple[int, int, int]] = []


def _deepspeeds_buckets(sizes: list[int], limit: int) -> list[list[int]]:
    """DeepSpeed's own method over a stand-in for its optimizer, which only notes what would be reduced."""
    bucket, sent = _Bucket(), []
    parameters = [torch.nn.Parameter(torch.zeros(size)) for size in sizes]

    def reduce(comm_dtype: torch.dtype) -> None:
        if bucket.params:  # before a first gradient that is larger than the limit it is called on nothing
            sent.append([index for _, _, index in bucket.params])
        bucket.__init__()  # type: ignore[misc]

    index_of = {id(parameter): index for index, parameter in enumerate(parameters)}
    optimizer = SimpleNamespace(
        ipg_buckets={torch.float32: bucket},
        reduce_bucket_size=limit,
        contiguous_gradients=False,
        overlap_comm=False,
        params_already_reduced=[False] * len(sizes),
        get_gradient_for_reduction=lambda parameter: parameter.grad,
        get_param_comm_dtype=lambda parameter: torch.float32,
        get_param_id=lambda parameter: index_of[id(parameter)],
        report_ipg_memory_usage=lambda *args: None,
        reduce_ipg_grads=reduce,
        _maybe_reduce_autoep_folding_tp_gradient=lambda *args: None,
        _record_bucket_producer=lambda *args: None,
    )
    for index in reversed(range(len(sizes))):  # as a chain of layers produces them
        parameters[index].grad = torch.zeros(sizes[index])
        parameters[index].param_idx_in_group = index  # type: ignore[attr-defined]
        DeepSpeedZeroOptimizer.reduce_independent_p_g_buckets_and_remove_grads(optimizer, parameters[index], 0)  # type: ignore[arg-type]
    reduce(torch.float32)
    return sent


def test_buckets_as_deepspeed_fills_them(reference):
    draw = random.Random(0)
    for limit, count in itertools.product((1, 5, 12, 40), (0, 1, 2, 9, 30)):
        for _ in range(5):
            sizes = [draw.randint(1, 15) for _ in range(count)]
            assert reference.buckets(sizes, limit) == _deepspeeds_buckets(sizes, limit)


def _ring(elements: int, ranks: int) -> tuple[list[torch.Tensor], int, int]:
    """A ring all-reduce, message by message: each rank's result, and what one rank sends, in messages and elements."""
    chunk = -(-elements // ranks)
    data = [torch.arange(ranks * chunk) * (rank + 1) for rank in range(ranks)]
    chunks = [list(of_rank.split(chunk)) for of_rank in data]
    messages = sent = 0
    for phase, step in itertools.product((0, 1), range(ranks - 1)):
        outgoing = [chunks[rank][(rank + phase - step) % ranks].clone() for rank in range(ranks)]
        for rank in range(ranks):
            at = (rank + phase - step) % ranks
            target = (rank + 1) % ranks
            chunks[target][at] = outgoing[rank] + (chunks[target][at] if phase == 0 else 0)
        messages, sent = messages + 1, sent + chunk
    return [torch.cat(of_rank)[:elements] for of_rank in chunks], messages, sent


@pytest.mark.parametrize("ranks", [1, 2, 3, 4, 7])
def test_traffic_as_a_ring_sends(reference, ranks):
    draw = random.Random(ranks)
    for limit in (1, 6, 20, 1000):
        sizes = [draw.randint(1, 12) for _ in range(10)]
        played = []
        for bucket in reference.buckets(sizes, limit):
            elements = sum(sizes[index] for index in bucket)
            results, messages, sent = _ring(elements, ranks)
            for result in results:
                assert torch.equal(result, torch.arange(elements) * (ranks * (ranks + 1) // 2))
            played.append((messages, sent))
        actual = reference.traffic(sizes, limit, ranks, 2)
        assert actual["messages"] == sum(messages for messages, _ in played)
        assert actual["bytes"] == 2 * sum(sent for _, sent in played)


@pytest.mark.parametrize("limit", [1, 10, 1000])
def test_averages_are_the_mean_of_each_gradient(reference, limit):
    torch.manual_seed(0)
    gradients = [[torch.randn(3, 4), torch.randn(()), None, torch.randn(7)] for _ in range(3)]
    actual = reference.average(gradients, limit, lambda flats: torch.stack(flats).sum(0))
    for index, of_ranks in enumerate(zip(*gradients, strict=True)):
        if of_ranks[0] is None:
            assert actual[index] is None
        else:
            torch.testing.assert_close(actual[index], torch.stack(of_ranks).mean(0))
