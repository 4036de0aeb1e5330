"""Keys that no derive function computes, held against the libraries that they speak of."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
import torch
import torch.nn.functional as F

from quiz.bank.schema import Cloze, Question, SpotTheLine
from quiz.marking import mark

Find = Callable[[str, str], Question]


def test_rmsnorm_in_llama() -> None:
    from transformers.models.llama.modeling_llama import LlamaRMSNorm

    norm = LlamaRMSNorm(8, eps=1e-6)
    small = torch.full((8,), 0.001)
    assert norm(small)[0].item() == pytest.approx(0.707, abs=5e-4)
    assert (small / (small.square().mean().sqrt() + 1e-6))[0].item() == pytest.approx(0.999, abs=5e-4)

    large = torch.full((1, 3, 8), 300.0, dtype=torch.float16)
    assert large.square().isinf().all()
    assert norm.half()(large).isfinite().all()

    norm = LlamaRMSNorm(8)
    x = torch.randn(1, 3, 8)
    padded = torch.cat((x, torch.zeros(1, 2, 8)), dim=1)
    assert torch.equal(norm(padded)[:, :3], norm(x))
    assert not torch.allclose(norm(x + 5), norm(x))
    assert [name for name, _ in norm.named_parameters()] == ["weight"]
    assert [name for name, _ in torch.nn.LayerNorm(8).named_parameters()] == ["weight", "bias"]


def test_what_leaves_the_output_alone() -> None:
    torch.manual_seed(0)
    x = torch.randn(16, dtype=torch.float64)
    scaled, shifted = 3 * x, x + 5

    def same(f: Callable[[torch.Tensor], torch.Tensor], y: torch.Tensor) -> bool:
        return torch.allclose(f(x), f(y))

    def layer_norm(v: torch.Tensor) -> torch.Tensor:
        return F.layer_norm(v, v.shape, eps=0)

    def rms_norm(v: torch.Tensor) -> torch.Tensor:
        return F.rms_norm(v, v.shape, eps=0)

    def softmax(v: torch.Tensor) -> torch.Tensor:
        return v.softmax(-1)

    assert (same(layer_norm, scaled), same(layer_norm, shifted)) == (True, True)
    assert (same(rms_norm, scaled), same(rms_norm, shifted)) == (True, False)
    assert (same(softmax, scaled), same(softmax, shifted)) == (False, True)

    q, k, v = torch.randn(1, 8), torch.randn(5, 8), torch.randn(5, 8)
    order = torch.tensor([3, 0, 4, 1, 2])
    attend = F.scaled_dot_product_attention
    torch.testing.assert_close(attend(q, k, v), attend(q, k[order], v[order]))


def test_rope_score_under_a_common_shift() -> None:
    from transformers import LlamaConfig
    from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding, apply_rotary_pos_emb

    torch.manual_seed(0)
    rope = LlamaRotaryEmbedding(LlamaConfig(hidden_size=64, num_attention_heads=1))
    q, k = torch.randn(2, 1, 1, 1, 64)

    def score(q_at: int, k_at: int) -> torch.Tensor:
        cos, sin = rope(q, torch.tensor([[q_at, k_at]]))
        q_turned, _ = apply_rotary_pos_emb(q, q, cos[:, :1], sin[:, :1])
        k_turned, _ = apply_rotary_pos_emb(k, k, cos[:, 1:], sin[:, 1:])
        return (q_turned * k_turned).sum()

    torch.testing.assert_close(score(9, 4), score(14, 9), rtol=1e-4, atol=1e-4)
    assert not torch.isclose(score(9, 4), score(4, 9), rtol=1e-2)


def test_what_fills_auto(question: Find) -> None:
    pytest.importorskip("deepspeed", reason="DeepSpeed is an extra")
    from transformers.integrations import deepspeed

    asked = question("deepspeed/config", "what-fills-auto")
    assert isinstance(asked, Cloze)
    config = deepspeed.HfTrainerDeepSpeedConfig(
        {
            "train_batch_size": "auto",
            "gradient_clipping": "auto",
            "fp16": {"enabled": "auto"},
            "zero_optimization": {"stage": 2, "reduce_bucket_size": "auto"},
        }
    )
    arguments = SimpleNamespace(
        world_size=8,
        per_device_train_batch_size=2,
        gradient_accumulation_steps=4,
        max_grad_norm=0.5,
        fp16=False,
        fp16_full_eval=False,
        bf16=True,
        bf16_full_eval=False,
        learning_rate=1e-4,
        adam_beta1=0.9,
        adam_beta2=0.999,
        adam_epsilon=1e-8,
        weight_decay=0.0,
        save_on_each_node=False,
        get_warmup_steps=lambda _steps: 0,
    )
    try:
        config.trainer_config_process(arguments)
        config.trainer_config_finalize(arguments, SimpleNamespace(config=SimpleNamespace(hidden_size=4096)), 1000)
    finally:
        deepspeed.unset_hf_deepspeed_config()
    filled = [
        config.config["train_batch_size"],
        config.config["gradient_clipping"],
        config.config["fp16"]["enabled"],
        config.config["zero_optimization"]["reduce_bucket_size"],
    ]
    assert [gap.accept[0] for _, gap in sorted(asked.gaps.items())] == [str(value).lower() for value in filled]


@pytest.mark.parametrize("typed", ["16 777 216", "16,777,216", "16，777，216", "1.6777216E7", "4096 × 4096", "2^24"])
def test_a_number_in_a_gap_may_be_spelt_as_people_do(question: Find, typed: str) -> None:
    asked = question("deepspeed/config", "what-fills-auto")
    response = {"gaps": {"1": "64", "2": ".5", "3": "False", "4": typed}}
    assert mark(asked, response).score == 1


def test_amp_accumulation_loop(question: Find) -> None:
    """The loop as printed differs from one big batch; each repair alone does too; both together do not."""
    asked = question("debugging/training_loop", "amp-accumulation-loop")
    assert isinstance(asked, SpotTheLine)
    printed = asked.code.replace('"cuda"', '"cpu"')
    clip, clear = (asked.code.splitlines()[line - 1].strip() for line in asked.wrong_lines)
    unscaled = printed.replace(clip, f"scaler.unscale_(optimizer)\n        {clip}")
    cleared_once = printed.replace(f"    {clear}", f"        {clear}")
    both = unscaled.replace(f"    {clear}", f"        {clear}")

    expected = _one_big_batch()
    for code, right in ((printed, False), (unscaled, False), (cleared_once, False), (both, True)):
        assert torch.allclose(_trained(code), expected, rtol=0, atol=2e-3) is right


def test_adam_with_epsilon_zero_makes_nan_of_a_missing_gradient() -> None:
    parameter = torch.nn.Parameter(torch.ones(1))
    parameter.grad = torch.zeros(1)
    torch.optim.AdamW([parameter], eps=0.0).step()
    assert parameter.isnan().all()


class _Line(torch.nn.Module):
    """Least squares with one weight vector, in the form that the loop expects."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(4))

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> SimpleNamespace:
        return SimpleNamespace(loss=F.mse_loss(x @ self.weight, y))


def _batches() -> list[dict[str, torch.Tensor]]:
    torch.manual_seed(0)
    x = torch.randn(4, 8, 4)
    return [{"x": part, "y": part @ torch.tensor([0.3, -0.2, 0.1, 0.2])} for part in x]


def _trained(code: str) -> torch.Tensor:
    model = _Line()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    schedule = SimpleNamespace(step=lambda: None)
    exec(
        code,
        {
            "torch": torch,
            "model": model,
            "loader": _batches(),
            "optimizer": optimizer,
            "scheduler": schedule,
            "accumulation": 4,
        },
    )
    return model.weight.detach()


def _one_big_batch() -> torch.Tensor:
    model = _Line()
    model(**{name: torch.cat([b[name] for b in _batches()]) for name in ("x", "y")}).loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    torch.optim.SGD(model.parameters(), lr=0.1).step()
    return model.weight.detach()
