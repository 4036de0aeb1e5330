"""experts.py against counts by hand."""

from __future__ import annotations

import itertools

import pytest

from questions.architecture import experts


def test_experts_read_by_enumeration() -> None:
    pairs = list(itertools.combinations(range(4), 2))
    read = [len({*first, *second}) for first in pairs for second in pairs]
    assert experts.experts_read(experts=4, top_k=2, batch=2) == pytest.approx(sum(read) / len(read))
    assert experts.experts_read(experts=8, top_k=2, batch=1) == 2


@pytest.mark.parametrize(("factor", "dropped"), [(1.25, 140), (1.5, 108), (2.0, 44), (3.0, 0)])
def test_a_fair_share_of_128_routes(factor: float, dropped: int) -> None:
    assert (
        experts.dropped_routes(tokens=4096, experts=64, top_k=2, capacity_factor=factor, routed=300)
        == max(300 - 128 * factor, 0)
        == dropped
    )
