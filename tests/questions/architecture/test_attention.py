"""The keys of attention.yaml, held against torch and against what transformers does in a real step."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
import torch
import torch.nn.functional as F

from quiz.bank.schema import Ordering, Question, SpotTheLine

Find = Callable[[str, str], Question]


def test_one_decoding_step_runs_in_the_order_of_the_key(question: Find) -> None:
    asked = question("architecture/attention", "one-decoding-step")
    assert isinstance(asked, Ordering)
    assert [item.key for item in asked.items] == _recorded_step()


def _recorded_step() -> list[str]:
    """The operations of LlamaAttention while it decodes one token, each by the key of its item."""
    from transformers import DynamicCache, LlamaConfig, LlamaModel
    from transformers.models.llama import modeling_llama

    config = LlamaConfig(
        vocab_size=8,
        hidden_size=32,
        intermediate_size=8,
        num_hidden_layers=1,
        num_attention_heads=4,
        num_key_value_heads=2,
        attn_implementation="eager",
    )
    model = LlamaModel(config).eval()
    cache = DynamicCache()
    model(torch.zeros(1, 3, dtype=torch.long), past_key_values=cache)
    seen: list[str] = []
    attention = model.layers[0].self_attn
    attention.q_proj.register_forward_hook(lambda *_: seen.append("a"))
    attention.o_proj.register_forward_hook(lambda *_: seen.append("h"))

    with (
        patch.object(modeling_llama, "apply_rotary_pos_emb", _noting(seen, "b", modeling_llama.apply_rotary_pos_emb)),
        patch.object(cache, "update", _noting(seen, "c", cache.update)),
        patch.object(modeling_llama, "eager_attention_forward", _noting_eager(seen, modeling_llama)),
    ):
        model(torch.zeros(1, 1, dtype=torch.long), past_key_values=cache)
    return seen


def _noting(seen: list[str], key: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def noted(*args: Any, **kwargs: Any) -> Any:
        seen.append(key)
        return function(*args, **kwargs)

    return noted


def _noting_eager(seen: list[str], modeling_llama: ModuleType) -> Callable[..., Any]:
    """The real function; multiplying, adding the mask, softmax and summing are noted as torch runs them."""
    from torch.overrides import TorchFunctionMode

    real = modeling_llama.eager_attention_forward

    class Note(TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            if func is torch.matmul:
                seen.append("g" if "f" in seen else "d")
            elif func is F.softmax:
                seen.append("f")
            elif func is torch.Tensor.__add__ or func is torch.Tensor.add:
                seen.append("e")
            return func(*args, **(kwargs or {}))

    def noted(
        module: Any, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, mask: Any, **kwargs: Any
    ) -> Any:
        if mask is None:  # one query needs none; give it one so that the place shows
            mask = torch.zeros(1, 1, query.shape[2], key.shape[2])
        with Note():
            return real(module, query, key, value, mask, **kwargs)

    return noted


def test_cached_keys_are_rotated() -> None:
    from transformers import LlamaConfig, LlamaModel

    torch.manual_seed(0)
    config = LlamaConfig(vocab_size=8, hidden_size=32, intermediate_size=8, num_hidden_layers=1, num_attention_heads=2)
    keys = LlamaModel(config)(torch.zeros(1, 2, dtype=torch.long), use_cache=True).past_key_values.layers[0].keys
    assert not torch.allclose(keys[:, :, 0], keys[:, :, 1]), "the same token twice: only its position differs"


def test_grouped_query_attention_by_hand(question: Find) -> None:
    """As printed it differs from torch; so it does with either repair alone; with both it agrees."""
    asked = question("architecture/attention", "grouped-query-attention-by-hand")
    assert isinstance(asked, SpotTheLine)
    lines = asked.code.splitlines()
    repeat, scale = (lines[n - 1] for n in asked.wrong_lines)
    mended_repeat = repeat.replace(
        "k.repeat(1, heads // kv_heads, 1, 1)", "k.repeat_interleave(heads // kv_heads, dim=1)"
    )
    mended_scale = scale.replace("hidden**0.5", "head_dim**0.5")
    assert mended_repeat != repeat
    assert mended_scale != scale
    assert mended_repeat.strip() in asked.correction.en

    right = _torch_attention()
    for repaired, agrees in (
        (asked.code, False),
        (asked.code.replace(repeat, mended_repeat), False),
        (asked.code.replace(scale, mended_scale), False),
        (asked.code.replace(repeat, mended_repeat).replace(scale, mended_scale), True),
    ):
        assert torch.allclose(_run(repaired), right, atol=1e-5) is agrees


HEADS, KV_HEADS, HIDDEN = 4, 2, 32


def _weights() -> SimpleNamespace:
    torch.manual_seed(0)
    narrow = HIDDEN // HEADS * KV_HEADS
    shapes = {
        "x": (2, 5, HIDDEN),
        "wq": (HIDDEN, HIDDEN),
        "wk": (HIDDEN, narrow),
        "wv": (HIDDEN, narrow),
        "wo": (HIDDEN, HIDDEN),
    }
    return SimpleNamespace(**{name: torch.randn(shape) / 3 for name, shape in shapes.items()})


def _run(code: str) -> torch.Tensor:
    namespace: dict[str, Any] = {"torch": torch}
    exec(code, namespace)
    result: torch.Tensor = namespace["attend"](**vars(_weights()), heads=HEADS, kv_heads=KV_HEADS)
    return result


def _torch_attention() -> torch.Tensor:
    w = _weights()

    def heads(y: torch.Tensor, count: int) -> torch.Tensor:
        return y.unflatten(-1, (count, HIDDEN // HEADS)).transpose(1, 2)

    out = F.scaled_dot_product_attention(
        heads(w.x @ w.wq, HEADS),
        heads(w.x @ w.wk, KV_HEADS),
        heads(w.x @ w.wv, KV_HEADS),
        is_causal=True,
        enable_gqa=True,
    )
    return out.transpose(1, 2).flatten(2) @ w.wo


def test_torch_groups_heads_as_llama_does() -> None:
    """`enable_gqa`, the oracle above, and transformers' `repeat_kv` share heads alike."""
    from transformers.models.llama.modeling_llama import repeat_kv

    k = torch.arange(2.0).reshape(1, 2, 1, 1)
    assert repeat_kv(k, 2).flatten().tolist() == [0, 0, 1, 1]
    assert k.repeat_interleave(2, dim=1).flatten().tolist() == [0, 0, 1, 1]
    assert k.repeat(1, 2, 1, 1).flatten().tolist() == [0, 1, 0, 1]
    assert math.sqrt(32) == pytest.approx(5.7, abs=0.05), "the explanation names this factor"
