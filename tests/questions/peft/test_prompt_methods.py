"""prompt_methods.py and the keys of prompt_methods.yaml against hand formulas and peft."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from questions.peft import prompt_methods
from quiz.bank.schema import Ordering, Question, Trace

Find = Callable[[str, str], Question]


@pytest.mark.parametrize(
    ("hidden", "layers", "heads", "kv_heads", "virtual_tokens"),
    [(64, 2, 8, 8, 5), (64, 3, 8, 2, 20), (96, 2, 6, 1, 7), (8192, 80, 64, 8, 20), (8192, 80, 64, 64, 20)],
)
def test_a_key_and_a_value_for_each_virtual_token(
    hidden: int, layers: int, heads: int, kv_heads: int, virtual_tokens: int
) -> None:
    expected = virtual_tokens * layers * 2 * kv_heads * (hidden // heads)
    assert expected == prompt_methods.prefix_parameters(
        hidden=hidden, layers=layers, heads=heads, kv_heads=kv_heads, virtual_tokens=virtual_tokens
    )


def test_prompt_or_prefix_shapes(question: Find) -> None:
    asked = question("peft/prompt_methods", "prompt-or-prefix-shapes")
    assert isinstance(asked, Trace)
    prompt = f"{8 + 6} {8 * 64}"
    prefix = f"{6} {8 * 2 * 2 * 64}"
    assert asked.answer.split() == [*prompt.split(), *prefix.split()]


def test_prompt_tuning_pads_the_labels_and_a_prefix_moves_the_positions() -> None:
    from peft import PrefixTuningConfig, PromptTuningConfig, get_peft_model

    ids = torch.ones(1, 6, dtype=torch.long)
    for method in (PromptTuningConfig, PrefixTuningConfig):
        base = _small_llama()
        positions: list[list[int]] = []

        def note(_module: Any, args: Any, kwargs: Any, positions: list[list[int]] = positions) -> None:
            positions.append(kwargs.get("position_ids", args[-1]).flatten().tolist())

        base.model.rotary_emb.register_forward_pre_hook(note, with_kwargs=True)
        model = get_peft_model(base, method(task_type="CAUSAL_LM", num_virtual_tokens=8))
        out = model(input_ids=ids, labels=ids)
        if method is PromptTuningConfig:
            assert positions == [list(range(14))]
            own = torch.nn.functional.cross_entropy(out.logits[0, 8:-1], ids[0, 1:], reduction="none")
            first = torch.nn.functional.cross_entropy(out.logits[0, 7:8], ids[0, :1], reduction="none")
            torch.testing.assert_close(out.loss, torch.cat((first, own)).mean())
        else:
            assert positions == [list(range(8, 14))]


def test_only_the_output_of_a_projection_is_stored() -> None:
    from peft import PrefixTuningConfig, get_peft_model, get_peft_model_state_dict

    assert PrefixTuningConfig().prefix_projection is False
    config = PrefixTuningConfig(
        task_type="CAUSAL_LM", num_virtual_tokens=8, prefix_projection=True, encoder_hidden_size=16
    )
    model = get_peft_model(_small_llama(), config)
    stored = sum(t.numel() for t in get_peft_model_state_dict(model).values())
    assert stored == 8 * 1 * 2 * 16
    assert model.get_nb_trainable_parameters()[0] > stored


def _small_llama() -> Any:
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=16, hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2
    )
    return LlamaForCausalLM(config)


def test_methods_by_trained_parameters(question: Find) -> None:
    from peft import IA3Config, LoraConfig, PrefixTuningConfig, PromptTuningConfig, get_peft_model
    from transformers import LlamaConfig, LlamaForCausalLM

    asked = question("peft/prompt_methods", "methods-by-trained-parameters")
    assert isinstance(asked, Ordering)
    lm = {"task_type": "CAUSAL_LM"}
    configs = {
        "a": PromptTuningConfig(**lm, num_virtual_tokens=20),
        "b": IA3Config(**lm),
        "c": LoraConfig(**lm, r=8, target_modules=["q_proj", "v_proj"]),
        "d": LoraConfig(**lm, r=8, target_modules="all-linear"),
        "e": PrefixTuningConfig(**lm, num_virtual_tokens=128),
        "f": PrefixTuningConfig(**lm, num_virtual_tokens=20, prefix_projection=True, encoder_hidden_size=4096),
    }
    trained = {}
    for key, config in configs.items():
        with torch.device("meta"):
            base = LlamaForCausalLM(LlamaConfig(vocab_size=32000))
            trained[key] = get_peft_model(base, config).get_nb_trainable_parameters()[0]
    assert [item.key for item in asked.items] == sorted(trained, key=trained.__getitem__)
    by_hand = {
        "a": 20 * 4096,
        "b": 32 * (4096 + 4096 + 11008),
        "c": 32 * 2 * 8 * 8192,
        "d": 32 * 8 * (4 * 8192 + 3 * 15104),
        "e": 128 * 32 * 2 * 4096,
    }
    assert {key: trained[key] for key in by_hand} == by_hand
    assert trained["f"] == pytest.approx(1.09e9, rel=0.005)
    for number in by_hand.values():
        assert f"{number:,}" in asked.explanation.en
        assert str(number) in asked.explanation.zh
