"""The reference of the lab `ntk-logn` against dynamic NTK and Llama's rotation in transformers, and Qwen's own list."""

import importlib.util
import math
from types import ModuleType

import pytest
import torch
from transformers import LlamaConfig
from transformers.modeling_rope_utils import _compute_dynamic_ntk_parameters
from transformers.models.llama.modeling_llama import apply_rotary_pos_emb

from labs.grading.catalogue import find_lab


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("ntk_logn", find_lab("ntk-logn").reference)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _dynamic_ntk(head_dim: int, train_length: int, length: int) -> torch.Tensor:
    """transformers' frequencies with factor 2."""
    parameters = {"rope_type": "dynamic", "rope_theta": 10000.0, "factor": 2.0}
    config = LlamaConfig(
        hidden_size=head_dim,
        num_attention_heads=1,
        head_dim=head_dim,
        max_position_embeddings=train_length,
        rope_parameters=parameters,
    )
    frequencies, scaling = _compute_dynamic_ntk_parameters(config, seq_len=length)
    assert scaling == 1
    return frequencies


@pytest.mark.parametrize("head_dim", [4, 10, 64, 128])
@pytest.mark.parametrize("train_length", [64, 8192])
def test_frequencies_are_those_of_transformers_at_powers_of_two(reference, head_dim, train_length):
    module = reference.LongContextRotary(head_dim, train_length).eval()
    for length in (1, train_length, 2 * train_length, 4 * train_length, 16 * train_length):
        torch.testing.assert_close(module.frequencies(length), _dynamic_ntk(head_dim, train_length, length))
    # In between ours stays on the step above, and is slower.
    between = 3 * train_length
    assert (module.frequencies(between)[1:] < _dynamic_ntk(head_dim, train_length, between)[1:]).all()


def test_alpha_is_what_qwens_expression_gives(reference):
    for length in [*range(1, 300), 4096, 8192, 8193, 16384, 16385, 32768]:
        for train_length in (7, 64, 8192):
            qwens = max(2 ** math.ceil(math.log(length / train_length, 2) + 1) - 1, 1)
            assert reference.ntk_alpha(length, train_length) == qwens


@pytest.mark.parametrize("train_length", [7, 2048, 8192])
def test_factors_are_those_of_qwens_list(reference, train_length):
    qwens = torch.tensor([math.log(i, train_length) if i > train_length else 1 for i in range(1, 32768)])
    torch.testing.assert_close(reference.logn_scale(torch.arange(32767), train_length), qwens)


@pytest.mark.parametrize(("seq", "start"), [(5, 0), (30, 0), (1, 29), (4, 100)])
def test_rotation_is_llamas_with_those_frequencies(reference, seq, start):
    generator = torch.Generator().manual_seed(0)
    q, k = (torch.randn(2, heads, seq, 16, generator=generator, dtype=torch.float64) for heads in (4, 2))
    for training in (True, False):
        module = reference.LongContextRotary(16, 8).train(training)
        positions = torch.arange(start, start + seq)
        angles = (positions.double().unsqueeze(-1) * module.frequencies(start + seq)).tile(2).unsqueeze(0)
        llamas_q, llamas_k = apply_rotary_pos_emb(q, k, angles.cos(), angles.sin())
        factors = 1.0 if training else reference.logn_scale(positions, 8).unsqueeze(-1)
        ours_q, ours_k = module(q, k, start=start)
        torch.testing.assert_close(ours_q, llamas_q * factors, atol=1e-4, rtol=1e-5)
        torch.testing.assert_close(ours_k, llamas_k, atol=1e-4, rtol=1e-5)
