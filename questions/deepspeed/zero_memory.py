"""The numbers in zero_memory.yaml: what a GPU and a host hold under ZeRO, offloading and checkpointing."""

from __future__ import annotations

import functools
import math
from typing import Any


def fewest_gpus(*, billions: int, spare_gb: int) -> int:
    """The smallest number of GPUs on which stage 3 leaves each with at most `spare_gb` GB (10^9) of model states.

    Mixed-precision Adam holds 2 (weights) + 2 (gradients) + 12 (fp32 weights and moments) bytes a parameter,
    and stage 3 shards all of it: N = ceil(16 Ψ / spare).
    Source: DeepSpeed documentation, Memory Requirements; Rajbhandari et al. 2020 (ZeRO).
    """
    return math.ceil(16 * billions / spare_gb)


def fewest_gpus_for_weights(*, billions: int, spare_gb: int) -> int:
    """The same with the 16-bit weights alone: 2 bytes a parameter."""
    return math.ceil(2 * billions / spare_gb)


def fewest_gpus_for_optimizer(*, billions: int, spare_gb: int) -> int:
    """The same with the optimizer's 12 bytes alone."""
    return math.ceil(12 * billions / spare_gb)


def stage_3_estimate_gb(*, gpus: int) -> float:
    """GB (10^9 bytes) on each GPU that DeepSpeed's estimator asks for Llama-2-7B in stage 3, nothing offloaded.

        4 · L + 18 · Ψ / N        L: parameters of the largest module, here the embedding

    Source: DeepSpeed `runtime/zero/stage3.py`, `estimate_zero3_model_states_mem_needs`.
    """
    from deepspeed.runtime.zero.stage3 import estimate_zero3_model_states_mem_needs as estimate

    total, largest = _llama_2_7b()
    _host, gpu, _layer = estimate(total, largest, gpus, cpu_offload=False, cpu_offload_params=False)
    return float(gpu / 1e9)


def stage_3_by_the_paper_gb(*, gpus: int) -> float:
    """16 bytes a parameter, no fp32 gradients and no gathered module."""
    return 16 * _llama_2_7b()[0] / gpus / 1e9


def stage_3_without_the_module_gb(*, gpus: int) -> float:
    """18 bytes a parameter and no gathered module."""
    return 18 * _llama_2_7b()[0] / gpus / 1e9


def frozen_base_gb(*, billions: int, gpus: int) -> float:
    """GB (10^9 bytes) of model states on each GPU under stage 2: a frozen bf16 base, 50M trained parameters.

    Stage 2 keeps every weight whole and shards gradients and optimizer states, which only what is trained has:

        2 Ψ + 2 T + (2 + 12) T / N

    Source: DeepSpeed `runtime/zero/stage_1_and_2.py`, whose groups hold the parameters with `requires_grad`.
    """
    trained = 0.05
    return 2 * billions + 2 * trained + 14 * trained / gpus


def frozen_base_sharded_gb(*, billions: int, gpus: int) -> float:
    """As if stage 2 sharded the weights too."""
    return (2 * billions + 16 * 0.05) / gpus


def frozen_base_with_states_gb(*, billions: int, gpus: int) -> float:
    """As if the frozen weights had gradients and optimizer states."""
    return 2 * (billions + 0.05) + 14 * (billions + 0.05) / gpus


def persistent_elements(*, layers: int, hidden: int) -> int:
    """Elements of a Llama that stage 3 leaves whole on every GPU by default.

    Those of every parameter with at most `stage3_param_persistence_threshold` (10^5) elements: the weights of
    the RMSNorms, two a layer and one at the end.
    Source: DeepSpeed `runtime/zero/parameter_offload.py`, `mark_persistent_parameters`; the default comes from
    `DeepSpeedZeroConfig`.
    """
    from deepspeed.runtime.zero.config import DeepSpeedZeroConfig

    threshold = DeepSpeedZeroConfig(stage=3).param_persistence_threshold
    return sum(size for size in _llama_sizes(layers, hidden) if size <= threshold)


def persistent_tensors(*, layers: int, hidden: int) -> int:
    """How many tensors those are: tensors counted for elements."""
    return 2 * layers + 1


def persistent_without_the_last(*, layers: int, hidden: int) -> int:
    """The norm after the last layer forgotten."""
    return 2 * layers * hidden


def host_memory_gb(*, billions: int, nodes: int) -> float:
    """GB (10^9 bytes) of each host's memory: stage 3, weights and optimizer offloaded, built under `zero.Init`.

        18 · Ψ / nodes · 1.5

    16 bytes of fp32 weights, gradients and moments and 2 of 16-bit weights; half as much again for buffers.
    Source: DeepSpeed `runtime/zero/stage3.py`, `estimate_zero3_model_states_mem_needs`.
    """
    from deepspeed.runtime.zero.stage3 import estimate_zero3_model_states_mem_needs as estimate

    host, _gpu, _layer = estimate(billions * 10**9, 10**8, num_gpus_per_node=8, num_nodes=nodes)
    return float(host / 1e9)


def host_memory_without_buffers_gb(*, billions: int, nodes: int) -> float:
    """Without the factor of 1.5."""
    return 18 * billions / nodes


def host_memory_of_all_gb(*, billions: int, nodes: int) -> float:
    """As if every host held all of the states."""
    return 18.0 * billions * 1.5


def checkpointed_gb(*, micro_batch: int, tokens: int) -> float:
    """GB (10^9 bytes) of layer inputs that 32 checkpointed layers of width 4096 keep for the backward pass in bf16.

    layers · batch · tokens · hidden · 2
    """
    return 32 * micro_batch * tokens * 4096 * 2 / 1e9


def checkpointed_one_layer_gb(*, micro_batch: int, tokens: int) -> float:
    """As if only one layer kept its input."""
    return micro_batch * tokens * 4096 * 2 / 1e9


def checkpointed_fp32_gb(*, micro_batch: int, tokens: int) -> float:
    """Four bytes an element."""
    return 32 * micro_batch * tokens * 4096 * 4 / 1e9


@functools.cache
def _llama_2_7b() -> tuple[int, int]:
    """Parameters of Llama-2-7B, and of the largest module as DeepSpeed's `model_to_params` counts it."""
    from deepspeed.runtime.zero.stage3 import model_to_params

    # Only its second value: on the meta device all data pointers are alike, so it cannot tell parameters apart.
    _total, largest = model_to_params(_llama(32, 4096, 11008))
    return sum(_llama_sizes(32, 4096)), largest


@functools.cache
def _llama_sizes(layers: int, hidden: int) -> list[int]:
    return [p.numel() for p in _llama(layers, hidden, 11008 if hidden == 4096 else 13824).parameters()]


def _llama(layers: int, hidden: int, intermediate: int) -> Any:
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        hidden_size=hidden,
        intermediate_size=intermediate,
        num_hidden_layers=layers,
        num_attention_heads=32 if hidden == 4096 else 40,
    )
    with torch.device("meta"):
        return LlamaForCausalLM(config)
