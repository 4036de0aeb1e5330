"""The reference of the lab `ptuning-encoder` against peft's prompt encoder."""

import importlib.util
from types import ModuleType

import pytest
import torch
from peft import PromptEncoder, PromptEncoderConfig, get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM

from labs.grading.catalogue import find_lab

LENGTH, DIM, HIDDEN = 5, 8, 6


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("ptuning_encoder_reference", find_lab("ptuning-encoder").reference)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _config(
    kind: str, layers: int = 2, dropout: float = 0.0, dim: int = DIM, length: int = LENGTH, hidden: int = HIDDEN
):
    return PromptEncoderConfig(
        task_type="CAUSAL_LM",
        num_virtual_tokens=length,
        token_dim=dim,
        num_transformer_submodules=1,
        encoder_reparameterization_type=kind,
        encoder_hidden_size=hidden,
        encoder_num_layers=layers,
        encoder_dropout=dropout,
    )


def _pair(reference, kind: str, layers: int = 2, dropout: float = 0.0):
    """peft's encoder and ours with its weights: the names and shapes are the same."""
    torch.manual_seed(0)
    theirs = PromptEncoder(_config(kind, layers, dropout))
    ours = reference.PromptEncoder(LENGTH, DIM, HIDDEN, kind, layers, dropout)
    ours.load_state_dict(theirs.state_dict())
    return ours, theirs


def _indices(batch: int = 3) -> torch.Tensor:
    return torch.arange(LENGTH).expand(batch, -1)


@pytest.mark.parametrize(("kind", "layers"), [("MLP", 2), ("LSTM", 1), ("LSTM", 2), ("LSTM", 3)])
def test_gives_what_pefts_encoder_gives(reference, kind, layers):
    ours, theirs = _pair(reference, kind, layers)
    torch.testing.assert_close(ours(3), theirs(_indices()))
    grad = torch.randn(3, LENGTH, DIM)
    ours(3).backward(grad)
    theirs(_indices()).backward(grad)
    for (name, p), q in zip(ours.named_parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(p.grad, q.grad, msg=name)


@pytest.mark.parametrize("dropout", [0.5, 1.0])
def test_drops_where_peft_drops(reference, dropout):
    ours, theirs = (encoder.train() for encoder in _pair(reference, "LSTM", 2, dropout))
    torch.manual_seed(1)
    actual = ours(3)
    torch.manual_seed(1)
    torch.testing.assert_close(actual, theirs(_indices()))


@pytest.mark.parametrize("kind", ["MLP", "LSTM"])
def test_the_table_is_what_peft_saves(reference, kind):
    torch.manual_seed(0)
    sizes = {"vocab_size": 17, "hidden_size": DIM, "intermediate_size": 12, "num_hidden_layers": 1}
    model = LlamaForCausalLM(LlamaConfig(**sizes, num_attention_heads=2))
    tuned = get_peft_model(model, _config(kind)).eval()
    ours = reference.PromptEncoder(LENGTH, DIM, HIDDEN, kind)
    ours.load_state_dict(tuned.prompt_encoder["default"].state_dict())
    kept = tuned.get_prompt_embedding_to_save("default")
    torch.testing.assert_close(ours.table(), kept)
    assert sum(p.numel() for p in ours.parameters()) == tuned.get_nb_trainable_parameters()[0]
    torch.testing.assert_close(reference.FixedPrompt(kept)(2), tuned.get_prompt(batch_size=2))


MLP = 4096 * 128 + 128 + 128 * 128 + 128 + 128 * 4096 + 4096
LSTM = 2 * (4 * 128 * (4096 + 128 + 2) + 4 * 128 * (256 + 128 + 2)) + 256 * 256 + 256 + 256 * 4096 + 4096


@pytest.mark.parametrize(("kind", "count"), [("MLP", MLP), ("LSTM", LSTM)])
def test_counts_of_7b(reference, kind, count):
    # 20 virtual tokens of width 4096, a hidden width of 128, two layers.
    with torch.device("meta"):
        ours = reference.PromptEncoder(20, 4096, 128, kind)
        theirs = PromptEncoder(_config(kind, dim=4096, length=20, hidden=128))
    numbers = [sum(p.numel() for p in encoder.parameters()) for encoder in (ours, theirs)]
    assert numbers == [20 * 4096 + count] * 2


def test_fills_place_by_place(reference):
    # No library has this function: the definition, in loops.
    generator = torch.Generator().manual_seed(0)
    ids = torch.tensor([[9, 1, 9, 2], [3, 9, 9, 4], [9, 9, 5, 6]])
    virtual = torch.randn(3, 2, DIM, generator=generator)
    embeds = torch.randn(3, 4, DIM, generator=generator)
    actual = reference.fill(virtual, ids, embeds, 9)
    for b in range(3):
        following = iter(virtual[b])
        for i in range(4):
            expected = next(following) if ids[b, i] == 9 else embeds[b, i]
            assert torch.equal(actual[b, i], expected)
    with pytest.raises(ValueError, match="2 pseudo tokens"):
        reference.fill(virtual, ids[[0, 0, 0]].roll(1, 0) * torch.tensor([[1], [1], [0]]), embeds, 9)
