"""The reference of the lab `chatglm-block` against torch's own post-norm encoder, and against its definition.

Read from norm to norm, a chain of these blocks is a post-norm network: z -> LN(alpha z + branch(z)). A norm does not
see a common factor but for eps, so that LN(alpha z + branch(z)) is LN(z + branch(z) / alpha) with eps / alpha^2:
torch's encoder layers with norm_first=False, whose last projections are divided by alpha.
"""

import importlib.util
import math
from types import ModuleType

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from labs.grading.catalogue import find_lab

HIDDEN, HEADS, EPS = 16, 4, 1e-5


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("chatglm_block", find_lab("chatglm-block").reference)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class _Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.MultiheadAttention(HIDDEN, HEADS, batch_first=True)

    def forward(self, x: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
        return self.inner(x, x, x, attn_mask=mask, need_weights=False)[0]


def _mlp() -> nn.Sequential:
    return nn.Sequential(nn.Linear(HIDDEN, 4 * HIDDEN), nn.GELU(), nn.Linear(4 * HIDDEN, HIDDEN))


def _copy_norm(norm: nn.LayerNorm, alpha: float) -> nn.LayerNorm:
    copy = nn.LayerNorm(HIDDEN, eps=norm.eps / alpha**2).double()
    copy.load_state_dict(norm.state_dict())
    return copy


def _encoder_layer(block: nn.Module, next_norm: nn.LayerNorm, alpha: float) -> nn.TransformerEncoderLayer:
    """The layer from the first norm of `block` to `next_norm`."""
    layer = nn.TransformerEncoderLayer(
        HIDDEN, HEADS, 4 * HIDDEN, dropout=0.0, activation=F.gelu, batch_first=True, norm_first=False
    ).double()
    layer.self_attn.load_state_dict(block.attention.inner.state_dict())
    layer.linear1.load_state_dict(block.mlp[0].state_dict())
    layer.linear2.load_state_dict(block.mlp[2].state_dict())
    layer.norm1, layer.norm2 = _copy_norm(block.post_attention_layernorm, alpha), _copy_norm(next_norm, alpha)
    with torch.no_grad():
        for projection in (layer.self_attn.out_proj, layer.linear2):
            projection.weight /= alpha
            projection.bias /= alpha
    return layer


@pytest.mark.parametrize("num_layers", [2, 3])
@pytest.mark.parametrize("masked", [False, True])
def test_a_chain_of_blocks_is_torchs_post_norm_encoder(reference, num_layers, masked):
    torch.manual_seed(num_layers)
    blocks = [reference.GLMBlock(HIDDEN, num_layers, _Attention(), _mlp(), EPS).double() for _ in range(num_layers)]
    final = nn.LayerNorm(HIDDEN, EPS).double()
    norms = [n for b in blocks for n in (b.input_layernorm, b.post_attention_layernorm)] + [final]
    with torch.no_grad():
        for norm in norms:
            norm.weight.uniform_(0.5, 1.5)
            norm.bias.uniform_(-0.5, 0.5)
    x = torch.randn(2, 5, HIDDEN, dtype=torch.float64)
    mask = torch.ones(5, 5, dtype=torch.bool).triu(1) if masked else None

    ours = x
    for block in blocks:
        ours = block(ours, mask)

    alpha = reference.residual_scale(num_layers)
    theirs = blocks[0].input_layernorm(x)
    for block, following in zip(blocks, [*(b.input_layernorm for b in blocks[1:]), final], strict=True):
        theirs = _encoder_layer(block, following, alpha)(theirs, src_mask=mask)
    torch.testing.assert_close(final(ours), theirs)


def test_28_layers(reference):
    assert math.isclose(reference.residual_scale(28), 7.4833, abs_tol=1e-4)


def test_branches_that_change_nothing_leave_a_scaled_norm(reference):
    # attention(a) = 0 and mlp(m) = 0: LN of a scaled LN is that LN again, but for eps.
    block = reference.GLMBlock(HIDDEN, 28, lambda a, mask: torch.zeros_like(a), torch.zeros_like)
    x = torch.randn(3, HIDDEN, generator=torch.Generator().manual_seed(0))
    expected = math.sqrt(56) * F.layer_norm(x, (HIDDEN,))
    torch.testing.assert_close(block(x), expected, rtol=1e-4, atol=1e-4)


def test_the_residual_is_not_x(reference):
    # A pre-norm block hands x on: shifted by 5, its output would be, too. A norm does not see the shift.
    block = reference.GLMBlock(HIDDEN, 28, lambda a, mask: a, lambda m: m)
    x = torch.randn(3, HIDDEN, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    torch.testing.assert_close(block.double()(x + 5), block(x))
