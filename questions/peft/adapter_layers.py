"""The numbers in adapter_layers.yaml, counted on torch's layers without weights (meta device)."""

from __future__ import annotations


def houlsby_parameters(*, hidden: int, bottleneck: int, layers: int) -> int:
    """How many parameters Houlsby's adapters add, two bottlenecks in each layer.

        layers · 2 · ((d·m + m) + (m·d + d))  =  layers · 2 · (2·m·d + m + d)

    for hidden size d and bottleneck m, biases included. Source: Houlsby et al. 2019; adapters
    `methods/modeling.py`, `Adapter`.
    """
    import torch
    from torch import nn

    with torch.device("meta"):
        adapter = nn.Sequential(nn.Linear(hidden, bottleneck), nn.ReLU(), nn.Linear(bottleneck, hidden))
    return layers * 2 * sum(p.numel() for p in adapter.parameters())


def one_adapter_a_layer(*, hidden: int, bottleneck: int, layers: int) -> int:
    """Wrong for Houlsby: Pfeiffer's placement, after the feed-forward block alone."""
    return layers * (2 * bottleneck * hidden + bottleneck + hidden)


def down_projection_alone(*, hidden: int, bottleneck: int, layers: int) -> int:
    """Wrong: without the way back to the hidden size."""
    return layers * 2 * (bottleneck * hidden + bottleneck)


def square_feed_forward(*, hidden: int, bottleneck: int, layers: int) -> int:
    """Wrong: two full layers d → d instead of a bottleneck."""
    return layers * 2 * 2 * (hidden * hidden + hidden)


def fusion_parameters(*, hidden: int, layers: int, adapters: int) -> int:
    """How many parameters AdapterFusion trains with one fusion a layer, as the library `adapters` builds it.

        layers · (3·d² + 2·d)

    query and key with biases, value without; however many adapters are fused. Source: adapters
    `methods/modeling.py`, `BertFusion`; Pfeiffer's adapters, one place in each layer.
    """
    import torch
    from torch import nn

    with torch.device("meta"):
        fusion = nn.ModuleList(
            [nn.Linear(hidden, hidden), nn.Linear(hidden, hidden), nn.Linear(hidden, hidden, bias=False)]
        )
    return layers * sum(p.numel() for p in fusion.parameters())


def fusion_for_each_adapter(*, hidden: int, layers: int, adapters: int) -> int:
    """Wrong: as if each adapter had a query, key and value of its own."""
    return adapters * layers * (3 * hidden * hidden + 2 * hidden)


def one_weight_an_adapter(*, hidden: int, layers: int, adapters: int) -> int:
    """Wrong: as if the mixture were a fixed weight for each adapter and layer."""
    return layers * adapters


def fusion_once(*, hidden: int, layers: int, adapters: int) -> int:
    """Wrong: as if all layers shared one fusion."""
    return 3 * hidden * hidden + 2 * hidden
