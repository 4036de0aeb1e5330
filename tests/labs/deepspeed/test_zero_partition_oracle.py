"""The reference of the lab `zero-partition` against torch's AdamW and DeepSpeed's own partition of a flat buffer."""

import importlib.util
import itertools
from types import ModuleType, SimpleNamespace

import pytest
import torch
from deepspeed.runtime.zero import stage_1_and_2
from torch import nn

from labs.grading.catalogue import find_lab

SHAPES = [(3, 5), (7,), (), (2, 1, 3)]


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("zero_partition_reference", find_lab("zero-partition").reference)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class _Comm:
    def reduce_scatter(self, flats):
        return list(sum(flats).chunk(len(flats)))

    def all_gather(self, shards):
        return torch.cat(shards)

    def all_reduce(self, values):
        return sum(values)


@pytest.mark.parametrize("ranks", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("max_norm", [None, 0.5])
def test_trains_as_torchs_adamw_does(reference, ranks, max_norm):
    torch.manual_seed(ranks)
    parameters = [nn.Parameter(torch.randn(shape)) for shape in SHAPES]
    given = {"lr": 0.05, "betas": (0.8, 0.95), "eps": 1e-3, "weight_decay": 0.1}
    zero = reference.ZeroAdamW([p.detach().clone() for p in parameters], _Comm(), ranks, max_norm=max_norm, **given)
    optimizer = torch.optim.AdamW(parameters, **given)
    for _ in range(5):
        gradients = [[torch.randn(shape) for shape in SHAPES] for _ in range(ranks)]
        for parameter, of_ranks in zip(parameters, zip(*gradients, strict=True), strict=True):
            parameter.grad = torch.stack(of_ranks).mean(0)
        if max_norm is not None:
            nn.utils.clip_grad_norm_(parameters, max_norm)
        optimizer.step()
        for ours, its in zip(zero.step(gradients), parameters, strict=True):
            torch.testing.assert_close(ours, its.detach(), rtol=1e-5, atol=1e-6)
    total = sum(p.numel() for p in parameters)
    for ours, name in ((zero.momentum, "exp_avg"), (zero.variance, "exp_avg_sq")):
        its = torch.cat([optimizer.state[p][name].flatten() for p in parameters])
        torch.testing.assert_close(torch.cat(ours)[:total], its, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("ranks", [1, 2, 3, 7])
def test_shards_are_deepspeeds_where_the_ranks_divide(reference, monkeypatch, ranks):
    # DeepSpeed pads more for the sake of alignment, so the length divides here.
    monkeypatch.setattr(stage_1_and_2.dist, "get_world_size", lambda group=None: ranks)
    stand_in = SimpleNamespace(real_dp_process_group=[None])
    flat = torch.arange(42.0)
    its = stage_1_and_2.DeepSpeedZeroOptimizer.get_data_parallel_partitions(stand_in, flat, 0)
    zero = reference.ZeroAdamW([flat[:30].view(5, 6), flat[30:]], _Comm(), ranks, lr=0.1)
    for ours, shard in zip(zero.masters, its, strict=True):
        assert torch.equal(ours, shard)


def test_slices_find_every_element_once(reference):
    for ranks, sizes in itertools.product(range(1, 9), ([1], [2, 5], [3, 3, 3], [13, 1, 4])):
        pieces = reference.slices(sizes, ranks)
        flat = [(index, at) for of_rank in pieces for index, start, stop in of_rank for at in range(start, stop)]
        assert flat == [(index, at) for index, size in enumerate(sizes) for at in range(size)]
        length = -(-sum(sizes) // ranks)
        assert all(sum(stop - start for _, start, stop in of_rank) <= length for of_rank in pieces)


def test_traffic_of_the_paper(reference):
    # Section 7: about 2 psi elements in stages 0 to 2 and 3 psi in stage 3, where there are many ranks.
    for stage, times in ((0, 2), (1, 2), (2, 2), (3, 3)):
        assert reference.sent(10**9, 1000, stage) == times * 999 * 10**6
