"""The reference of the lab `decoding-controls` against transformers' logits processors."""

import importlib.util
from types import ModuleType

import pytest
import torch
from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM
from transformers.generation.logits_process import (
    LogitsProcessorList,
    MinNewTokensLengthLogitsProcessor,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from labs.grading.catalogue import find_lab

VOCABULARY, PROMPT, EOS = 23, 3, 2


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("decoding_reference", find_lab("decoding-controls").reference)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _drawn(seed):
    generator = torch.Generator().manual_seed(seed)
    logits = 2 * torch.randn(4, VOCABULARY, generator=generator)
    return logits, torch.randint(0, VOCABULARY, (4, 6), generator=generator)


@pytest.mark.parametrize("seed", range(5))
def test_each_control_is_transformers(reference, seed):
    logits, ids = _drawn(seed)
    close = torch.testing.assert_close
    close(reference.penalise(logits, ids, 1.3), RepetitionPenaltyLogitsProcessor(1.3)(ids, logits))
    for k in (1, 5, 30):
        close(reference.keep_top_k(logits, k), TopKLogitsWarper(k)(ids, logits))
    for p in (1e-3, 0.3, 0.77, 0.95, 1.0):
        close(reference.keep_top_p(logits, p), TopPLogitsWarper(p)(ids, logits))


@pytest.mark.parametrize("minimum", [2, 3, 4])
def test_all_in_the_order_of_transformers(reference, minimum):
    logits, ids = _drawn(minimum)
    chain = LogitsProcessorList(
        [
            RepetitionPenaltyLogitsProcessor(1.4),
            MinNewTokensLengthLogitsProcessor(PROMPT, minimum, EOS),
            TemperatureLogitsWarper(0.6),
            TopKLogitsWarper(9),
            TopPLogitsWarper(0.81),
        ]
    )
    ours = reference.warp(logits, ids, PROMPT, EOS, 0.6, 9, 0.81, 1.4, minimum)
    torch.testing.assert_close(ours, chain(ids, logits))


def test_the_order_is_that_of_generate(reference):
    """What `generate` builds by itself from the same settings."""
    config = LlamaConfig(
        vocab_size=VOCABULARY, hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=1
    )
    torch.manual_seed(0)
    model = LlamaForCausalLM(config).eval()
    settings = GenerationConfig(
        do_sample=True, temperature=0.6, top_k=9, top_p=0.81, repetition_penalty=1.4, min_new_tokens=4,
        max_new_tokens=5, eos_token_id=EOS, pad_token_id=0, return_dict_in_generate=True, output_scores=True,
        output_logits=True,
    )  # fmt: skip
    _, ids = _drawn(7)
    out = model.generate(ids[:, :PROMPT], attention_mask=torch.ones(4, PROMPT), generation_config=settings)
    for i, (raw, scores) in enumerate(zip(out.logits, out.scores, strict=True)):
        ours = reference.warp(raw, out.sequences[:, : PROMPT + i], PROMPT, EOS, 0.6, 9, 0.81, 1.4, 4)
        torch.testing.assert_close(ours, scores)


def test_the_hand_values(reference):
    logits = torch.tensor([[2.0, 1.0, 0.0, -1.0]])
    kept = [int(reference.keep_top_p(logits / t, 0.9).isfinite().sum()) for t in (0.5, 1.0, 2.0)]
    assert kept == [2, 3, 4]
