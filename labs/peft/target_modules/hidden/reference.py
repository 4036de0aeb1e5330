"""Which modules get LoRA, what then trains, what is counted and what is saved, the reference.

Edward Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", arXiv:2106.09685, section 4.2: the update can
sit beside any weight matrix, so which ones is a choice. It is made by name, with peft's rule (peft 0.21.2,
`check_target_module_exists`): a module is meant by an entry that is its whole name or the end of it from a dot on,

    name == entry  or  name.endswith("." + entry)

so that "q_proj" means layers.0.self_attn.q_proj, and neither q_proj_gate nor seq_proj. A layer adds r (in + out)
parameters; nothing else trains, and nothing else needs to be saved.
"""

import torch
from torch import nn


class LoRALinear(nn.Module):
    """A linear layer with a low-rank update: base(x) + (alpha / r) * x A^T B^T. It freezes nothing."""

    def __init__(self, base: nn.Linear, r: int, alpha: float) -> None:
        super().__init__()
        self.base = base
        self.lora_A = nn.Linear(base.in_features, r).to(base.weight).weight  # (r, in), drawn as a layer draws its own
        self.lora_B = nn.Parameter(base.weight.new_zeros(base.out_features, r))
        self.scale = alpha / r

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # (..., in) @ (in, r) @ (r, out) -> (..., out)
        return self.base(x) + (x @ self.lora_A.T @ self.lora_B.T) * self.scale


def find_targets(model: nn.Module, targets: list[str] | str) -> list[str]:
    linear = {name: module for name, module in model.named_modules() if isinstance(module, nn.Linear)}
    if targets == "all-linear":
        # Which module gives the logits, the model itself says: its name differs from family to family.
        head = model.get_output_embeddings()
        found = [name for name, module in linear.items() if module is not head]
    else:
        # With a dot in front of the name, too, one test serves for a whole name and for its end.
        found = [name for name in linear if any(f".{name}".endswith(f".{entry}") for entry in targets)]
    if not found:
        raise ValueError(f"no linear layer is meant by {targets}")
    return found


def add_lora(model: nn.Module, targets: list[str] | str, r: int, alpha: float) -> nn.Module:
    names = find_targets(model, targets)
    model.requires_grad_(False)  # before there are adapters, or they would be frozen with the rest
    for name in names:
        parent, _, attribute = name.rpartition(".")
        owner = model.get_submodule(parent)  # of "" it is the model itself
        setattr(owner, attribute, LoRALinear(getattr(owner, attribute), r, alpha))
    return model


def count_parameters(model: nn.Module) -> tuple[int, int]:
    # parameters() gives a tensor that has two names once, and no buffers.
    sizes = [(p.numel(), p.requires_grad) for p in model.parameters()]
    return sum(size for size, trains in sizes if trains), sum(size for size, _ in sizes)


def adapter_state_dict(model: nn.Module) -> dict[str, torch.Tensor]:
    # By what the module is: its parameters may be frozen by now, and "lora" may be in anybody's name.
    return {
        f"{name}.{which}": module.state_dict()[which]
        for name, module in model.named_modules()
        if isinstance(module, LoRALinear)
        for which in ("lora_A", "lora_B")
    }
