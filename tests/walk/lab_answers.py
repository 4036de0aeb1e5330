"""What is typed into the editor for each lab: short lines, so that eighty columns never scroll sideways."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Edit:
    """Clear the line that shows `found` and type `lines` in its place, each after `indent` spaces."""

    found: str
    lines: tuple[str, ...]
    indent: int = 8


NEARLY_RMSNORM = (
    Edit("TODO: the parameter", ("self.eps = eps", "self.weight = nn.Parameter(torch.ones(dim))")),
    Edit(
        "raise NotImplementedError",
        ("rms = (x.pow(2).mean(-1, keepdim=True) + self.eps).sqrt()", "return self.weight * x / rms"),
    ),
)
MENDED_RMSNORM = (
    Edit("rms = (x", ("h = x.float()", "rms = (h.pow(2).mean(-1, keepdim=True) + self.eps).sqrt()")),
    Edit("return self.weight", ("return (self.weight.float() * h / rms).to(x.dtype)",)),
)
ROPE = (
    Edit(
        "TODO: the angles",
        (
            "powers = torch.arange(0, head_dim, 2, device=positions.device)",
            "inverse = base ** (-powers.float() / head_dim)",
            "angles = positions.unsqueeze(-1).float() * inverse",
            "angles = torch.cat((angles, angles), dim=-1)",
            "return angles.cos(), angles.sin()",
        ),
        indent=4,
    ),
    Edit(
        "TODO: rotate x",
        (
            "if cos.dim() == 3:",
            "    cos, sin = cos[:, None], sin[:, None]",
            "half = x.shape[-1] // 2",
            "turned = torch.cat((-x[..., half:], x[..., :half]), dim=-1)",
            "return (x * cos + turned * sin).to(x.dtype)",
        ),
        indent=4,
    ),
)
LORA = (
    Edit(
        "TODO: freeze the base",
        (
            "self.base = base.requires_grad_(False)",
            "self.scale, self.merged = alpha / r, False",
            "w = base.weight",
            "self.lora_A = nn.Parameter(w.new_empty(r, base.in_features))",
            "nn.init.kaiming_uniform_(self.lora_A, a=5**0.5)",
            "self.lora_B = nn.Parameter(w.new_zeros(base.out_features, r))",
            "self.dropout = nn.Dropout(dropout)",
        ),
    ),
    Edit(
        "TODO: the base's output",
        (
            "if self.merged:",
            "    return self.base(x)",
            "h = self.dropout(x) @ self.lora_A.T @ self.lora_B.T",
            "return self.base(x) + self.scale * h",
        ),
    ),
    Edit(
        "TODO: merge",
        (
            "if not self.merged:",
            "    self.kept = self.base.weight.data.clone()",
            "    update = self.lora_B.data @ self.lora_A.data",
            "    self.base.weight.data += self.scale * update",
            "    self.merged = True",
        ),
    ),
    Edit(
        "TODO: unmerge",
        (
            "if self.merged:",
            "    self.base.weight.data.copy_(self.kept)",
            "    self.merged = False",
        ),
    ),
)
ZERO2 = (
    Edit('"train_micro_batch', ('"train_micro_batch_size_per_gpu": 4,',), indent=2),
    Edit('"gradient_accumulation', ('"gradient_accumulation_steps": 8,',), indent=2),
    Edit('"fp16"', ('"bf16": {',), indent=2),
    Edit('"enabled"', ('"enabled": true',), indent=4),
    Edit(
        '"stage"',
        (
            '"stage": 2,',
            '"overlap_comm": true,',
            '"contiguous_gradients": true,',
            '"offload_optimizer": {"device": "cpu", "pin_memory": true}',
        ),
        indent=4,
    ),
    Edit('"lr"', ('"lr": 2e-5,', '"betas": [0.9, 0.95],', '"eps": 1e-5,', '"weight_decay": 0.1'), indent=6),
)
